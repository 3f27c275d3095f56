//! `capsule export` and `import`: a capsule as JSON lines, and back.

use super::CapsulesError;
use super::files::{Source, Target};
use crate::questions::Shown;
use crate::recording::Recorded;
use bus::topics;
use capsule::{Block, Capsule, Piece, Preface, Writer};
use model::{Millis, limits};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::ops::ControlFlow;
use std::path::Path;

/// Writes the messages of a capsule as lines.
pub(super) fn export(path: &Path, lines: &Path) -> Result<Shown, CapsulesError> {
    let source = Source::open(path)?;
    let capsule =
        Capsule::open(&source, source.length).map_err(|error| CapsulesError::capsule(path, error))?;
    let mut target = Target::create(lines)?;
    let (mut messages, mut said, mut failure) = (0_u64, Vec::new(), None);
    let read = capsule.each(&mut |piece| {
        let message = match piece {
            Piece::Message(message) => message,
            Piece::Gap(gap) => {
                said.push(gap.to_string());
                return ControlFlow::Continue(());
            }
        };
        messages += 1;
        match target.write(format!("{}\n", Recorded::line(&message)).as_bytes()) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failure = Some(error);
                ControlFlow::Break(())
            }
        }
    });
    read.map_err(|source| CapsulesError::read(path, source))?;
    if let Some(failure) = failure {
        return Err(failure);
    }
    target.finish()?;
    Ok(Shown { text: format!("{messages} messages written to {}\n", lines.display()), said })
}

/// Makes a capsule of lines. Nothing is known of what recorded them: a replay takes the defaults.
pub(super) fn import(lines: &Path, path: &Path) -> Result<Shown, CapsulesError> {
    let mut reader = Lines::open(lines)?;
    let Some(first) = reader.next()? else {
        return Err(reader.wrong("there is no message".to_owned()));
    };
    let listens = [topics::EVERYTHING, topics::BROKER].map(str::to_owned).to_vec();
    // By the time of its first message: the same lines always make the same capsule.
    let made_at: Millis = reader.time(&first)?;
    let preface =
        Preface { service_name: crate::SERVICE_NAME.to_owned(), made_at, listens, ..Preface::default() };
    let refused = |error| CapsulesError::capsule(path, error);
    let (mut writer, head) = Writer::begin(&preface).map_err(refused)?;
    let mut target = Target::create(path)?;
    target.write(&head)?;
    let (mut block, mut next, mut messages) = (Block::default(), Some(first), 0_u64);
    while let Some(message) = next {
        let Some(passage) = message.passage() else { return Err(reader.wrong(NO_TIME.to_owned())) };
        block.push(&passage);
        messages += 1;
        if block.is_full()
            && let Some(sealed) = block.seal()
        {
            target.write(&writer.block(&sealed).map_err(refused)?)?;
        }
        next = reader.next()?;
    }
    if let Some(sealed) = block.seal() {
        target.write(&writer.block(&sealed).map_err(refused)?)?;
    }
    target.write(&writer.end())?;
    target.finish()?;
    Ok(Shown { text: format!("{messages} messages written to {}\n", path.display()), said: Vec::new() })
}

const NO_TIME: &str = "`t` is no time";

/// The lines of a recording, each of bounded length.
struct Lines {
    path: String,
    from: BufReader<File>,
    line: u64,
}

impl Lines {
    fn open(path: &Path) -> Result<Self, CapsulesError> {
        let file = File::open(path).map_err(|source| CapsulesError::read(path, source))?;
        Ok(Self { path: path.display().to_string(), from: BufReader::new(file), line: 0 })
    }

    /// The next message; none at the end.
    fn next(&mut self) -> Result<Option<Recorded>, CapsulesError> {
        loop {
            let mut bytes = Vec::new();
            let most = limits::CAPSULE_LINE_BYTES + 1;
            self.line += 1;
            let read = self.from.by_ref().take(most).read_until(b'\n', &mut bytes);
            read.map_err(|source| CapsulesError::Read { path: self.path.clone(), source })?;
            if bytes.is_empty() {
                return Ok(None);
            }
            if bytes.len() as u64 >= most {
                return Err(self.wrong(format!("longer than {} bytes", limits::CAPSULE_LINE_BYTES)));
            }
            let text = String::from_utf8(bytes).map_err(|_| self.wrong("no UTF-8".to_owned()))?;
            if !text.trim().is_empty() {
                return Recorded::read(&text).map(Some).map_err(|why| self.wrong(why));
            }
        }
    }

    fn time(&self, message: &Recorded) -> Result<Millis, CapsulesError> {
        let time = message.passage().map(|passage| passage.received_at);
        time.ok_or_else(|| self.wrong(NO_TIME.to_owned()))
    }

    fn wrong(&self, why: String) -> CapsulesError {
        CapsulesError::Line { path: self.path.clone(), line: self.line, why }
    }
}
