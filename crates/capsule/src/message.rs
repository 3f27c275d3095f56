//! One message, as bytes.

use crate::format::LATEST;
use framing::varint::{put, put_signed, put_text, take, take_bytes, take_signed, take_text};
use model::{Millis, Passage, limits};

const QOS: u8 = 0b11;
const RETAINED: u8 = 1 << 2;
const TAKEN: u8 = 1 << 3;
const WITHOUT_PAYLOAD: u8 = 1 << 4;
const WITH_PROPERTIES: u8 = 1 << 5;
const UNUSED: u8 = 0b1100_0000;

/// Writes a message behind one of `before`. Its payload is left out if it is not whole; of its properties and its time is seen to
/// that they may be written.
pub(crate) fn write(out: &mut Vec<u8>, message: &Passage<'_>, before: Millis) {
    let is_whole = message.payload.len() == message.bytes;
    let flag = |is_set: bool, flag: u8| if is_set { flag } else { 0 };
    put_signed(out, message.received_at - before);
    out.push(
        message.qos.min(2)
            | flag(message.retained, RETAINED)
            | flag(message.is_taken, TAKEN)
            | flag(!is_whole, WITHOUT_PAYLOAD)
            | flag(!message.properties.is_empty(), WITH_PROPERTIES),
    );
    put_text(out, message.topic);
    put(out, message.bytes as u64);
    if is_whole {
        out.extend_from_slice(message.payload);
    }
    if !message.properties.is_empty() {
        put(out, message.properties.len() as u64);
        out.extend_from_slice(message.properties);
    }
}

/// Reads what [`write`] wrote, and leaves what is behind it; `None` if that is no message.
pub(crate) fn read<'a>(rest: &mut &'a [u8], before: Millis) -> Option<Passage<'a>> {
    let received_at = before.checked_add(take_signed(rest)?).filter(|time| (0..=LATEST).contains(time))?;
    let (flags, behind) = rest.split_first()?;
    *rest = behind;
    if flags & UNUSED != 0 || flags & QOS == QOS {
        return None;
    }
    let topic = take_text(rest)?;
    let bytes = usize::try_from(take(rest)?).ok()?;
    let payload = if flags & WITHOUT_PAYLOAD == 0 { take_bytes(rest, bytes)? } else { &[] };
    let properties = if flags & WITH_PROPERTIES == 0 {
        &[]
    } else {
        let length = usize::try_from(take(rest)?).ok()?;
        take_bytes(rest, length).filter(|_| (1..=limits::CAPSULE_PROPERTIES_BYTES).contains(&length))?
    };
    Some(Passage {
        topic,
        received_at,
        bytes,
        payload,
        qos: flags & QOS,
        retained: flags & RETAINED != 0,
        properties,
        is_taken: flags & TAKEN != 0,
    })
}
