//! Whatever is taken, in whatever batches, comes out the same, whenever the queue is closed and opened.

use crate::rig::{Kept, Receiver, START, open, series};
use forward::Settings;
use model::{Append, Point, Sample};
use proptest::prelude::{Just, Strategy, any, prop, prop_assert_eq, prop_oneof, proptest};
use world::SimDisk;

#[derive(Debug, Clone)]
enum Do {
    Take(Vec<(usize, i64, u64)>),
    Commit,
    Maintain,
    Send,
    Stop,
    Kill,
}

fn steps() -> impl Strategy<Value = Vec<Do>> {
    let sample = (0..20_usize, -5_i64..500, any::<u64>());
    let step = prop_oneof![
        6 => prop::collection::vec(sample, 0..40).prop_map(Do::Take),
        6 => Just(Do::Commit),
        1 => Just(Do::Maintain),
        3 => Just(Do::Send),
        1 => Just(Do::Stop),
        1 => Just(Do::Kill),
    ];
    prop::collection::vec(step, 0..60)
}

proptest! {
    #[test]
    fn what_was_taken_comes_out_the_same(steps in steps(), max_samples in 1..100_usize, series_known in 1..30_usize) {
        let (disk, mut receiver) = (SimDisk::new(1), Receiver::new());
        receiver.is_strict = false;
        let settings = Settings { max_samples, series: series_known, ..Settings::default() };
        let all: Vec<_> = (0..20).map(|number| series(&format!("m n={number}"))).collect();
        let (mut taken, mut committed, mut expect) = (Vec::new(), 0, Kept::new());
        let mut rig = open(&disk, &settings);
        for step in steps {
            match step {
                Do::Take(samples) => {
                    let point = |t: i64, bits: u64| Point { t: START + t, v: f64::from_bits(bits) };
                    let batch: Vec<_> =
                        samples.iter().map(|(n, t, bits)| Sample { series: &all[*n], point: point(*t, *bits) }).collect();
                    rig.queue.append(&batch).expect("it never fails");
                    taken.extend(samples);
                }
                Do::Commit => {
                    rig.queue.commit().expect("it never fails");
                    committed = taken.len();
                }
                Do::Maintain => {
                    rig.queue.maintain();
                    committed = taken.len();
                }
                Do::Send => rig.step(&mut receiver),
                Do::Stop => {
                    rig.queue.stop();
                    committed = taken.len();
                    rig = open(&disk, &settings);
                }
                Do::Kill => {
                    rig = open(&disk, &settings);
                    taken.truncate(committed);
                }
            }
        }
        rig.queue.commit().expect("it never fails");
        rig.drain(&mut receiver);
        // The receiver knows what it has; what is the same twice it has once.
        for (n, t, bits) in taken {
            let kept = expect.entry(format!("m{{n=\"{n}\"}}")).or_default();
            if !kept.contains(&(START + t, bits)) {
                kept.push((START + t, bits));
            }
        }
        prop_assert_eq!(&receiver.kept, &expect);
    }
}
