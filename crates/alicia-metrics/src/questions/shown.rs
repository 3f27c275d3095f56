//! What an answer looks like.

use super::answer::{Answer, Point, Series};
use super::fault::AskError;
use super::table::Table;
use crate::questions_args::Look;
use std::collections::BTreeSet;

/// Blocks of growing height.
const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Characters of a sparkline: with the series before and the value behind it, a line of a terminal.
const WIDTH: usize = 60;

pub(super) fn shown(answer: &Answer, look: Look) -> Result<String, AskError> {
    Ok(match (answer, look) {
        (Answer::Matrix(all), Look::Sparkline) => sparklines(all),
        (_, Look::Sparkline) => return Err(AskError::NoCourse),
        (Answer::One(text), _) => format!("{text}\n"),
        (Answer::Vector(all) | Answer::Matrix(all), Look::Csv) => csv(all),
        (Answer::Vector(all), _) => vector(all),
        (Answer::Matrix(all), _) => matrix(all),
    })
}

fn vector(all: &[Series]) -> String {
    let mut table = Table::new(&["SERIES", "VALUE>"]);
    for one in all {
        let value = one.points.last().map(|point| point.text.clone()).unwrap_or_default();
        table.push(vec![one.labels.to_string(), value]);
    }
    if all.is_empty() { "no series\n".to_owned() } else { table.text() }
}

fn matrix(all: &[Series]) -> String {
    let mut table = Table::new(&["SERIES", "VALUES>", "FIRST>", "LEAST>", "MOST>", "LAST>"]);
    for one in all {
        let text = |point: Option<&Point>| point.map(|point| point.text.clone()).unwrap_or_default();
        let numbers =
            || one.points.iter().filter(|point| point.number.is_some_and(|number| !number.is_nan()));
        let by =
            |a: &&Point, b: &&Point| a.number.unwrap_or(f64::NAN).total_cmp(&b.number.unwrap_or(f64::NAN));
        table.push(vec![
            one.labels.to_string(),
            one.points.len().to_string(),
            text(one.points.first()),
            text(numbers().min_by(by)),
            text(numbers().max_by(by)),
            text(one.points.last()),
        ]);
    }
    if all.is_empty() { "no series\n".to_owned() } else { table.text() }
}

/// Each on the same stretch of time and with its own heights.
fn sparklines(all: &[Series]) -> String {
    let times = || all.iter().flat_map(|one| &one.points).map(|point| point.time);
    let (start, end) = (times().fold(f64::INFINITY, f64::min), times().fold(f64::NEG_INFINITY, f64::max));
    let mut table = Table::new(&["SERIES", "COURSE", "LAST>"]);
    for one in all {
        let last = one.points.last().map(|point| point.text.clone()).unwrap_or_default();
        table.push(vec![one.labels.to_string(), course(&one.points, start, end, WIDTH), last]);
    }
    if all.is_empty() { "no series\n".to_owned() } else { table.text() }
}

/// The newest number of each of `width` stretches of time, as a height between the least and the most; nothing where there is none.
pub(crate) fn course(points: &[Point], start: f64, end: f64, width: usize) -> String {
    let mut columns = vec![None; width];
    for point in points {
        let at = index((point.time - start) / (end - start), width);
        if let Some(place) = columns.get_mut(at) {
            *place = point.number.filter(|number| number.is_finite()).or(*place);
        }
    }
    let numbers = || columns.iter().flatten().copied();
    let (least, most) =
        (numbers().fold(f64::INFINITY, f64::min), numbers().fold(f64::NEG_INFINITY, f64::max));
    let block = |column: &Option<f64>| match column {
        None => ' ',
        Some(number) => {
            BLOCKS.get(index((number - least) / (most - least), BLOCKS.len())).copied().unwrap_or(' ')
        }
    };
    columns.iter().map(block).collect()
}

/// Which of so many equal parts a share between 0 and 1 falls into; the first, where there is only one value.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a small number"
)]
fn index(share: f64, parts: usize) -> usize {
    if share.is_finite() { ((share * parts as f64) as usize).min(parts.saturating_sub(1)) } else { 0 }
}

/// A line for each sample: the time, the value, and each label in a column of its own.
fn csv(all: &[Series]) -> String {
    let names: BTreeSet<&str> = all.iter().flat_map(|one| one.labels.iter()).map(|(name, _)| name).collect();
    let head = ["time", "value"].into_iter().chain(names.iter().copied());
    let mut text = head.map(quoted).collect::<Vec<_>>().join(",") + "\n";
    for one in all {
        let labels: String =
            names.iter().map(|name| format!(",{}", quoted(one.labels.get(name).unwrap_or("")))).collect();
        for point in &one.points {
            text.push_str(&format!("{},{}{labels}\n", point.time, quoted(&point.text)));
        }
    }
    text
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::{Look, shown};
    use crate::questions::answer::Answer;
    use serde_json::json;

    fn matrix(values: &[(u32, &str)]) -> Answer {
        let metric = json!({"__name__": "m", "room": "a,b"});
        let series = json!([{"metric": metric, "values": values}]);
        Answer::read(&json!({"resultType": "matrix", "result": series})).expect("an answer")
    }

    #[test]
    fn a_course_is_drawn_in_blocks() {
        let values: Vec<(u32, String)> = (0..60).map(|at| (at, (at / 10).to_string())).collect();
        let values: Vec<(u32, &str)> = values.iter().map(|(at, text)| (*at, text.as_str())).collect();
        let text = shown(&matrix(&values), Look::Sparkline).expect("a text");
        let line = text.lines().nth(1).expect("a line");
        assert!(line.starts_with("m{room=\"a,b\"}  ▁▁▁▁▁▁▁▁▁▁▂▂") && line.ends_with("███     5"), "{text}");
        let same = shown(&matrix(&[(0, "7"), (1, "7")]), Look::Sparkline).expect("a text");
        assert!(same.contains('▁') && !same.contains('█'), "{same}");
    }

    #[test]
    fn a_range_is_a_line_for_each_series_or_for_each_sample() {
        let answer = matrix(&[(1, "2"), (2, "-1"), (3, "NaN"), (4, "1.5")]);
        let table = "SERIES         VALUES  FIRST  LEAST  MOST  LAST\nm{room=\"a,b\"}       4      2     -1     2   1.5\n";
        assert_eq!(shown(&answer, Look::Table).expect("a text"), table);
        let csv =
            "time,value,__name__,room\n1,2,m,\"a,b\"\n2,-1,m,\"a,b\"\n3,NaN,m,\"a,b\"\n4,1.5,m,\"a,b\"\n";
        assert_eq!(shown(&answer, Look::Csv).expect("a text"), csv);
    }

    #[test]
    fn a_moment_is_a_value_for_each_series() {
        let histogram = json!({"count": "3", "sum": "7", "buckets": []});
        let result = json!([
            {"metric": {"__name__": "m"}, "value": [1, "10"]},
            {"metric": {"a": "b"}, "histogram": [1, histogram]},
        ]);
        let answer = Answer::read(&json!({"resultType": "vector", "result": result})).expect("an answer");
        let rows = [("SERIES", "VALUE"), ("m{}", "10"), ("{a=\"b\"}", "count 3, sum 7")];
        let table: String = rows.iter().map(|(name, value)| format!("{name:<7}  {value:>14}\n")).collect();
        assert_eq!(shown(&answer, Look::Table).expect("a text"), table);
        assert!(shown(&answer, Look::Sparkline).is_err());
        let scalar = Answer::read(&json!({"resultType": "scalar", "result": [1, "2.5"]})).expect("an answer");
        assert_eq!(shown(&scalar, Look::Table).expect("a text"), "2.5\n");
    }
}
