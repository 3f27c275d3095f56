//! The recorder: the last minutes of the bus, in memory.

use crate::block::{Block, Sealed};
use crate::format::CapsuleError;
use crate::preface::{LeftOut, Preface};
use crate::writer::Writer;
use model::{Millis, Passage, Sighting, Watch, limits, meets_filter};
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::sync::Arc;

/// What is remembered, and how much of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecorderSettings {
    /// How far back, in milliseconds; 0, and nothing is recorded.
    pub length: Millis,
    /// Bytes of memory.
    pub bytes: usize,
    /// Filters of topics that are left out.
    pub excludes: Vec<String>,
}

/// Remembers what passes.
#[derive(Debug)]
pub struct Recorder {
    settings: RecorderSettings,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    open: Block,
    sealed: VecDeque<Arc<Sealed>>,
    /// Bytes of the sealed blocks.
    bytes: usize,
    /// Nothing is missing from here on.
    since: Millis,
    messages: u64,
    left_out: LeftOut,
}

/// What was remembered at a time.
#[derive(Debug, Clone, Default)]
pub struct Capture {
    /// Nothing is missing from here on, but what was left out.
    pub since: Millis,
    /// The messages, in the order in which they came.
    pub blocks: Vec<Arc<Sealed>>,
    /// What was left out beside these blocks.
    pub left_out: LeftOut,
}

/// How the recording goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RecorderStatus {
    /// Messages recorded since the start.
    pub messages: u64,
    /// What was left out since the start.
    pub left_out: LeftOut,
    /// Bytes of memory that the recording takes.
    pub bytes: usize,
    /// Nothing is missing from here on.
    pub since: Millis,
}

impl Capture {
    /// How many messages there are.
    #[must_use]
    pub fn messages(&self) -> u64 {
        self.blocks.iter().map(|block| block.messages).sum()
    }

    /// The bytes of a file, piece by piece. What the preface says of what is in it, and what is not, is put there.
    ///
    /// # Errors
    /// [`CapsuleError::PrefaceTooLong`].
    pub fn pieces(
        self,
        preface: Preface,
    ) -> Result<impl Iterator<Item = Vec<u8>> + Send + use<>, CapsuleError> {
        let preface = Preface { since: Some(self.since), left_out: self.left_out, ..preface };
        let (writer, first) = Writer::begin(&preface)?;
        let (mut writer, mut blocks) = (Some(writer), self.blocks.into_iter());
        let rest = std::iter::from_fn(move || {
            let next = blocks.next().and_then(|block| writer.as_mut()?.block(&block).ok());
            // More blocks than a file may have are not remembered.
            next.or_else(|| writer.take().map(Writer::end))
        });
        Ok(std::iter::once(first).chain(rest))
    }
}

impl Recorder {
    /// A recorder that begins now.
    #[must_use]
    pub fn new(settings: RecorderSettings, now: Millis) -> Self {
        let state = State {
            open: Block::default(),
            sealed: VecDeque::new(),
            bytes: 0,
            since: now,
            messages: 0,
            left_out: LeftOut::default(),
        };
        Self { settings, state: Mutex::new(state) }
    }

    /// What is remembered, and how much of it.
    #[must_use]
    pub fn settings(&self) -> &RecorderSettings {
        &self.settings
    }

    /// Whether anything is recorded.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.settings.length > 0
    }

    /// What came from `from` on.
    #[must_use]
    pub fn capture(&self, from: Millis) -> Capture {
        let (sealed, open, since) = {
            let state = self.state.lock();
            let blocks: Vec<Arc<Sealed>> = state.sealed.iter().cloned().collect();
            (blocks, state.open.clone(), state.since)
        };
        // Packing takes its time, and nobody waits for it.
        let last = open.sealed().map(Arc::new);
        let mut capture = Capture { since: since.max(from), ..Capture::default() };
        for block in sealed.into_iter().chain(last) {
            if block.latest < from {
                continue;
            }
            let block = if block.earliest >= from { Some(block) } else { block.since(from).map(Arc::new) };
            if let Some(block) = block {
                capture.left_out.join(block.left_out);
                capture.blocks.push(block);
            }
        }
        if open.is_empty() {
            // Nothing was recorded since, and that is counted there.
            capture.left_out.join(open.left_out);
        }
        capture
    }

    /// How the recording goes.
    #[must_use]
    pub fn status(&self) -> RecorderStatus {
        let state = self.state.lock();
        let mut left_out = state.left_out;
        left_out.join(state.open.left_out);
        let bytes = state.bytes + state.open.len();
        RecorderStatus { messages: state.messages, left_out, bytes, since: state.since }
    }
}

impl Watch for Recorder {
    /// What is said is nothing to a recorder.
    fn see(&self, _sighting: &Sighting<'_>) {}

    fn pass(&self, passage: &Passage<'_>) {
        if !self.is_on() {
            return;
        }
        let is_excluded = self.settings.excludes.iter().any(|filter| meets_filter(filter, passage.topic));
        let mut state = self.state.lock();
        if is_excluded {
            return state.open.left_out.excluded.add(passage.bytes);
        }
        state.messages += 1;
        state.open.push(passage);
        if state.open.is_full() {
            state.seal();
            state.forget(&self.settings, passage.received_at);
        }
    }
}

impl State {
    fn seal(&mut self) {
        let left_out = self.open.left_out;
        if let Some(sealed) = self.open.seal() {
            self.left_out.join(left_out);
            self.bytes += sealed.payload.len();
            self.sealed.push_back(Arc::new(sealed));
        }
    }

    /// Lets go of what is too old, or too much.
    fn forget(&mut self, settings: &RecorderSettings, now: Millis) {
        // The block that is open has its place too, and one more in the file.
        let room = settings.bytes.saturating_sub(2 * limits::CAPSULE_BLOCK_BYTES);
        let from = now.saturating_sub(settings.length);
        while let Some(oldest) = self.sealed.front() {
            let is_old = oldest.latest < from;
            if !is_old && self.bytes <= room && self.sealed.len() + 1 < limits::CAPSULE_BLOCKS {
                return;
            }
            self.bytes -= oldest.payload.len();
            self.since = self.since.max(oldest.latest.saturating_add(1));
            self.sealed.pop_front();
        }
    }
}
