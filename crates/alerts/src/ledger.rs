//! What must survive a kill, written down by whoever knows the disk.

use crate::silence::Silence;
use model::{Acknowledgement, Alert, Millis};
use serde::{Deserialize, Serialize};

/// An entry of the ledger. All entries in order make the desk again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// An alert began.
    Began {
        /// The alert, without how it stands.
        #[serde(with = "kept")]
        alert: Alert,
        /// When it was heard, by the wall's clock.
        at: Millis,
    },
    /// An alert is over.
    Ended {
        /// The alert, and how it stood.
        #[serde(with = "kept")]
        alert: Alert,
        /// When it was heard.
        at: Millis,
    },
    /// An alert that fires has another severity.
    Changed {
        /// The alert, without how it stands.
        #[serde(with = "kept")]
        alert: Alert,
    },
    /// Somebody takes care of an alert.
    Acknowledged {
        /// The alert's id.
        alert_id: String,
        /// Who, and what they say.
        acknowledgement: Acknowledgement,
    },
    /// Nobody does any more.
    Unacknowledged {
        /// The alert's id.
        alert_id: String,
    },
    /// A silence was made or changed; one that was taken back has its end then.
    Silence(Silence),
    /// An alert does not flap any more.
    Settled {
        /// The alert's id.
        alert_id: String,
    },
    /// In a ledger that was written anew: what is before it counts as no change; those that count come behind it.
    Calm,
    /// In a ledger that was written anew: the latest changes of an alert.
    Changes {
        /// The alert's id.
        alert_id: String,
        /// When it began or ended, the oldest first.
        times: Vec<Millis>,
        /// Since when it is said to flap.
        since: Option<Millis>,
        /// How it was when it last ended, if it does not fire.
        #[serde(with = "kept::option")]
        over: Option<Alert>,
    },
}

/// Keeps entries.
pub trait Ledger: Send + Sync {
    /// Keeps an entry; it survives the death of the process when this returns.
    ///
    /// # Errors
    /// [`LedgerError`] if it could not be kept.
    fn record(&self, entry: &Entry) -> Result<(), LedgerError>;
}

/// Why an entry was not kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct LedgerError(pub String);

/// Alerts in the ledger: JSON has no infinity, and alerts do, so their numbers stand beside them as text.
mod kept {
    use model::Alert;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    struct Kept {
        #[serde(with = "crate::number")]
        value: f64,
        #[serde(with = "crate::number")]
        threshold: f64,
        alert: Alert,
    }

    impl From<&Alert> for Kept {
        fn from(alert: &Alert) -> Self {
            let numbers = (alert.value, alert.threshold);
            let alert = Alert { value: 0.0, threshold: 0.0, ..alert.clone() };
            Self { value: numbers.0, threshold: numbers.1, alert }
        }
    }

    impl From<Kept> for Alert {
        fn from(kept: Kept) -> Self {
            Self { value: kept.value, threshold: kept.threshold, ..kept.alert }
        }
    }

    pub(super) fn serialize<S: Serializer>(alert: &Alert, to: S) -> Result<S::Ok, S::Error> {
        Kept::from(alert).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Alert, D::Error> {
        Kept::deserialize(from).map(Alert::from)
    }

    /// The same for one that may be absent.
    pub(super) mod option {
        use super::{Alert, Deserialize, Deserializer, Kept, Serialize, Serializer};

        pub(in crate::ledger) fn serialize<S: Serializer>(
            alert: &Option<Alert>,
            to: S,
        ) -> Result<S::Ok, S::Error> {
            alert.as_ref().map(Kept::from).serialize(to)
        }

        pub(in crate::ledger) fn deserialize<'de, D: Deserializer<'de>>(
            from: D,
        ) -> Result<Option<Alert>, D::Error> {
            Ok(Option::<Kept>::deserialize(from)?.map(Alert::from))
        }
    }
}
