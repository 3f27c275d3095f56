//! Whom those on the bus may have us ask. Anybody on a bus may name any address, and what we ask then is asked from
//! inside the house: so only hosts and networks that the settings name are asked, and some addresses never.

use crate::outgoing::Reach;
use ipnet::IpNet;
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use url::{Host, Url};

/// Addresses at which clouds tell machines their secrets, besides the link-local one.
const METADATA: [IpAddr; 3] = [
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)),
];

/// Hosts and networks that may be asked. By default nobody.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ScrapeFromBus {
    names: BTreeSet<String>,
    networks: Vec<IpNet>,
}

impl ScrapeFromBus {
    /// Reads names of hosts, addresses, and networks such as `192.168.0.0/16`.
    ///
    /// # Errors
    /// The first word that is none of these.
    pub fn parse<'a>(words: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        let mut allowed = Self::default();
        for word in words {
            if let Ok(network) = word.parse::<IpNet>() {
                allowed.networks.push(network);
            } else if let Ok(address) = word.parse::<IpAddr>() {
                allowed.networks.push(address.into());
            } else {
                // As a host stands in a URL: in lower case, and encoded.
                let url = Url::parse(&format!("http://{word}/")).ok();
                let host = url.as_ref().and_then(|url| match (url.host()?, url.port(), url.path()) {
                    (Host::Domain(name), None, "/") => Some(name.to_owned()),
                    _ => None,
                });
                let name = host.filter(|_| !word.contains(['/', '@', '?', '#', ':']));
                allowed.names.insert(name.ok_or_else(|| {
                    format!("{word:?} is neither a host nor a network such as 192.168.0.0/16")
                })?);
            }
        }
        Ok(allowed)
    }

    /// Whether a URL may be asked, as far as it says that itself. A name that is not named may still have an address that
    /// is: that shows when it is looked up.
    pub(super) fn may_ask(&self, url: &str) -> bool {
        let Ok(url) = Url::parse(url) else { return false };
        match url.host() {
            Some(Host::Domain(name)) => self.names.contains(name) || !self.networks.is_empty(),
            Some(Host::Ipv4(address)) => self.allows("", address.into()),
            Some(Host::Ipv6(address)) => self.allows("", address.to_canonical()),
            None => false,
        }
    }

    /// What may be connected to.
    pub(super) fn reach(&self) -> Reach {
        let allowed = Arc::new(self.clone());
        Reach::only(move |host, address| allowed.allows(host, address))
    }

    fn allows(&self, host: &str, address: IpAddr) -> bool {
        if is_never_asked(address) {
            return false;
        }
        // Whoever answers for a name in the network could answer with ourselves; that must have been meant.
        let is_named = self.names.contains(host) && (!address.is_loopback() || host == "localhost");
        is_named || self.networks.iter().any(|network| network.contains(&address))
    }
}

fn is_never_asked(address: IpAddr) -> bool {
    let is_special = match address {
        IpAddr::V4(address) => address.is_link_local() || address.is_broadcast(),
        IpAddr::V6(address) => address.is_unicast_link_local(),
    };
    is_special || address.is_unspecified() || address.is_multicast() || METADATA.contains(&address)
}

#[cfg(test)]
mod tests {
    use super::ScrapeFromBus;

    #[track_caller]
    fn check(allowed: &[&str], host: &str, address: &str, expect: bool) {
        let allowed = ScrapeFromBus::parse(allowed.iter().copied()).expect("good words");
        assert_eq!(allowed.allows(host, address.parse().expect("an address")), expect, "{host} at {address}");
    }

    #[test]
    fn names_and_networks_are_allowed_and_nobody_else() {
        let all = ["192.168.0.0/16", "Sensor-Hub.local", "10.1.2.3", "fd12::/64", "localhost"];
        check(&all, "x", "192.168.7.7", true);
        check(&all, "x", "192.169.0.1", false);
        check(&all, "x", "10.1.2.3", true);
        check(&all, "x", "10.1.2.4", false);
        check(&all, "x", "fd12::7", true);
        check(&all, "x", "fd13::7", false);
        check(&all, "sensor-hub.local", "8.8.8.8", true);
        check(&all, "sensor-hub.local", "127.0.0.1", false);
        check(&all, "localhost", "127.0.0.1", true);
        check(&all, "x", "127.0.0.1", false);
        check(&["127.0.0.0/8"], "x", "127.0.0.1", true);
        check(&[], "x", "192.168.7.7", false);
    }

    #[test]
    fn some_addresses_are_never_asked() {
        let all = ["0.0.0.0/0", "::/0", "host"];
        for address in [
            "169.254.169.254",
            "169.254.0.1",
            "fe80::1",
            "0.0.0.0",
            "::",
            "224.0.0.1",
            "ff02::1",
            "255.255.255.255",
            "100.100.100.200",
            "168.63.129.16",
            "fd00:ec2::254",
        ] {
            check(&all, "host", address, false);
        }
        check(&all, "host", "8.8.8.8", true);
    }

    #[test]
    fn what_a_url_says_itself_is_judged_before_it_is_looked_up() {
        let named = ScrapeFromBus::parse(["hub.local"]).expect("good");
        let network = ScrapeFromBus::parse(["192.168.0.0/16"]).expect("good");
        for (url, by_name, by_network) in [
            ("http://hub.local:9100/metrics", true, true),
            ("http://HUB.local/", true, true),
            ("http://other/", false, true),
            ("http://192.168.1.1/", false, true),
            ("http://0xc0a80101/", false, true),
            ("http://[::ffff:192.168.1.1]/", false, true),
            ("http://10.0.0.1/", false, false),
            ("http://169.254.169.254/", false, false),
        ] {
            assert_eq!((named.may_ask(url), network.may_ask(url)), (by_name, by_network), "{url}");
        }
        assert!(!ScrapeFromBus::default().may_ask("http://hub.local/"));
    }

    #[test]
    fn words_that_are_neither_are_told() {
        for word in ["", "192.168.0.0/33", "http://host", "host:80", "a b", "user@host", "host/path"] {
            assert!(ScrapeFromBus::parse([word]).is_err(), "{word}");
        }
    }
}
