//! Whatever happens, in whatever order: after a restart the desk is as before, and a ledger that was written anew means the
//! same.

use crate::rig::{Rig, alert, draft, matchers};
use alerts::{Draft, FlapLimits, Inhibit, Settings, SilenceView, Weekly, Zone};
use model::Alert;
use proptest::prelude::*;
use world::Clock;

#[derive(Debug, Clone)]
enum Step {
    Start(u8, u8),
    End(u8, u8),
    Acknowledge(u8, u8, Option<u16>),
    Unacknowledge(u8, u8),
    Silence { rule: u8, service: u8, starts: u16, length: u16, comes_again: bool },
    Change(u8, u16),
    Expire(u8),
    Pass(u16),
    Rewrite,
}

fn step() -> impl Strategy<Value = Step> {
    let (rule, service) = (0..3_u8, 0..3_u8);
    let of = (rule, service);
    prop_oneof![
        6 => of.clone().prop_map(|(rule, service)| Step::Start(rule, service)),
        4 => of.clone().prop_map(|(rule, service)| Step::End(rule, service)),
        1 => (of.clone(), proptest::option::of(1..900_u16)).prop_map(|((a, b), expires)| Step::Acknowledge(a, b, expires)),
        1 => of.clone().prop_map(|(rule, service)| Step::Unacknowledge(rule, service)),
        2 => (of, 0..600_u16, 1..900_u16, any::<bool>()).prop_map(|((rule, service), starts, length, comes_again)| {
            Step::Silence { rule, service, starts, length, comes_again }
        }),
        1 => (0..4_u8, 1..900_u16).prop_map(|(which, length)| Step::Change(which, length)),
        1 => (0..4_u8).prop_map(Step::Expire),
        4 => (1..400_u16).prop_map(Step::Pass),
        1 => Just(Step::Rewrite),
    ]
}

fn settings() -> Settings {
    let inhibit = |source: &str, target: &str, equal: &[&str]| Inhibit {
        source: matchers(source),
        target: matchers(target),
        equal: equal.iter().map(|name| (*name).to_owned()).collect(),
    };
    Settings {
        maintenance: Vec::new(),
        inhibits: vec![
            inhibit("rule=\"r0\"", "rule=~\"r.*\"", &["service"]),
            inhibit("service=\"s1\"", "service=\"s2\"", &[]),
        ],
        flapping: Some(FlapLimits { changes: 3, window: 300_000 }),
    }
}

fn named(rule: u8, service: u8) -> Alert {
    alert(&format!("r{rule}"), &format!("s{service}"))
}

fn take(rig: &mut Rig, step: &Step) {
    let nth =
        |rig: &Rig, which: u8| rig.desk.silences().get(usize::from(which)).map(|one| one.silence.id.clone());
    match *step {
        Step::Start(rule, service) => {
            rig.start(named(rule, service));
        }
        Step::End(rule, service) => {
            if let Some(listed) = rig.desk.alert(&named(rule, service).alert_id) {
                rig.end(&listed);
            }
        }
        Step::Acknowledge(rule, service, expires) => {
            let expires = expires.map(|seconds| rig.clock.now() + i64::from(seconds) * 1_000);
            // Where it does not fire there is nothing to take care of.
            let _ = rig.desk.acknowledge(&named(rule, service).alert_id, "me", "c", expires);
        }
        Step::Unacknowledge(rule, service) => {
            let _ = rig.desk.unacknowledge(&named(rule, service).alert_id);
        }
        Step::Silence { rule, service, starts, length, comes_again } => {
            let starts_at = rig.clock.now() + i64::from(starts) * 1_000;
            let quarter = Weekly { days: Vec::new(), from: 12 * 60, to: 12 * 60 + 15, zone: Zone::Offset(0) };
            let ends_at = starts_at + i64::from(length) * 1_000;
            let of = format!("rule=\"r{rule}\",service=~\"s{service}|s9\"");
            let times = if comes_again { vec![quarter] } else { Vec::new() };
            let draft = Draft { starts_at: Some(starts_at), times, ..draft(&of, ends_at) };
            rig.desk.put_silence(draft).expect("a good silence");
        }
        Step::Change(which, length) => {
            if let Some(id) = nth(rig, which) {
                let ends_at = rig.clock.now() + i64::from(length) * 1_000;
                let changed = rig.desk.put_silence(Draft { id: Some(id), ..draft("rule=\"r1\"", ends_at) });
                // It may begin only after its new end.
                assert!(
                    changed.is_ok()
                        || changed.is_err_and(|error| error.to_string().contains("before it begins"))
                );
            }
        }
        Step::Expire(which) => {
            if let Some(id) = nth(rig, which) {
                rig.desk.expire_silence(&id).expect("it is there");
            }
        }
        Step::Pass(seconds) => rig.pass(u64::from(seconds)),
        Step::Rewrite => rig.rewrite(),
    }
}

/// All that can be seen of a desk: lists of alerts, and silences.
fn seen(rig: &Rig) -> ([Vec<Alert>; 4], Vec<SilenceView>) {
    let mut silences = rig.desk.silences();
    silences.sort_by(|a, b| a.silence.id.cmp(&b.silence.id));
    let lists = [rig.desk.alerts(true), rig.desk.alerts(false), rig.desk.history(1_000), rig.desk.resting()];
    (lists, silences)
}

/// How an alert stands by the rules of silences alone, as anybody would say it.
fn check_silences(rig: &Rig) {
    let now = rig.clock.now();
    for alert in rig.desk.alerts(true) {
        let holds = |view: &SilenceView| {
            let matchers = view.silence.matchers.iter().map(|one| one.matcher().expect("good"));
            let labels = alerts::labels_of(&alert);
            view.silence.state(now) == alerts::SilenceState::Active
                && matchers.into_iter().all(|one| one.admits(alerts::label(&labels, one.label())))
        };
        let mut by: Vec<String> =
            rig.desk.silences().into_iter().filter(holds).map(|view| view.silence.id).collect();
        by.sort();
        assert_eq!(alert.standing.silenced_by, by, "{}", alert.alert_id);
        let is_inhibited = rig.desk.alerts(true).iter().any(|source| {
            let (is_r0, is_s1) = (source.rule_name == "r0", source.service_name == "s1");
            (is_r0 && alert.rule_name != "r0" && alert.service_name == source.service_name)
                || (is_s1 && alert.service_name == "s2")
        });
        assert_eq!(!alert.standing.inhibited_by.is_empty(), is_inhibited, "{}", alert.alert_id);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn after_a_restart_the_desk_is_as_before(steps in proptest::collection::vec(step(), 1..60)) {
        let mut rig = Rig::new(settings());
        for step in &steps {
            take(&mut rig, step);
            rig.desk.tick();
            check_silences(&rig);
        }
        let before = seen(&rig);
        rig.restart();
        rig.desk.tick();
        prop_assert_eq!(&seen(&rig), &before);
        rig.rewrite();
        rig.desk.tick();
        prop_assert_eq!(&seen(&rig), &before);
        let entries = rig.desk.freeze(|entries| entries);
        rig.restart();
        prop_assert_eq!(rig.desk.freeze(|entries| entries), entries);
    }
}
