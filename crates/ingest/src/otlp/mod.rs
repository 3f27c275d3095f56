//! OTLP: metrics as OpenTelemetry exports them, as protobuf or as JSON.

mod shape;

mod names;

mod protobuf;

mod json;

mod translate;

use crate::cumulative::Staged;
use crate::foreign::Told;
use crate::gate::{Gate, WriteError};
use crate::plain::Plain;
use model::Millis;
use translate::Translation;

/// How an export is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Otlp {
    /// As `ExportMetricsServiceRequest`.
    Protobuf,
    /// The same as JSON.
    Json,
}

/// Where it says that it comes in.
const SOURCE: &str = "otlp";

impl Gate {
    /// Takes an unpacked export. When this returns `Ok`, what was taken is committed.
    ///
    /// # Errors
    /// [`WriteError`].
    pub fn otlp(&self, kind: Otlp, body: &[u8], now: Millis) -> Result<Told, WriteError> {
        let sources = match kind {
            Otlp::Protobuf => protobuf::read(body)?,
            Otlp::Json => json::read(body)?,
        };
        let seed = self.seed(3);
        // Held until the sums are kept: two exports of one sender do not overtake each other.
        let mut sums = self.sums();
        let mut translation = Translation {
            plain: Plain::new(seed),
            refused: Told::default(),
            staged: Staged::default(),
            sums: &mut sums,
            seed,
        };
        for source in sources {
            translation.source(source)?;
        }
        let Translation { plain, refused, staged, .. } = translation;
        let mut told = self.take_parcel(SOURCE, &plain.lots, &plain.texts, now)?;
        staged.keep(&mut sums);
        drop(sums);
        self.tell(SOURCE, &refused, None, now);
        told.refused.extend(refused.refused);
        Ok(told)
    }
}
