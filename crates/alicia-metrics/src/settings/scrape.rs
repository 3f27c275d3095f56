//! `[[scrape]]` tables and `--scrape`: who is scraped.

use super::SettingsError;
use super::file::Scrape;
use super::login::{Given, LoginKeys};
use crate::span::Span;
use http::{ScrapeJob, ScrapeSecret, Scraper};
use model::Login;
use std::collections::BTreeSet;
use std::time::Duration;

/// The job of the targets of the command line.
const FLAG_JOB: &str = "scrape";

/// The jobs of the command line and of the file; each has a name of its own.
pub(super) fn jobs(flags: &[String], tables: Vec<Scrape>) -> Result<Vec<ScrapeJob>, SettingsError> {
    let mut jobs = Vec::new();
    if !flags.is_empty() {
        jobs.push(ScrapeJob { targets: flags.to_vec(), ..ScrapeJob::new(FLAG_JOB) });
    }
    for table in tables {
        let name = table.job.clone();
        jobs.push(job(table).map_err(|why| SettingsError::value(&format!("scrape {name:?}"), why))?);
    }
    let mut names = BTreeSet::new();
    for job in &jobs {
        let wrong = |why: String| SettingsError::value(&format!("scrape {:?}", job.job), why);
        if job.job.is_empty() || !names.insert(&job.job) {
            return Err(wrong("expected a name that no other job has".to_owned()));
        }
        Scraper::check(job).map_err(wrong)?;
    }
    Ok(jobs)
}

/// Who may be scraped because somebody on the bus says so.
pub(super) fn from_bus(allowed: &[String]) -> Result<http::ScrapeFromBus, SettingsError> {
    http::ScrapeFromBus::parse(allowed.iter().map(String::as_str))
        .map_err(|why| SettingsError::value("scrape_from_bus.allow", why))
}

fn job(table: Scrape) -> Result<ScrapeJob, String> {
    let auth = auth(&table)?;
    let plain = ScrapeJob::new(&table.job);
    let interval = table.interval.map_or(plain.interval, length);
    // Whoever asks more often than usual waits for no longer than until then.
    let timeout = table.timeout.map_or(plain.timeout.min(interval), length);
    Ok(ScrapeJob {
        interval,
        timeout,
        targets: table.targets,
        files: table.files,
        path: table.path.unwrap_or(plain.path),
        scheme: table.scheme.unwrap_or(plain.scheme),
        labels: table.labels,
        honor_labels: table.honor_labels.unwrap_or(plain.honor_labels),
        honor_timestamps: table.honor_timestamps.unwrap_or(plain.honor_timestamps),
        sample_limit: table.sample_limit.unwrap_or(plain.sample_limit),
        auth,
        ca: table.ca,
        job: plain.job,
    })
}

fn length(span: Span) -> Duration {
    Duration::from_millis(span.0.unsigned_abs())
}

fn auth(table: &Scrape) -> Result<Login<ScrapeSecret>, String> {
    let keys = LoginKeys {
        username: table.username.as_ref(),
        password: table.password.as_ref(),
        password_file: table.password_file.as_ref(),
        token: table.token.as_ref(),
        token_file: table.token_file.as_ref(),
    };
    // A file is read with each scrape.
    keys.login(|given| {
        Ok(match given {
            Given::Text(secret) => ScrapeSecret::Given(secret.clone()),
            Given::File(path) => ScrapeSecret::File(path.to_owned()),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::{Login, ScrapeJob, jobs};
    use crate::settings::file::Scrape;
    use std::time::Duration;

    fn read(flags: &[&str], tables: &[&str]) -> Result<Vec<ScrapeJob>, String> {
        let flags: Vec<String> = flags.iter().map(|flag| (*flag).to_owned()).collect();
        let tables: Result<Vec<Scrape>, _> = tables.iter().map(|table| toml::from_str(table)).collect();
        jobs(&flags, tables.map_err(|error| error.to_string())?).map_err(|error| error.to_string())
    }

    #[test]
    fn flags_are_a_job_and_tables_are_jobs() {
        let found = read(
            &["host:9100", "https://other/own"],
            &[
                "job = 'node'\ntargets = ['a:1']\ninterval = '5s'",
                "job = 'f'\nfiles = ['t.json']\ntimeout = '2s'",
            ],
        )
        .expect("all are good");
        let short: Vec<_> =
            found.iter().map(|job| (&*job.job, job.targets.len(), job.interval, job.timeout)).collect();
        let seconds = Duration::from_secs;
        assert_eq!(
            short,
            [
                ("scrape", 2, seconds(15), seconds(10)),
                ("node", 1, seconds(5), seconds(5)),
                ("f", 0, seconds(15), seconds(2))
            ]
        );
        assert_eq!(read(&[], &[]), Ok(Vec::new()));
    }

    #[test]
    fn a_secret_is_one_and_does_not_show() {
        let auth =
            |lines: &str| read(&[], &[&format!("job = 'j'\n{lines}")]).map(|mut jobs| jobs.remove(0).auth);
        let found = auth("username = 'u'\npassword = 'hidden'").expect("good");
        assert!(matches!(found, Login::Basic(..)) && !format!("{found:?}").contains("hidden"));
        assert!(matches!(auth("token_file = 'f'"), Ok(Login::Bearer(_))));
        for bad in [
            "username = 'u'",
            "password = 'p'",
            "token = 't'\ntoken_file = 'f'",
            "token = 't'\nusername = 'u'\npassword = 'p'",
        ] {
            assert!(auth(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_bad_job_is_named() {
        for (tables, why) in [
            (&["job = 'a'\ntargets = ['x y']"][..], "scrape \"a\""),
            (&["job = 'a'\ninterval = '5s'\ntimeout = '6s'"], "timeout"),
            (&["job = 'a'", "job = 'a'"], "no other job"),
            (&["job = ''"], "expected a name"),
            (&["job = 'a'\ntarget = ['x']"], "target"),
        ] {
            let error = read(&[], tables).expect_err("bad");
            assert!(error.contains(why), "{tables:?}: {error}");
        }
    }
}
