//! Queries out of the grammar.
//!
//! An expression is exact if both servers come to the same bits: samples, and what is done with them one by one. Sums and
//! rates differ in the last places, so that what jumps (rounding, comparing, dividing by what may be nothing) is done with what is
//! exact only. Where the choice between equal values is free (`topk`), there are none.

use super::expression::{
    Kind, kind, labels, length, literal, modifiers, moment, once_in, one, selector, subquery_step,
};
use super::servers::{ONLY_THEIRS, Question, When};
use model::Millis;
use world::Chance;

/// An expression for vectors or numbers.
struct Expr {
    text: String,
    is_exact: bool,
}

fn exact(text: String) -> Expr {
    Expr { text, is_exact: true }
}

fn near(text: String) -> Expr {
    Expr { text, is_exact: false }
}

/// Whether no label is asked for twice. Of one that is, `absent` knows nothing here; with Prometheus that hangs on the order.
fn asks_once(text: &str) -> bool {
    let asked =
        |label: &str| text.matches(&format!("{label}=")).count() + text.matches(&format!("{label}!")).count();
    ["job", "instance", "region"].iter().all(|label| asked(label) < 2)
}

/// Makes queries.
pub(super) struct Generator {
    chance: Chance,
    /// Subqueries around what is made.
    subqueries: usize,
}

impl Generator {
    pub(super) fn new(chance: Chance) -> Self {
        Self { chance, subqueries: 0 }
    }

    /// A query and when it is looked.
    pub(super) fn question(&mut self) -> Question {
        let is_instant = once_in(&mut self.chance, 2);
        let when = if is_instant { When::At(moment(&mut self.chance)) } else { self.range() };
        let depth = 1 + self.chance.below(3);
        let is_ordered = is_instant && once_in(&mut self.chance, 20);
        let query = match self.chance.below(40) {
            _ if is_ordered => {
                let sort = one(&mut self.chance, &["sort", "sort_desc"]);
                let sorted = self.exact_vector();
                format!("{sort}({sorted})")
            }
            0 => self.scalar(depth).text,
            1 if is_instant => self.range_selector(None),
            2 => self.nonsense(),
            _ => self.vector(depth).text,
        };
        Question { query, when, is_ordered }
    }

    fn range(&mut self) -> When {
        let start = moment(&mut self.chance);
        let step = [1_700, 13_000, 30_000, 60_000, 137_000, 300_000, 900_000];
        let step: Millis = step[usize::try_from(self.chance.below(7)).expect("small")];
        let points = Millis::try_from(self.chance.below(30)).expect("small");
        When::Range { start, end: start + points * step, step }
    }

    /// What is no query, or has a meaning only for some samples.
    fn nonsense(&mut self) -> String {
        let (a, b) = (self.vector(1).text, self.vector(0).text);
        match self.chance.below(10) {
            0 => format!("rate({a})"),
            1 => format!("sum by (job) {b}"),
            2 => format!("abs({b}[5m])"),
            3 => format!("({a}"),
            4 => format!("{a} + on(job) {b} group_left"),
            5 => format!("topk({a}, {b})"),
            6 => "1 > 2".to_owned(),
            7 => format!("label_replace({a}, \"\", \"\", \"job\", \"\")"),
            8 => format!("nothing_like_this({a})"),
            _ => format!("{a} and 1"),
        }
    }

    fn vector(&mut self, depth: u64) -> Expr {
        if depth == 0 {
            return exact(self.instant(None));
        }
        match self.chance.below(24) {
            0..3 => exact(self.instant(None)),
            3..9 => self.over_range(depth),
            9..12 => self.element(depth),
            12..17 => self.aggregation(depth),
            17..21 => self.binary(depth),
            21 => self.relabelled(depth),
            22 => self.quantile(),
            _ => self.other(depth),
        }
    }

    /// A vector of raw samples, or of what is done with them one by one.
    fn exact_vector(&mut self) -> String {
        for _ in 0..8 {
            let found = self.vector(1);
            if found.is_exact {
                return found.text;
            }
        }
        self.instant(None)
    }

    /// One of what is made that is as wanted.
    fn until(&mut self, make: impl Fn(&mut Self) -> Expr, is_wanted: impl Fn(&str) -> bool) -> String {
        loop {
            let made = make(self).text;
            if is_wanted(&made) {
                return made;
            }
        }
    }

    fn instant(&mut self, of: Option<Kind>) -> String {
        let kind = of.unwrap_or_else(|| kind(&mut self.chance));
        selector(&mut self.chance, kind) + &modifiers(&mut self.chance, false)
    }

    fn range_selector(&mut self, of: Option<Kind>) -> String {
        let kind = of.unwrap_or_else(|| kind(&mut self.chance));
        let (what, length) = (selector(&mut self.chance, kind), length(&mut self.chance));
        format!("{what}[{length}]{}", modifiers(&mut self.chance, false))
    }

    /// A range of what `inner` makes.
    fn subquery(&mut self, inner: impl FnOnce(&mut Self) -> Expr) -> Expr {
        self.subqueries += 1;
        let inner = inner(self);
        self.subqueries -= 1;
        let (length, step) = (length(&mut self.chance), subquery_step(&mut self.chance));
        let modifiers = modifiers(&mut self.chance, self.subqueries > 0);
        Expr { text: format!("({})[{length}:{step}]{modifiers}", inner.text), is_exact: inner.is_exact }
    }

    /// A range, of samples mostly. Subqueries in subqueries take their time.
    fn over(&mut self, kinds: &[Kind], depth: u64, only_exact: bool) -> Expr {
        let kind = kinds[usize::try_from(self.chance.below(kinds.len() as u64)).expect("small")];
        if self.subqueries > 1 || !once_in(&mut self.chance, 4) {
            return exact(self.range_selector(Some(kind)));
        }
        let is_plain = kind == Kind::Counter || depth < 2 || self.subqueries > 0;
        self.subquery(|this| match (is_plain, only_exact) {
            (true, _) => exact(this.instant(Some(kind))),
            (false, true) => exact(this.exact_vector()),
            (false, false) => this.vector(depth - 1),
        })
    }

    fn over_range(&mut self, depth: u64) -> Expr {
        let all = [Kind::Counter, Kind::Gauge, Kind::Gauge, Kind::Odd];
        let chance = &mut self.chance;
        match chance.below(10) {
            0..3 => {
                let name = one(chance, &["rate", "rate", "increase", "irate"]);
                near(format!("{name}({})", self.over(&[Kind::Counter], depth, true).text))
            }
            3 => {
                let name = one(chance, &["delta", "idelta", "deriv"]);
                near(format!("{name}({})", self.over(&[Kind::Gauge], depth, false).text))
            }
            4 => {
                let ahead = one(chance, &["0", "300", "-60", "3600.5"]);
                // With `@`, 2.42 moves the window from step to step all the same.
                let range =
                    self.until(|this| this.over(&[Kind::Gauge], depth, false), |range| !range.contains('@'));
                near(format!("predict_linear({range}, {ahead})"))
            }
            5 => {
                let factors = one(chance, &["0.3, 0.6", "0.5, 0.5", "0.1, 0.9"]);
                let range = self.over(&[Kind::Gauge], depth, false).text;
                near(format!("double_exponential_smoothing({range}, {factors})"))
            }
            6 => {
                let name =
                    one(chance, &["changes", "resets", "min_over_time", "max_over_time", "last_over_time"]);
                exact(format!("{name}({})", self.over(&all, depth, true).text))
            }
            7 => {
                let name = one(chance, &["count_over_time", "present_over_time", "absent_over_time"]);
                let is_absent = name.starts_with("absent");
                let range =
                    self.until(|this| this.over(&all, depth, false), |range| !is_absent || asks_once(range));
                exact(format!("{name}({range})"))
            }
            8 => {
                let at = one(chance, &["0.5", "0", "1", "0.99", "0.25", "-1", "2"]);
                near(format!("quantile_over_time({at}, {})", self.over(&all, depth, false).text))
            }
            _ => {
                let name = one(
                    chance,
                    &[
                        "avg_over_time",
                        "sum_over_time",
                        "stddev_over_time",
                        "stdvar_over_time",
                        "min_over_time",
                    ],
                );
                near(format!("{name}({})", self.over(&all, depth, false).text))
            }
        }
    }

    fn element(&mut self, depth: u64) -> Expr {
        match self.chance.below(5) {
            0 => {
                let inner = self.vector(depth - 1);
                let name = one(&mut self.chance, &["abs", "atan", "deg", "rad", "tanh", "-", "+"]);
                Expr { text: format!("{name}({})", inner.text), ..inner }
            }
            1 if once_in(&mut self.chance, 2) => {
                let name = one(&mut self.chance, &["floor", "ceil", "round", "sgn"]);
                exact(format!("{name}({})", self.exact_vector()))
            }
            1 => {
                let names = [
                    "minute",
                    "hour",
                    "day_of_week",
                    "day_of_month",
                    "day_of_year",
                    "days_in_month",
                    "month",
                    "year",
                ];
                // Which date NaN and what is endless are depends, with Prometheus, on the machine.
                let (name, of) = (one(&mut self.chance, &names), one(&mut self.chance, &["level", "signed"]));
                exact(format!("{name}({of}{} * 12345678)", modifiers(&mut self.chance, false)))
            }
            2 => {
                let names =
                    ["sqrt", "exp", "ln", "log2", "log10", "asin", "acosh", "sin", "cos", "tan", "sinh"];
                let name = one(&mut self.chance, &names);
                near(format!("{name}({})", self.exact_vector()))
            }
            3 => {
                let inner = self.vector(depth - 1);
                let (low, high) = (literal(&mut self.chance), literal(&mut self.chance));
                let text = match self.chance.below(3) {
                    0 => format!("clamp({}, {low}, {high})", inner.text),
                    1 => format!("clamp_min({}, {low})", inner.text),
                    _ => format!("clamp_max({}, {high})", inner.text),
                };
                Expr { text, ..inner }
            }
            _ => {
                let to = one(&mut self.chance, &["0.1", "5", "0.25", "1"]);
                near(format!("round({}, {to})", self.exact_vector()))
            }
        }
    }

    fn grouping(&mut self) -> String {
        match self.chance.below(4) {
            0 => String::new(),
            1 => format!(" without ({})", labels(&mut self.chance)),
            _ => format!(" by ({})", labels(&mut self.chance)),
        }
    }

    fn aggregation(&mut self, depth: u64) -> Expr {
        let grouping = self.grouping();
        match self.chance.below(10) {
            0..3 => {
                let name = one(&mut self.chance, &["sum", "sum", "avg"]);
                near(format!("{name}{grouping} ({})", self.vector(depth - 1).text))
            }
            3 => {
                let (name, [begin, end]) = (one(&mut self.chance, &["stddev", "stdvar"]), ONLY_THEIRS);
                let inner = self.vector(depth - 1).text;
                // For 2.42, a single NaN or infinity does not scatter at all.
                near(format!("({name}{grouping} ({inner}){begin} + 0 * sum{grouping} ({inner}){end})"))
            }
            4 | 5 => {
                let inner = self.vector(depth - 1);
                let name = one(&mut self.chance, &["min", "max"]);
                Expr { text: format!("{name}{grouping} ({})", inner.text), ..inner }
            }
            6 => {
                let name = one(&mut self.chance, &["count", "group"]);
                exact(format!("{name}{grouping} ({})", self.vector(depth - 1).text))
            }
            7 => {
                let (name, k) = (
                    one(&mut self.chance, &["topk", "bottomk"]),
                    one(&mut self.chance, &["1", "2", "3.7", "0", "9"]),
                );
                let of = one(&mut self.chance, &["level", "signed", "work_seconds_total"]);
                exact(format!("{name}{grouping} ({k}, {of}{})", modifiers(&mut self.chance, false)))
            }
            8 => {
                let at = one(&mut self.chance, &["0.5", "0.9", "0", "1", "1.5", "-0.1"]);
                near(format!("quantile{grouping} ({at}, {})", self.vector(depth - 1).text))
            }
            _ => {
                let of = one(&mut self.chance, &["odd", "build_info", "floor(level)", "requests_total"]);
                exact(format!("count_values{grouping} (\"value\", {of})"))
            }
        }
    }

    fn scalar(&mut self, depth: u64) -> Expr {
        match self.chance.below(10) {
            0..6 => exact(literal(&mut self.chance).to_owned()),
            6 => exact("time()".to_owned()),
            7 if depth > 0 => {
                let inner = self.aggregation(depth);
                Expr { text: format!("scalar({})", inner.text), ..inner }
            }
            8 if depth > 0 => {
                let (a, b) = (self.scalar(depth - 1), self.scalar(depth - 1));
                let operator = one(&mut self.chance, &["+", "-", "*"]);
                Expr {
                    text: format!("({} {operator} {})", a.text, b.text),
                    is_exact: a.is_exact && b.is_exact,
                }
            }
            _ => exact("pi()".to_owned()),
        }
    }

    fn binary(&mut self, depth: u64) -> Expr {
        match self.chance.below(5) {
            0 => {
                let (a, b) = (self.vector(depth - 1), self.scalar(depth));
                if once_in(&mut self.chance, 3) { self.joined(&b, "", &a) } else { self.joined(&a, "", &b) }
            }
            1 => {
                let by = labels(&mut self.chance);
                let mut side = || {
                    let inner = self.vector(depth - 1).text;
                    let name = one(&mut self.chance, &["sum", "max", "count", "avg"]);
                    let text = format!("{name} by ({by}) ({inner})");
                    Expr { text, is_exact: name == "count" }
                };
                let (a, b) = (side(), side());
                self.joined(&a, "", &b)
            }
            2 => {
                let kind = [Kind::Gauge, Kind::Counter][usize::from(once_in(&mut self.chance, 2))];
                let (many, one_side) = (exact(self.instant(Some(kind))), exact("build_info".to_owned()));
                let also = one(&mut self.chance, &["", "(version)", "(version, region)", "()"]);
                if once_in(&mut self.chance, 3) {
                    self.joined(&one_side, &format!("on(job, instance) group_right{also}"), &many)
                } else {
                    self.joined(&many, &format!("on(job, instance) group_left{also}"), &one_side)
                }
            }
            3 => {
                let (a, b) = (self.vector(depth - 1), self.vector(depth - 1));
                let operator = one(&mut self.chance, &["and", "or", "unless"]);
                let matching = self.matching();
                Expr {
                    text: format!("({} {operator} {matching} {})", a.text, b.text),
                    is_exact: a.is_exact && b.is_exact,
                }
            }
            _ => {
                let (a, b) = (self.vector(depth - 1), self.vector(depth - 1));
                let mut matching = self.matching();
                if !matching.is_empty() && once_in(&mut self.chance, 3) {
                    matching += one(&mut self.chance, &[" group_left", " group_right", " group_left(code)"]);
                }
                self.joined(&a, &matching, &b)
            }
        }
    }

    fn matching(&mut self) -> String {
        match self.chance.below(4) {
            0 | 1 => String::new(),
            2 => format!("on({})", labels(&mut self.chance)),
            _ => format!("ignoring({})", labels(&mut self.chance)),
        }
    }

    /// Both sides with an operator that goes with them.
    fn joined(&mut self, a: &Expr, matching: &str, b: &Expr) -> Expr {
        let is_exact = a.is_exact && b.is_exact;
        let operator = match self.chance.below(3) {
            0 if is_exact => one(
                &mut self.chance,
                &[">", "<", ">=", "<=", "==", "!=", "> bool", "< bool", "== bool", "!= bool", ">= bool"],
            ),
            1 if is_exact => one(&mut self.chance, &["%", "^", "atan2", "/"]),
            _ if b.is_exact => one(&mut self.chance, &["+", "-", "*", "/"]),
            _ => one(&mut self.chance, &["+", "-", "*"]),
        };
        // These are left to the machine's mathematics.
        let is_exact = is_exact && !matches!(operator, "^" | "atan2");
        let text = format!("({} {operator} {matching} {})", a.text, b.text);
        if operator == "atan2" {
            // 2.42 leaves the name.
            let [begin, end] = ONLY_THEIRS;
            return near(format!("({text}{begin} * 1{end})"));
        }
        Expr { text, is_exact }
    }

    fn relabelled(&mut self, depth: u64) -> Expr {
        let inner = self.vector(depth - 1);
        let text = &inner.text;
        let text = match self.chance.below(4) {
            0 => format!(r#"label_replace({text}, "host", "$1-x", "instance", "(.*):.*")"#),
            1 => format!(r#"label_replace({text}, "job", "", "job", "a.*")"#),
            2 => format!(r#"label_join({text}, "both", "/", "job", "nothing", "instance")"#),
            _ => format!(r#"label_replace({text}, "nothing", "${{1}}y$2", "region", "(.)(.)")"#),
        };
        Expr { text, ..inner }
    }

    fn quantile(&mut self) -> Expr {
        let at = one(&mut self.chance, &["0.5", "0.9", "0", "1", "0.99", "-1", "1.1"]);
        let buckets = match self.chance.below(4) {
            0 => format!("latency_bucket{}", modifiers(&mut self.chance, false)),
            1 => format!("rate(latency_bucket[{}])", length(&mut self.chance)),
            2 => format!("sum by (le, job) (increase(latency_bucket[{}]))", length(&mut self.chance)),
            _ => format!(
                "sum by (le) (rate(latency_bucket[{}]{}))",
                length(&mut self.chance),
                modifiers(&mut self.chance, false)
            ),
        };
        near(format!("histogram_quantile({at}, {buckets})"))
    }

    fn other(&mut self, depth: u64) -> Expr {
        match self.chance.below(5) {
            0 => exact(format!("absent({})", self.until(|this| this.vector(depth - 1), asks_once))),
            1 => {
                let inner = self.scalar(depth);
                Expr { text: format!("vector({})", inner.text), ..inner }
            }
            // With `@` and an offset, 2.42 looks for the sample elsewhere.
            2 => {
                let of = self.until(|this| exact(this.instant(None)), |of| !of.contains('@'));
                // Small numbers: the variance of what lies close together and far from zero is nothing but rounding.
                exact(format!("(timestamp({of}) - 1700000000)"))
            }
            3 => {
                let inner = self.vector(depth - 1);
                Expr { text: format!("-({})", inner.text), ..inner }
            }
            _ => {
                let inner = self.vector(depth - 1);
                Expr { text: format!("(({}))", inner.text), ..inner }
            }
        }
    }
}
