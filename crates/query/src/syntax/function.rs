//! Every function: its name, what it takes, what it gives. How it is computed is elsewhere.

use crate::syntax::ValueType;

/// What a function takes and gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signature {
    /// Its name.
    pub name: &'static str,
    /// The type of each argument.
    pub takes: &'static [ValueType],
    /// How many more or fewer arguments there may be.
    pub variadic: Variadic,
    /// What it gives.
    pub returns: ValueType,
}

/// How the number of arguments may differ from the number of types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variadic {
    /// It may not.
    No,
    /// So many of the last may be left out.
    Optional(usize),
    /// The last may be left out or come again and again.
    Many,
    /// The last may be left out or come up to so often.
    UpTo(usize),
}

use ValueType::{Matrix, Scalar, String, Vector};
use Variadic::{Many, No, Optional, UpTo};

/// Declares the functions: the enumeration and the table of signatures in one.
macro_rules! functions {
    ($($variant:ident $name:literal [$($takes:ident),*] $variadic:expr => $returns:ident;)*) => {
        /// A function.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[expect(missing_docs, reason = "the functions' names")]
        pub enum Function { $($variant),* }

        /// All of them.
        pub const FUNCTIONS: &[Function] = &[$(Function::$variant),*];

        impl Function {
            /// What it takes and gives.
            #[must_use]
            pub fn signature(self) -> Signature {
                match self {
                    $(Self::$variant => Signature {
                        name: $name, takes: &[$($takes),*], variadic: $variadic, returns: $returns,
                    },)*
                }
            }
        }
    };
}

functions! {
    Abs "abs" [Vector] No => Vector;
    Absent "absent" [Vector] No => Vector;
    AbsentOverTime "absent_over_time" [Matrix] No => Vector;
    Acos "acos" [Vector] No => Vector;
    Acosh "acosh" [Vector] No => Vector;
    Asin "asin" [Vector] No => Vector;
    Asinh "asinh" [Vector] No => Vector;
    Atan "atan" [Vector] No => Vector;
    Atanh "atanh" [Vector] No => Vector;
    AvgOverTime "avg_over_time" [Matrix] No => Vector;
    Ceil "ceil" [Vector] No => Vector;
    Changes "changes" [Matrix] No => Vector;
    Clamp "clamp" [Vector, Scalar, Scalar] No => Vector;
    ClampMax "clamp_max" [Vector, Scalar] No => Vector;
    ClampMin "clamp_min" [Vector, Scalar] No => Vector;
    Cos "cos" [Vector] No => Vector;
    Cosh "cosh" [Vector] No => Vector;
    CountOverTime "count_over_time" [Matrix] No => Vector;
    DayOfMonth "day_of_month" [Vector] Optional(1) => Vector;
    DayOfWeek "day_of_week" [Vector] Optional(1) => Vector;
    DayOfYear "day_of_year" [Vector] Optional(1) => Vector;
    DaysInMonth "days_in_month" [Vector] Optional(1) => Vector;
    Deg "deg" [Vector] No => Vector;
    Delta "delta" [Matrix] No => Vector;
    Deriv "deriv" [Matrix] No => Vector;
    DoubleExponentialSmoothing "double_exponential_smoothing" [Matrix, Scalar, Scalar] No => Vector;
    End "end" [] No => Scalar;
    Exp "exp" [Vector] No => Vector;
    FirstOverTime "first_over_time" [Matrix] No => Vector;
    Floor "floor" [Vector] No => Vector;
    HistogramAvg "histogram_avg" [Vector] No => Vector;
    HistogramCount "histogram_count" [Vector] No => Vector;
    HistogramFraction "histogram_fraction" [Scalar, Scalar, Vector] No => Vector;
    HistogramQuantile "histogram_quantile" [Scalar, Vector] No => Vector;
    HistogramQuantiles "histogram_quantiles" [Vector, String, Scalar] UpTo(10) => Vector;
    HistogramStddev "histogram_stddev" [Vector] No => Vector;
    HistogramStdvar "histogram_stdvar" [Vector] No => Vector;
    HistogramSum "histogram_sum" [Vector] No => Vector;
    Hour "hour" [Vector] Optional(1) => Vector;
    Idelta "idelta" [Matrix] No => Vector;
    Increase "increase" [Matrix] No => Vector;
    Info "info" [Vector, Vector] Optional(1) => Vector;
    Irate "irate" [Matrix] No => Vector;
    LabelJoin "label_join" [Vector, String, String, String] Many => Vector;
    LabelReplace "label_replace" [Vector, String, String, String, String] No => Vector;
    LastOverTime "last_over_time" [Matrix] No => Vector;
    Ln "ln" [Vector] No => Vector;
    Log10 "log10" [Vector] No => Vector;
    Log2 "log2" [Vector] No => Vector;
    MadOverTime "mad_over_time" [Matrix] No => Vector;
    MaxOf "max_of" [Scalar, Scalar] No => Scalar;
    MaxOverTime "max_over_time" [Matrix] No => Vector;
    MinOf "min_of" [Scalar, Scalar] No => Scalar;
    MinOverTime "min_over_time" [Matrix] No => Vector;
    Minute "minute" [Vector] Optional(1) => Vector;
    Month "month" [Vector] Optional(1) => Vector;
    Pi "pi" [] No => Scalar;
    PredictLinear "predict_linear" [Matrix, Scalar] No => Vector;
    PresentOverTime "present_over_time" [Matrix] No => Vector;
    QuantileOverTime "quantile_over_time" [Scalar, Matrix] No => Vector;
    Rad "rad" [Vector] No => Vector;
    Range "range" [] No => Scalar;
    Rate "rate" [Matrix] No => Vector;
    Resets "resets" [Matrix] No => Vector;
    Round "round" [Vector, Scalar] Optional(1) => Vector;
    Scalar "scalar" [Vector] No => Scalar;
    Sgn "sgn" [Vector] No => Vector;
    Sin "sin" [Vector] No => Vector;
    Sinh "sinh" [Vector] No => Vector;
    Sort "sort" [Vector] No => Vector;
    SortByLabel "sort_by_label" [Vector, String] Many => Vector;
    SortByLabelDesc "sort_by_label_desc" [Vector, String] Many => Vector;
    SortDesc "sort_desc" [Vector] No => Vector;
    Sqrt "sqrt" [Vector] No => Vector;
    Start "start" [] No => Scalar;
    StartTimestamp "start_timestamp" [Vector] No => Vector;
    StddevOverTime "stddev_over_time" [Matrix] No => Vector;
    StdvarOverTime "stdvar_over_time" [Matrix] No => Vector;
    Step "step" [] No => Scalar;
    SumOverTime "sum_over_time" [Matrix] No => Vector;
    Tan "tan" [Vector] No => Vector;
    Tanh "tanh" [Vector] No => Vector;
    Time "time" [] No => Scalar;
    Timestamp "timestamp" [Vector] No => Vector;
    TsOfFirstOverTime "ts_of_first_over_time" [Matrix] No => Vector;
    TsOfLastOverTime "ts_of_last_over_time" [Matrix] No => Vector;
    TsOfMaxOverTime "ts_of_max_over_time" [Matrix] No => Vector;
    TsOfMinOverTime "ts_of_min_over_time" [Matrix] No => Vector;
    Vector "vector" [Scalar] No => Vector;
    Year "year" [Vector] Optional(1) => Vector;
}

impl Function {
    /// The function of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        FUNCTIONS.iter().copied().find(|function| function.name() == name)
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.signature().name
    }
}
