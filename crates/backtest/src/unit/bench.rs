//! The rules of a test at work: made-up series, rounds from 0 on, and what the rules write beside the series.

use super::compare;
use super::spec::UnitTest;
use model::{Millis, Select, limits};
use parking_lot::RwLock;
use query::notation::{Memory, series};
use query::{Engine, Options, QueryError, Stop, Value};
use rules::groups::{
    ActiveAlert, AlertState, GroupRun, Round, RuleGroup, RuleSample, RuleViewKind, Templates,
};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// What is kept while a test runs: rules read what is written by those before them.
#[derive(Default)]
struct Made(RwLock<Memory>);

impl Select for Made {
    fn each(
        &self,
        selection: &model::Selection,
        take: &mut model::TakeSeries<'_>,
    ) -> Result<(), model::SelectError> {
        self.0.read().each(selection, take)
    }

    fn each_histogram(
        &self,
        selection: &model::Selection,
        take: &mut model::TakeHistograms<'_>,
    ) -> Result<(), model::SelectError> {
        self.0.read().each_histogram(selection, take)
    }

    fn series_count(&self) -> usize {
        self.0.read().series_count()
    }
}

impl Round for Made {
    fn begin(&self) {}

    fn took(&self) -> Duration {
        Duration::ZERO
    }

    fn stop(&self) -> Option<Stop> {
        None
    }

    fn write(&self, samples: &[RuleSample]) -> Result<(), String> {
        let mut made = self.0.write();
        samples.iter().for_each(|sample| made.add_float(&sample.labels, sample.point.t, sample.point.v));
        Ok(())
    }
}

/// Alerts that fire, by time and rule.
type Firing = BTreeMap<(Millis, String), Vec<ActiveAlert>>;

impl UnitTest {
    /// Runs the test on the rules of `groups`, all of which have a round each `interval`: what differs from what is expected.
    ///
    /// # Errors
    /// The test cannot be run: what is written there means nothing.
    pub fn run(&self, groups: &[RuleGroup], interval: Millis) -> Result<Vec<String>, String> {
        if !self.external_labels.is_empty() {
            return Err("external_labels: alerts have none here".to_owned());
        }
        let made = Made::default();
        for (number, input) in self.input_series.iter().enumerate() {
            let line = format!("{} {}", input.series, input.values);
            let line = series(&line).map_err(|why| format!("input_series {}: {why}", number + 1))?;
            made.0.write().load(&line, self.interval.unwrap_or(interval).max(1));
        }
        let expand = Arc::new(Templates { external_url: self.external_url.clone() });
        let mut runs: Vec<GroupRun> =
            groups.iter().map(|group| GroupRun::new(group.clone(), expand.clone(), false)).collect();
        let (mut differs, mut firing) = (Vec::new(), Firing::new());
        let last = self.last();
        let rounds = last.checked_div(interval).ok_or("evaluation_interval is 0")?;
        if rounds > limits::UNIT_TEST_ROUNDS {
            return Err(format!("more than {} rounds", limits::UNIT_TEST_ROUNDS));
        }
        for t in (0..=rounds).map(|round| round * interval) {
            for run in &mut runs {
                run.evaluate(&made, &made, t);
                let errors = run
                    .errors()
                    .filter_map(|(rule, error)| Some(format!("rule {rule:?} at {}: {}", shown(t), error?)));
                differs.extend(errors);
            }
            self.note(t, interval, &runs, &mut firing);
        }
        self.compare_alerts(&firing, &mut differs);
        self.compare_expressions(&made, &mut differs)?;
        Ok(differs)
    }

    /// The last time at which something is expected.
    fn last(&self) -> Millis {
        let alerts = self.alert_rule_test.iter().filter_map(|test| test.eval_time);
        let expressions = self.promql_expr_test.iter().filter_map(|test| test.eval_time);
        alerts.chain(expressions).max().unwrap_or(0)
    }

    /// Notes what fires after the round of `t`, for the tests that are of a time from then to the next round.
    fn note(&self, t: Millis, interval: Millis, runs: &[GroupRun], firing: &mut Firing) {
        for test in &self.alert_rule_test {
            let time = test.eval_time.unwrap_or(0);
            if !(t..t.saturating_add(interval)).contains(&time) {
                continue;
            }
            let views = runs.iter().flat_map(|run| run.view(&[]).rules);
            let own = views.filter(|view| view.rule.name == test.alertname);
            let alerts = own.flat_map(|view| match view.kind {
                RuleViewKind::Alerting { alerts, .. } => alerts,
                RuleViewKind::Recording => Vec::new(),
            });
            let fires = |alert: &ActiveAlert| alert.state == AlertState::Firing;
            firing.insert((time, test.alertname.clone()), alerts.filter(fires).collect());
        }
    }

    fn compare_alerts(&self, firing: &Firing, differs: &mut Vec<String>) {
        for test in &self.alert_rule_test {
            let time = test.eval_time.unwrap_or(0);
            let found = firing.get(&(time, test.alertname.clone())).map_or(&[][..], Vec::as_slice);
            if let Some(what) = compare::alerts(&test.alertname, &test.exp_alerts, found) {
                differs.push(format!("alertname {:?} at {}: {what}", test.alertname, shown(time)));
            }
        }
    }

    fn compare_expressions(&self, made: &Made, differs: &mut Vec<String>) -> Result<(), String> {
        for test in &self.promql_expr_test {
            let time = test.eval_time.unwrap_or(0);
            let place = format!("expr {:?} at {}", test.expr, shown(time));
            let found = asked(made, &test.expr, time).map_err(|error| error.to_string());
            let what = match found {
                Ok(found) => {
                    compare::samples(&test.exp_samples, &found).map_err(|why| format!("{place}: {why}"))?
                }
                Err(error) => Some(error),
            };
            differs.extend(what.map(|what| format!("{place}: {what}")));
        }
        Ok(())
    }
}

fn asked(made: &Made, expr: &str, t: Millis) -> Result<Value, QueryError> {
    Ok(Engine::new(made, Options::default(), &|| None).instant(expr, t)?.value)
}

fn shown(t: Millis) -> String {
    query::syntax::print_length(t)
}
