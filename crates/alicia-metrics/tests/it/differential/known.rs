//! The differences that are meant: where Prometheus changed since 2.42, we do as it does now.

use super::servers::Question;
use serde_json::Value;

/// A difference that is meant.
struct Known {
    name: &'static str,
    applies: fn(&Question, &Value, &Value) -> bool,
}

const KNOWN: &[Known] = &[
    // `sum(rate({__name__=~"a|b"}[5m]))`: names are dropped at the end now, so that two of the same labels do not meet before.
    Known {
        name: "names are dropped at the end",
        applies: |_, theirs, ours| {
            let error = theirs["error"].as_str().unwrap_or_default();
            error == "vector cannot contain metrics with the same labelset" && ours["status"] == "success"
        },
    },
    // `(a and nothing) * (b + on() c)`: where one side of an operator has nothing at all, the other is not computed, and
    // what is wrong with it does not come to light.
    Known {
        name: "what nobody needs is not computed",
        applies: |_, theirs, ours| {
            let error = theirs["error"].as_str().unwrap_or_default();
            let is_empty = ours["data"]["result"].as_array().is_some_and(Vec::is_empty);
            is_empty && (error.contains("many-to-many") || error.starts_with("multiple matches for labels"))
        },
    },
];

/// The name of the known difference between two answers.
pub(super) fn difference(question: &Question, theirs: &Value, ours: &Value) -> Option<&'static str> {
    KNOWN.iter().find(|known| (known.applies)(question, theirs, ours)).map(|known| known.name)
}
