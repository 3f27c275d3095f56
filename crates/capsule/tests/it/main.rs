//! Capsules: what is recorded comes back, memory is bounded, and no file does harm.

#![expect(clippy::expect_used, reason = "a test stops at the first thing that is not as it should be")]

mod rig;

mod recording;

mod files;

mod hostile;
