//! What a service says on the bus: a measurement message in its envelope, as Python's `json.dumps` writes it.
//!
//! A [`Sender`] is one service instance. Its message is put together once; for each sending only the fields
//! that differ (message id, times, values) are filled in, in place, because they have fixed widths.

/// Letters of a message id, which has the form of a UUID.
const ID: &str = "00000000-0000-4000-8000-000000000000";
/// A time in seconds with six places, ten digits before the point.
const TIME: &str = "0000000000.000000";
/// A value with three places.
const VALUE: &str = "000.000";
/// Lowest value, in thousandths: a number of JSON has no leading zero.
const LOWEST: u64 = 100_000;
/// Values lie in 100.000 to 999.999.
const VALUES: u64 = 900_000;

/// One service instance and its message.
#[derive(Debug, Clone)]
pub struct Sender {
    topic: String,
    body: Vec<u8>,
    id: usize,
    times: Vec<usize>,
    values: Vec<usize>,
}

impl Sender {
    /// An instance of `service` that reports `metrics` series. Half are gauges, half counters, each with one
    /// label, under names that no default rule watches.
    pub fn new(service: &str, instance: &str, metrics: usize) -> Sender {
        let names: Vec<(String, &str)> = (0..metrics)
            .map(|n| (format!("load_{n:02}"), if n % 2 == 0 { "gauge" } else { "counter" }))
            .collect();
        Sender::reporting(service, instance, &names)
    }

    /// An instance that reports the named metrics with their types.
    pub fn reporting(service: &str, instance: &str, metrics: &[(String, &str)]) -> Sender {
        let mut sender = Sender {
            topic: format!("alicia/metrics/{service}"),
            body: Vec::new(),
            id: 0,
            times: Vec::new(),
            values: Vec::new(),
        };
        sender.push(r#"{"message_id": ""#);
        sender.id = sender.body.len();
        sender.push(ID);
        sender.push(r#"", "timestamp": "#);
        sender.push_time();
        sender.push(&format!(
            r#", "source": "{service}", "destination": "broadcast", "message_type": "event", "priority": "normal", "ttl": 300, "payload": {{"service_name": "{service}", "instance_id": "{instance}", "metrics": ["#
        ));
        for (n, (name, kind)) in metrics.iter().enumerate() {
            sender.push(if n > 0 { ", " } else { "" });
            sender.push(&format!(r#"{{"name": "{name}", "value": "#));
            sender.values.push(sender.body.len());
            sender.push(VALUE);
            sender.push(&format!(r#", "type": "{kind}", "timestamp": "#));
            sender.push_time();
            sender.push(r#", "labels": {"endpoint": "/health"}}"#);
        }
        sender.push(r#"]}, "routing": {"hops": 0, "max_hops": 10}}"#);
        sender
    }

    /// Where its message goes.
    pub fn topic(&self) -> &str {
        &self.topic
    }

    /// The message with `number` as its id, all times at `micros` since the epoch, and values that follow
    /// from the number.
    pub fn fill(&mut self, number: u64, micros: u64) -> &[u8] {
        let values = (0..).map(|n: u64| LOWEST + (number * 7_919 + n * 104_729) % VALUES);
        self.fill_values(number, micros, values)
    }

    /// [`Sender::fill`] with values of one's own, in thousandths, from 100,000 to 999,999; or 10,000 to
    /// 99,999 where a value below 100 is wanted.
    pub fn fill_values(&mut self, number: u64, micros: u64, values: impl IntoIterator<Item = u64>) -> &[u8] {
        let id = format!("{:08x}-0000-4000-8000-{:012x}", number >> 48, number & 0xffff_ffff_ffff);
        put(&mut self.body, self.id, &id);
        let time = format!("{:010}.{:06}", micros / 1_000_000, micros % 1_000_000);
        for at in &self.times {
            put(&mut self.body, *at, &time);
        }
        for (at, value) in self.values.iter().zip(values) {
            // Blanks before a number are JSON; zeros are not.
            put(&mut self.body, *at, &format!("{:3}.{:03}", value / 1_000, value % 1_000));
        }
        &self.body
    }

    fn push(&mut self, text: &str) {
        self.body.extend_from_slice(text.as_bytes());
    }

    fn push_time(&mut self) {
        self.times.push(self.body.len());
        self.push(TIME);
    }
}

fn put(body: &mut [u8], at: usize, text: &str) {
    body[at..at + text.len()].copy_from_slice(text.as_bytes());
}
