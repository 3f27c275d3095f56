//! Names are whatever anybody on the bus says.

use crate::documents::faults;
use crate::house::{Broker, alert, house, rule, service, topics};
use home_assistant::Household;
use proptest::prelude::{ProptestConfig, any, prop, prop_oneof, proptest};
use proptest::strategy::Strategy;
use std::collections::BTreeSet;

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-c/+#_.\\- ]{0,4}",
        any::<String>(),
        "\\PC{190,210}",
        "[xy]{1000,1024}",
        "a{0,3}(/|#|\\+|ü|_|-)?b?",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn make_valid_documents_and_different_ids(
        services in prop::collection::btree_set(name(), 0..8),
        rules in prop::collection::btree_set(name(), 0..8),
    ) {
        let home = Household {
            services: services.iter().map(|name| service(name)).collect(),
            rules: rules.iter().map(|name| rule(name)).collect(),
            alerts: services.iter().zip(&rules).map(|(service, rule)| alert(rule, service)).collect::<Vec<_>>().into(),
            ..house()
        };
        let mut broker = Broker::new();
        broker.look(&home);
        let documents = broker.documents();
        assert_eq!(documents.len(), 1 + 3 * services.len() + 2 * rules.len(), "each has a topic of its own");
        let faults: Vec<String> = documents.iter().flat_map(|(topic, one)| faults(topic, one)).collect();
        assert!(faults.is_empty(), "{faults:#?}");
        let ids: BTreeSet<&str> = documents.iter().filter_map(|(_, one)| one["unique_id"].as_str()).collect();
        assert_eq!(ids.len(), documents.len());
        let devices: BTreeSet<&str> = documents.iter().filter_map(|(_, one)| one["device"]["identifiers"][0].as_str()).collect();
        assert_eq!(devices.len(), 1 + services.len());
        for (topic, state) in &broker.standing {
            assert!(topics().may_stand(topic), "{topic}");
            // What the recorder of Home Assistant keeps.
            assert!(state["attributes"].to_string().len() < 16 << 10);
        }
        let before = broker.standing.clone();
        broker.restart(topics());
        broker.look(&home);
        assert_eq!(broker.standing, before, "what stands there is the same after a restart");
        broker.look(&Household { services: home.services.clone(), ..house() });
        assert_eq!(broker.documents().len(), 1 + 3 * services.len());
    }
}
