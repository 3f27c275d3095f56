//! Many threads write, tick and read at once.

use crate::house::{House, START, entry, health, measured, registered};
use model::Intake;
use std::thread;

#[test]
fn defect_28_readers_and_writers_do_not_disturb_each_other() {
    const WRITERS: i64 = 4;
    const ROUNDS: i64 = 200;
    let house = House::new();
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            let house = &house;
            scope.spawn(move || {
                for round in 0..ROUNDS {
                    let service = format!("s{}", round % 20);
                    let instance = format!("i{writer}");
                    let mut origin = house.origin(None);
                    origin.received_at = START + round;
                    let taken =
                        house.gate.take(&origin, measured(&service, &instance, vec![entry("a", 1.0)]));
                    assert_eq!(taken, Ok(()));
                    assert_eq!(house.gate.take(&origin, health(&service, None, "healthy")), Ok(()));
                    assert_eq!(house.gate.take(&origin, registered(&service, 1.0)), Ok(()));
                }
            });
        }
        scope.spawn(|| (0..200).for_each(|second| house.gate.tick(START + second * 1_000)));
        scope.spawn(|| {
            for _ in 0..200 {
                let services = house.gate.registry().services();
                assert!(services.iter().all(|service| service.instances.len() <= 4));
                assert!(house.gate.tally().report().len() <= 1);
                house.gate.probe_sent(START);
            }
        });
    });
    let counts = house.gate.registry().counts();
    assert_eq!((counts.services, counts.instances), (20, 80));
    assert_eq!(house.gate.tally().messages(), (WRITERS * ROUNDS * 3) as u64);
    let views = house.gate.registry().services();
    let heard: u64 = views.iter().flat_map(|view| &view.instances).map(|instance| instance.messages).sum();
    assert!(heard >= (WRITERS * ROUNDS) as u64);
}
