//! A message that comes twice counts once.

use crate::house::{House, entry, health, measured};
use model::{Intake, Origin, Reason};

#[test]
fn defect_23_defect_39_a_message_delivered_twice_counts_once() {
    let house = House::new();
    for _ in 0..3 {
        assert_eq!(house.send_as("m1", measured("stt", "stt-1", vec![entry("a", 1.0)])), Ok(()));
    }
    let view = house.gate.registry().service("stt").unwrap();
    assert_eq!((view.instances[0].messages, view.instances[0].samples), (1, 1));
    assert_eq!(house.store.log.lock().len(), 1);
    assert_eq!(house.gate.tally().messages(), 3);
    assert_eq!(house.gate.tally().total(Reason::Duplicate), 2);
    assert_eq!(house.gate.tally().errors(), 0, "a redelivery is normal traffic");
}

#[test]
fn a_retained_copy_of_a_message_counts_once() {
    let house = House::new();
    let retained = Origin { retained: true, ..house.origin(Some("m1")) };
    assert_eq!(house.send_as("m1", measured("stt", "stt-1", vec![entry("a", 1.0)])), Ok(()));
    assert_eq!(house.gate.take(&retained, measured("stt", "stt-1", vec![entry("a", 1.0)])), Ok(()));
    assert_eq!(house.gate.tally().total(Reason::Duplicate), 1);
    assert_eq!(house.store.log.lock().len(), 1);
}

#[test]
fn messages_without_an_id_are_never_duplicates() {
    let house = House::new();
    for _ in 0..2 {
        house.send(measured("stt", "stt-1", vec![entry("a", 1.0)]));
        assert_eq!(house.send_as("", measured("stt", "stt-1", vec![entry("a", 1.0)])), Ok(()));
    }
    assert_eq!(house.gate.tally().total(Reason::Duplicate), 0);
    assert_eq!(house.store.log.lock().len(), 4);
}

#[test]
fn a_message_that_could_not_be_kept_is_taken_when_it_comes_again() {
    let house = House::new();
    *house.store.broken.lock() = true;
    assert!(house.send_as("m1", measured("stt", "stt-1", vec![entry("a", 1.0), entry("", 1.0)])).is_err());
    assert!(house.send_as("m2", health("stt", None, "healthy")).is_err());
    assert_eq!(house.gate.tally().messages(), 0);
    assert_eq!(house.gate.tally().total(Reason::BadName), 0);
    *house.store.broken.lock() = false;
    assert_eq!(house.send_as("m1", measured("stt", "stt-1", vec![entry("a", 1.0), entry("", 1.0)])), Ok(()));
    assert_eq!(house.send_as("m2", health("stt", None, "healthy")), Ok(()));
    assert_eq!(house.gate.tally().total(Reason::BadName), 1);
    assert_eq!(house.gate.tally().messages(), 2);
    assert_eq!(house.store.log.lock().len(), 2);
}
