//! What is remembered, and what is not.

use crate::rig::{Kept, START, file, read};
use capsule::{Count, Recorder, RecorderSettings};
use model::{Millis, Watch, limits};

fn recorder(minutes: Millis, bytes: usize) -> Recorder {
    let settings = RecorderSettings {
        length: minutes * limits::MINUTE,
        bytes,
        excludes: vec!["home/+/audio/#".to_owned()],
    };
    Recorder::new(settings, START)
}

fn captured(recorder: &Recorder, from: Millis) -> Vec<Kept> {
    let capture = recorder.capture(from);
    let read = read(&file(capture.blocks.iter().map(|block| &**block))).expect("it was just written");
    assert!(read.is_whole && read.gaps.is_empty());
    assert_eq!(read.messages.len() as u64, capture.messages());
    read.messages
}

#[test]
fn what_passed_comes_back_as_it_was() {
    let recorder = recorder(60, 16_000_000);
    let messages: Vec<Kept> = (0..5_000).map(Kept::number).collect();
    messages.iter().for_each(|message| recorder.pass(&message.passage()));
    assert_eq!(captured(&recorder, 0), messages);
    // The blocks that are packed, and the one that is not, are both begun in the middle.
    for n in [1, 700, 2_345, 4_999] {
        assert_eq!(captured(&recorder, messages[n].at), messages[n..], "{n}");
    }
    assert_eq!(captured(&recorder, messages[4_999].at + 1), []);
    assert_eq!(recorder.capture(0).since, START);
    assert_eq!(recorder.status().messages, 5_000);
}

#[test]
fn what_is_older_than_the_minutes_goes() {
    let recorder = recorder(1, 16_000_000);
    let messages: Vec<Kept> = (0..30_000).map(Kept::number).collect();
    messages.iter().for_each(|message| recorder.pass(&message.passage()));
    let (capture, newest) = (recorder.capture(0), messages[29_999].at);
    let kept = captured(&recorder, 0);
    assert!(kept.len() < 30_000 && kept[..] == messages[30_000 - kept.len()..]);
    // Nothing that is young enough is missing, and little that is older is there.
    assert!(kept[0].at <= newest - limits::MINUTE, "{} of {newest}", kept[0].at);
    assert!(kept[0].at > newest - 2 * limits::MINUTE, "{} of {newest}", kept[0].at);
    assert!(capture.since > START && capture.since <= kept[0].at);
}

#[test]
fn memory_is_bounded_whatever_comes() {
    let most = 400_000;
    let recorder = recorder(limits::CAPSULE_MOST_MINUTES.try_into().expect("small"), most);
    let mut chance = world::Chance::seeded(1);
    let mut message = Kept::number(0);
    for _ in 0..3_000 {
        // Noise does not become smaller.
        message.payload = (0..1_000).map(|_| u8::try_from(chance.below(256)).expect("a byte")).collect();
        message.bytes = 1_000;
        message.at += 1;
        recorder.pass(&message.passage());
        assert!(recorder.status().bytes <= most, "{}", recorder.status().bytes);
    }
    let kept = captured(&recorder, 0);
    assert!(kept.len() > 250 && kept.last() == Some(&message), "{}", kept.len());
    assert!(recorder.capture(0).since <= kept[0].at);
}

#[test]
fn what_is_left_out_is_counted() {
    let recorder = recorder(5, 16_000_000);
    let mut sound = Kept::number(1);
    sound.topic = "home/kitchen/audio/raw".to_owned();
    recorder.pass(&sound.passage());
    let mut long = Kept::number(2);
    long.payload = vec![b'x'; limits::CAPSULE_PAYLOAD_BYTES + 1];
    long.bytes = long.payload.len();
    recorder.pass(&long.passage());
    // The listener did not keep it.
    let mut unkept = Kept::number(3);
    (unkept.payload, unkept.bytes) = (Vec::new(), 7_000_000);
    recorder.pass(&unkept.passage());
    let mut many = Kept::number(4);
    many.properties = vec![0; limits::CAPSULE_PROPERTIES_BYTES + 1];
    recorder.pass(&many.passage());
    let left_out = recorder.capture(0).left_out;
    let count = |messages, bytes: usize| Count { messages, bytes: bytes as u64 };
    assert_eq!(left_out.excluded, count(1, sound.bytes));
    assert_eq!(left_out.too_long, count(2, long.bytes + 7_000_000));
    assert_eq!(left_out.properties, count(1, limits::CAPSULE_PROPERTIES_BYTES + 1));
    assert_eq!(recorder.status().left_out, left_out);
    // Their lengths are known.
    let kept = captured(&recorder, 0);
    long.payload.clear();
    many.properties.clear();
    assert_eq!(kept, [long, unkept, many]);
}

#[test]
fn a_recorder_that_is_off_remembers_nothing() {
    let recorder = recorder(0, 16_000_000);
    recorder.pass(&Kept::number(1).passage());
    assert!(!recorder.is_on() && recorder.capture(0).blocks.is_empty());
    assert_eq!(recorder.status().messages, 0);
}

#[test]
fn a_clock_that_is_set_back_takes_nothing_away() {
    let recorder = recorder(5, 16_000_000);
    let mut messages: Vec<Kept> = (0..2_000).map(Kept::number).collect();
    for message in &mut messages[1_000..] {
        message.at -= limits::DAY;
    }
    messages[500].at = -7;
    messages[501].at = Millis::MAX;
    messages.iter().for_each(|message| recorder.pass(&message.passage()));
    // Times that no file has become the nearest that one may have.
    messages[500].at = 0;
    messages[501].at = 253_402_300_799_999;
    assert_eq!(captured(&recorder, 0), messages);
}
