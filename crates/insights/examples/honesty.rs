//! How often the statistics raise a false alarm on noise, and how often their intervals hold what they promise.
//!
//! Its seeds are others than those that the statistics were tuned with: the figures are of noise that nobody looked at before.
//! `cargo run -p insights --example honesty [ROUNDS]`; `docs/insights.md` has the figures.
#![expect(clippy::print_stdout, reason = "its output is what it is for")]

#[path = "../tests/it/noise.rs"]
mod noise;

use insights::{Profile, Regular, ahead, change, outlier, slope};
use noise::Noise;

const STEP: i64 = 180_000;
const HOUR: i64 = 3_600_000;

fn main() {
    let rounds = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(4000);
    println!(
        "| noise (120 values) | trend | at 0.1 % | no answer | of answers | change | at 0.1 % | no answer | of answers |\n|---|---|---|---|---|---|---|---|---|"
    );
    for (name, phi, rough) in [
        ("white", 0.0, 0.0),
        ("AR(1) 0.3", 0.3, 0.0),
        ("AR(1) 0.6", 0.6, 0.0),
        ("AR(1) 0.9", 0.9, 0.0),
        ("AR(1) 0.9 and white", 0.9, 1.0),
        ("random walk", 1.0, 0.0),
    ] {
        let mut noise = Noise::new(201);
        let (mut trends, mut changes) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            let series = Regular::at(0, STEP, &noise.series(120, phi, rough));
            trends.push(slope(&series).map(|found| found.p_value));
            changes.push(change(&series).map(|found| found.p_value));
        }
        println!("| {name} | {} | {} |", alarms(&trends), alarms(&changes));
    }
    coverage(rounds);
    others(rounds);
}

/// How many p-values are below 5 % and 0.1 %, how many there are not, and how many of those there are are below 5 %.
fn alarms(found: &[Option<f64>]) -> String {
    let answers = found.iter().flatten().count();
    let below = |level: f64| found.iter().flatten().filter(|p| **p < level).count();
    let (often, seldom) = (share(below(0.05), found.len()), share(below(0.001), found.len()));
    format!(
        "{often} | {seldom} | {} | {}",
        share(found.len() - answers, found.len()),
        share(below(0.05), answers)
    )
}

/// Slopes, and times at which a known line reaches a limit.
fn coverage(rounds: usize) {
    println!(
        "\n| noise | slope in its interval | time to limit in its interval | times told |\n|---|---|---|---|"
    );
    for phi in [0.0, 0.3, 0.6, 0.9] {
        let mut noise = Noise::new(202);
        let (mut slopes, mut known, mut times, mut told) = (0, 0, 0, 0);
        for _ in 0..rounds {
            // 120 slots of 3 minutes are 6 hours; the line is 0.05 deviations steep a slot, and reaches 20 at slot 400.
            let mut values = noise.series(120, phi, 0.0);
            (0_u32..).zip(&mut values).for_each(|(at, value)| *value += 0.05 * f64::from(at));
            let series = Regular::at(0, STEP, &values);
            let Some(found) = slope(&series) else { continue };
            known += 1;
            slopes += usize::from((found.low..=found.high).contains(&(0.05 * 20.0)));
            if let Some(ahead) = ahead(&found, 20.0, 0) {
                told += 1;
                let truth = series.ends()[0] + 400 * STEP;
                times += usize::from((ahead.earliest..=ahead.latest).contains(&truth));
            }
        }
        println!(
            "| AR(1) {phi} | {} | {} | {} |",
            share(slopes, known),
            share(times, told),
            share(told, rounds)
        );
    }
}

/// Peers, and hours of the day; and whether the next hour of a held-out day is inside.
fn others(rounds: usize) {
    println!("\n| test | false alarms at 5 % | at 1 % |\n|---|---|---|");
    for peers in [6, 8, 12, 30] {
        let mut noise = Noise::new(203);
        let mut found = Vec::new();
        for _ in 0..rounds {
            found.extend(outlier(&noise.series(peers, 0.0, 0.0), 0).map(|outlier| outlier.p_value));
        }
        line(&format!("outlier of {peers} peers"), &found);
    }
    for (phi, days) in [(0.0, 7), (0.0, 14), (0.6, 14), (0.9, 14)] {
        let mut noise = Noise::new(204);
        let mut found = Vec::new();
        for _ in 0..rounds {
            let mut values = noise.series(24 * days + 1, phi, 0.0);
            (0_u32..)
                .zip(&mut values)
                .for_each(|(at, v)| *v += 5.0 * (f64::from(at % 24) / 24.0 * std::f64::consts::TAU).sin());
            found.extend(Profile::of(&Regular::at(0, HOUR, &values)).newest().map(|found| found.p_value));
        }
        line(&format!("hour of the day, {days} days, AR(1) {phi}"), &found);
    }
}

fn line(name: &str, found: &[f64]) {
    let below = |level: f64| share(found.iter().filter(|p| **p < level).count(), found.len());
    println!("| {name} | {} | {} |", below(0.05), below(0.01));
}

fn share(part: usize, whole: usize) -> String {
    if whole == 0 { "–".to_owned() } else { format!("{:.2} %", 100.0 * part as f64 / whole as f64) }
}
