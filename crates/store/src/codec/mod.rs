//! Chunks of values and of times (`docs/format/chunk.md`): bit for bit what was put in, in few bytes.

mod pages;

mod packed;

mod bits;

mod workspace;

mod scale;

mod times;

mod values;

mod buckets;

mod columns;

mod sealed;

pub(crate) use buckets::{BucketWorkspace, decode_buckets, encode_buckets};
pub(crate) use columns::OwnedColumns;
pub(crate) use packed::Effort;
pub(crate) use sealed::Sealed;
pub(crate) use times::{decode_times, encode_times};
pub(crate) use values::encode_values;
pub(crate) use workspace::Workspace;
