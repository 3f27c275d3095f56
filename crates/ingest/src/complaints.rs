//! Faults that are told to the bus: each kind at most once a minute, for the bus is to stay quiet. The tally
//! has the full counts.

use model::{CollectionError, ErrorClass, Millis, Reason, limits};
use std::collections::BTreeMap;

/// How long after one complaint the next of its kind is told.
const PAUSE: Millis = limits::MINUTE;

/// What the faults of one kind have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// Something was refused for a reason that somebody should mend.
    Refused(Reason),
    /// The append at this place in the list did not take a batch.
    Append(usize),
}

/// When each kind was told last.
#[derive(Debug, Default)]
pub(crate) struct Complaints(BTreeMap<Kind, Millis>);

impl Complaints {
    /// The complaint to tell, if it is time for one.
    pub(crate) fn about(
        &mut self,
        kind: Kind,
        service: &str,
        instance: Option<&str>,
        error: impl FnOnce() -> String,
        now: Millis,
    ) -> Option<CollectionError> {
        let class = class(kind)?;
        if self.0.get(&kind).is_some_and(|told| (0..PAUSE).contains(&(now - told))) {
            return None;
        }
        self.0.insert(kind, now);
        Some(CollectionError {
            service_name: service.to_owned(),
            instance_id: instance.unwrap_or_default().to_owned(),
            error: error(),
            class,
            timestamp: now,
        })
    }
}

/// The class of a kind; `None` for refusals that are normal traffic.
fn class(kind: Kind) -> Option<ErrorClass> {
    match kind {
        Kind::Append(_) => Some(ErrorClass::Internal),
        Kind::Refused(reason) if !reason.is_error() => None,
        Kind::Refused(
            Reason::TooDeep
            | Reason::TooLarge
            | Reason::TooManyLabels
            | Reason::NameTooLong
            | Reason::ValueTooLong
            | Reason::TooManySeries
            | Reason::TooManySeriesOfMetric
            | Reason::TooManySeriesOfService
            | Reason::TooManyServices,
        ) => Some(ErrorClass::Limit),
        Kind::Refused(_) => Some(ErrorClass::Payload),
    }
}
