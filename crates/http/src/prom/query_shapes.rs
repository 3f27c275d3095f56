//! The shape of a query's answer, for the document alone: `render.rs` writes answers straight from their series, and never holds
//! one of these.

use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What an expression comes to.
#[derive(ToSchema)]
#[expect(dead_code, reason = "described, and written by hand")]
pub(crate) struct QueryAnswer {
    /// `success`.
    status: String,
    data: QueryData,
    /// That the answer is not what was meant, perhaps; only where there is something to say.
    #[schema(required = false)]
    warnings: Vec<String>,
    /// What could be better; likewise.
    #[schema(required = false)]
    infos: Vec<String>,
}

/// The result, and its cost where that was asked for.
#[derive(ToSchema)]
#[expect(dead_code, reason = "described, and written by hand")]
struct QueryData {
    #[serde(flatten)]
    result: QueryResult,
    #[schema(nullable = false)]
    stats: Option<QueryStats>,
}

/// What an expression comes to, by what it is.
#[derive(ToSchema)]
#[serde(tag = "resultType", content = "result", rename_all = "lowercase")]
#[expect(dead_code, reason = "described, and written by hand")]
enum QueryResult {
    /// Unix seconds, and a number as text: it may be `NaN`, `+Inf` or `-Inf`.
    Scalar((f64, String)),
    /// Unix seconds, and the text.
    String((f64, String)),
    /// Series with one sample.
    Vector(Vec<QuerySample>),
    /// Series with those of the range.
    Matrix(Vec<QuerySeries>),
}

/// A series with one sample: a number, or a native histogram.
#[derive(ToSchema)]
#[expect(dead_code, reason = "described, and written by hand")]
struct QuerySample {
    metric: BTreeMap<String, String>,
    /// Unix seconds, and the number as text.
    #[schema(nullable = false)]
    value: Option<(f64, String)>,
    #[schema(nullable = false)]
    histogram: Option<(f64, QueryHistogram)>,
}

/// A series with samples: numbers, native histograms, or both.
#[derive(ToSchema)]
#[expect(dead_code, reason = "described, and written by hand")]
struct QuerySeries {
    metric: BTreeMap<String, String>,
    #[schema(required = false)]
    values: Vec<(f64, String)>,
    #[schema(required = false)]
    histograms: Vec<(f64, QueryHistogram)>,
}

/// A native histogram; numbers are texts.
#[derive(ToSchema)]
#[expect(dead_code, reason = "described, and written by hand")]
struct QueryHistogram {
    count: String,
    sum: String,
    /// Which bounds belong to it (0 the upper, 1 the lower, 2 none, 3 both), the bounds, the count.
    #[schema(required = false)]
    buckets: Vec<(u8, String, String, String)>,
}

/// What a query cost.
#[derive(ToSchema)]
#[expect(dead_code, reason = "described, and written by hand")]
struct QueryStats {
    /// In seconds.
    timings: BTreeMap<String, f64>,
    samples: QuerySamples,
}

/// How many samples a query read, and held at most at a time.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "described, and written by hand")]
struct QuerySamples {
    total_queryable_samples: u64,
    peak_samples: u64,
}
