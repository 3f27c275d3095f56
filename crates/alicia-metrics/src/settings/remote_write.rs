//! Where samples are handed on to: `[[remote_write]]` tables and `--remote-write`, checked and complete.

use super::SettingsError;
use super::file::RemoteWrite;
use super::login::{Given, LoginKeys};
use super::resolve::secret_in;
use super::wrong::Wrong;
use crate::matching;
use forward::Version;
use http::Call;
use model::{Labels, Login, Matcher, NAME, PART, Secret, limits};
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// The longest name; it is that of a directory.
const NAME_LETTERS: usize = 64;
/// Headers that say what a request is, and are not for anybody to set.
const RESERVED: [&str; 4] = ["content-length", "transfer-encoding", "host", "connection"];

/// A destination.
#[derive(Clone, PartialEq)]
pub(crate) struct Destination {
    /// What it is called in metrics and in the log, and where its queue is.
    pub(crate) name: String,
    /// Where to.
    pub(crate) url: String,
    /// What it reads.
    pub(crate) version: Version,
    /// Only series that meet these.
    pub(crate) matchers: Vec<Matcher>,
    /// Labels that series get, where they have none of the name.
    pub(crate) labels: Labels,
    /// Bytes of its queue.
    pub(crate) queue_bytes: u64,
    /// Samples of a request.
    pub(crate) max_samples: usize,
    /// Whether native histograms are handed on.
    pub(crate) native_histograms: bool,
    /// Series that are remembered.
    pub(crate) series: usize,
    /// Further headers.
    pub(crate) headers: Vec<(String, Secret)>,
    /// How to come in.
    pub(crate) login: Login,
    /// Whose certificates are trusted, if not the system's authorities.
    pub(crate) ca: Option<PathBuf>,
    /// How long a request may take.
    pub(crate) time: Duration,
}

/// The address may be a secret.
impl fmt::Debug for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Destination({} {})", self.name, self.shown_url())
    }
}

impl Destination {
    /// Where to, without what may be a secret.
    pub(crate) fn shown_url(&self) -> &str {
        self.url.split(['?', '#']).next().unwrap_or_default()
    }

    /// What its queue and courier need.
    pub(crate) fn forward(&self) -> forward::Settings {
        forward::Settings {
            version: self.version,
            queue_bytes: self.queue_bytes,
            matchers: self.matchers.clone(),
            labels: self.labels.clone(),
            max_samples: self.max_samples,
            native_histograms: self.native_histograms,
            series: self.series,
        }
    }

    /// A request with this body.
    ///
    /// # Errors
    /// What is wrong with address, headers or secret.
    pub(crate) fn call(&self, body: Vec<u8>) -> Result<Call, http::CallError> {
        let mut call = Call::post(&self.url, body)?.within(self.time);
        let own = self.version.headers();
        for (name, value) in self.headers.iter().map(|(name, value)| (&**name, value.reveal())).chain(own) {
            call = call.header(name, value)?;
        }
        call.login(&self.login)
    }
}

/// The destinations of the file, and those whose addresses alone were given.
pub(super) fn resolve(
    urls: &[String],
    tables: Vec<RemoteWrite>,
    series: usize,
) -> Result<Vec<Destination>, SettingsError> {
    let bare = urls.iter().map(|url| RemoteWrite { url: url.clone(), ..RemoteWrite::default() });
    let mut all: Vec<Destination> = Vec::new();
    for table in tables.into_iter().chain(bare) {
        let one = destination(table, series)?;
        if all.iter().any(|other| other.name == one.name) {
            return Err(bad(&one.name, "there are two of this name; give one another `name`"));
        }
        all.push(one);
    }
    if all.len() > limits::DESTINATIONS {
        let message = format!("{} destinations are more than {}", all.len(), limits::DESTINATIONS);
        return Err(SettingsError::value("remote_write", message));
    }
    Ok(all)
}

fn destination(table: RemoteWrite, series: usize) -> Result<Destination, SettingsError> {
    let call = Call::post(&table.url, Vec::new());
    let url = call.map_err(|error| SettingsError::value("remote_write", error.to_string()))?.url().to_owned();
    let name = table.name.clone().unwrap_or_else(|| name_of(&url));
    let letters =
        |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    if name.is_empty() || name.starts_with('.') || name.len() > NAME_LETTERS || !letters(&name) {
        return Err(bad(&name, "a name has letters of ASCII, digits, `-`, `_` and `.`, and 64 at most"));
    }
    let reserved = |header: &str| {
        let is = |other: &str| header.eq_ignore_ascii_case(other);
        RESERVED.iter().any(|other| is(other)) || Version::V1.headers().iter().any(|(other, _)| is(other))
    };
    if let Some((header, _)) = table.headers.iter().find(|(header, _)| reserved(header)) {
        return Err(bad(&name, &format!("the header {header:?} is set by the program")));
    }
    if let Some(label) = table.labels.keys().find(|label| matches!(label.as_str(), "" | NAME | PART)) {
        return Err(bad(&name, &format!("{label:?} is no label that can be added")));
    }
    let matchers = table.matching.as_deref().map(matching::parse).transpose();
    let version = match table.version {
        None | Some(1) => Version::V1,
        Some(2) => Version::V2,
        Some(other) => return Err(bad(&name, &format!("version: {other} is neither 1 nor 2"))),
    };
    let one = Destination {
        url,
        version,
        matchers: matchers.map_err(|why| bad(&name, &format!("match: {why}")))?.unwrap_or_default(),
        labels: Labels::new(&table.labels),
        queue_bytes: queue_bytes(&name, table.queue_gb)?,
        max_samples: within(&name, "max_samples", table.max_samples)?,
        native_histograms: table.native_histograms.unwrap_or(false),
        series,
        headers: table.headers.clone().into_iter().collect(),
        login: login(&name, &table)?,
        ca: table.ca,
        time: time(&name, table.timeout)?,
        name,
    };
    // Whatever cannot be sent is found out now, not at the first sample.
    one.call(Vec::new()).map_err(|error| bad(&one.name, &error.to_string()))?;
    Ok(one)
}

/// `host-9090` from an address.
fn name_of(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let good = host.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' });
    good.collect::<String>().trim_matches(['-', '.']).chars().take(NAME_LETTERS).collect()
}

/// What a queue may be at most, in gigabytes: more than any disk has.
const MOST_GB: f64 = 1e6;

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "checked to be a size of a disk"
)]
fn queue_bytes(name: &str, gb: Option<f64>) -> Result<u64, SettingsError> {
    let Some(gb) = gb else { return Ok(limits::QUEUE_BYTES) };
    let least = limits::LEAST_QUEUE_BYTES as f64 / 1e9;
    if (least..=MOST_GB).contains(&gb) {
        return Ok((gb * 1e9) as u64);
    }
    Err(bad(name, &format!("queue_gb: {gb} is out of range ({least} to {MOST_GB})")))
}

fn within(name: &str, key: &str, value: Option<usize>) -> Result<usize, SettingsError> {
    let value = value.unwrap_or(limits::FORWARD_SAMPLES);
    if (1..=limits::MOST_FORWARD_SAMPLES).contains(&value) {
        return Ok(value);
    }
    Err(bad(name, &format!("{key}: {value} is out of range (1 to {})", limits::MOST_FORWARD_SAMPLES)))
}

fn time(name: &str, span: Option<crate::span::Span>) -> Result<Duration, SettingsError> {
    let Some(span) = span else { return Ok(limits::FORWARD_TIME) };
    match u64::try_from(span.0) {
        Ok(millis @ 100..=600_000) => Ok(Duration::from_millis(millis)),
        _ => Err(bad(name, &format!("timeout: {span} is out of range (100ms to 10m)"))),
    }
}

fn login(name: &str, table: &RemoteWrite) -> Result<Login, SettingsError> {
    let keys = LoginKeys {
        username: table.username.as_ref(),
        password: table.password.as_ref(),
        password_file: table.password_file.as_ref(),
        token: table.token.as_ref(),
        token_file: table.token_file.as_ref(),
    };
    let login = keys.login(|given| match given {
        Given::Text(secret) => Ok(secret.clone()),
        Given::File(path) => secret_in(&setting(name), path).map_err(Wrong::File),
    });
    login.map_err(|wrong| wrong.of(|why| bad(name, &why)))
}

fn setting(name: &str) -> String {
    format!("remote_write {name:?}")
}

fn bad(name: &str, message: &str) -> SettingsError {
    SettingsError::value(&setting(name), message)
}

#[cfg(test)]
mod tests {
    use super::{Destination, resolve};
    use crate::settings::file::File;
    use model::{Login, Secret};

    fn read(text: &str) -> Result<Vec<Destination>, String> {
        let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
        resolve(&[], file.remote_write, 1_000).map_err(|error| error.to_string())
    }

    fn one(rest: &str) -> Result<Destination, String> {
        let all = read(&format!("[[remote_write]]\nurl = 'http://store:9090/api/v1/write'\n{rest}\n"))?;
        all.into_iter().next().ok_or_else(|| "none".to_owned())
    }

    #[test]
    fn an_address_is_enough_and_names_itself() {
        let urls = ["http://a:9090/api/v1/write".to_owned(), "https://b.example/push".to_owned()];
        let all = resolve(&urls, Vec::new(), 1_000).expect("good");
        let names: Vec<&str> = all.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["a-9090", "b.example"]);
        assert!(all[0].login == Login::Open && all[0].queue_bytes == 1 << 30 && !all[0].native_histograms);
        let twice = resolve(&[urls[0].clone(), urls[0].clone()], Vec::new(), 1_000).expect_err("one name");
        assert!(twice.to_string().contains("a-9090"), "{twice}");
    }

    #[test]
    fn a_table_says_all_there_is_to_say() {
        let all = one("name = 'far'\nqueue_gb = 0.5\nmatch = 'up{service=\"a\"}'\nmax_samples = 100\n\
                       timeout = '5s'\nheaders = { X-Scope-OrgID = 'me' }\nlabels = { site = 'home' }\n\
                       username = 'u'\npassword = 'secret'\nnative_histograms = true");
        let all = all.expect("good");
        assert_eq!((all.name.as_str(), all.queue_bytes, all.max_samples), ("far", 500_000_000, 100));
        assert_eq!((all.matchers.len(), all.labels.get("site"), all.time.as_secs()), (2, Some("home"), 5));
        assert!(all.login == Login::Basic("u".to_owned(), Secret::new("secret")) && all.native_histograms);
        assert!(!format!("{all:?}").contains("secret"), "{all:?}");
        let all = read("[[remote_write]]\nurl = 'http://store/write?key=secret'").expect("good");
        assert_eq!((all[0].shown_url(), all[0].name.as_str()), ("http://store/write", "store"));
    }

    #[test]
    fn what_cannot_be_meant_is_refused_by_name() {
        for (rest, why) in [
            ("name = 'a/b'", "a name has"),
            ("name = '..'", "a name has"),
            ("queue_gb = 0.0", "queue_gb"),
            ("queue_gb = nan", "queue_gb"),
            ("max_samples = 0", "max_samples"),
            ("version = 3", "neither 1 nor 2"),
            ("timeout = 'forever'", "timeout"),
            ("match = 'a{'", "match"),
            ("labels = { __name__ = 'x' }", "no label"),
            ("headers = { Content-Encoding = 'gzip' }", "set by the program"),
            ("headers = { 'bad name' = 'x' }", "header"),
            ("username = 'u'", "password"),
            ("token = 't'\nusername = 'u'\npassword = 'p'", "not both"),
            ("token = 't'\ntoken_file = '/nowhere'", "one of both"),
            ("token_file = '/nowhere/at/all'", "cannot read"),
            ("token = \"a\\nb\"", "header"),
            ("colour = 'red'", "unknown field"),
        ] {
            let error = one(rest).expect_err(rest);
            assert!(error.contains(why), "{rest}: {error}");
        }
        let error = read("[[remote_write]]\nurl = 'http://me:secret@host/'").expect_err("secrets in a URL");
        assert!(!error.contains("secret"), "{error}");
    }
}
