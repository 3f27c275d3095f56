//! Prometheus' rule groups: recording and alerting rules that are evaluated on a timer.
//!
//! A file's text becomes a [`FileSpec`] elsewhere; [`RuleGroup::check`] makes groups of it, whole and right or not at all.
//! A [`GroupRun`] is a group at work: it is told when a round is due, asks the samples, and writes what comes of it through
//! a [`Round`]. Nothing here knows files, YAML, the clock or the bus. Read `definition`, then `run`.

mod spec;

mod naming;

mod definition;

mod expand;

mod round;

mod recording;

mod alerting;

mod arrival;

mod announced;

mod restore;

mod view;

mod run;

pub use alerting::{ActiveAlert, AlertState};
pub use arrival::{Change, Judged};
pub use definition::{Alerting, GroupError, GroupRule, RuleGroup, RuleKind};
pub use expand::{Expand, ExpandData, Query, Templates};
pub use naming::{ALERT_NAME, ALERT_STATE, ALERTS, rule_key, rule_key_of, service_of};
pub use round::{Round, RuleSample};
pub use run::GroupRun;
pub use spec::{FileSpec, GroupSpec, RuleSpec};
pub use view::{GroupBoard, GroupView, Health, RuleView, RuleViewKind};
