//! A clock that jumps while the collector runs.

use crate::broker::Mosquitto;
use crate::collector::Setup;
use crate::numbered::{numbers, publish_all, whole};
use crate::wait::{pause, until};
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Seconds of a day.
const DAY: i64 = 24 * 3_600;

/// A wall clock for one process, moved by the test.
struct JumpingClock {
    library: PathBuf,
    file: PathBuf,
}

impl JumpingClock {
    /// Compiles it with the compiler that Rust links with; it shows the machine's own time.
    fn build(dir: &Path) -> Self {
        let clock = Self { library: dir.join("jumping_clock.so"), file: dir.join("clock") };
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/jumping_clock.c");
        let mut cc = Command::new("cc");
        cc.args(["-O1", "-shared", "-fPIC", "-o"]).arg(&clock.library).arg(source);
        assert!(cc.status().expect("cc runs").success(), "the clock compiles");
        clock.set(0);
        clock
    }

    /// Tells a clock that differs by so many seconds.
    fn set(&self, seconds: i64) {
        let mut file =
            OpenOptions::new().create(true).truncate(false).write(true).open(&self.file).expect("opened");
        let both = [seconds.to_ne_bytes(), (!seconds).to_ne_bytes()].concat();
        file.write_all(&both).expect("written");
    }
}

/// Lets a jump last: what is too old goes once a minute, so the long run waits for two of them.
fn hold() {
    let seconds = std::env::var("ALICIA_JUMP_SECONDS").map_or(0, |text| text.parse().expect("a number"));
    let end = Instant::now() + Duration::from_secs(seconds);
    while Instant::now() < end {
        pause();
    }
}

#[test]
fn live_a_clock_that_jumps_takes_nothing_away_and_what_lies_in_the_future_is_refused() {
    let (broker, dir) = (Mosquitto::start(), tempfile::tempdir().expect("a directory"));
    let jumping = JumpingClock::build(dir.path());
    let collector = Setup::keeping(broker.port, 30)
        .variable("LD_PRELOAD", jumping.library.clone())
        .variable("JUMPING_CLOCK", jumping.file.clone())
        .data_dir(&dir.path().join("data"))
        .connect();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
    publish_all(broker.port, "before", now - 3_600, 0..100);
    let seen = |metric: &str, count: u64| {
        until("all numbers are there", || {
            let seen = numbers(&collector, metric);
            if seen.len() as u64 == count { Ok(seen) } else { Err(seen.len()) }
        })
    };
    assert_eq!(seen("before", 100), whole(100));
    for seconds in [-3 * DAY, 3 * DAY, 3_650 * DAY] {
        jumping.set(seconds);
        until("the collector sees the other time", || {
            let uptime = collector.json("/health");
            let told = uptime["timestamp"].as_f64().unwrap_or_default();
            let off = told - now as f64 - seconds as f64;
            if off.abs() < 600.0 { Ok(()) } else { Err(uptime) }
        });
        // In the collector's own time: taken. A day ahead of it: refused.
        let there = u64::try_from(i64::try_from(now).expect("soon") + seconds).expect("after 1970");
        let (taken, refused) = (format!("at_{seconds}"), format!("ahead_{seconds}"));
        let before = collector.refused("too_far_in_future");
        publish_all(broker.port, &refused, there + 86_400, 0..10);
        publish_all(broker.port, &taken, there - 100, 0..50);
        assert_eq!(seen(&taken, 50), whole(50));
        assert_eq!(collector.refused("too_far_in_future"), before + 10);
        hold();
        assert_eq!(seen("before", 100), whole(100), "a jump by {seconds} s");
    }
    jumping.set(0);
    assert_eq!(seen("before", 100), whole(100), "and back again");
    println!("figure: 0 of 100 samples lost, 30 of 30 of the future refused");
}
