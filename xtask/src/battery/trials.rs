//! What is tried.

/// How long it may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tier {
    /// As with every commit: some minutes in all.
    Ci,
    /// About two hours in all.
    Long,
}

/// One promise and the tests that try it.
#[derive(Debug, Clone, Copy)]
pub struct Trial {
    /// One word, for `--only`.
    pub name: &'static str,
    /// What is done to the program.
    pub what: &'static str,
    /// What must come of it.
    pub goal: &'static str,
    /// The package of the tests.
    pub package: &'static str,
    /// Parts of the names of the tests.
    pub tests: &'static [&'static str],
    /// Variables of the environment in the long tier.
    pub long: &'static [(&'static str, &'static str)],
}

/// All trials.
pub const TRIALS: &[Trial] = &[
    Trial {
        name: "kill",
        what: "kill -9 of the collector in a stream of numbered samples",
        goal: "lost 0, doubled 0; 50 kills in CI, 1,000 in the long run",
        package: "alicia-metrics",
        tests: &["live_fifty_kills_lose_nothing_and_count_nothing_twice"],
        long: &[("ALICIA_KILLS", "1000")],
    },
    Trial {
        name: "power",
        what: "death and power cut at every call to the disk, and again while that is mended",
        goal: "acknowledged lost 0, a start never fails; a trace of 2,000 calls in the long run",
        package: "store",
        tests: &["engine::a_death_or_a_power_cut_at_any_call"],
        long: &[("ALICIA_ROUNDS", "120")],
    },
    Trial {
        name: "policies",
        what: "the same of the log alone, for each durability policy; of what is erased; of the rules' journal",
        goal: "always: lost 0; interval: 0 by a kill, none that was synced by a power cut",
        package: "store",
        tests: &[
            "policies::",
            "wal::a_process_that_dies",
            "wal::a_power_cut",
            "gone::a_death_or_a_power_cut",
            "journal::a_power_cut",
            "journal_life::whatever_happens",
        ],
        long: &[("PROPTEST_CASES", "20000")],
    },
    Trial {
        name: "bytes",
        what: "every byte of log, checkpoint, block, list of the erased and journal changed, every cut made",
        goal: "0 panics, 0 wrong values, all told, the rest unhurt",
        package: "store",
        tests: &[
            "every_byte",
            "verify_finds",
            "any_cut_and",
            "every_damage_is_seen",
            "flipped",
            "cut_at_any_byte",
        ],
        long: &[],
    },
    Trial {
        name: "calls",
        what: "any call to the disk fails, once or for ever",
        goal: "0 panics, acknowledged lost 0, a failed sync is never repeated on the file",
        package: "store",
        tests: &["any_call_may_fail", "sync_failed", "failing_call", "takes_no_block", "after_a_failed_sync"],
        long: &[],
    },
    Trial {
        name: "full",
        what: "a small file system is filled, freed, filled, and the collector started on it",
        goal: "it lives and answers, takes all within 5 s of the room being free, acknowledged lost 0",
        package: "alicia-metrics",
        tests: &["live_a_full_disk_is_survived"],
        long: &[],
    },
    Trial {
        name: "clock",
        what: "the collector's clock jumps by -3 days, +3 days, +10 years",
        goal: "nothing kept is lost, what lies in the future is refused and counted",
        package: "alicia-metrics",
        tests: &["live_a_clock_that_jumps"],
        long: &[("ALICIA_JUMP_SECONDS", "150")],
    },
    Trial {
        name: "model",
        what: "random appends, flushes, compactions, erasures, restarts and power cuts, against a plain map",
        goal: "equal; 500 runs of the engine in CI, 100,000 in the long run",
        package: "store",
        tests: &["the_engine_is_a_map", "points_are_a_map", "the_store_is_a_map"],
        long: &[("PROPTEST_CASES", "100000")],
    },
    Trial {
        name: "cardinality",
        what: "a million new series at a collector that has 512 MiB",
        goal: "not killed, refusals counted by reason, old series are taken and read",
        package: "alicia-metrics",
        tests: &["live_a_million_new_series"],
        long: &[],
    },
    Trial {
        name: "decoders",
        what: "any bytes at the decoders of log, chunks and messages",
        goal: "0 panics; 256 cases each in CI, 100,000 in the long run",
        package: "store",
        tests: &["any_bytes_are_survived", "come_back"],
        long: &[("PROPTEST_CASES", "100000")],
    },
    Trial {
        name: "broker",
        what: "the broker is killed, hangs, breaks the protocol, comes back",
        goal: "delivered lost 0, connected again by itself",
        package: "alicia-metrics",
        tests: &["bus_faults::"],
        long: &[],
    },
];

impl Trial {
    /// The words after `cargo` that run it. Tests print what they measured, also when they pass.
    #[must_use]
    pub fn words(&self, tier: Tier) -> Vec<&'static str> {
        let mut words = vec!["nextest", "run", "--no-fail-fast"];
        if tier == Tier::Long {
            words.extend(["--profile", "long", "--cargo-profile", "battery"]);
        }
        words.extend(["--success-output", "immediate", "-p", self.package]);
        words.extend(self.tests);
        words
    }

    /// What the environment says in a tier.
    #[must_use]
    pub fn variables(&self, tier: Tier) -> &'static [(&'static str, &'static str)] {
        if tier == Tier::Long { self.long } else { &[] }
    }

    /// The line for a shell that runs it again.
    #[must_use]
    pub fn command(&self, tier: Tier) -> String {
        let variables = self.variables(tier).iter().map(|(name, value)| format!("{name}={value} "));
        format!("{}cargo {}", variables.collect::<String>(), self.words(tier).join(" "))
    }
}
