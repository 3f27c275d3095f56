//! What a `[[receiver]]` table of type `email` comes to.

use model::Login;
use notify::{Mail, Security};
use serde::Deserialize;
use std::net::IpAddr;

/// Addresses of one receiver: a list of people is the server's to keep.
const ADDRESSES: usize = 20;

/// How the way to the server is kept secret, as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum TlsWord {
    Starttls,
    Tls,
    None,
}

/// The mail of these keys.
///
/// # Errors
/// What is missing or wrong.
pub(super) fn mail(
    server: Option<&str>,
    tls: Option<TlsWord>,
    from: Option<&str>,
    to: Option<&[String]>,
) -> Result<Mail, String> {
    let (security, usual_port) = match tls.unwrap_or(TlsWord::Starttls) {
        TlsWord::Starttls => (Security::StartTls, 587),
        TlsWord::Tls => (Security::Tls, 465),
        TlsWord::None => (Security::Open, 25),
    };
    let (server, port) = place(server.ok_or("`server` is missing")?)?;
    let to = to.unwrap_or_default();
    match to.len() {
        0 => return Err("`to` is missing".to_owned()),
        1..=ADDRESSES => {}
        count => return Err(format!("`to` has {count} addresses, {ADDRESSES} are the most")),
    }
    Ok(Mail {
        server,
        port: port.unwrap_or(usual_port),
        security,
        from: from.ok_or("`from` is missing")?.to_owned(),
        to: to.to_vec(),
    })
}

/// A password goes over no open way to another machine.
///
/// # Errors
/// It would.
pub(super) fn check_login(mail: &Mail, login: &Login) -> Result<(), String> {
    let is_here = mail.server == "localhost"
        || mail.server.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    match login {
        Login::Open => Ok(()),
        Login::Bearer(_) => Err("a server of mail takes a user and a password, no token".to_owned()),
        Login::Basic(..) if mail.security == Security::Open && !is_here => {
            Err("without TLS a password is only sent to this machine".to_owned())
        }
        Login::Basic(..) => Ok(()),
    }
}

/// `host`, `host:port`, `[::1]:port`.
fn place(text: &str) -> Result<(String, Option<u16>), String> {
    let wrong = || format!("`server`: {text:?} is no host, or host and port");
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (host, rest) = rest.split_once(']').ok_or_else(wrong)?;
            (host, rest.strip_prefix(':'))
        }
        None => match text.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        },
    };
    let port = port.map(|port| port.parse().map_err(|_| wrong())).transpose()?;
    let is_letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | ':' | '_');
    if host.is_empty() || !host.chars().all(is_letter) || port == Some(0) {
        return Err(wrong());
    }
    Ok((host.to_owned(), port))
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn a_server_is_a_host_and_perhaps_a_port() {
        for (text, host, port) in [
            ("mail.example", "mail.example", None),
            ("mail.example:2525", "mail.example", Some(2525)),
            ("10.0.0.1:25", "10.0.0.1", Some(25)),
            ("[::1]:25", "::1", Some(25)),
            ("[fd00::1]", "fd00::1", None),
        ] {
            assert_eq!(place(text), Ok((host.to_owned(), port)), "{text}");
        }
        for text in ["", ":25", "a:b", "a:0", "a:70000", "smtp://a", "a b", "[::1", "::1:25"] {
            assert!(place(text).is_err(), "{text}");
        }
    }
}
