//! What a replay writes: three files of JSON lines, and one hash of all of them.

use super::super::CapsulesError;
use super::super::files::Target;
use parking_lot::Mutex;
use std::path::Path;
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

/// The files of a replay, in the order in which they are hashed.
const NAMES: [&str; 3] = ["series.jsonl", "alerts.jsonl", "events.jsonl"];

/// Which file.
#[derive(Debug, Clone, Copy)]
pub(super) enum To {
    Series,
    Alerts,
    Events,
}

/// What was written.
#[derive(Debug, Default)]
pub(super) struct Done {
    /// One hash of all bytes: hexadecimal digits of an XXH3 of 128 bits.
    pub(super) hash: String,
    pub(super) series: u64,
    pub(super) samples: u64,
    pub(super) events: u64,
}

/// Takes what is to be written, and where nothing is to be written, its hash.
pub(super) struct Outputs {
    files: [Mutex<Output>; 3],
    counts: Mutex<Done>,
}

#[derive(Default)]
struct Output {
    file: Option<Target>,
    hash: Xxh3,
    failure: Option<CapsulesError>,
}

impl Outputs {
    /// Files in `dir`, which is made if there is none; or none.
    pub(super) fn create(dir: Option<&Path>) -> Result<Self, CapsulesError> {
        let files = <[Mutex<Output>; 3]>::default();
        if let Some(dir) = dir {
            std::fs::create_dir_all(dir).map_err(|source| CapsulesError::write(dir, source))?;
            for (file, name) in files.iter().zip(NAMES) {
                file.lock().file = Some(Target::create(&dir.join(name))?);
            }
        }
        Ok(Self { files, counts: Mutex::default() })
    }

    /// Writes lines. What fails is said at the end.
    pub(super) fn write(&self, to: To, lines: &str) {
        let place = match to {
            To::Series => 0,
            To::Alerts => 1,
            To::Events => 2,
        };
        let Some(output) = self.files.get(place) else { return };
        let mut output = output.lock();
        output.hash.update(lines.as_bytes());
        if output.failure.is_none()
            && let Some(file) = &mut output.file
            && let Err(error) = file.write(lines.as_bytes())
        {
            output.failure = Some(error);
        }
    }

    /// Counts one more event, or a series of so many samples.
    pub(super) fn count(&self, samples: Option<usize>) {
        let mut counts = self.counts.lock();
        match samples {
            None => counts.events += 1,
            Some(samples) => {
                counts.series += 1;
                counts.samples += samples as u64;
            }
        }
    }

    /// Ends the files.
    pub(super) fn finish(&self) -> Result<Done, CapsulesError> {
        let mut all = String::new();
        for (output, name) in self.files.iter().zip(NAMES) {
            let Output { file, hash, failure } = std::mem::take(&mut *output.lock());
            if let Some(failure) = failure {
                return Err(failure);
            }
            if let Some(file) = file {
                file.finish()?;
            }
            all.push_str(&format!("{:032x}  {name}\n", hash.digest128()));
        }
        let counts = std::mem::take(&mut *self.counts.lock());
        Ok(Done { hash: format!("{:032x}", xxh3_128(all.as_bytes())), ..counts })
    }
}

#[cfg(test)]
mod tests {
    use super::{Outputs, To};
    use xxhash_rust::xxh3::xxh3_128;

    #[test]
    fn the_hash_is_of_the_three_files_as_others_reckon_it() {
        let outputs = Outputs::create(None).expect("nothing is written");
        outputs.write(To::Events, "a\n");
        outputs.write(To::Events, "b\n");
        let done = outputs.finish().expect("nothing fails");
        // What XXH3 of 128 bits makes of nothing stands in its specification.
        let empty = "99aa06d3014798d86001c324468d497f";
        let events = format!("{:032x}", xxh3_128(b"a\nb\n"));
        let all = format!("{empty}  series.jsonl\n{empty}  alerts.jsonl\n{events}  events.jsonl\n");
        assert_eq!(done.hash, format!("{:032x}", xxh3_128(all.as_bytes())));
    }

    #[test]
    fn files_are_written_as_they_are_hashed() {
        let dir = tempfile::tempdir().expect("a directory");
        let outputs = Outputs::create(Some(dir.path())).expect("it can be written");
        outputs.write(To::Alerts, "a\n");
        outputs.finish().expect("it can be written");
        let read = |name: &str| std::fs::read_to_string(dir.path().join(name)).expect("it is there");
        assert_eq!((read("alerts.jsonl"), read("series.jsonl")), ("a\n".to_owned(), String::new()));
    }
}
