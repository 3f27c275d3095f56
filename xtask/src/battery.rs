//! The battery: what the program promises about faults, tried. One line a trial: its name, the figure, the goal, whether it
//! was reached; and where it was not, the command that shows it again.
//!
//! The trials are tests of the normal suite, in which they run with every commit. Here they run apart, in the long tier
//! for much longer, and what they measured is kept: in `target/battery.json`, and with `--publish` in the table of
//! `docs/RELIABILITY.md`. Tests that have a figure print it on a line that begins with `figure: `; of the others the
//! figure is how many passed.

pub mod trials;

pub mod outcome;

pub mod run;

pub mod publish;
