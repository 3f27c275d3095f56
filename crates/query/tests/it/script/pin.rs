//! An expression pinned to a time: whenever it is evaluated, the same must come out.

use model::Millis;
use query::syntax::{At, Call, Expr, Function, Span};

/// The expression with `@ <at>` behind every selector and subquery that has none of its own and is not inside of a subquery.
/// `None` if it asks for the time of evaluation itself, so that something else would come out.
pub(super) fn pin(query: &str, expr: &Expr, at: Millis) -> Option<String> {
    let mut ends = Vec::new();
    if !collect(expr, &mut ends) {
        return None;
    }
    ends.sort_unstable();
    let sign = if at < 0 { "-" } else { "" };
    let (seconds, millis) = (at.unsigned_abs() / 1000, at.unsigned_abs() % 1000);
    let mut pinned = query.to_owned();
    // From behind, so that the places before stay where they are.
    for end in ends.into_iter().rev() {
        pinned.insert_str(end, &format!(" @ {sign}{seconds}.{millis:03}"));
    }
    Some(pinned)
}

/// Where `@` belongs. `false` if the expression cannot be pinned.
fn collect(expr: &Expr, ends: &mut Vec<usize>) -> bool {
    match expr {
        Expr::Number(_) | Expr::String(_) => true,
        Expr::Paren(paren) => collect(&paren.inner, ends),
        Expr::Unary(unary) => collect(&unary.inner, ends),
        Expr::Binary(binary) => collect(&binary.lhs, ends) && collect(&binary.rhs, ends),
        Expr::Aggregate(aggregate) => {
            aggregate.param.as_ref().is_none_or(|param| collect(param, ends))
                && collect(&aggregate.inner, ends)
        }
        Expr::Call(call) => !asks_for_time(call) && call.args.iter().all(|arg| collect(arg, ends)),
        Expr::Vector(vector) => place(vector.at, vector.span, ends),
        Expr::Matrix(matrix) => place(matrix.vector.at, matrix.span, ends),
        // What is inside follows the subquery's time, and gets no other.
        Expr::Subquery(subquery) => place(subquery.at, subquery.span, ends),
    }
}

/// Behind what has no time of its own. What has the begin or the end of the query is not pinned by that.
fn place(at: Option<At>, span: Span, ends: &mut Vec<usize>) -> bool {
    ends.extend(at.is_none().then_some(span.end));
    matches!(at, None | Some(At::Time(_)))
}

fn asks_for_time(call: &Call) -> bool {
    use Function::{
        DayOfMonth, DayOfWeek, DayOfYear, DaysInMonth, End, Hour, Minute, Month, PredictLinear, Range, Start,
        Step, Time, Timestamp, Year,
    };
    matches!(
        call.function,
        DayOfMonth
            | DayOfWeek
            | DayOfYear
            | DaysInMonth
            | End
            | Hour
            | Minute
            | Month
            | PredictLinear
            | Range
            | Start
            | Step
            | Time
            | Timestamp
            | Year
    )
}

#[cfg(test)]
mod tests {
    use super::{At, Call, Expr, Function, Span, pin};
    use query::syntax::{Edges, Length, LengthExpr, MatrixSelector, Subquery, VectorSelector};

    fn span(start: usize, end: usize) -> Span {
        Span { start, end }
    }

    fn selector(start: usize, end: usize, at: Option<At>) -> VectorSelector {
        VectorSelector {
            name: None,
            matchers: Vec::new(),
            offset: Length::Fixed(0),
            at,
            edges: Edges::Plain,
            span: span(start, end),
        }
    }

    fn call(function: Function, args: Vec<Expr>) -> Expr {
        Expr::Call(Call { function, args, span: span(0, 0) })
    }

    #[test]
    fn what_has_no_time_of_its_own_is_pinned() {
        let range = || Length::Computed(Box::new(LengthExpr::Number(60.0, span(0, 0))));
        let matrix = |start, end| {
            let vector = selector(start, end - 4, None);
            Expr::Matrix(MatrixSelector { vector, range: range(), span: span(start, end) })
        };
        assert_eq!(pin("a", &Expr::Vector(selector(0, 1, None)), -1500).as_deref(), Some("a @ -1.500"));
        let own = selector(0, 5, Some(At::Time(5000)));
        assert_eq!(pin("a @ 5", &Expr::Vector(own), 60_000).as_deref(), Some("a @ 5"));
        let rate = call(Function::Rate, vec![matrix(5, 10)]);
        assert_eq!(pin("rate(a[1m])", &rate, 60_000).as_deref(), Some("rate(a[1m] @ 60.000)"));
        let subquery = |inner| {
            let (step, offset) = (None, Length::Fixed(0));
            Expr::Subquery(Box::new(Subquery {
                inner,
                range: range(),
                step,
                offset,
                at: None,
                span: span(0, 16),
            }))
        };
        let pinned = pin("rate(a[1m])[2m:]", &subquery(rate), 5);
        assert_eq!(pinned.as_deref(), Some("rate(a[1m])[2m:] @ 0.005"));
        assert_eq!(pin("time()", &call(Function::Time, Vec::new()), 5), None);
        let inside = pin("rate(time())[2m:]", &subquery(call(Function::Time, Vec::new())), 5);
        assert!(inside.is_some(), "the subquery says at which times");
        assert_eq!(pin("a @ start()", &Expr::Vector(selector(0, 11, Some(At::Start))), 5), None);
    }
}
