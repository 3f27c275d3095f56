//! Any body of a request that writes, in each of the formats, packed in each of the ways.
#![no_main]

use ingest::{Gate, GateSettings, Otlp, Packing, Precision, RemoteWrite, unpack};
use libfuzzer_sys::fuzz_target;
use model::{Announce, Event};
use std::sync::Arc;
use world::SimClock;

struct Nobody;

impl Announce for Nobody {
    fn announce(&self, _: Event) {}
}

fuzz_target!(|bytes: &[u8]| {
    let Some((how, body)) = bytes.split_first() else { return };
    let packing = [Packing::Plain, Packing::Snappy, Packing::Zstd, Packing::Gzip][usize::from(how & 3)];
    let mut unpacked = Vec::new();
    if unpack(packing, body, &mut unpacked).is_err() {
        return;
    }
    let clock = Arc::new(SimClock::at(1_000));
    let gate = Gate::new(GateSettings::default(), clock, Vec::new(), Arc::new(Nobody));
    let _ = match how >> 2 & 7 {
        0 | 5.. => gate.remote_write(RemoteWrite::V1, &unpacked, 1_000),
        1 => gate.remote_write(RemoteWrite::V2, &unpacked, 1_000),
        2 => gate.otlp(Otlp::Protobuf, &unpacked, 1_000),
        3 => gate.otlp(Otlp::Json, &unpacked, 1_000),
        4 => gate.influx(&unpacked, Precision::NANOSECONDS, 1_000),
    };
});
