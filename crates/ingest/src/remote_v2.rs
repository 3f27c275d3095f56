//! Remote write 2.0: all texts of a request stand in one table, and series name them by their numbers. The key to a
//! series is made of the keys of its texts, each of which is made once.

use crate::gate::WriteError;
use crate::generations::Key;
use crate::parcel::{Lots, Pairs, Spell};
use crate::protobuf::{Fields, Malformed, Value, varint};
use crate::remote::{metric_type, sample};
use crate::remote_histogram;
use model::{Histogram, Metadata, MetricKind, MetricType, Millis, NAME, Reason, limits};

/// A request.
#[derive(Debug, Default)]
pub(crate) struct Request<'a> {
    pub(crate) lots: Lots,
    pub(crate) spelling: Spelling<'a>,
    /// The number of the text that names the label of a metric's name.
    name: Option<u32>,
}

/// Where what is not read yet stands.
#[derive(Debug, Default)]
pub(crate) struct Spelling<'a> {
    symbols: Vec<&'a [u8]>,
    /// Of each series where its labels end in `references`.
    ends: Vec<usize>,
    /// Names and values by turns.
    references: Vec<u32>,
    histograms: Vec<&'a [u8]>,
    /// What each series says of its metric.
    said: Vec<Said>,
}

/// What a series says of its metric: help and unit are texts of the table.
#[derive(Debug, Clone, Copy, Default)]
struct Said {
    metric_type: MetricType,
    help: u32,
    unit: u32,
}

const FIRST_VERSION: std::ops::RangeInclusive<u32> = 1..=3;
const SYMBOL: u32 = 4;
const TIME_SERIES: u32 = 5;

const REFERENCES: u32 = 1;
const SAMPLE: u32 = 2;
const HISTOGRAM: u32 = 3;
const EXEMPLAR: u32 = 4;
const METADATA: u32 = 5;

impl<'a> Request<'a> {
    /// Reads a request.
    ///
    /// # Errors
    /// [`WriteError::Unreadable`], [`WriteError::TooLarge`].
    pub(crate) fn read(body: &'a [u8], seed: u64) -> Result<Self, WriteError> {
        let mut request = Self::default();
        let keys = request.symbols(body, seed)?;
        let mut scratch = Vec::new();
        for field in Fields::of(body) {
            if let (TIME_SERIES, value) = field? {
                let message = value.bytes()?;
                request.series(message, &keys, seed, &mut scratch)?;
            }
        }
        Ok(request)
    }

    /// Reads the table of texts, which may stand behind the series, and gives the keys of all.
    fn symbols(&mut self, body: &'a [u8], seed: u64) -> Result<Vec<Key>, WriteError> {
        let mut keys = Vec::new();
        for field in Fields::of(body) {
            let field = field?;
            // These numbers are kept free, so that a request of the first version is not taken for an empty one.
            if FIRST_VERSION.contains(&field.0) {
                return Err(WriteError::Unreadable("this is remote write 1.0".to_owned()));
            }
            if let (SYMBOL, value) = field {
                let text = value.bytes()?;
                if keys.len() >= limits::WRITE_ENTRIES {
                    return Err(WriteError::TooLarge);
                }
                if text == NAME.as_bytes() {
                    self.name = u32::try_from(keys.len()).ok();
                }
                keys.push(Key::of(text, seed));
                self.spelling.symbols.push(text);
            }
        }
        match self.spelling.symbols.first() {
            Some(first) if !first.is_empty() => {
                Err(WriteError::Unreadable("the first of the symbols is not the empty one".to_owned()))
            }
            _ => Ok(keys),
        }
    }

    fn series(
        &mut self,
        message: &'a [u8],
        keys: &[Key],
        seed: u64,
        scratch: &mut Vec<u8>,
    ) -> Result<(), WriteError> {
        let first = self.spelling.references.len();
        let mut said = None;
        for field in Fields::of(message) {
            let (number, value) = field?;
            match number {
                REFERENCES => numbers(value, &mut self.spelling.references)?,
                SAMPLE => self.lots.push(sample(value.bytes()?)?)?,
                HISTOGRAM => {
                    self.lots.push_histogram()?;
                    self.spelling.histograms.push(value.bytes()?);
                }
                EXEMPLAR => self.lots.exemplars += 1,
                METADATA => said = Some(metadata(value.bytes()?)?),
                _ => {}
            }
        }
        let references = self.spelling.references.get(first..).unwrap_or_default();
        if references.len() % 2 != 0 {
            return Err(WriteError::Unreadable("a label has a name and no value".to_owned()));
        }
        let key = |number: &u32| {
            let key = keys.get(*number as usize);
            key.ok_or_else(|| WriteError::Unreadable(format!("there is no symbol {number}")))
        };
        scratch.clear();
        for number in references {
            scratch.extend_from_slice(&key(number)?.bytes());
        }
        let all = Key::of(scratch, seed.wrapping_mul(31));
        let (mut described, mut kind) = (0, None);
        if let Some(Said { metric_type, help, unit }) = said {
            kind = kind_of(metric_type);
            let pairs = references.as_chunks::<2>().0;
            let name = pairs.iter().find(|pair| self.name.is_some_and(|name| pair[0] == name));
            let named = name.map_or(Ok(&all), |pair| key(&pair[1]))?;
            scratch.clear();
            for part in [*named, *key(&help)?, *key(&unit)?] {
                scratch.extend_from_slice(&part.bytes());
            }
            scratch.push(metric_type as u8);
            described = Key::of(scratch, seed).short().max(1);
        }
        self.spelling.said.push(said.unwrap_or_default());
        self.spelling.ends.push(self.spelling.references.len());
        self.lots.end(all, kind, described)?;
        Ok(())
    }
}

impl Spelling<'_> {
    fn text(&self, number: u32) -> Result<&str, Reason> {
        let symbol = self.symbols.get(number as usize).copied().unwrap_or_default();
        std::str::from_utf8(symbol).map_err(|_| Reason::BadLabels)
    }
}

impl Spell for Spelling<'_> {
    fn labels<'a>(&'a self, lot: usize, to: &mut Pairs<'a>) -> Result<(), Reason> {
        let end = |lot: usize| self.ends.get(lot).copied().unwrap_or(0);
        let first = lot.checked_sub(1).map_or(0, end);
        let references = self.references.get(first..end(lot)).unwrap_or_default();
        if references.len() > 2 * limits::LABELS_PER_ENTRY {
            return Err(Reason::TooManyLabels);
        }
        for pair in references.as_chunks::<2>().0 {
            to.push((self.text(pair[0])?, self.text(pair[1])?));
        }
        Ok(())
    }

    fn histogram(&self, number: usize) -> Result<(Millis, Histogram), Reason> {
        remote_histogram::read(self.histograms.get(number).copied().unwrap_or_default())
    }

    fn metadata(&self, lot: usize) -> Option<Metadata> {
        let said = self.said.get(lot)?;
        let unit = self.text(said.unit).ok()?.into();
        Some(Metadata { metric_type: said.metric_type, unit, help: self.text(said.help).ok()?.into() })
    }
}

/// Numbers side by side, or one alone.
fn numbers(value: Value<'_>, to: &mut Vec<u32>) -> Result<(), WriteError> {
    let mut push = |number: u64| {
        if to.len() >= 2 * limits::WRITE_ENTRIES {
            return Err(WriteError::TooLarge);
        }
        to.push(u32::try_from(number).map_err(|_| Malformed)?);
        Ok(())
    };
    if let Value::Varint(number) = value {
        return push(number);
    }
    let mut rest = value.bytes()?;
    while !rest.is_empty() {
        push(varint(&mut rest)?)?;
    }
    Ok(())
}

fn metadata(message: &[u8]) -> Result<Said, Malformed> {
    let mut said = Said::default();
    let reference = |value: Value<'_>| u32::try_from(value.unsigned()?).map_err(|_| Malformed);
    for field in Fields::of(message) {
        match field? {
            (1, value) => said.metric_type = metric_type(value.unsigned()?),
            (3, value) => said.help = reference(value)?,
            (4, value) => said.unit = reference(value)?,
            _ => {}
        }
    }
    Ok(said)
}

fn kind_of(metric_type: MetricType) -> Option<MetricKind> {
    match metric_type {
        MetricType::Counter => Some(MetricKind::Counter),
        MetricType::Gauge | MetricType::Info | MetricType::StateSet => Some(MetricKind::Gauge),
        _ => None,
    }
}
