//! What messages say in numbers: of a recorded home, of well-known makers, and of those who mean harm.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first thing that is not as it should be"
)]

mod bounds;
mod life;
mod makers;
mod mappings;
mod recorded;
mod rig;
mod sparkplug;
