//! Time as the house counts it: milliseconds since the Unix epoch, in an `i64`.

/// Milliseconds since the Unix epoch.
pub type Millis = i64;

/// A closed interval of time, `start..=end`, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeRange {
    /// First millisecond that belongs to the range.
    pub start: Millis,
    /// Last millisecond that belongs to the range.
    pub end: Millis,
}

impl TimeRange {
    /// Every instant there is.
    pub const ALL: Self = Self { start: Millis::MIN, end: Millis::MAX };

    /// The `span` milliseconds that end at `now`, both ends included.
    #[must_use]
    pub fn last(span: Millis, now: Millis) -> Self {
        Self { start: now.saturating_sub(span), end: now }
    }

    /// Whether `t` lies in the range.
    #[must_use]
    pub fn contains(&self, t: Millis) -> bool {
        self.start <= t && t <= self.end
    }
}

/// Seconds, as every JSON face writes time, from milliseconds.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "2^53 ms is the year 287396")]
pub fn to_seconds(t: Millis) -> f64 {
    t as f64 / 1000.0
}

/// Milliseconds from Unix seconds, rounded to the nearest; `None` for what no `i64` of milliseconds holds.
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "the bounds are checked on the line above")]
pub fn from_seconds(seconds: f64) -> Option<Millis> {
    let millis = (seconds * 1000.0).round();
    (millis.is_finite() && millis.abs() < 9.0e18).then_some(millis as Millis)
}

/// `#[serde(with = "seconds")]`: milliseconds in memory, float seconds when written.
pub mod seconds {
    use super::Millis;
    use serde::{Deserialize, Deserializer, Serializer};

    /// Writes milliseconds as float seconds.
    ///
    /// # Errors
    /// Only those of the serializer.
    pub fn serialize<S: Serializer>(t: &Millis, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(super::to_seconds(*t))
    }

    /// Reads float seconds into milliseconds.
    ///
    /// # Errors
    /// When the number is missing or holds no representable time.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Millis, D::Error> {
        let value = f64::deserialize(deserializer)?;
        super::from_seconds(value).ok_or_else(|| serde::de::Error::custom("time out of range"))
    }

    /// The same for a time that may be absent (`null`).
    pub mod option {
        use super::{Deserialize, Deserializer, Millis, Serializer};

        /// Writes milliseconds as float seconds, or `null`.
        ///
        /// # Errors
        /// Only those of the serializer.
        pub fn serialize<S: Serializer>(t: &Option<Millis>, serializer: S) -> Result<S::Ok, S::Error> {
            match t {
                Some(t) => serializer.serialize_some(&super::super::to_seconds(*t)),
                None => serializer.serialize_none(),
            }
        }

        /// Reads float seconds or `null`.
        ///
        /// # Errors
        /// When the number holds no representable time.
        pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Millis>, D::Error> {
            let value = Option::<f64>::deserialize(deserializer)?;
            value
                .map(|v| {
                    super::super::from_seconds(v).ok_or_else(|| serde::de::Error::custom("time out of range"))
                })
                .transpose()
        }
    }
}
