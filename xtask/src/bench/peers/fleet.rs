//! The hosts of a made-up fleet: per host ten integer gauges that walk between 0 and 100, three counters of no steady pace,
//! and one histogram of ten buckets; a sample every so often. The same numbers every time.

/// Names of the gauges.
pub const GAUGES: [&str; 10] = [
    "cpu_user",
    "cpu_system",
    "cpu_idle",
    "cpu_nice",
    "cpu_iowait",
    "cpu_irq",
    "cpu_softirq",
    "cpu_steal",
    "cpu_guest",
    "cpu_guest_nice",
];
/// Names of the counters.
pub const COUNTERS: [&str; 3] = ["net_received_bytes_total", "requests_total", "errors_total"];
/// The name of the histogram's buckets.
pub const BUCKET: &str = "request_seconds_bucket";
/// Bounds of the histogram.
pub const BOUNDS: [&str; 10] = ["0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "+Inf"];
/// Series of a host.
pub const SERIES: usize = GAUGES.len() + COUNTERS.len() + BOUNDS.len();

/// How much there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Hosts.
    pub hosts: u32,
    /// Samples of each series.
    pub steps: u32,
    /// Milliseconds from one to the next.
    pub interval: i64,
    /// When the last one is, in milliseconds since the epoch.
    pub end: i64,
}

impl Shape {
    /// Samples of all series.
    pub fn samples(&self) -> u64 {
        u64::from(self.hosts) * u64::from(self.steps) * SERIES as u64
    }

    /// When sample `step` of a host is. Each host has a beat of its own: as in life, and so that no sample lies on the edge
    /// of a window, where the engines differ.
    pub fn time(&self, host: u32, step: u32) -> i64 {
        let behind = i64::from(self.steps - 1 - step) * self.interval;
        self.end - behind - 100 - i64::from(host * 37 % 800)
    }

    /// When the first samples are.
    pub fn start(&self) -> i64 {
        self.end - i64::from(self.steps) * self.interval
    }
}

/// A host, and where its numbers are.
#[derive(Debug)]
pub struct Host {
    chance: u64,
    values: [f64; SERIES],
}

impl Host {
    /// Host `number` before its first sample.
    pub fn new(number: u32) -> Self {
        let mut values = [0.0; SERIES];
        values[..GAUGES.len()].fill(50.0);
        Self { chance: u64::from(number) + 1, values }
    }

    /// The next sample of each series, in the order of [`labels`].
    pub fn advance(&mut self) -> &[f64; SERIES] {
        for at in 0..GAUGES.len() {
            self.values[at] = (self.values[at] + self.below(11) - 5.0).clamp(0.0, 100.0);
        }
        for (at, most) in [(0, 20_000), (1, 40), (2, 3)] {
            self.values[GAUGES.len() + at] += self.below(most);
        }
        let mut seen = 0.0;
        for at in SERIES - BOUNDS.len()..SERIES {
            seen += self.below(5);
            self.values[at] += seen;
        }
        &self.values
    }

    /// A whole number below `most`, by chance (xorshift).
    fn below(&mut self, most: u32) -> f64 {
        self.chance ^= self.chance << 13;
        self.chance ^= self.chance >> 7;
        self.chance ^= self.chance << 17;
        let high = u32::try_from(self.chance >> 33).unwrap_or(0);
        f64::from(high % most)
    }
}

/// The labels of all series of a host, in order.
pub fn labels(host: u32) -> Vec<Vec<(String, String)>> {
    let names = GAUGES.iter().chain(&COUNTERS).map(|name| (*name, None));
    let buckets = BOUNDS.iter().map(|bound| (BUCKET, Some(*bound)));
    let of_one = |(name, bound): (&str, Option<&str>)| {
        let mut labels = vec![
            ("__name__".to_owned(), name.to_owned()),
            ("arch".to_owned(), "x64".to_owned()),
            ("datacenter".to_owned(), format!("eu-central-1{}", ["a", "b"][host as usize % 2])),
            ("hostname".to_owned(), format!("host_{host}")),
            ("os".to_owned(), "Ubuntu16.10".to_owned()),
            ("rack".to_owned(), (host % 31).to_string()),
            ("region".to_owned(), format!("region-{}", host % 9)),
            ("service_environment".to_owned(), "production".to_owned()),
            ("team".to_owned(), "SF".to_owned()),
        ];
        labels.extend(bound.map(|bound| ("le".to_owned(), bound.to_owned())));
        labels.sort();
        labels
    };
    names.chain(buckets).map(of_one).collect()
}
