//! How services were: buckets of a span, and the worst of each.

use ingest::ServiceView;
use model::{
    Alert, Facts, Matcher, Millis, NAME, Select, SelectError, Selection, Severity, TimeRange, limits,
};
use std::collections::HashMap;
use std::ops::ControlFlow;

/// Whether a service answers.
const UP: &str = "up";
/// Buckets of a strip.
pub(super) const BUCKETS: usize = 60;

/// The same, as a factor of times.
const TIMES: Millis = 60;

/// The buckets that end with the one in which `now` lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: Millis,
    pub(super) step: Millis,
}

impl Span {
    /// About the last `length` milliseconds.
    pub(super) fn last(length: Millis, now: Millis) -> Self {
        let step = (length / TIMES).max(limits::SECOND);
        let end = now.div_euclid(step).saturating_add(1).saturating_mul(step);
        Self { start: end.saturating_sub(step.saturating_mul(TIMES)), step }
    }

    /// The end of the last bucket.
    fn end(self) -> Millis {
        self.start.saturating_add(self.step.saturating_mul(TIMES))
    }

    /// The bucket of a time, if it has one.
    fn bucket(self, t: Millis) -> Option<usize> {
        usize::try_from(t.saturating_sub(self.start).div_euclid(self.step)).ok().filter(|at| *at < BUCKETS)
    }

    /// The buckets from one time to another, as far as there are any.
    fn buckets(self, from: Millis, to: Millis) -> std::ops::Range<usize> {
        let end = self.end();
        if to < self.start || from >= end {
            return 0..0;
        }
        let first = self.bucket(from.max(self.start)).unwrap_or(0);
        first..self.bucket(to.min(end - 1)).map_or(BUCKETS, |last| last + 1)
    }
}

/// What a bucket shows, the worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    Nothing,
    Fine,
    Warned,
    Silent,
    Failed,
}

impl Mark {
    fn letter(self) -> char {
        match self {
            Self::Nothing => '.',
            Self::Fine => '0',
            Self::Warned => '1',
            Self::Failed => '2',
            Self::Silent => 'x',
        }
    }
}

/// When services did not answer: where `up` was 0.
#[derive(Debug, Clone)]
pub(super) struct Silences {
    span: Span,
    at: Millis,
    /// Services, each with a bucket.
    marks: Vec<(String, usize)>,
}

impl Silences {
    /// Reads the samples of a span. Of each bucket the store knows the least value without looking at each sample.
    ///
    /// # Errors
    /// [`SelectError`] when the samples cannot be read.
    pub(super) fn read(span: Span, now: Millis, select: &dyn Select) -> Result<Self, SelectError> {
        let mut marks = Vec::new();
        let range = TimeRange { start: span.start, end: now };
        let selection = Selection::all(vec![Matcher::equal(NAME, UP)]).within(range);
        let facts = Facts { min: true, ..Facts::default() };
        select.each_bucket(&selection, span.step, facts, &mut |series, buckets| {
            for bucket in buckets.iter().filter(|bucket| bucket.aggregate.min < 1.0) {
                // A bucket of the store has its end and not its beginning.
                let Some(at) = span.bucket(bucket.end.saturating_sub(1)) else { continue };
                marks.push((series.service().to_owned(), at));
            }
            ControlFlow::Continue(())
        })?;
        Ok(Self { span, at: now, marks })
    }

    /// Whether reading them again would show no more: they are of the same buckets, and newer than a tenth of one.
    pub(super) fn are_good(&self, span: Span, now: Millis) -> bool {
        self.span == span && (0..span.step / 10).contains(&(now - self.at))
    }
}

/// The strips of all services.
#[derive(Debug, Clone, Default)]
pub(super) struct Strips(HashMap<String, [Mark; BUCKETS]>);

impl Strips {
    /// Of what is known of the services, of when they did not answer, and of all alerts that fire or fired.
    pub(super) fn of(
        span: Span,
        now: Millis,
        services: &[ServiceView],
        alerts: &[Alert],
        silences: &Silences,
    ) -> Self {
        let mut strips = Self::default();
        for service in services {
            strips.mark(&service.name, span.buckets(service.first_seen, service.last_seen), Mark::Fine);
            if service.stale && service.registered != Some(false) {
                strips.mark(
                    &service.name,
                    span.buckets(service.last_seen.saturating_add(span.step), now),
                    Mark::Silent,
                );
            }
        }
        for (service, at) in &silences.marks {
            strips.mark(service, *at..at + 1, Mark::Silent);
        }
        for alert in alerts {
            let mark = if alert.severity >= Severity::Error { Mark::Failed } else { Mark::Warned };
            strips.mark(
                &alert.service_name,
                span.buckets(alert.timestamp, alert.resolved_at.unwrap_or(now)),
                mark,
            );
        }
        strips
    }

    fn mark(&mut self, service: &str, buckets: std::ops::Range<usize>, mark: Mark) {
        if buckets.is_empty() {
            return;
        }
        if !self.0.contains_key(service) {
            self.0.insert(service.to_owned(), [Mark::Nothing; BUCKETS]);
        }
        let Some(strip) = self.0.get_mut(service) else { return };
        for one in strip.get_mut(buckets).unwrap_or_default() {
            *one = mark.max(*one);
        }
    }

    /// The letters of a service.
    pub(super) fn letters(&self, service: &str) -> String {
        match self.0.get(service) {
            Some(strip) => strip.iter().map(|mark| mark.letter()).collect(),
            None => ".".repeat(BUCKETS),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{BUCKETS, Span};
    use model::limits::MINUTE;

    #[test]
    fn the_last_bucket_is_that_of_now() {
        let now = 1_000 * MINUTE + 17;
        let span = Span::last(60 * MINUTE, now);
        assert_eq!(span.step, MINUTE);
        assert_eq!(span.bucket(now), Some(BUCKETS - 1));
        assert_eq!(span.bucket(span.start), Some(0));
        assert_eq!(span.bucket(span.start - 1), None);
    }

    #[test]
    fn stretches_reach_from_bucket_to_bucket_and_no_further_than_the_span() {
        let span = Span { start: 0, step: 10 };
        assert_eq!(span.buckets(5, 25), 0..3);
        assert_eq!(span.buckets(-100, 9), 0..1);
        assert_eq!(span.buckets(590, 10_000), 59..60);
        assert_eq!(span.buckets(600, 700), 0..0);
        assert_eq!(span.buckets(-9, -1), 0..0);
    }
}
