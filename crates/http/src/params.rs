//! What stands in the address of a request, with the errors that the original's framework gives.

use crate::problem::{NO_PATH, Problem};
use axum::extract::{FromRequestParts, Path, Query};
use axum::http::request::Parts as RequestParts;
use model::{Millis, TimeRange, from_seconds, limits};
use serde::de::DeserializeOwned;
use std::convert::Infallible;

/// The variable parts of the path. What cannot be decoded names nothing that exists.
#[derive(Debug)]
pub(crate) struct Within<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Within<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut RequestParts, state: &S) -> Result<Self, Problem> {
        let path = Path::from_request_parts(parts, state).await;
        path.map(|Path(within)| Self(within)).map_err(|_| NO_PATH)
    }
}

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
        self.value(name).filter(|value| !value.is_empty())
    }

    /// A count from 0 to `most`; what is more means `most`.
    pub(crate) fn count(&self, name: &str, default: usize, most: usize) -> Result<usize, Problem> {
        let number = self.integer(name, 0)?;
        Ok(number.map_or(default, |number| usize::try_from(number).unwrap_or(most).min(most)))
    }

    /// A count from 1 to `most`; what is more means `most`.
    pub(crate) fn positive(&self, name: &str, default: usize, most: usize) -> Result<usize, Problem> {
        let number = self.integer(name, 1)?;
        Ok(number.map_or(default, |number| usize::try_from(number).unwrap_or(most).min(most)))
    }

    /// A number that is more than 0.
    pub(crate) fn above_zero(&self, name: &str, default: f64) -> Result<f64, Problem> {
        let Some(text) = self.value(name) else { return Ok(default) };
        match text.trim().parse::<f64>() {
            Ok(number) if number > 0.0 => Ok(number),
            Ok(_) => Err(Problem::query("greater_than", name, "Input should be greater than 0", text)),
            Err(_) => {
                let message = "Input should be a valid number, unable to parse string as a number";
                Err(Problem::query("float_parsing", name, message, text))
            }
        }
    }

    /// Yes or no.
    pub(crate) fn flag(&self, name: &str, default: bool) -> Result<bool, Problem> {
        let Some(text) = self.value(name) else { return Ok(default) };
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

    /// The `hours` before `end`; 0 is a moment, and [`limits::LOOK_BACK_HOURS`] the most.
    pub(crate) fn hours(&self, default: u32, end: Millis) -> Result<TimeRange, Problem> {
        let hours = self.integer("hours", 0)?.unwrap_or(i64::from(default));
        let hours = hours.min(i64::from(limits::LOOK_BACK_HOURS));
        Ok(TimeRange::last(hours * limits::HOUR, end))
    }

    /// The range asked for: from `start` to `end` (Unix seconds), or `range` (seconds) or `hours` before `end`;
    /// an hour if nothing is. Without `end` it ends now.
    pub(crate) fn range(&self, now: Millis) -> Result<TimeRange, Problem> {
        let end = self.time("end")?.unwrap_or(now);
        if let Some(start) = self.time("start")? {
            return Ok(TimeRange { start, end });
        }
        match self.integer("range", 1)? {
            Some(seconds) => Ok(TimeRange::last(seconds.saturating_mul(limits::SECOND), end)),
            None => self.hours(1, end),
        }
    }

    /// All values of `name`.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn time(&self, name: &str) -> Result<Option<Millis>, Problem> {
        let Some(text) = self.value(name) else { return Ok(None) };
        let millis = text.trim().parse::<f64>().ok().and_then(from_seconds);
        let message = "Input should be a valid number, unable to parse string as a number";
        millis.map(Some).ok_or_else(|| Problem::query("float_parsing", name, message, text))
    }

    /// A whole number, `least` or more. What no `i64` holds is its nearest.
    fn integer(&self, name: &str, least: i64) -> Result<Option<i64>, Problem> {
        let Some(text) = self.value(name) else { return Ok(None) };
        let message = "Input should be a valid integer, unable to parse string as an integer";
        let number = whole(text.trim()).ok_or_else(|| Problem::query("int_parsing", name, message, text))?;
        if number < least { Err(Problem::too_small(name, least, text)) } else { Ok(Some(number)) }
    }
}

/// An integer as the original reads one: with a sign or without, and zeros after a point do no harm.
fn whole(text: &str) -> Option<i64> {
    let digits = match text.split_once('.') {
        Some((digits, zeros)) if !zeros.is_empty() && zeros.bytes().all(|digit| digit == b'0') => digits,
        Some(_) => return None,
        None => text,
    };
    match digits.parse() {
        Ok(number) => Some(number),
        Err(error) => match error.kind() {
            std::num::IntErrorKind::PosOverflow => Some(i64::MAX),
            std::num::IntErrorKind::NegOverflow => Some(i64::MIN),
            _ => None,
        },
    }
}
