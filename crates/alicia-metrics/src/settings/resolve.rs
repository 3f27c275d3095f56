//! Flags, environment, file and defaults become one [`Settings`].

use super::capsule;
use super::desk;
use super::environment::{self, AliciaVariables};
use super::file::{self, File};
use super::home_assistant;
use super::listen;
use super::mappings;
use super::memory;
use super::receivers;
use super::remote_write;
use super::routes;
use super::rule_files;
use super::scrape;
use super::{MqttSettings, Settings, SettingsError};
use crate::cli::ServeArgs;
use crate::matching;
use crate::span::Span;
use model::{Secret, limits};
use rules::groups::RuleGroup;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use store::RetentionRule;

/// Alicia's deployment keeps samples for so many days.
pub(crate) const DEFAULT_DAYS: u32 = 30;
/// What is newer stays in memory anyway.
const SHORTEST: Span = Span(limits::HOUR);
/// Longer than anybody measured; who wants more says so in a word.
const LONGEST: Span = Span(100 * 366 * limits::DAY);
const DEFAULT_MQTT_PORT: u16 = 1883;
const DEFAULT_MQTT_TLS_PORT: u16 = 8883;
const DEFAULT_HTTP: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8014);

/// The settings that `args`, the environment and the file say together.
pub(crate) fn load(args: &ServeArgs) -> Result<Settings, SettingsError> {
    let alicia = AliciaVariables::read(environment::variable)?;
    resolve(args, alicia, file::read(args.config.as_deref())?)
}

fn resolve(args: &ServeArgs, alicia: AliciaVariables, mut file: File) -> Result<Settings, SettingsError> {
    let http_listen = args.http.listen.or(file.http.listen).unwrap_or(DEFAULT_HTTP);
    let http_access = http_access(args, &mut file, http_listen)?;
    let rules = std::mem::take(&mut file.rule);
    let rule_groups = rule_groups(args, &file)?;
    let max_series =
        args.max_series.or(file.storage.max_series).unwrap_or_else(|| limits::series_in(memory::available()));
    let scrape = scrape::jobs(&args.scrape, std::mem::take(&mut file.scrape))?;
    let receivers = receivers::resolve(std::mem::take(&mut file.receiver))?;
    let routes = routes::resolve(std::mem::take(&mut file.route), &receivers)?;
    let flap = desk::FlapKeys { changes: file.alerts.flap_changes, window: file.alerts.flap_window };
    let desk =
        desk::resolve(std::mem::take(&mut file.maintenance), &std::mem::take(&mut file.inhibit), flap)?;
    let scrape_from_bus = scrape::from_bus(&file.scrape_from_bus.allow)?;
    let id = client_id(args, &file.mqtt);
    let settings = Settings {
        http_listen,
        http_access,
        data_dir: args
            .data_dir
            .clone()
            .or(alicia.data_dir.clone())
            .or(file.storage.data_dir.take())
            .unwrap_or_else(|| PathBuf::from("data")),
        durability: args.durability.or(file.storage.durability).unwrap_or_default(),
        retention: retention("retention", args.retention, args.retention_days)?
            .or(alicia.retention_days.map(Span::days))
            .or(retention("storage.retention", file.storage.retention, file.storage.retention_days)?)
            .unwrap_or_else(|| Span::days(DEFAULT_DAYS)),
        out_of_order_window: args
            .out_of_order_window
            .or(file.storage.out_of_order_window)
            .unwrap_or(Span::FOREVER),
        retention_rules: file.retention.iter().map(retention_rule).collect::<Result<_, _>>()?,
        retention_gb: args.retention_gb.or(file.storage.retention_gb),
        max_series,
        collection_seconds: args
            .collection_interval
            .or(alicia.collection_seconds)
            .or(file.collection.interval_seconds)
            .unwrap_or(30),
        host_seconds: args.host_interval.or(file.collection.host_interval_seconds).unwrap_or(60),
        cpu_threshold: args
            .alert_threshold_cpu
            .or(alicia.cpu_threshold)
            .or(file.alerts.cpu_threshold)
            .unwrap_or(90.0),
        memory_threshold: args
            .alert_threshold_memory
            .or(alicia.memory_threshold)
            .or(file.alerts.memory_threshold)
            .unwrap_or(85.0),
        destinations: remote_write::resolve(&args.remote_write, file.remote_write, max_series)?,
        scrape,
        scrape_from_bus,
        notify: notify::Settings { receivers, routes },
        desk,
        mappings: mappings::mappings(std::mem::take(&mut file.mapping))?,
        rules,
        rule_groups,
        capsule: capsule::resolve(std::mem::take(&mut file.capsule))?,
        log_level: args.log_level.clone().or(file.log.level.take()).unwrap_or_else(|| "info".to_owned()),
        log_format: args.log_format.or(file.log.format).unwrap_or_default(),
        home_assistant: home_assistant::resolve(&args.home_assistant, file.home_assistant, &id)?,
        mqtt: mqtt(args, alicia, file.mqtt)?,
    };
    check(&settings)?;
    Ok(settings)
}

/// The groups of the files that the command line and the settings name.
fn rule_groups(args: &ServeArgs, file: &File) -> Result<Vec<RuleGroup>, SettingsError> {
    let interval = args.rule_interval.or(file.rules.interval);
    let interval = interval.map_or(rule_files::DEFAULT_INTERVAL, |interval| interval.0);
    if !(limits::RULE_INTERVAL..=limits::DAY).contains(&interval) {
        return Err(SettingsError::value("rules.interval", "is out of range (100ms to 1d)"));
    }
    let files: Vec<String> = args.rule_file.iter().chain(&file.rules.files).cloned().collect();
    rule_files::read(&files, interval)
}

/// How long samples are kept, where `name` may say it and the same name with `days`.
pub(crate) fn retention(
    name: &str,
    span: Option<Span>,
    days: Option<u32>,
) -> Result<Option<Span>, SettingsError> {
    match (span, days.map(Span::days)) {
        (Some(_), Some(_)) => Err(SettingsError::value(name, "is given, and so are days; give one of both")),
        (Some(span), _) | (None, Some(span))
            if span < SHORTEST || (span > LONGEST && span < Span::FOREVER) =>
        {
            let message = format!("{span} is out of range ({SHORTEST} to {LONGEST}, or {})", Span::FOREVER);
            Err(SettingsError::value(name, message))
        }
        (span, days) => Ok(span.or(days)),
    }
}

fn retention_rule(rule: &file::Retention) -> Result<RetentionRule, SettingsError> {
    let matchers =
        matching::parse(&rule.matching).map_err(|why| SettingsError::value("retention.match", why))?;
    let keep = retention("retention.keep", rule.keep, rule.days)?;
    let keep = keep.ok_or_else(|| SettingsError::value("retention", "expected `keep` or `days`"))?;
    Ok(RetentionRule { matchers, keep: keep.0 })
}

fn client_id(args: &ServeArgs, file: &file::Mqtt) -> String {
    let said = args.mqtt_client_id.clone().or_else(|| file.client_id.clone());
    said.unwrap_or_else(|| "alicia-metrics".to_owned())
}

fn mqtt(args: &ServeArgs, alicia: AliciaVariables, file: file::Mqtt) -> Result<MqttSettings, SettingsError> {
    let (tls, client_id) = (tls(args, &file)?, client_id(args, &file));
    let default_port = if tls.is_some() { DEFAULT_MQTT_TLS_PORT } else { DEFAULT_MQTT_PORT };
    let port = args.mqtt_port.or(alicia.mqtt_port).or(file.port).unwrap_or(default_port);
    let broker = args.mqtt_broker.clone().or(alicia.mqtt_broker).or(file.broker);
    let password_file = args.mqtt_password_file.as_deref().or(file.password_file.as_deref());
    Ok(MqttSettings {
        broker: broker_of(broker.as_deref().unwrap_or("embedded"), port)?,
        username: args.mqtt_username.clone().or(alicia.mqtt_username).or(file.username),
        password: match (args.mqtt_password.clone(), password_file) {
            (Some(password), _) => Some(password),
            (None, Some(path)) => Some(secret_in("mqtt-password-file", path)?),
            (None, None) => alicia.mqtt_password.or(file.password),
        },
        client_id,
        tls,
        listen: listen::filters(&args.mqtt_listen, file.listen)?,
        websocket_path: args.mqtt_websocket_path.clone().or(file.websocket_path),
    })
}

/// `embedded`, `none`, `HOST` or `HOST:PORT`.
fn broker_of(word: &str, port: u16) -> Result<bus::Broker, SettingsError> {
    match word {
        "" => {
            Err(SettingsError::value("mqtt-broker", "is empty; expected a host name, `embedded` or `none`"))
        }
        "none" => Ok(bus::Broker::None),
        "embedded" => Ok(bus::Broker::Embedded { host: Ipv4Addr::LOCALHOST.to_string(), port }),
        host if host.contains("://") => Err(SettingsError::value(
            "mqtt-broker",
            format!(
                "{host:?} is a URL; give the host name alone, and --mqtt-port, --mqtt-tls, --mqtt-websocket-path beside it"
            ),
        )),
        host => match host.rsplit_once(':') {
            Some((name, own_port)) if !name.contains(':') => match own_port.parse() {
                Ok(own_port) => Ok(bus::Broker::External { host: name.to_owned(), port: own_port }),
                Err(_) => Err(SettingsError::value(
                    "mqtt-broker",
                    format!("{own_port:?} in {host:?} is not a port"),
                )),
            },
            _ => Ok(bus::Broker::External { host: host.to_owned(), port }),
        },
    }
}

fn tls(args: &ServeArgs, file: &file::Mqtt) -> Result<Option<bus::TlsSettings>, SettingsError> {
    let ca = args.mqtt_ca.clone().or_else(|| file.ca.clone());
    let cert = args.mqtt_cert.clone().or_else(|| file.cert.clone());
    let key = args.mqtt_key.clone().or_else(|| file.key.clone());
    if cert.is_some() != key.is_some() {
        return Err(SettingsError::value(
            "mqtt-cert",
            "a client certificate needs its key (--mqtt-key), and a key its certificate",
        ));
    }
    let wanted = args.mqtt_tls || file.tls.unwrap_or(false) || ca.is_some() || cert.is_some();
    Ok(wanted.then_some(bus::TlsSettings { ca, cert, key }))
}

/// Listening beyond this machine without a password would show the house to the neighbours: refused unless
/// the operator says so.
fn http_access(args: &ServeArgs, file: &mut File, listen: SocketAddr) -> Result<http::Access, SettingsError> {
    let viewer = args.http.viewer_token.clone().or(file.http.viewer_token.take());
    let editor = args.http.editor_token.clone().or(file.http.editor_token.take());
    let owner = http_owner(args, file, listen)?;
    let guests = [(http::Role::Viewer, viewer), (http::Role::Editor, editor)];
    let guests: Vec<_> = guests
        .into_iter()
        .filter_map(|(role, token)| Some((role, token.filter(|token| !token.is_empty())?)))
        .collect();
    match owner {
        owner if guests.is_empty() => Ok(owner),
        http::Access::Open => Err(SettingsError::value(
            "http-viewer-token",
            "a token for viewers or editors means nothing where everybody may do everything; give --http-token, or --http-username \
             with --http-password, too",
        )),
        owner => Ok(http::Access::WithGuests(Box::new(owner), guests)),
    }
}

/// Who may do everything.
fn http_owner(args: &ServeArgs, file: &mut File, listen: SocketAddr) -> Result<http::Access, SettingsError> {
    let token = args.http.token.clone().or(file.http.token.take()).filter(|token| !token.is_empty());
    let user = args.http.username.clone().or(file.http.username.take());
    let password = args.http.password.clone().or(file.http.password.take());
    let open = args.http.open || file.http.open.unwrap_or(false);
    match (token, user, password) {
        (Some(token), None, None) => Ok(http::Access::Token(token)),
        (Some(_), _, _) => {
            Err(SettingsError::value("http-token", "give a token or a user and password, not both"))
        }
        (None, Some(user), Some(password)) => Ok(http::Access::Password { user, password }),
        (None, None, None) if listen.ip().is_loopback() || open => Ok(http::Access::Open),
        (None, None, None) => Err(SettingsError::value(
            "http-listen",
            format!(
                "{listen} can be reached from other machines, and neither --http-token nor --http-username with \
                 --http-password is given; give one, or --http-open to let everybody in"
            ),
        )),
        _ => Err(SettingsError::value(
            "http-username",
            "a user needs a password (--http-password), and a password its user",
        )),
    }
}

/// The secret in a file, which the setting `name` gives.
pub(super) fn secret_in(name: &str, path: &Path) -> Result<Secret, SettingsError> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| SettingsError::value(name, format!("cannot read {}: {error}", path.display())))?;
    Ok(Secret::new(text.trim_end_matches(['\r', '\n'])))
}

fn check(settings: &Settings) -> Result<(), SettingsError> {
    let positive =
        [("collection-interval", settings.collection_seconds), ("host-interval", settings.host_seconds)];
    for (name, value) in positive {
        if value == 0 || value > 100 * 366 * 86_400 {
            return Err(SettingsError::value(name, format!("{value} is out of range")));
        }
    }
    for (name, percent) in [
        ("alert-threshold-cpu", settings.cpu_threshold),
        ("alert-threshold-memory", settings.memory_threshold),
    ] {
        if !(0.0..=100.0).contains(&percent) {
            return Err(SettingsError::value(name, format!("{percent} is not a percentage")));
        }
    }
    if let Some(gb) = settings.retention_gb.filter(|gb| !(0.001..=1e6).contains(gb)) {
        return Err(SettingsError::value("retention-gb", format!("{gb} is out of range (0.001 to 1000000)")));
    }
    if !(1_000..=100_000_000).contains(&settings.max_series) {
        let message = format!("{} is out of range (1000 to 100000000)", settings.max_series);
        return Err(SettingsError::value("max-series", message));
    }
    for rule in &settings.rules {
        rules::check(rule)
            .map_err(|error| SettingsError::value(&format!("rule {:?}", rule.name), error.to_string()))?;
    }
    crate::logging::check_level(&settings.log_level)
        .map_err(|message| SettingsError::value("log-level", message))
}

#[cfg(test)]
mod tests {
    use super::{AliciaVariables, File, resolve};
    use crate::cli::ServeArgs;
    use crate::settings::Settings;
    use crate::span::Span;
    use clap::Parser;

    #[derive(Parser, Debug)]
    struct Line {
        #[command(flatten)]
        serve: ServeArgs,
    }

    fn parsed(flags: &[&str]) -> Result<Line, String> {
        Line::try_parse_from(std::iter::once(&"x").chain(flags)).map_err(|error| error.to_string())
    }

    fn settings(flags: &[&str]) -> Result<Settings, String> {
        let line = parsed(flags)?;
        resolve(&line.serve, AliciaVariables::default(), File::default()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_secret_shows_nowhere_on_its_way_from_flags_variables_and_file() {
        let text = "[mqtt]\npassword = 'hidden'\n[http]\ntoken = 'hidden'\nviewer_token = 'hidden'\neditor_token = 'hidden'\n\
             [[scrape]]\njob = 'a'\ntargets = ['h:1']\nusername = 'u'\npassword = 'hidden'\n\
             [[scrape]]\njob = 'b'\ntargets = ['h:1']\ntoken = 'hidden'\n\
             [[remote_write]]\nurl = 'http://a/?key=hidden'\ntoken = 'hidden'\nheaders = { X-Key = 'hidden' }\n\
             [[remote_write]]\nurl = 'http://b/'\nusername = 'u'\npassword = 'hidden'\n\
             [[receiver]]\nname = 'r'\ntype = 'ntfy'\nurl = 'http://h/hidden'\ntopic = 'hidden'\ntoken = 'hidden'\n\
             [[receiver]]\nname = 's'\ntype = 'template'\nurl = 'http://h/'\nbody = ''\nheaders = { X-Key = 'hidden' }\n\
             [[receiver]]\nname = 't'\ntype = 'webhook'\nurl = 'http://h/'\nusername = 'u'\npassword = 'hidden'\n";
        let file = |text: &str| -> File { toml::from_str(text).expect("good") };
        let read = file(&text.replace("?key=hidden", ""));
        assert!(!format!("{read:?}").contains("hidden"), "{read:?}");
        let flags = ["--http-token", "hidden", "--mqtt-password", "hidden", "--http-viewer-token", "hidden"];
        let line = parsed(&flags).expect("good");
        assert!(!format!("{line:?}").contains("hidden"), "{line:?}");
        let variables = AliciaVariables::read(|name| (name == "MQTT_PASSWORD").then(|| "hidden".to_owned()));
        let variables = variables.expect("good");
        assert!(!format!("{variables:?}").contains("hidden"), "{variables:?}");
        let settings = resolve(&line.serve, variables, file(text)).expect("all are good");
        assert_eq!(
            (settings.notify.receivers.len(), settings.scrape.len(), settings.destinations.len()),
            (3, 2, 2)
        );
        assert!(!format!("{settings:?}").contains("hidden"), "{settings:?}");
        let bus = settings.bus();
        assert!(bus.password.is_some() && !format!("{bus:?}").contains("hidden"), "{bus:?}");
    }

    #[test]
    fn without_any_setting_the_own_broker_runs_and_http_stays_on_this_machine() {
        let settings = settings(&[]).expect("defaults are complete");
        assert!(matches!(settings.mqtt.broker, bus::Broker::Embedded { port: 1883, .. }));
        assert_eq!(settings.http_listen.to_string(), "127.0.0.1:8014");
    }

    #[test]
    fn brokers_are_words_hosts_or_hosts_with_a_port() {
        let broker = |word: &str| settings(&["--mqtt-broker", word]).map(|s| format!("{:?}", s.mqtt.broker));
        assert_eq!(broker("none").as_deref(), Ok("None"));
        assert_eq!(broker("bus").as_deref(), Ok("External { host: \"bus\", port: 1883 }"));
        assert_eq!(broker("bus:1999").as_deref(), Ok("External { host: \"bus\", port: 1999 }"));
        assert!(broker("bus:x").is_err());
        assert!(broker("mqtt://bus").is_err_and(|text| text.contains("URL")));
    }

    #[test]
    fn guests_need_an_owner() {
        let refused = settings(&["--http-viewer-token", "v"]).expect_err("everybody may do everything");
        assert!(refused.contains("--http-token"), "{refused}");
        let both = settings(&["--http-token", "t", "--http-viewer-token", "v", "--http-editor-token", ""]);
        let guests = vec![(http::Role::Viewer, model::Secret::new("v"))];
        let expected =
            http::Access::WithGuests(Box::new(http::Access::Token(model::Secret::new("t"))), guests);
        assert!(both.expect("both are given").http_access == expected);
    }

    #[test]
    fn defect_38_listening_beyond_this_machine_needs_a_secret_or_an_explicit_word() {
        let refused = settings(&["--http-listen", "0.0.0.0:8014"])
            .expect_err("nobody may listen there openly by accident");
        assert!(refused.contains("--http-open") && refused.contains("--http-token"), "{refused}");
        for allowed in
            [&["--http-open"][..], &["--http-token", "t"], &["--http-username", "u", "--http-password", "p"]]
        {
            let mut flags = vec!["--http-listen", "0.0.0.0:8014"];
            flags.extend(allowed);
            assert!(settings(&flags).is_ok(), "{allowed:?}");
        }
        assert!(settings(&["--http-username", "u"]).is_err());
    }

    #[test]
    fn a_flag_wins_over_the_deployments_variable_and_that_over_the_file() {
        let line = parsed(&["--retention-days", "1"]).expect("parses");
        let alicia = || AliciaVariables {
            retention_days: Some(2),
            collection_seconds: Some(3),
            ..AliciaVariables::default()
        };
        let mut file = File::default();
        file.collection.interval_seconds = Some(4);
        file.collection.host_interval_seconds = Some(5);
        let settings = resolve(&line.serve, alicia(), file).expect("all are good");
        assert_eq!(
            (settings.retention, settings.collection_seconds, settings.host_seconds),
            (Span::days(1), 3, 5)
        );
    }

    #[test]
    fn a_length_of_time_or_days_say_how_long_samples_are_kept_and_both_are_one_too_many() {
        let kept = |flags: &[&str]| settings(flags).map(|settings| settings.retention);
        assert_eq!(kept(&[]), Ok(Span::days(30)));
        assert_eq!(kept(&["--retention-days", "7"]), Ok(Span::days(7)));
        assert_eq!(kept(&["--retention", "1d12h"]), Ok(Span(36 * 3_600_000)));
        assert_eq!(kept(&["--retention", "forever"]), Ok(Span::FOREVER));
        for flags in [
            &["--retention", "7d", "--retention-days", "7"][..],
            &["--retention-days", "0"],
            &["--retention", "5m"],
        ] {
            assert!(kept(flags).is_err_and(|text| text.contains("retention")), "{flags:?}");
        }
        let late = |flags: &[&str]| settings(flags).map(|settings| settings.store().out_of_order);
        assert_eq!(late(&[]), Ok(model::limits::FOREVER));
        assert_eq!(late(&["--out-of-order-window", "10m"]), Ok(600_000));
        assert_eq!(late(&["--out-of-order-window", "0s"]), Ok(0));
    }

    #[test]
    fn series_of_a_table_are_kept_for_its_length_or_its_days() {
        let keeps = |table: &str| {
            let text = format!("[[retention]]\nmatch = 'a'\n{table}\n");
            let file: File = toml::from_str(&text).map_err(|error| error.to_string())?;
            let line = parsed(&[])?;
            let settings = resolve(&line.serve, AliciaVariables::default(), file);
            settings.map(|settings| settings.retention_rules[0].keep).map_err(|error| error.to_string())
        };
        assert_eq!(keeps("days = 2"), Ok(2 * 86_400_000));
        assert_eq!(keeps("keep = '12h'"), Ok(43_200_000));
        assert_eq!(keeps("keep = 'forever'"), Ok(model::limits::FOREVER));
        for bad in ["", "days = 0", "days = 1\nkeep = '1d'", "keep = 1"] {
            assert!(keeps(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_rule_with_a_bad_condition_in_the_file_is_refused_by_name() {
        let rule = model::Rule {
            name: "odd".to_owned(),
            metric_name: "m".to_owned(),
            condition: "value >".to_owned(),
            severity: model::Severity::Info,
            description: String::new(),
            enabled: true,
            cooldown_period: 1,
            ..model::Rule::default()
        };
        let file = File { rule: vec![rule], ..File::default() };
        let line = parsed(&[]).expect("parses");
        let error = resolve(&line.serve, AliciaVariables::default(), file)
            .expect_err("the condition is cut")
            .to_string();
        assert!(error.contains("odd"), "{error}");
    }
}
