//! Rules that are followed sample by sample come to what the engine comes to at every sample.
//!
//! `PROPTEST_CASES=5000 cargo nextest run -p rules any_followed` tries more.

use crate::groups_desk::{GroupDesk, START, alert, checked, group};
use model::{Append, Labels, MetricKind, Millis, Point, Sample, Series, stale_marker};
use proptest::collection::vec;
use proptest::prelude::{BoxedStrategy, Just, Strategy, any, prop_oneof, proptest};
use proptest::sample::select;
use query::{Engine, Options, Value};
use rules::stream::{Follower, Following};
use std::collections::BTreeMap;
use std::sync::Arc;

const METRICS: [&str; 3] = ["a", "b", "c_total"];
const JOBS: [&str; 2] = ["p", "q"];
const INSTANCES: [&str; 3] = ["x", "y", "z"];

fn selector() -> BoxedStrategy<String> {
    select(vec![
        "a",
        "b",
        "c_total",
        "a{job=\"p\"}",
        "b{instance!=\"x\"}",
        "{__name__=~\"a|b\"}",
        "{job=\"q\"}",
        "c_total{job=~\"p|r\"}",
    ])
    .prop_map(str::to_owned)
    .boxed()
}

fn over_range() -> BoxedStrategy<String> {
    let function = select(vec![
        "rate(S)",
        "increase(S)",
        "delta(S)",
        "irate(S)",
        "idelta(S)",
        "deriv(S)",
        "predict_linear(S, 60)",
        "avg_over_time(S)",
        "min_over_time(S)",
        "max_over_time(S)",
        "sum_over_time(S)",
        "count_over_time(S)",
        "last_over_time(S)",
        "present_over_time(S)",
        "stddev_over_time(S)",
        "stdvar_over_time(S)",
        "changes(S)",
        "resets(S)",
        "quantile_over_time(0.5, S)",
        "first_over_time(S)",
        "mad_over_time(S)",
    ]);
    (function, selector(), select(vec!["9s", "30s", "2m"]))
        .prop_map(|(function, selector, range)| function.replace('S', &format!("{selector}[{range}]")))
        .boxed()
}

fn vector() -> BoxedStrategy<String> {
    let leaf = prop_oneof![selector(), over_range()];
    leaf.prop_recursive(3, 12, 2, |inner| {
        let number = select(vec!["0", "2", "5", "-1", "0.5", "(3 * 2)"]);
        let unary = select(vec![
            "-(V)",
            "abs(V)",
            "ceil(V)",
            "clamp_max(V, 4)",
            "clamp(V, 1, 4)",
            "round(V, 2)",
            "sgn(V)",
            "V + N",
            "N - V",
            "V * N",
            "V / N",
            "V % N",
            "V > N",
            "V <= N",
            "N < V",
            "V == bool N",
            "V != N",
            "sum by (job) (V)",
            "avg without (instance) (V)",
            "max(V)",
            "min by (instance) (V)",
            "count by (job) (V)",
            "group by (job) (V)",
            "stddev by (job) (V)",
        ]);
        let binary = select(vec![
            "V + W",
            "V - W",
            "V / W",
            "V > W",
            "V >= bool W",
            "V and W",
            "V or W",
            "V unless W",
            "V and on (job) W",
            "V unless on (instance) W",
            "V or on (job) W",
            "V / on (job) group_left () sum by (job) (W)",
            "sum by (job) (W) - on (job) group_right () V",
            "V > ignoring (instance) W",
            "V * on (job, instance) W",
        ]);
        prop_oneof![
            (unary, inner.clone(), number).prop_map(|(form, v, n)| put(form, &v, "", n)),
            (binary, inner.clone(), inner).prop_map(|(form, v, w)| put(form, &v, &w, "")),
        ]
    })
    .boxed()
}

fn put(form: &str, v: &str, w: &str, n: &str) -> String {
    let put = |sign: char| match sign {
        'V' => format!("({v})"),
        'W' => format!("({w})"),
        'N' => n.to_owned(),
        other => other.to_string(),
    };
    form.chars().map(put).collect()
}

/// What comes at a time: whether of all series, and what each has.
type Step = (Millis, bool, Vec<(bool, Option<f64>)>);

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let count = METRICS.len() * JOBS.len() * INSTANCES.len();
    let value =
        select(vec![None, Some(0.0), Some(1.0), Some(2.0), Some(3.5), Some(6.0), Some(9.0), Some(f64::NAN)]);
    let length = prop_oneof![8 => 1_000..9_000_i64, 1 => Just(100_000), 1 => Just(400_000)];
    vec((length, any::<bool>(), vec((any::<bool>(), value), count)), 1..25)
}

/// All series there may be.
fn all_series() -> Vec<Arc<Series>> {
    let mut all = Vec::new();
    for metric in METRICS {
        for job in JOBS {
            for instance in INSTANCES {
                let labels = Labels::new([("__name__", metric), ("job", job), ("instance", instance)]);
                all.push(Arc::new(Series::new(labels, MetricKind::Gauge)));
            }
        }
    }
    all
}

/// What an expression comes to, or that it is an error.
fn asked(desk: &GroupDesk, expr: &str, t: Millis) -> Option<BTreeMap<Labels, f64>> {
    let answer = Engine::new(&desk.store, Options::default(), &|| None).instant(expr, t).ok()?;
    let Value::Vector(found) = answer.value else { return None };
    let value = |sample| match sample {
        query::Sample::Float(value) => value,
        query::Sample::Histogram(_) => f64::NAN,
    };
    Some(found.into_iter().map(|found| (found.labels, value(found.sample))).collect())
}

fn is_same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()) || (a - b).abs() <= 1e-9 * a.abs().max(b.abs())
}

/// A rule that is followed, and what is known of it.
struct Followed<'a> {
    expr: &'a str,
    desk: GroupDesk,
    follower: Follower,
    following: Arc<Following>,
    there: BTreeMap<Labels, f64>,
}

impl<'a> Followed<'a> {
    fn new(expr: &'a str) -> Self {
        let desk = GroupDesk::new();
        let follower = Follower::default();
        let of = checked(group(vec![alert("A", expr, "", "")]));
        let (following, read) = follower.follow(&of, &desk.store, START, Box::new(|| {}));
        read.expect("memory reads");
        assert_eq!(following.judged()[0].reason(), None, "{expr}");
        Self { expr, desk, follower, following, there: BTreeMap::new() }
    }

    /// Takes a batch. False if the rule can no longer be followed.
    fn take(&mut self, batch: &[Sample<'_>], t: Millis, is_all: bool) -> bool {
        self.desk.store.append(batch).expect("memory takes it");
        self.follower.append(batch).expect("it is followed");
        self.hear(t);
        self.follower.tick(t);
        self.hear(t);
        let Some(expected) = asked(&self.desk, self.expr, t) else {
            // The engine finds an error where two series are one.
            return false;
        };
        if self.following.judged()[0].reason().is_some() {
            return false;
        }
        for labels in self.there.keys() {
            assert!(expected.contains_key(labels), "{labels} is not there at {t}: {}", self.expr);
        }
        if is_all {
            let there: Vec<&Labels> = self.there.keys().collect();
            assert_eq!(there, expected.keys().collect::<Vec<_>>(), "at {t}: {}", self.expr);
        }
        true
    }

    fn hear(&mut self, now: Millis) {
        for (_, change) in self.following.changes() {
            let Some(value) = change.value else {
                assert!(
                    self.there.remove(&change.labels).is_some(),
                    "{change:?} was not there: {}",
                    self.expr
                );
                continue;
            };
            assert!(
                self.there.insert(change.labels.clone(), value).is_none(),
                "{change:?} twice: {}",
                self.expr
            );
            if change.t == now
                && let Some(expected) = asked(&self.desk, self.expr, now)
            {
                let expected = expected.get(&change.labels);
                assert!(
                    expected.is_some_and(|expected| is_same(*expected, value)),
                    "{change:?} {expected:?}: {}",
                    self.expr
                );
            }
        }
    }
}

proptest! {
    #[test]
    fn what_is_followed_is_what_the_engine_says(expr in vector(), steps in steps()) {
        let series = all_series();
        let mut rule = Followed::new(&expr);
        let mut had = vec![false; series.len()];
        let mut t = START;
        for (length, is_all, what) in steps {
            t += length;
            let mut batch = Vec::new();
            for (at, (comes, value)) in what.iter().enumerate() {
                if (*comes && value.is_some()) || (had[at] && (is_all || *comes)) {
                    had[at] = true;
                    let point = Point { t, v: value.unwrap_or_else(stale_marker) };
                    batch.push(Sample { series: &series[at], point });
                }
            }
            if !rule.take(&batch, t, is_all) {
                break;
            }
        }
    }
}
