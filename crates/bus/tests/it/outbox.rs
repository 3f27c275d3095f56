//! Events on their way out.

use model::{Announce, Event};

#[test]
fn a_full_outbox_drops_counts_and_never_waits() {
    let (outbox, inbox) = bus::outbox(2);
    for timestamp in 0..5 {
        outbox.announce(Event::AlertRecovery { timestamp });
    }
    assert_eq!(outbox.dropped(), 3);
    drop(inbox);
    outbox.announce(Event::AlertRecovery { timestamp: 5 });
    assert_eq!(outbox.dropped(), 4);
}
