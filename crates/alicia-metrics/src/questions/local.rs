//! Asking the data directory of a collector that does not run.

use super::fault::AskError;
use super::{OpenRange, Times};
use crate::transfer::{TransferError, existing_data_dir, open_data_dir};
use backtest::{Trial, Watch};
use model::{Labels, Select, Selection, TimeRange};
use query::{Engine, Options};
use serde_json::Value;
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::Path;
use store::Store;

/// An opened data directory.
pub(super) struct Local(Store);

impl Local {
    pub(super) fn open(data_dir: &Path) -> Result<Self, AskError> {
        existing_data_dir(data_dir)?;
        Ok(Self(open_data_dir(data_dir)?.store))
    }

    /// What Prometheus' interface would answer.
    pub(super) fn query(&self, expression: &str, times: Times) -> Result<Value, AskError> {
        let engine = Engine::new(&self.0, Options::default(), &|| None);
        let answer = match times {
            Times::At(time) => engine.instant(expression, time),
            Times::Range { start, end, step } => engine.range(expression, start, end, step),
        };
        serde_json::from_str(&http::answer_json(answer?)).map_err(|_| AskError::NotPrometheus)
    }

    /// What a rule would have done.
    pub(super) fn backtest(&self, trial: &Trial, watch: &dyn Watch) -> Result<Value, AskError> {
        let outcome = backtest::run(trial, &self.0, watch);
        let outcome = outcome.map_err(|error| AskError::Refused(error.to_string()))?;
        serde_json::to_value(outcome).map_err(|error| AskError::Refused(error.to_string()))
    }

    /// The labels of the series that meet any of the selectors; of all, if there is none.
    pub(super) fn labels(
        &self,
        matches: &[String],
        (start, end): OpenRange,
    ) -> Result<BTreeSet<Labels>, AskError> {
        let range = TimeRange {
            start: start.unwrap_or(TimeRange::ALL.start),
            end: end.unwrap_or(TimeRange::ALL.end),
        };
        let mut selectors = Vec::new();
        for text in matches {
            selectors.push(query::syntax::parse_selector(text)?);
        }
        if selectors.is_empty() {
            selectors.push(Vec::new());
        }
        let mut found = BTreeSet::new();
        for matchers in selectors {
            let taken = self.0.each_labels(&Selection::all(matchers).within(range), &mut |labels| {
                found.insert(labels.clone());
                ControlFlow::Continue(())
            });
            taken.map_err(TransferError::from)?;
        }
        Ok(found)
    }
}
