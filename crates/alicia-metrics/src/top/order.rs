//! Which services are shown, and in which order.

use super::shape::Service;
use std::cmp::Ordering;

/// By what services are put in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Order {
    /// What fires first, then how the service is, then its name.
    #[default]
    Worst,
    Name,
    Rate,
    Delay,
    Errors,
    Seen,
}

impl Order {
    const ALL: [Self; 6] = [Self::Worst, Self::Name, Self::Rate, Self::Delay, Self::Errors, Self::Seen];

    /// The next one; behind the last comes the first.
    pub(super) fn next(self) -> Self {
        let mut all = Self::ALL.into_iter().cycle();
        all.find(|one| *one == self);
        all.next().unwrap_or_default()
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Worst => "worst",
            Self::Name => "name",
            Self::Rate => "messages",
            Self::Delay => "delay",
            Self::Errors => "errors",
            Self::Seen => "longest unseen",
        }
    }

    fn compare(self, a: &Service, b: &Service) -> Ordering {
        let most = |a: Option<f64>, b: Option<f64>| {
            // What is not known comes behind all that is.
            b.unwrap_or(f64::NEG_INFINITY).total_cmp(&a.unwrap_or(f64::NEG_INFINITY))
        };
        match self {
            Self::Worst => b.firing.iter().max().cmp(&a.firing.iter().max()).then(b.state.cmp(&a.state)),
            Self::Name => Ordering::Equal,
            Self::Rate => most(a.messages_per_second, b.messages_per_second),
            Self::Delay => most(a.delay_ms, b.delay_ms),
            Self::Errors => most(a.error_percent, b.error_percent),
            Self::Seen => a.last_seen.total_cmp(&b.last_seen),
        }
    }
}

/// The services whose name, or that of one of their instances, has `filter` in it, in order.
pub(super) fn ordered<'a>(
    all: impl Iterator<Item = &'a Service>,
    filter: &str,
    order: Order,
    is_turned: bool,
) -> Vec<&'a Service> {
    let filter = filter.to_lowercase();
    let has = |name: &str| name.to_lowercase().contains(&filter);
    let fits = |service: &&Service| {
        filter.is_empty() || has(&service.name) || service.instances.iter().any(|one| has(&one.0))
    };
    let mut shown: Vec<&Service> = all.filter(fits).collect();
    shown.sort_by(|a, b| order.compare(a, b).then_with(|| a.name.cmp(&b.name)));
    if is_turned {
        shown.reverse();
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::{Order, Service, ordered};
    use crate::top::shape::{Condition, Instance};
    use model::Severity;

    fn services() -> Vec<Service> {
        let one = |name: &str, state, rate, firing: &[Severity]| Service {
            name: name.to_owned(),
            state,
            messages_per_second: rate,
            firing: firing.to_vec(),
            instances: vec![Instance(format!("{name}-east"), state, 0.0)],
            ..Service::default()
        };
        vec![
            one("b", Condition::Healthy, Some(2.0), &[]),
            one("a", Condition::Healthy, None, &[]),
            one("c", Condition::Silent, Some(0.0), &[]),
            one("d", Condition::Gone, Some(9.0), &[]),
            one("e", Condition::Healthy, Some(1.0), &[Severity::Critical, Severity::Info]),
        ]
    }

    fn names(filter: &str, order: Order, is_turned: bool) -> String {
        let services = services();
        ordered(services.iter(), filter, order, is_turned).iter().map(|one| one.name.as_str()).collect()
    }

    #[test]
    fn what_fires_comes_first_and_what_said_goodbye_last() {
        assert_eq!(names("", Order::Worst, false), "ecabd");
        assert_eq!(names("", Order::Worst, true), "dbace");
        assert_eq!(names("", Order::Rate, false), "dbeca");
        assert_eq!(names("", Order::Name, false), "abcde");
        assert_eq!(names("B-EA", Order::Name, false), "b");
        assert_eq!(names("nobody", Order::Name, false), "");
    }

    #[test]
    fn all_orders_come_in_turn() {
        let mut order = Order::Seen;
        let mut words = Vec::new();
        for _ in Order::ALL {
            order = order.next();
            words.push(order.word());
        }
        assert_eq!(words, Order::ALL.map(Order::word));
    }
}
