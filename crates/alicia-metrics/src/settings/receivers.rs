//! `[[receiver]]` tables: who is told of alerts, checked and complete.

use super::SettingsError;
use super::email::{self, TlsWord};
use super::login::{Given, LoginKeys, given};
use super::resolve::secret_in;
use super::wrong::Wrong;
use crate::span::Span;
use http::Call;
use model::{Login, Secret, limits};
use notify::{Kind, Method, Receiver};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

/// The longest name; it is that of a label.
const NAME_LETTERS: usize = 64;
/// Bytes of a template.
const BODY_BYTES: usize = 64 << 10;
const NTFY: &str = "https://ntfy.sh";
const TELEGRAM: &str = "https://api.telegram.org";
/// Headers that say what a request is, and are not for anybody to set.
const RESERVED: [&str; 4] = ["content-length", "transfer-encoding", "host", "connection"];

/// A table as written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReceiverTable {
    name: String,
    #[serde(rename = "type")]
    kind: Type,
    url: Option<Secret>,
    /// With many services the address is all of the secret.
    url_file: Option<PathBuf>,
    token: Option<Secret>,
    token_file: Option<PathBuf>,
    username: Option<String>,
    password: Option<Secret>,
    password_file: Option<PathBuf>,
    topic: Option<Secret>,
    chat_id: Option<String>,
    server: Option<String>,
    tls: Option<TlsWord>,
    from: Option<String>,
    to: Option<Vec<String>>,
    method: Option<Verb>,
    headers: Option<BTreeMap<String, Secret>>,
    body: Option<String>,
    ca: Option<PathBuf>,
    timeout: Option<Span>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Type {
    Webhook,
    Alertmanager,
    Ntfy,
    Gotify,
    Telegram,
    Slack,
    Discord,
    Email,
    Template,
}

#[derive(Debug, Clone, Copy, Deserialize)]
enum Verb {
    #[serde(rename = "GET")]
    Get,
    #[serde(rename = "POST")]
    Post,
    #[serde(rename = "PUT")]
    Put,
    #[serde(rename = "PATCH")]
    Patch,
}

/// The receivers of the file; each has a name of its own.
pub(super) fn resolve(tables: Vec<ReceiverTable>) -> Result<Vec<Receiver>, SettingsError> {
    if tables.len() > limits::RECEIVERS {
        let message = format!("{} are more than {}", tables.len(), limits::RECEIVERS);
        return Err(SettingsError::value("receiver", message));
    }
    let mut names = BTreeSet::new();
    let mut all = Vec::new();
    for table in tables {
        let wrong = |why: String| SettingsError::value(&format!("receiver {:?}", table.name), why);
        if !is_name(&table.name) {
            return Err(wrong(
                "a name has letters of ASCII, digits, `-`, `_` and `.`, and 64 at most".to_owned(),
            ));
        }
        if !names.insert(table.name.clone()) {
            return Err(wrong("there are two of this name".to_owned()));
        }
        all.push(receiver(&table).map_err(|why| why.of(wrong))?);
    }
    Ok(all)
}

/// Whether receivers and routes may be called so.
pub(super) fn is_name(name: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    (1..=NAME_LETTERS).contains(&name.len()) && name.chars().all(is_letter)
}

fn receiver(table: &ReceiverTable) -> Result<Receiver, Wrong> {
    let kind = kind(table)?;
    kind.check()?;
    // Of Gotify and Telegram the token is a part of the request.
    let is_bearer = !matches!(kind, Kind::Gotify { .. } | Kind::Telegram { .. });
    let one = Receiver {
        name: table.name.clone(),
        login: login(table, is_bearer)?,
        ca: table.ca.clone(),
        time: time(table)?,
        kind,
    };
    if let Kind::Email(mail) = &one.kind {
        email::check_login(mail, &one.login)?;
        http::mail::check(mail, one.ca.as_deref()).map_err(|error| error.to_string())?;
    } else if let Some(ca) = &one.ca {
        // Whatever cannot be used is found out now, not at the first alert.
        http::Outgoing::new(Some(ca), http::Reach::anywhere()).map_err(|error| error.to_string())?;
    }
    Ok(one)
}

fn kind(table: &ReceiverTable) -> Result<Kind, Wrong> {
    only(table)?;
    let token = given("the token", table.token.as_ref(), table.token_file.as_ref())?;
    let token = token.map(|given| read(table, given)).transpose()?;
    let url = || url(table);
    let needed = |what: Option<Secret>, key: &str| what.ok_or_else(|| format!("`{key}` is missing"));
    Ok(match table.kind {
        Type::Webhook => Kind::Webhook { url: url()? },
        Type::Alertmanager => Kind::Alertmanager { url: url()? },
        Type::Slack => Kind::Slack { url: url()? },
        Type::Discord => Kind::Discord { url: url()? },
        Type::Ntfy => Kind::Ntfy { url: url()?, topic: needed(table.topic.clone(), "topic")? },
        Type::Gotify => Kind::Gotify { url: url()?, token: needed(token, "token")? },
        Type::Telegram => Kind::Telegram {
            url: url()?,
            token: needed(token, "token")?,
            chat: table.chat_id.clone().ok_or("`chat_id` is missing")?,
        },
        Type::Email => {
            let (server, from) = (table.server.as_deref(), table.from.as_deref());
            Kind::Email(email::mail(server, table.tls, from, table.to.as_deref())?)
        }
        Type::Template => {
            let body = table.body.clone().ok_or("`body` is missing")?;
            if body.len() > BODY_BYTES {
                return Err(format!("`body` is longer than {BODY_BYTES} bytes").into());
            }
            Kind::Template { method: method(table.method), url: url()?, headers: headers(table)?, body }
        }
    })
}

/// A key that means nothing to this kind of receiver is a mistake.
fn only(table: &ReceiverTable) -> Result<(), Wrong> {
    let of = |kinds: &[Type]| kinds.contains(&table.kind);
    let keys = [
        ("url", table.url.is_some(), table.kind != Type::Email),
        ("url_file", table.url_file.is_some(), table.kind != Type::Email),
        ("server", table.server.is_some(), of(&[Type::Email])),
        ("tls", table.tls.is_some(), of(&[Type::Email])),
        ("from", table.from.is_some(), of(&[Type::Email])),
        ("to", table.to.is_some(), of(&[Type::Email])),
        ("topic", table.topic.is_some(), of(&[Type::Ntfy])),
        ("chat_id", table.chat_id.is_some(), of(&[Type::Telegram])),
        ("method", table.method.is_some(), of(&[Type::Template])),
        ("headers", table.headers.is_some(), of(&[Type::Template])),
        ("body", table.body.is_some(), of(&[Type::Template])),
    ];
    match keys.iter().find(|(_, is_given, is_known)| *is_given && !is_known) {
        Some((key, ..)) => Err(format!("`{key}` means nothing to a receiver of this type").into()),
        None => Ok(()),
    }
}

/// The address. It may be a secret, so no error shows it.
fn url(table: &ReceiverTable) -> Result<Secret, Wrong> {
    let given = given("the url", table.url.as_ref(), table.url_file.as_ref())?;
    let url = match (given.map(|given| read(table, given)).transpose()?, table.kind) {
        (Some(url), _) => url,
        (None, Type::Ntfy) => Secret::new(NTFY),
        (None, Type::Telegram) => Secret::new(TELEGRAM),
        (None, _) => return Err("`url` is missing".into()),
    };
    match Call::get(url.reveal()) {
        Ok(_) => Ok(url),
        Err(http::CallError::BadUrl { why, .. }) => Err(format!("the url cannot be called: {why}").into()),
        Err(error) => Err(error.to_string().into()),
    }
}

fn method(verb: Option<Verb>) -> Method {
    match verb {
        None | Some(Verb::Post) => Method::Post,
        Some(Verb::Get) => Method::Get,
        Some(Verb::Put) => Method::Put,
        Some(Verb::Patch) => Method::Patch,
    }
}

fn headers(table: &ReceiverTable) -> Result<Vec<(String, Secret)>, Wrong> {
    let mut headers = table.headers.clone().unwrap_or_default();
    if !headers.keys().any(|name| name.eq_ignore_ascii_case("content-type")) {
        headers.insert("content-type".to_owned(), Secret::new("application/json"));
    }
    let mut call = Call::get("http://localhost/").map_err(|error| error.to_string())?;
    for (name, value) in &headers {
        if RESERVED.iter().any(|reserved| name.eq_ignore_ascii_case(reserved)) {
            return Err(format!("the header {name:?} is set by the program").into());
        }
        call = call.header(name, value.reveal()).map_err(|error| error.to_string())?;
    }
    Ok(headers.into_iter().collect())
}

fn login(table: &ReceiverTable, is_bearer: bool) -> Result<Login, Wrong> {
    let keys = LoginKeys {
        username: table.username.as_ref(),
        password: table.password.as_ref(),
        password_file: table.password_file.as_ref(),
        token: table.token.as_ref().filter(|_| is_bearer),
        token_file: table.token_file.as_ref().filter(|_| is_bearer),
    };
    let login = keys.login(|given| read(table, given))?;
    if let Login::Bearer(token) = &login {
        let call = Call::get("http://localhost/").and_then(|call| call.bearer(token.reveal()));
        call.map_err(|_| "the token has letters that no header may have")?;
    }
    Ok(login)
}

fn read(table: &ReceiverTable, given: Given<'_>) -> Result<Secret, Wrong> {
    match given {
        Given::Text(secret) => Ok(secret.clone()),
        Given::File(path) => secret_in(&format!("receiver {:?}", table.name), path).map_err(Wrong::File),
    }
}

fn time(table: &ReceiverTable) -> Result<Duration, Wrong> {
    let Some(span) = table.timeout else { return Ok(limits::NOTIFY_TIME) };
    match u64::try_from(span.0) {
        Ok(millis @ 100..=60_000) => Ok(Duration::from_millis(millis)),
        _ => Err(format!("timeout: {span} is out of range (100ms to 1m)").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Receiver, resolve};
    use crate::settings::file::File;
    use model::Login;
    use notify::Kind;

    fn read(text: &str) -> Result<Vec<Receiver>, String> {
        let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
        resolve(file.receiver).map_err(|error| error.to_string())
    }

    fn one(lines: &str) -> Result<Receiver, String> {
        read(&format!("[[receiver]]\nname = 'r'\n{lines}\n")).map(|mut all| all.remove(0))
    }

    #[test]
    fn each_type_needs_little_and_shows_no_secret() {
        for lines in [
            "type = 'webhook'\nurl = 'http://host/hidden'",
            "type = 'alertmanager'\nurl = 'http://host:9093'\nusername = 'u'\npassword = 'hidden'",
            "type = 'ntfy'\ntopic = 'hidden'\ntoken = 'hidden'",
            "type = 'gotify'\nurl = 'http://host'\ntoken = 'hidden'",
            "type = 'telegram'\ntoken = 'hidden'\nchat_id = '-100'",
            "type = 'slack'\nurl = 'https://hooks.example/services/hidden'",
            "type = 'discord'\nurl = 'https://discord.example/api/webhooks/1/hidden'\ntimeout = '5s'",
            "type = 'email'\nserver = 'localhost:25'\ntls = 'none'\nfrom = 'A <a@house>'\nto = ['b@house']\nusername = 'u'\npassword = 'hidden'",
            "type = 'template'\nurl = 'http://host/'\nmethod = 'PUT'\nheaders = { X-Key = 'hidden' }\nbody = '{{title}}'",
        ] {
            let receiver = one(lines).expect(lines);
            assert!(!format!("{receiver:?}").contains("hidden"), "{receiver:?}");
            assert!(lines.contains(receiver.kind.word()));
        }
        let gotify = one("type = 'gotify'\nurl = 'http://host'\ntoken = 't'").expect("good");
        assert!(gotify.login == Login::Open && matches!(gotify.kind, Kind::Gotify { .. }));
    }

    #[test]
    fn what_cannot_be_meant_is_refused_by_name_and_without_secrets() {
        for (lines, why) in [
            ("type = 'webhook'", "`url` is missing"),
            ("type = 'webhook'\nurl = 'ftp://host/hidden'", "scheme"),
            ("type = 'webhook'\nurl = 'http://me:hidden@host/'", "do not belong"),
            ("type = 'webhook'\nurl = 'http://h/'\nurl_file = 'f'", "given twice"),
            ("type = 'webhook'\nurl_file = '/nowhere/at/all'", "cannot read"),
            ("type = 'webhook'\nurl = 'http://h/'\ntopic = 't'", "means nothing"),
            ("type = 'webhook'\nurl = 'http://h/'\nusername = 'u'", "needs a password"),
            ("type = 'webhook'\nurl = 'http://h/'\ntoken = \"hidden\\nx\"", "no header may have"),
            ("type = 'webhook'\nurl = 'http://h/'\ntimeout = '2m'", "timeout"),
            ("type = 'webhook'\nurl = 'http://h/'\nca = '/nowhere'", "cannot read"),
            ("type = 'email'\nfrom = 'a@b'\nto = ['a@b']", "`server` is missing"),
            ("type = 'email'\nserver = 'h'\nto = ['a@b']", "`from` is missing"),
            ("type = 'email'\nserver = 'h'\nfrom = 'a@b'", "`to` is missing"),
            ("type = 'email'\nserver = 'h'\nfrom = 'a@b'\nto = ['a']", "\"a\" is no address of mail"),
            (
                "type = 'email'\nserver = 'h'\nfrom = 'a@b'\nto = [\"a@b\\r\\nBcc: c@d\"]",
                "is no address of mail",
            ),
            (
                "type = 'email'\nserver = 'h'\nfrom = 'a@b'\nto = ['a@b']\nurl = 'http://h/'",
                "`url` means nothing",
            ),
            ("type = 'email'\nserver = 'h'\nfrom = 'a@b'\nto = ['a@b']\ntoken = 'hidden'", "no token"),
            ("type = 'email'\nserver = 'h'\nfrom = 'a@b'\nto = ['a@b']\nca = '/nowhere'", "cannot read"),
            (
                "type = 'email'\nserver = 'h'\ntls = 'none'\nfrom = 'a@b'\nto = ['a@b']\nusername = 'u'\npassword = 'hidden'",
                "only sent to this machine",
            ),
            ("type = 'webhook'\nurl = 'http://h/'\nto = ['a@b']", "`to` means nothing"),
            ("type = 'ntfy'", "`topic` is missing"),
            ("type = 'gotify'\nurl = 'http://h/'", "`token` is missing"),
            ("type = 'telegram'\ntoken = 't'", "`chat_id` is missing"),
            ("type = 'template'\nurl = 'http://h/'\nbody = '{{nothing}}'", "no placeholder {{nothing}}"),
            (
                "type = 'template'\nurl = 'http://h/'\nbody = ''\nheaders = { Host = 'x' }",
                "set by the program",
            ),
            ("type = 'pigeon'", "unknown variant"),
            ("type = 'webhook'\nurl = 'http://h/'\ncolour = 'red'", "unknown field"),
        ] {
            let error = one(lines).expect_err(lines);
            assert!(error.contains(why) && !error.contains("hidden\\n"), "{lines}: {error}");
        }
        let table = "[[receiver]]\nname = 'a'\ntype = 'webhook'\nurl = 'http://h/'\n";
        assert!(read(&format!("{table}{table}")).expect_err("twice").contains("two of this name"));
        assert!(read(&table.replace("'a'", "'a b'")).expect_err("a space").contains("a name has"));
    }
}
