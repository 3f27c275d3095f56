//! A whole text, line by line. A line that is broken is told, and costs only itself.

use super::family::Family;
use super::line::{BadLine, Dialect, Head, Line, Tail, number};
use model::{Metadata, MetricKind, Millis, Reason};

/// A text under way.
#[derive(Debug)]
pub(crate) struct Page<'a> {
    rest: Option<&'a [u8]>,
    dialect: Dialect,
    family: Family<'a>,
    /// Whether `# EOF` was there.
    is_ended: bool,
}

/// A sample.
#[derive(Debug)]
pub(crate) struct Found<'a> {
    pub(crate) head: Head<'a>,
    pub(crate) v: f64,
    /// When it was, if the text says it.
    pub(crate) t: Option<Millis>,
    /// What it means, if the text says it.
    pub(crate) kind: Option<MetricKind>,
    pub(crate) has_exemplar: bool,
}

/// A line that is broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Broken<'a> {
    pub(crate) reason: Reason,
    pub(crate) line: &'a [u8],
}

impl Broken<'_> {
    /// The line, for people.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(self.line).into_owned()
    }
}

impl<'a> Page<'a> {
    pub(crate) fn new(body: &'a [u8], dialect: Dialect) -> Self {
        Self { rest: Some(body), dialect, family: Family::default(), is_ended: false }
    }

    /// Whether the text is whole, as far as its format says. To be asked at the end.
    pub(crate) fn is_whole(&self) -> bool {
        self.is_ended || self.dialect == Dialect::Prometheus
    }

    /// What is said of a metric whose sample was the last that was found.
    pub(crate) fn metadata(&self, metric: &str) -> Option<Metadata> {
        self.family.metadata(metric)
    }

    /// The metric that a sample of this name belongs to, where that was the last that was found.
    pub(crate) fn family_of<'b>(&'b self, name: &'b str) -> &'b str {
        self.family.of(name)
    }

    /// The next sample, or the next line that is broken.
    pub(crate) fn next(&mut self) -> Option<Result<Found<'a>, Broken<'a>>> {
        loop {
            let line = self.line()?;
            match self.read(line) {
                Ok(None) => {}
                Ok(Some(found)) => return Some(Ok(found)),
                Err(bad) => return Some(Err(Broken { reason: reason(bad), line })),
            }
        }
    }

    /// The next line. A text ends with the end of a line, so that behind the last there is no empty one.
    fn line(&mut self) -> Option<&'a [u8]> {
        let rest = self.rest.filter(|rest| !rest.is_empty())?;
        let end = rest.iter().position(|byte| *byte == b'\n');
        let (line, behind) = rest.split_at(end.unwrap_or(rest.len()));
        self.rest = behind.get(1..);
        Some(line)
    }

    fn read(&mut self, line: &'a [u8]) -> Result<Option<Found<'a>>, BadLine<'a>> {
        let text = std::str::from_utf8(line).map_err(|_| BadLine::Syntax("the line is not UTF-8"))?;
        let is_strict = self.dialect == Dialect::OpenMetrics;
        if is_strict && self.is_ended {
            return Err(BadLine::Syntax("there is something behind the end"));
        }
        if is_strict && text.trim_ascii() != text {
            return Err(BadLine::Syntax("a line neither begins nor ends with white space"));
        }
        match Line::read(text)? {
            Line::Empty | Line::Comment(_) if is_strict => {
                Err(BadLine::Syntax("there are neither empty lines nor comments"))
            }
            Line::Empty | Line::Comment(_) => Ok(None),
            Line::End => {
                self.is_ended = true;
                Ok(None)
            }
            Line::Type(name, word) => self.family.set_type(name, word).map(|()| None),
            Line::Help(name, help) => {
                self.family.set_help(name, help);
                Ok(None)
            }
            Line::Unit(name, unit) => {
                self.family.set_unit(name, unit);
                Ok(None)
            }
            Line::Sample(text) => self.sample(text).map(Some),
        }
    }

    fn sample(&self, text: &'a str) -> Result<Found<'a>, BadLine<'a>> {
        let (head, rest) = Head::read(text)?;
        let tail = Tail::read(rest, self.dialect)?;
        let v = number(tail.value).ok_or(BadLine::Value(tail.value))?;
        let kind = self.family.kind(&head.name);
        Ok(Found { head, v, t: tail.time, kind, has_exemplar: tail.has_exemplar })
    }
}

fn reason(bad: BadLine<'_>) -> Reason {
    match bad {
        BadLine::Syntax(_) | BadLine::Time(_) => Reason::Unreadable,
        BadLine::Value(_) => Reason::BadValue,
        BadLine::Type(_) => Reason::BadType,
    }
}

#[cfg(test)]
mod tests {
    use super::{Dialect, Page};
    use proptest::prelude::{any, prop, prop_assert, prop_assert_eq, proptest};

    /// What a text comes to: a line for each sample and each broken line, and whether it is whole.
    #[track_caller]
    fn check(text: &str, dialect: Dialect, expect: &[&str], is_whole: bool) {
        let (mut page, mut told) = (Page::new(text.as_bytes(), dialect), Vec::new());
        while let Some(next) = page.next() {
            told.push(match next {
                Err(broken) => format!("{} {}", broken.reason, broken.text()),
                Ok(found) => {
                    let kind = found.kind.map_or("-", |kind| kind.as_str());
                    let said = page.metadata(&found.head.name).map_or_else(String::new, |said| {
                        format!(" [{}|{}|{}]", said.metric_type.as_str(), said.unit, said.help)
                    });
                    format!("{} {kind} {}{said}", found.head.name, found.v)
                }
            });
        }
        assert_eq!(told, expect, "{text}");
        assert_eq!(page.is_whole(), is_whole, "{text}");
    }

    #[test]
    fn what_stands_above_a_sample_says_what_it_is() {
        let text = "# HELP a_total All.\n# TYPE a_total counter\na_total 1\na_total_more 2\n\n# words\n\
                    # TYPE h histogram\nh_bucket{le=\"+Inf\"} 3\nh_sum 4\nh_count 5\nother 6\n\
                    # TYPE s summary\ns{quantile=\"0.5\"} 7\r\ns_sum 8\n# TYPE u untyped\nu 9\nend_total 10";
        check(
            text,
            Dialect::Prometheus,
            &[
                "a_total counter 1 [counter||All.]",
                "a_total_more gauge 2",
                "h_bucket counter 3 [histogram||]",
                "h_sum counter 4 [histogram||]",
                "h_count counter 5 [histogram||]",
                "other gauge 6",
                "s gauge 7 [summary||]",
                "s_sum counter 8 [summary||]",
                "u gauge 9 [unknown||]",
                "end_total gauge 10",
            ],
            true,
        );
        check(
            "# TYPE a counter\n# UNIT a seconds\n# HELP a All.\na_total 1 # {t=\"x\"} 1\na_created 2\n# EOF\n",
            Dialect::OpenMetrics,
            &["a_total counter 1 [counter|seconds|All.]", "a_created gauge 2"],
            true,
        );
        check("a_total 1", Dialect::Prometheus, &["a_total - 1"], true);
    }

    #[test]
    fn a_broken_line_costs_only_itself() {
        check(
            "a 1\na 0x1p3\n# TYPE b thing\nb 2\nc{\nd 4 now\ne 5\n",
            Dialect::Prometheus,
            &[
                "a - 1",
                "bad_value a 0x1p3",
                "bad_type # TYPE b thing",
                "b - 2",
                "unreadable c{",
                "unreadable d 4 now",
                "e - 5",
            ],
            true,
        );
    }

    #[test]
    fn openmetrics_is_severe_and_has_an_end() {
        check("a 1\n", Dialect::OpenMetrics, &["a - 1"], false);
        check("a 1\n# EOF", Dialect::OpenMetrics, &["a - 1"], true);
        check(
            "a 1\r\n\n# words\n b 2\n# EOF\nc 3\n",
            Dialect::OpenMetrics,
            &["unreadable a 1\r", "unreadable ", "unreadable # words", "unreadable  b 2", "unreadable c 3"],
            true,
        );
    }

    #[test]
    fn bytes_that_are_no_text_cost_their_line() {
        let mut page = Page::new(b"a 1\nb\xff 2\nc 3\n", Dialect::Prometheus);
        let good: Vec<bool> = std::iter::from_fn(|| page.next().map(|next| next.is_ok())).collect();
        assert_eq!(good, [true, false, true]);
    }

    fn quoted(text: &str) -> String {
        format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
    }

    proptest! {
        #[test]
        fn no_bytes_stop_the_reader(
            body in prop::collection::vec(any::<u8>(), 0..200),
            text in "([a-z{}=\",# \\\\0-9.:]|NaN|TYPE |HELP |\n|\r|[^\n]){0,80}",
        ) {
            for dialect in [Dialect::Prometheus, Dialect::OpenMetrics] {
                for body in [&body[..], text.as_bytes()] {
                    let lines = body.split(|byte| *byte == b'\n').count();
                    let mut page = Page::new(body, dialect);
                    let mut count = 0;
                    while page.next().is_some() { count += 1; }
                    prop_assert!(count <= lines);
                }
            }
        }

        #[test]
        fn what_is_written_is_read(
            name in "[^\0]{1,8}",
            labels in prop::collection::vec(("[^\0]{1,8}", "[^\0]{0,8}"), 0..4),
            v in any::<f64>(),
            t in any::<i64>(),
        ) {
            let labels: Vec<_> = labels.into_iter().filter(|(name, _)| name != model::NAME).collect();
            let items: Vec<String> = std::iter::once(quoted(&name))
                .chain(labels.iter().map(|(name, value)| format!("{}={}", quoted(name), quoted(value))))
                .collect();
            let text = format!("{{{}}} {v:?} {t}\n", items.join(","));
            let mut page = Page::new(text.as_bytes(), Dialect::Prometheus);
            let found = page.next().expect("a line").expect("a sample");
            prop_assert_eq!(&*found.head.name, &name);
            let read: Vec<(String, String)> =
                found.head.labels.iter().map(|(n, v)| (n.to_string(), v.to_string())).collect();
            prop_assert_eq!(read, labels);
            prop_assert!(found.v == v || (found.v.is_nan() && v.is_nan()));
            prop_assert_eq!(found.t, Some(t));
        }
    }
}
