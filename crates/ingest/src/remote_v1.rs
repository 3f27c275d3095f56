//! Remote write 1.0: every series has its labels beside its samples. The bytes of the labels are the key to the series,
//! so of one that is known not a text is looked at.

use crate::gate::WriteError;
use crate::generations::Key;
use crate::parcel::{Lots, Pairs, Spell};
use crate::protobuf::{Fields, Malformed, Value};
use crate::remote::{metric_type, sample};
use crate::remote_histogram;
use model::{Histogram, Metadata, MetricType, Millis, Reason, limits};

/// A request.
#[derive(Debug, Default)]
pub(crate) struct Request<'a> {
    pub(crate) lots: Lots,
    pub(crate) spelling: Spelling<'a>,
    /// What is said of metrics.
    pub(crate) metadata: Vec<(&'a str, Metadata)>,
}

/// Where what is not read yet stands.
#[derive(Debug, Default)]
pub(crate) struct Spelling<'a> {
    /// Of each series a stretch that has all its labels.
    labels: Vec<&'a [u8]>,
    histograms: Vec<&'a [u8]>,
}

const TIME_SERIES: u32 = 1;
const METADATA: u32 = 3;
/// The series of the second version.
const SECOND_VERSION: u32 = 5;

const LABEL: u32 = 1;
const SAMPLE: u32 = 2;
const EXEMPLAR: u32 = 3;
const HISTOGRAM: u32 = 4;

impl<'a> Request<'a> {
    /// Reads a request.
    ///
    /// # Errors
    /// [`WriteError::Unreadable`], [`WriteError::TooLarge`].
    pub(crate) fn read(body: &'a [u8], seed: u64) -> Result<Self, WriteError> {
        let mut request = Self::default();
        for field in Fields::of(body) {
            match field? {
                (TIME_SERIES, value) => {
                    request.series(value.bytes()?, seed)?;
                }
                (METADATA, value) if request.metadata.len() < limits::DESCRIBED_METRICS => {
                    request.metadata.push(metadata(value.bytes()?)?);
                }
                (SECOND_VERSION, _) => {
                    return Err(WriteError::Unreadable("this is remote write 2.0".to_owned()));
                }
                _ => {}
            }
        }
        Ok(request)
    }

    fn series(&mut self, message: &'a [u8], seed: u64) -> Result<(), WriteError> {
        let mut fields = Fields::of(message);
        // Where the first label begins and the last one ends; and whether something stands between them.
        let (mut begin, mut end, mut is_scattered) = (0, 0, false);
        let mut before = 0;
        while let Some(field) = fields.next() {
            let (number, value) = field?;
            let behind = message.len() - fields.left();
            match number {
                LABEL => {
                    if end == 0 {
                        begin = before;
                    }
                    is_scattered |= end != 0 && end != before;
                    end = behind;
                    value.bytes()?;
                }
                SAMPLE => self.lots.push(sample(value.bytes()?)?)?,
                EXEMPLAR => self.lots.exemplars += 1,
                HISTOGRAM => {
                    self.lots.push_histogram()?;
                    self.spelling.histograms.push(value.bytes()?);
                }
                _ => {}
            }
            before = behind;
        }
        let labels = if is_scattered { message } else { message.get(begin..end).unwrap_or_default() };
        let key = if is_scattered { gathered(message, seed) } else { Key::of(labels, seed) };
        self.lots.end(key, None, 0)?;
        self.spelling.labels.push(labels);
        Ok(())
    }
}

/// The key of labels that do not stand side by side.
fn gathered(message: &[u8], seed: u64) -> Key {
    let labels = Fields::of(message).filter_map(Result::ok).filter(|(number, _)| *number == LABEL);
    let mut bytes = Vec::new();
    for label in labels.filter_map(|(_, value)| value.bytes().ok()) {
        bytes.extend_from_slice(&label.len().to_le_bytes());
        bytes.extend_from_slice(label);
    }
    Key::of(&bytes, seed.wrapping_mul(31))
}

impl Spell for Spelling<'_> {
    fn labels<'a>(&'a self, lot: usize, to: &mut Pairs<'a>) -> Result<(), Reason> {
        let stretch = self.labels.get(lot).copied().unwrap_or_default();
        for field in Fields::of(stretch) {
            let (number, value) = field.map_err(|_| Reason::BadLabels)?;
            if number != LABEL {
                continue;
            }
            if to.len() > limits::LABELS_PER_ENTRY {
                return Err(Reason::TooManyLabels);
            }
            to.push(label(value).map_err(|_| Reason::BadLabels)?);
        }
        Ok(())
    }

    fn histogram(&self, number: usize) -> Result<(Millis, Histogram), Reason> {
        remote_histogram::read(self.histograms.get(number).copied().unwrap_or_default())
    }
}

fn label(value: Value<'_>) -> Result<(&str, &str), Malformed> {
    let (mut name, mut text) = ("", "");
    for field in Fields::of(value.bytes()?) {
        match field? {
            (1, value) => name = value.text()?,
            (2, value) => text = value.text()?,
            _ => {}
        }
    }
    Ok((name, text))
}

fn metadata(message: &[u8]) -> Result<(&str, Metadata), Malformed> {
    let (mut name, mut unit, mut help, mut kind) = ("", "", "", MetricType::Unknown);
    for field in Fields::of(message) {
        match field? {
            (1, value) => kind = metric_type(value.unsigned()?),
            (2, value) => name = value.text()?,
            (4, value) => help = value.text()?,
            (5, value) => unit = value.text()?,
            _ => {}
        }
    }
    Ok((name, Metadata { metric_type: kind, unit: unit.into(), help: help.into() }))
}
