//! From a tree to lines of at most a hundred bytes, as Prometheus' `format_query` prints it.

use crate::syntax::Expr;

/// As long as a line may become before it is split.
const WIDTH: usize = 100;

/// Prints an expression; what is longer than a line is split into its parts, indented by two spaces.
#[must_use]
pub fn pretty(expr: &Expr) -> String {
    print(expr, 0)
}

fn indent(level: usize) -> String {
    "  ".repeat(level)
}

/// The expression in one line, if it is short enough for one.
fn short(expr: &Expr) -> Option<String> {
    let line = expr.to_string();
    (line.len() <= WIDTH).then_some(line)
}

fn print(expr: &Expr, level: usize) -> String {
    let pad = indent(level);
    if let Some(line) = short(expr) {
        return format!("{pad}{line}");
    }
    match expr {
        Expr::Number(_) | Expr::String(_) | Expr::Vector(_) | Expr::Matrix(_) => format!("{pad}{expr}"),
        Expr::Paren(it) => format!("{pad}(\n{}\n{pad})", print(&it.inner, level + 1)),
        Expr::Unary(it) => {
            let inner = print(&it.inner, level);
            format!("{pad}{}{}", if it.negative { '-' } else { '+' }, inner.trim_start())
        }
        Expr::Binary(it) => {
            let (lhs, rhs) = (print(&it.lhs, level + 1), print(&it.rhs, level + 1));
            format!("{lhs}\n{pad}{}\n{rhs}", it.operator())
        }
        Expr::Aggregate(it) => {
            let args: Vec<&Expr> = it.param.iter().chain([&it.inner]).collect();
            format!("{pad}{}{}", it.operator(), arguments(&args, level))
        }
        Expr::Call(it) => {
            let args: Vec<&Expr> = it.args.iter().collect();
            format!("{pad}{}{}", it.function.name(), arguments(&args, level))
        }
        Expr::Subquery(it) => format!("{}{}", print(&it.inner, level), it.brackets()),
    }
}

/// Arguments, one a line.
fn arguments(args: &[&Expr], level: usize) -> String {
    let lines: Vec<String> = args.iter().map(|arg| print(arg, level + 1)).collect();
    format!("(\n{}\n{})", lines.join(",\n"), indent(level))
}
