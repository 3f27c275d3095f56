//! How small p-values are on noise: the far tail, which is what the control of many tests lives on.
//!
//! Among thousands of tests only p-values far below 5 % are told; a test that is right at 5 % and wrong at 0.1 % tells
//! what is not there. `cargo run -p insights --example tails [ROUNDS]`; the honesty at 5 % is in `honesty.rs`.
#![expect(clippy::print_stdout, reason = "its output is what it is for")]

#[path = "../tests/it/noise.rs"]
mod noise;

use insights::{Regular, change, slope};
use noise::Noise;

const STEP: i64 = 180_000;
const LEVELS: [f64; 4] = [0.05, 0.01, 0.001, 0.000_1];

fn main() {
    let rounds = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(10_000);
    println!(
        "| test | noise | no answer | p < 5 % | p < 1 % | p < 0.1 % | p < 0.01 % |\n|---|---|---|---|---|---|---|"
    );
    for (name, phi, rough) in [
        ("white", 0.0, 0.0),
        ("AR(1) 0.3", 0.3, 0.0),
        ("AR(1) 0.6", 0.6, 0.0),
        ("AR(1) 0.8", 0.8, 0.0),
        ("AR(1) 0.9", 0.9, 0.0),
        ("AR(1) 0.6 and white", 0.6, 1.0),
        ("AR(1) 0.9 and white", 0.9, 1.0),
    ] {
        let mut noise = Noise::new(301);
        let (mut trends, mut changes) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            let series = Regular::at(0, STEP, &noise.series(120, phi, rough));
            trends.push(slope(&series).map(|found| found.p_value));
            changes.push(change(&series).map(|found| found.p_value));
        }
        row("trend", name, &trends);
        row("change", name, &changes);
    }
    power(rounds / 10);
}

/// How often a change that is there is found.
fn power(rounds: usize) {
    println!(
        "\n| change, in deviations | p < 5 % | p < 1 % | p < 0.1 % | p < 0.01 % |\n|---|---|---|---|---|"
    );
    for (phi, height) in [(0.0, 1.0), (0.0, 2.0), (0.3, 2.0), (0.3, 3.0), (0.6, 3.0), (0.6, 5.0)] {
        let mut noise = Noise::new(302);
        let mut found = Vec::new();
        for _ in 0..rounds {
            let mut values = noise.series(120, phi, 0.0);
            values.iter_mut().skip(80).for_each(|value| *value += height);
            found.push(change(&Regular::at(0, STEP, &values)).map(|found| found.p_value));
        }
        let cells = LEVELS.map(|level| below(&found, level)).join(" | ");
        println!("| {height} in AR(1) {phi} | {cells} |");
    }
}

fn row(test: &str, noise: &str, found: &[Option<f64>]) {
    let silent = percent(found.iter().filter(|p| p.is_none()).count(), found.len());
    let cells = LEVELS.map(|level| below(found, level)).join(" | ");
    println!("| {test} | {noise} | {silent} | {cells} |");
}

fn below(found: &[Option<f64>], level: f64) -> String {
    percent(found.iter().flatten().filter(|p| **p < level).count(), found.len())
}

#[expect(clippy::cast_precision_loss, reason = "counts of rounds")]
fn percent(part: usize, whole: usize) -> String {
    format!("{:.2} %", 100.0 * part as f64 / whole.max(1) as f64)
}
