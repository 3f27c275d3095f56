//! A query with all that was said of it: read from parameters, evaluated for as long as it is wanted.

use super::failure::Failure;
use super::form::Form;
use model::{Millis, Select, limits};
use query::{Answer, Engine, Options, QueryError, Stop};
use std::time::Duration;

/// When it is looked.
pub(crate) enum Times {
    At(Millis),
    Range { start: Millis, end: Millis, step: Millis },
}

impl Times {
    /// The instant in `time`; now if nothing is said.
    pub(crate) fn instant(form: &Form, now: Millis) -> Result<Self, Failure> {
        Ok(Self::At(form.instant_or("time", now)?))
    }

    /// From `start` to `end` in steps of `step`.
    pub(crate) fn range(form: &Form) -> Result<Self, Failure> {
        let (start, end) = (form.instant("start")?, form.instant("end")?);
        if end < start {
            return Err(Failure::parameter("end", "end timestamp must not be before start time"));
        }
        let step =
            form.length("step").unwrap_or_else(|| Err("cannot parse \"\" to a valid duration".to_owned()));
        let step = step.map_err(|why| Failure::parameter("step", why))?;
        if step <= 0 {
            let why =
                "zero or negative query resolution step widths are not accepted. Try a positive integer";
            return Err(Failure::parameter("step", why));
        }
        if end.saturating_sub(start) / step > limits::QUERY_POINTS {
            return Err(Failure::bad(
                "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution \
                 (?step=XX)",
            ));
        }
        Ok(Self::Range { start, end, step })
    }
}

/// A query with all that was said of it.
pub(crate) struct Asked {
    text: String,
    times: Times,
    /// At most so many series are answered.
    pub(crate) limit: usize,
    options: Options,
    pub(crate) wants_stats: bool,
    /// How long it may take, if that was said.
    pub(crate) timeout: Option<Duration>,
}

impl Asked {
    /// Reads the parameters in the order in which Prometheus complains of them.
    pub(crate) fn read(
        form: &Form,
        times: impl FnOnce(&Form) -> Result<Times, Failure>,
    ) -> Result<Self, Failure> {
        let limit = form.limit()?;
        let times = times(form)?;
        let timeout = form.length("timeout").transpose().map_err(|why| Failure::parameter("timeout", why))?;
        let timeout = timeout.and_then(|time| u64::try_from(time).ok()).map(Duration::from_millis);
        let lookback = form.length("lookback_delta").transpose();
        let lookback = lookback
            .map_err(|why| Failure::bad(format!("error parsing lookback delta duration: {why}")))?
            .filter(|lookback| *lookback > 0);
        let options = Options { lookback: lookback.unwrap_or(limits::LOOKBACK), ..Options::default() };
        let text = form.text("query").unwrap_or("").to_owned();
        Ok(Self { text, times, limit, options, wants_stats: form.text("stats").is_some(), timeout })
    }

    /// Evaluates it, unless `stop` says meanwhile why not to.
    pub(crate) fn compute(
        &self,
        select: &dyn Select,
        stop: &dyn Fn() -> Option<Stop>,
    ) -> Result<Answer, QueryError> {
        let engine = Engine::new(select, self.options, stop);
        match self.times {
            Times::At(t) => engine.instant(&self.text, t),
            Times::Range { start, end, step } => engine.range(&self.text, start, end, step),
        }
    }
}
