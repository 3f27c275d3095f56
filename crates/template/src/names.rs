//! Functions of names: of hosts, and of words.

use std::net::IpAddr;

/// The host of `host:port`; what is no such thing stays.
pub(crate) fn strip_port(text: &str) -> &str {
    split_port(text).map_or(text, |(host, _)| host)
}

/// The first part of a host's name, and the port. Addresses stay.
pub(crate) fn strip_domain(text: &str) -> String {
    let (host, port) = split_port(text).unwrap_or((text, ""));
    let host = match host.parse::<IpAddr>() {
        Ok(_) => host,
        Err(_) => host.split('.').next().unwrap_or(host),
    };
    match (port, host.contains([':', '%'])) {
        ("", _) => host.to_owned(),
        (_, true) => format!("[{host}]:{port}"),
        (_, false) => format!("{host}:{port}"),
    }
}

/// Host and port, without the brackets of an IPv6 address.
fn split_port(text: &str) -> Option<(&str, &str)> {
    let (host, port) = text.rsplit_once(':')?;
    let host = match host.strip_prefix('[') {
        Some(inside) => inside.strip_suffix(']')?,
        None if host.contains(':') => return None,
        None => host,
    };
    (!host.contains(['[', ']']) && !port.contains(['[', ']'])).then_some((host, port))
}

/// The first letter of each word as a capital.
pub(crate) fn title(text: &str) -> String {
    let mut before = ' ';
    let capital = |c: char| {
        let is_first = separates(before);
        before = c;
        if is_first { single(c.to_uppercase(), c) } else { c }
    };
    text.chars().map(capital).collect()
}

/// All letters as capitals. One that has no single capital stays.
pub(crate) fn upper(text: &str) -> String {
    text.chars().map(|c| single(c.to_uppercase(), c)).collect()
}

/// All letters as small ones.
pub(crate) fn lower(text: &str) -> String {
    text.chars().map(|c| single(c.to_lowercase(), c)).collect()
}

fn single(mut mapped: impl Iterator<Item = char>, or: char) -> char {
    match (mapped.next(), mapped.next()) {
        (Some(one), None) => one,
        _ => or,
    }
}

/// Whether a word may begin behind it.
fn separates(c: char) -> bool {
    if c.is_ascii() {
        return !c.is_ascii_alphanumeric() && c != '_';
    }
    !c.is_alphanumeric() && c.is_whitespace()
}
