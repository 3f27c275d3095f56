//! How integers became doubles: counts of milliseconds that a program tells in seconds, prices, percentages.

/// The powers of ten by which values are tried to become integers; all are exact doubles.
const POWERS: [f64; 16] =
    [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];
/// The doubles that are nearest to their inverses.
const INVERSES: [f64; 16] =
    [1e0, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-11, 1e-12, 1e-13, 1e-14, 1e-15];
/// Integers below are exact doubles.
const EXACT: f64 = 9_007_199_254_740_992.0;
/// Values that are looked at to choose the scale.
const TRIED: usize = 64;
/// Scales that programs use besides dividing once: `n * 0.001`, `n / 1e3 / 1e3` and such.
const OTHERS: [(Way, u8); 6] = [
    (Way::Multiply, 3),
    (Way::DivideTwice, 6),
    (Way::Multiply, 6),
    (Way::Multiply, 9),
    (Way::Multiply, 2),
    (Way::Multiply, 1),
];

/// What was done with an integer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// By the power of ten.
    Divide,
    /// By the double nearest to the inverse of the power of ten: other bits come of it.
    Multiply,
    /// By a thousand, and then by the rest of the power of ten.
    DivideTwice,
}

/// The ways by their number.
const WAYS: [Way; 3] = [Way::Divide, Way::Multiply, Way::DivideTwice];

/// How an integer becomes a double.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Scale {
    way: Way,
    exponent: u8,
}

impl Scale {
    /// The one with which most of a few values are integers, the lowest if there are several; `None` if none is.
    pub(super) fn best(values: &[f64]) -> Option<Self> {
        let step = values.len().div_ceil(TRIED).max(1);
        let tried = || values.iter().step_by(step);
        let divided = (0..16).map(|exponent| Self { way: Way::Divide, exponent });
        let others = OTHERS.iter().map(|(way, exponent)| Self { way: *way, exponent: *exponent });
        let mut best = None;
        for scale in divided.chain(others) {
            let hits = tried().filter(|value| scale.integer(**value).is_some()).count();
            if best.is_none_or(|(most, _)| hits > most) {
                best = Some((hits, scale));
            }
            // With a higher power the same values are integers, but larger ones.
            if hits == tried().len() {
                break;
            }
        }
        best.filter(|(hits, _)| *hits > 0).map(|(_, scale)| scale)
    }

    /// The scale of which [`Scale::byte`] gave this.
    pub(super) fn of(byte: u8) -> Option<Self> {
        let scale = Self { way: *WAYS.get(usize::from(byte >> 4))?, exponent: byte & 15 };
        (scale.way != Way::DivideTwice || scale.exponent >= 3).then_some(scale)
    }

    /// As it is written: the exponent, and in the high bits the way.
    pub(super) fn byte(self) -> u8 {
        let way = WAYS.iter().position(|way| *way == self.way).and_then(|at| u8::try_from(at).ok());
        way.unwrap_or(0) << 4 | self.exponent
    }

    /// The integer that gives `value` bit for bit.
    #[expect(clippy::cast_possible_truncation, reason = "below 2^53 it is exact")]
    pub(super) fn integer(self, value: f64) -> Option<i64> {
        let scaled = (value * power(self.exponent)).round();
        if scaled.abs() >= EXACT || scaled.is_nan() {
            return None;
        }
        let integer = scaled as i64;
        (self.real(integer).to_bits() == value.to_bits()).then_some(integer)
    }

    /// The double that an integer below 2^53 became.
    #[expect(clippy::cast_precision_loss, reason = "below 2^53 it is exact")]
    pub(super) fn real(self, integer: i64) -> f64 {
        let integer = integer as f64;
        match self.way {
            Way::Divide => integer / power(self.exponent),
            Way::Multiply => integer * INVERSES.get(usize::from(self.exponent)).copied().unwrap_or(1.0),
            Way::DivideTwice => integer / 1e3 / power(self.exponent.saturating_sub(3)),
        }
    }

    /// Appends the doubles that integers became.
    pub(super) fn reals(self, integers: &[i64], out: &mut Vec<f64>) {
        let unscaled = Self { way: Way::Multiply, exponent: 0 };
        // Told apart once and not at every value; and dividing takes as long as all the rest.
        match self.way {
            Way::Divide if self.exponent == 0 => out.extend(integers.iter().map(|i| unscaled.real(*i))),
            Way::Divide => {
                out.extend(integers.iter().map(|i| Self { way: Way::Divide, ..self }.real(*i)));
            }
            _ => out.extend(integers.iter().map(|i| self.real(*i))),
        }
    }
}

fn power(exponent: u8) -> f64 {
    POWERS.get(usize::from(exponent)).copied().unwrap_or(1.0)
}
