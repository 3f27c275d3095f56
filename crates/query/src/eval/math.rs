//! Functions of one number.

use crate::syntax::Function;

/// The function, if it is one of a number alone.
pub(crate) fn element(function: Function) -> Option<fn(f64) -> f64> {
    Some(match function {
        Function::Abs => f64::abs,
        Function::Ceil => f64::ceil,
        Function::Floor => f64::floor,
        Function::Exp => libm::exp,
        Function::Sqrt => f64::sqrt,
        Function::Ln => libm::log,
        Function::Log2 => libm::log2,
        Function::Log10 => libm::log10,
        Function::Sin => libm::sin,
        Function::Cos => libm::cos,
        Function::Tan => libm::tan,
        Function::Asin => libm::asin,
        Function::Acos => libm::acos,
        Function::Atan => libm::atan,
        Function::Sinh => libm::sinh,
        Function::Cosh => libm::cosh,
        Function::Tanh => libm::tanh,
        Function::Asinh => libm::asinh,
        // Below 1 there is none; libm's own, far below zero, makes a number of what is left by rounding.
        Function::Acosh => |value| if value < 1.0 { f64::NAN } else { libm::acosh(value) },
        Function::Atanh => libm::atanh,
        Function::Rad => |degrees| degrees * std::f64::consts::PI / 180.0,
        Function::Deg => |radians| radians * 180.0 / std::f64::consts::PI,
        Function::Sgn => sign,
        _ => return None,
    })
}

fn sign(value: f64) -> f64 {
    if value < 0.0 {
        -1.0
    } else if value > 0.0 {
        1.0
    } else {
        value
    }
}

/// To the nearest multiple of `to`; what is in the middle goes up.
pub(crate) fn round(value: f64, to: f64) -> f64 {
    let inverse = 1.0 / to;
    (value * inverse + 0.5).floor() / inverse
}

/// The larger of two; NaN if one is.
pub(crate) fn largest(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() { f64::NAN } else { a.max(b) }
}

/// The smaller of two; NaN if one is.
pub(crate) fn smallest(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() { f64::NAN } else { a.min(b) }
}
