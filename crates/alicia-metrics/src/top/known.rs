//! The newest overview: the whole that came first, with all changes since.

use super::shape::{Head, Service};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What is known of everything.
#[derive(Debug, Clone, Default)]
pub(super) struct Known {
    pub(super) head: Head,
    pub(super) services: BTreeMap<String, Service>,
    /// The members of the head as they came: those of a change are put over them.
    members: Map<String, Value>,
}

impl Known {
    /// Of a whole overview.
    ///
    /// # Errors
    /// When that is none.
    pub(super) fn whole(text: &str) -> serde_json::Result<Self> {
        let mut known = Self::default();
        known.change(text)?;
        Ok(known)
    }

    /// Takes over what changed.
    ///
    /// # Errors
    /// When that is no change of an overview; then nothing is taken over.
    pub(super) fn change(&mut self, text: &str) -> serde_json::Result<()> {
        let mut change: Map<String, Value> = serde_json::from_str(text)?;
        let services: Vec<Service> = taken(&mut change, "services")?;
        let removed: Vec<String> = taken(&mut change, "removed")?;
        let mut members = self.members.clone();
        members.extend(change);
        self.head = serde_json::from_value(Value::Object(members.clone()))?;
        self.members = members;
        for name in removed {
            self.services.remove(&name);
        }
        self.services.extend(services.into_iter().map(|service| (service.name.clone(), service)));
        Ok(())
    }
}

fn taken<T: serde::de::DeserializeOwned + Default>(
    from: &mut Map<String, Value>,
    name: &str,
) -> serde_json::Result<T> {
    from.remove(name).map_or_else(|| Ok(T::default()), serde_json::from_value)
}

#[cfg(test)]
mod tests {
    use super::Known;
    use crate::top::shape::Condition;

    const WHOLE: &str = r#"{"time":1,"version":"1","bus":{"connected":true,"broker":"b:1"},"host":{"cpu_percent":3},
        "services":[{"name":"a","state":"healthy","instances":[["a1","healthy",1]]},{"name":"b","state":"dreaming"}]}"#;

    #[test]
    fn a_change_is_put_over_what_was_known() {
        let mut known = Known::whole(WHOLE).expect("an overview");
        assert_eq!(known.services["b"].state, Condition::Unknown);
        let change = r#"{"time":2,"host":null,"services":[{"name":"c","state":"silent"},{"name":"a","state":"degraded"}],"removed":["b"]}"#;
        known.change(change).expect("a change");
        let names: Vec<(&str, Condition)> =
            known.services.iter().map(|(name, service)| (name.as_str(), service.state)).collect();
        assert_eq!(names, [("a", Condition::Degraded), ("c", Condition::Silent)]);
        assert!(known.head.time > 1.5 && known.head.host.is_none() && known.head.bus.connected);
    }

    #[test]
    fn what_is_no_change_changes_nothing() {
        let mut known = Known::whole(WHOLE).expect("an overview");
        for text in ["", "[]", r#"{"time":"soon"}"#, r#"{"time":9,"services":[{"name":7}]}"#] {
            assert!(known.change(text).is_err(), "{text}");
        }
        assert!(known.head.time < 1.5 && known.services.len() == 2);
    }
}
