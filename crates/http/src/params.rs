//! Query parameters, with the errors that the original's framework gives.

use crate::problem::Problem;
use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts as RequestParts;
use model::{Millis, TimeRange, from_seconds, limits};
use std::convert::Infallible;

/// The query of a request.
#[derive(Debug, Default)]
pub(crate) struct Params(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Params {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut RequestParts, state: &S) -> Result<Self, Infallible> {
        // A query that cannot be decoded has no parameters; the defaults answer it.
        let query = Query::<Vec<(String, String)>>::from_request_parts(parts, state).await;
        Ok(Self(query.map(|Query(pairs)| pairs).unwrap_or_default()))
    }
}

impl Params {
    /// The last value of `name`, if it is there and not empty.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .rev()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
            .filter(|v| !v.is_empty())
    }

    /// A count from 0 to `most`; what is more means `most`.
    pub(crate) fn count(&self, name: &str, default: usize, most: usize) -> Result<usize, Problem> {
        let Some(text) = self.text(name) else { return Ok(default) };
        let number = integer(name, text)?;
        match usize::try_from(number) {
            Ok(count) => Ok(count.min(most)),
            Err(_) => Err(out_of_range(
                name,
                text,
                "greater_than_equal",
                "Input should be greater than or equal to 0",
            )),
        }
    }

    /// Yes or no.
    pub(crate) fn flag(&self, name: &str, default: bool) -> Result<bool, Problem> {
        let Some(text) = self.text(name) else { return Ok(default) };
        match text.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" | "t" | "y" => Ok(true),
            "false" | "0" | "no" | "off" | "f" | "n" => Ok(false),
            _ => Err(Problem::query(
                "bool_parsing",
                name,
                "Input should be a valid boolean, unable to interpret input",
                text,
            )),
        }
    }

    /// The `hours` before `now`.
    pub(crate) fn hours(&self, default: u32, now: Millis) -> Result<TimeRange, Problem> {
        let Some(text) = self.text("hours") else {
            return Ok(TimeRange::last(i64::from(default) * limits::HOUR, now));
        };
        let hours = integer("hours", text)?;
        if hours < 1 {
            return Err(out_of_range(
                "hours",
                text,
                "greater_than_equal",
                "Input should be greater than or equal to 1",
            ));
        }
        let hours = hours.min(i64::from(limits::LOOK_BACK_HOURS));
        Ok(TimeRange::last(hours * limits::HOUR, now))
    }

    /// The range asked for: `start` and `end` (Unix seconds), `range` (seconds) or `hours` before now; an hour
    /// if nothing is.
    pub(crate) fn range(&self, now: Millis) -> Result<TimeRange, Problem> {
        let end = self.time("end")?.unwrap_or(now);
        if let Some(start) = self.time("start")? {
            return Ok(TimeRange { start, end });
        }
        if let Some(text) = self.text("range") {
            let seconds = integer("range", text)?;
            if seconds < 1 {
                return Err(out_of_range(
                    "range",
                    text,
                    "greater_than_equal",
                    "Input should be greater than or equal to 1",
                ));
            }
            return Ok(TimeRange::last(seconds.saturating_mul(limits::SECOND), end));
        }
        self.hours(1, end)
    }

    fn time(&self, name: &str) -> Result<Option<Millis>, Problem> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let millis = text.parse::<f64>().ok().and_then(from_seconds);
        let message = "Input should be a valid number, unable to parse string as a number";
        millis.map(Some).ok_or_else(|| Problem::query("float_parsing", name, message, text))
    }
}

fn integer(name: &str, text: &str) -> Result<i64, Problem> {
    let message = "Input should be a valid integer, unable to parse string as an integer";
    text.trim().parse().map_err(|_| Problem::query("int_parsing", name, message, text))
}

fn out_of_range(name: &str, text: &str, kind: &str, message: &str) -> Problem {
    Problem::query(kind, name, message, text)
}
