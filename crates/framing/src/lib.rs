//! What files of records have in common, whatever the records mean: numbers of few bytes, and frames that tell whole
//! records from damage. The write-ahead log and the queues of what is handed on are both written so.

pub mod varint;

mod frame;

pub use frame::{Frame, HEADER_BYTES, Header, PREFIX_BYTES};
