//! The names of the log's files.

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// Everything before the segment of its number; so it is read before that.
    Checkpoint,
    Segment,
}

/// A file of the log. Ordered as they are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FileName {
    pub(crate) number: u64,
    pub(crate) kind: Kind,
}

/// Where a checkpoint is written before it is one.
pub(crate) const TEMPORARY: &str = "checkpoint.tmp";

impl FileName {
    pub(crate) fn segment(number: u64) -> Self {
        Self { number, kind: Kind::Segment }
    }

    pub(crate) fn checkpoint(number: u64) -> Self {
        Self { number, kind: Kind::Checkpoint }
    }

    /// The file that is called so; `None` for files that are none of the log's.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        let (number, kind) = name.split_once('.')?;
        let kind = match kind {
            "segment" => Kind::Segment,
            "checkpoint" => Kind::Checkpoint,
            _ => return None,
        };
        Some(Self { number: number.parse().ok().filter(|_| number.len() >= 8)?, kind })
    }
}

impl std::fmt::Display for FileName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = match self.kind {
            Kind::Segment => "segment",
            Kind::Checkpoint => "checkpoint",
        };
        write!(f, "{:08}.{kind}", self.number)
    }
}
