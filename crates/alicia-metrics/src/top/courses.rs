//! The metrics of a service, each with its course: what `/api/v1/query_range` answered, made ready to be drawn.

use super::words::{Unit, unit_of};
use crate::questions::{Answer, AskError, Client, Point, Times};
use model::{INSTANCE, Labels, Millis, NAME, SERVICE, limits, to_seconds};
use serde_json::Value;

/// Values of a course, and the characters that it has at most, so that there is none without a value.
pub(super) const VALUES: u16 = 120;

/// How far back courses reach, in seconds, the shortest first.
pub(super) const RANGES: [i32; 5] = [900, 3_600, 6 * 3_600, 86_400, 7 * 86_400];

/// What is wanted: the metrics of a service over so many seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) service: String,
    pub(super) seconds: i32,
}

/// The metrics of a service over a stretch of time.
#[derive(Debug, Clone)]
pub(super) struct Courses {
    /// Unix seconds.
    pub(super) start: f64,
    pub(super) end: f64,
    pub(super) all: Vec<Course>,
    /// Whether there are more series than were asked for.
    pub(super) is_cut: bool,
}

/// A metric, or one series of it.
#[derive(Debug, Clone)]
pub(super) struct Course {
    pub(super) metric: String,
    /// The values of its other labels.
    pub(super) labels: String,
    pub(super) unit: Unit,
    /// Whether its values are rises a second, because it only counts up.
    pub(super) is_rate: bool,
    pub(super) points: Vec<Point>,
}

impl Course {
    /// The newest value.
    pub(super) fn last(&self) -> Option<f64> {
        self.points.last().and_then(|point| point.number)
    }

    pub(super) fn fits(&self, filter: &str) -> bool {
        let filter = filter.to_lowercase();
        [&self.metric, &self.labels].iter().any(|text| text.to_lowercase().contains(&filter))
    }
}

/// Asks for them.
pub(super) fn ask(client: &Client, wanted: &Wanted, now: Millis) -> Result<Courses, AskError> {
    let length = Millis::from(wanted.seconds) * limits::SECOND;
    let step = (length / Millis::from(VALUES)).max(limits::SECOND);
    let (start, end) = (now - length, now);
    let service = wanted.service.replace('\\', r"\\").replace('"', "\\\"").replace('\n', "\\n");
    let times = Times::Range { start, end, step };
    let expression = format!("{{{SERVICE}=\"{service}\"}}");
    let answer = client.query_some(&expression, times, Some(limits::TOP_SERIES))?;
    let all = courses(&answer).ok_or(AskError::NotPrometheus)?;
    let is_cut = all.len() >= limits::TOP_SERIES;
    Ok(Courses { start: to_seconds(start), end: to_seconds(end), all, is_cut })
}

/// What the service says of itself stands before what the bus says of it.
fn courses(answer: &Value) -> Option<Vec<Course>> {
    let Answer::Matrix(all) = Answer::read(answer.get("data")?)? else { return None };
    let mut all: Vec<Course> = all.into_iter().map(|one| course(&one.labels, one.points)).collect();
    all.retain(|course| course.points.iter().any(|point| point.number.is_some()));
    let key =
        |course: &Course| (course.metric.starts_with("bus_"), course.metric.clone(), course.labels.clone());
    all.sort_by_cached_key(key);
    Some(all)
}

fn course(labels: &Labels, points: Vec<Point>) -> Course {
    let metric = labels.get(NAME).unwrap_or("").to_owned();
    let is_other = |name: &str| ![NAME, SERVICE, INSTANCE].contains(&name);
    let others = labels.iter().filter(|(name, _)| is_other(name)).map(|(_, value)| value);
    let others: Vec<&str> = labels.get(INSTANCE).into_iter().chain(others).collect();
    let is_rate = metric.ends_with("_total");
    Course {
        labels: others.join(" "),
        unit: unit_of(&metric),
        is_rate,
        points: if is_rate { rises(&points) } else { points },
        metric,
    }
}

/// How much a counter rose a second from each point to the next. One that falls began anew.
fn rises(points: &[Point]) -> Vec<Point> {
    let pair = |(before, after): (&Point, &Point)| {
        let (from, to) = (before.number?, after.number?);
        let rise = if to < from { to } else { to - from };
        let number = rise / (after.time - before.time);
        number.is_finite().then(|| Point { time: after.time, text: number.to_string(), number: Some(number) })
    };
    points.iter().zip(points.iter().skip(1)).filter_map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::courses;
    use serde_json::json;

    #[test]
    fn courses_are_in_order_and_counters_are_rates() {
        let series = |name: &str, instance: &str, values: &[(i32, &str)]| json!({"metric": {"__name__": name, "service": "s", "instance": instance}, "values": values});
        let counted = [(0, "10"), (10, "30"), (20, "5")];
        let result = json!([
            series("bus_delay_seconds", "", &[(0, "1")]),
            series("requests_total", "s-1", &counted),
            series("cpu_percent", "s-2", &[(0, "1"), (10, "NaN")]),
            series("cpu_percent", "s-1", &[(0, "1"), (10, "2.5")]),
            {"metric": {"__name__": "h"}, "histograms": [[0, {"count": "1", "sum": "2"}]]},
        ]);
        let all = courses(&json!({"data": {"resultType": "matrix", "result": result}})).expect("courses");
        let told: Vec<String> =
            all.iter().map(|one| format!("{} {} {:?}", one.metric, one.labels, one.last())).collect();
        assert_eq!(
            told,
            [
                "cpu_percent s-1 Some(2.5)",
                "cpu_percent s-2 Some(NaN)",
                "requests_total s-1 Some(0.5)",
                "bus_delay_seconds  Some(1.0)",
            ]
        );
        let rates: Vec<Option<f64>> = all[2].points.iter().map(|point| point.number).collect();
        assert_eq!(rates, [Some(2.0), Some(0.5)]);
        assert!(all[0].fits("CPU") && all[0].fits("s-1") && !all[0].fits("s-2"));
    }
}
