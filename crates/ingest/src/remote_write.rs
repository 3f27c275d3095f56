//! Remote write, both versions: how Prometheus, its agents and most collectors hand samples on.

use crate::foreign::Told;
use crate::gate::{Gate, WriteError};
use crate::{remote_v1, remote_v2};
use model::Millis;

/// Which version of remote write a request has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemoteWrite {
    /// `prometheus.WriteRequest`.
    V1,
    /// `io.prometheus.write.v2.Request`.
    V2,
}

/// Where it says that it comes in.
const SOURCE: &str = "remote_write";

impl Gate {
    /// Takes an unpacked request. When this returns `Ok`, what was taken is committed.
    ///
    /// # Errors
    /// [`WriteError`].
    pub fn remote_write(&self, version: RemoteWrite, body: &[u8], now: Millis) -> Result<Told, WriteError> {
        match version {
            RemoteWrite::V1 => {
                let request = remote_v1::Request::read(body, self.seed(1))?;
                let mut told = self.take_parcel(SOURCE, &request.lots, &request.spelling, now)?;
                self.describe_all(SOURCE, request.metadata, &mut told, now);
                Ok(told)
            }
            RemoteWrite::V2 => {
                let request = remote_v2::Request::read(body, self.seed(2))?;
                self.take_parcel(SOURCE, &request.lots, &request.spelling, now)
            }
        }
    }
}
