//! Which of its two faces `GET /metrics` shows: JSON, or the text that Prometheus scrapes.

use axum::http::{HeaderMap, header};

/// Whether the `Accept` headers prefer text to JSON. Where both are welcome alike, or anything is, it is JSON:
/// the clients of the original name no type at all.
pub(crate) fn wants_text(headers: &HeaderMap) -> bool {
    let ranges: Vec<Range> = headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(Range::parse)
        .collect();
    let text = ["text/plain", "application/openmetrics-text"].map(|media| {
        // `*/*` speaks for JSON only.
        quality(&ranges, media).filter(|quality| quality.rank > ANYTHING).map_or(0.0, |quality| quality.value)
    });
    let json = quality(&ranges, "application/json").map_or(0.0, |quality| quality.value);
    text.into_iter().fold(0.0, f64::max) > json
}

/// How closely a range names a type: `*/*`, `text/*`, `text/plain`.
const ANYTHING: u8 = 0;
const FAMILY: u8 = 1;
const EXACTLY: u8 = 2;

struct Range {
    media: String,
    quality: f64,
}

impl Range {
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(';').map(|part| part.trim().to_ascii_lowercase());
        let media = parts.next().filter(|media| !media.is_empty())?;
        let quality = parts.find_map(|part| part.strip_prefix("q=")?.parse::<f64>().ok());
        let quality = quality.filter(|quality| (0.0..=1.0).contains(quality)).unwrap_or(1.0);
        Some(Self { media, quality })
    }

    fn rank(&self, media: &str) -> Option<u8> {
        let family = self.media.strip_suffix("/*").filter(|family| *family != "*");
        match family {
            _ if self.media == media => Some(EXACTLY),
            _ if self.media == "*/*" => Some(ANYTHING),
            Some(family) if media.split('/').next() == Some(family) => Some(FAMILY),
            _ => None,
        }
    }
}

struct Quality {
    rank: u8,
    value: f64,
}

/// What the ranges that name `media` most closely say of it.
fn quality(ranges: &[Range], media: &str) -> Option<Quality> {
    let matching = ranges
        .iter()
        .filter_map(|range| range.rank(media).map(|rank| Quality { rank, value: range.quality }));
    matching.reduce(|best, next| {
        let is_better = next.rank > best.rank || (next.rank == best.rank && next.value > best.value);
        if is_better { next } else { best }
    })
}
