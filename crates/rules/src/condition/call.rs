//! The arguments of functions: lengths of time within their limits, and shares.

use super::ConditionError;
use super::parse::Parser;
use super::token::Token;
use crate::window::{Function, FunctionKind};
use model::{Millis, limits};
use query::syntax::print_length;

/// `avg(5m)`, behind its name.
pub(super) fn window(
    parser: &mut Parser<'_>,
    kind: FunctionKind,
    at: usize,
) -> Result<Function, ConditionError> {
    open(parser)?;
    let span = length(parser, limits::RULE_WINDOW)?;
    parser.close(at)?;
    Ok(Function { kind, span })
}

/// `quantile(0.95, 10m)`, behind its name.
pub(super) fn quantile(parser: &mut Parser<'_>, at: usize) -> Result<Function, ConditionError> {
    open(parser)?;
    let share_at = parser.here();
    let share = match parser.peek().map(|word| &word.token) {
        Some(Token::Number(share)) if (0.0..=1.0).contains(share) => *share,
        _ => return Err(ConditionError::new(share_at, "expected a share from 0 to 1")),
    };
    parser.pass();
    comma(parser)?;
    window_of(parser, FunctionKind::Quantile(share), at)
}

/// `forecast(4h)` or `forecast(4h, 1h)`, behind its name.
pub(super) fn forecast(parser: &mut Parser<'_>, at: usize) -> Result<Function, ConditionError> {
    open(parser)?;
    let kind = FunctionKind::Forecast(length(parser, limits::RULE_FORECAST)?);
    if parser.eat(&Token::Comma) {
        return window_of(parser, kind, at);
    }
    parser.close(at)?;
    Ok(Function { kind, span: FunctionKind::FORECAST_SPAN })
}

/// `absent(2m)`, behind its name.
pub(super) fn absent(parser: &mut Parser<'_>, at: usize) -> Result<Millis, ConditionError> {
    open(parser)?;
    let silence = length(parser, limits::RULE_WINDOW)?;
    parser.close(at)?;
    Ok(silence)
}

/// The parenthesis behind a function's name.
pub(super) fn open(parser: &mut Parser<'_>) -> Result<(), ConditionError> {
    let at = parser.here();
    if parser.eat(&Token::Open) {
        return Ok(());
    }
    Err(ConditionError::new(at, "expected ( and a length of time such as 5m"))
}

fn window_of(parser: &mut Parser<'_>, kind: FunctionKind, at: usize) -> Result<Function, ConditionError> {
    let span = length(parser, limits::RULE_WINDOW)?;
    parser.close(at)?;
    Ok(Function { kind, span })
}

fn comma(parser: &mut Parser<'_>) -> Result<(), ConditionError> {
    let at = parser.here();
    if parser.eat(&Token::Comma) { Ok(()) } else { Err(ConditionError::new(at, "expected ,")) }
}

fn length(parser: &mut Parser<'_>, most: Millis) -> Result<Millis, ConditionError> {
    let at = parser.here();
    let Some(Token::Length(length)) = parser.peek().map(|word| &word.token) else {
        return Err(ConditionError::new(at, "expected a length of time such as 5m"));
    };
    if !(1..=most).contains(length) {
        let most = print_length(most);
        return Err(ConditionError::new(
            at,
            format!("a length of time here is 1ms at least and {most} at most"),
        ));
    }
    parser.pass();
    Ok(*length)
}
