//! `capsule save`: asks a running collector.

use super::CapsulesError;
use super::files::{Source, Target};
use crate::capsules_args::SaveArgs;
use crate::questions::{AskError, Client, Shown};
use capsule::Capsule;
use model::limits;
use std::io::Read;

/// Bytes that are read at once.
const PIECE_BYTES: usize = 64 << 10;

/// Fetches a capsule.
pub(super) fn save(args: &SaveArgs) -> Result<Shown, CapsulesError> {
    let client = Client::new(&args.collector);
    let mut body = match (&args.kept, args.minutes) {
        (Some(name), _) => client.download("GET", &format!("/bus/capsules/{}", Client::encoded(name)))?,
        (None, Some(minutes)) => client.download("POST", &format!("/bus/capsule?minutes={minutes}"))?,
        (None, None) => client.download("POST", "/bus/capsule")?,
    };
    let mut target = Target::create(&args.file)?;
    let (mut piece, mut length) = (vec![0; PIECE_BYTES], 0_u64);
    loop {
        let read = body
            .read(&mut piece)
            .map_err(|source| AskError::NotReached { address: client.address().to_owned(), source })?;
        if read == 0 {
            break;
        }
        length += read as u64;
        if length > limits::CAPSULE_FILE_BYTES {
            let why = format!("the answer is longer than {} bytes", limits::CAPSULE_FILE_BYTES);
            return Err(AskError::Refused(why).into());
        }
        target.write(piece.get(..read).unwrap_or_default())?;
    }
    // What broke off on the way does not get the name.
    target.flush()?;
    let source = Source::open(target.partial())?;
    let is_whole = Capsule::open(&source, source.length)
        .map_err(|error| CapsulesError::capsule(&args.file, error))?
        .is_whole();
    if !is_whole {
        return Err(CapsulesError::Damaged("the answer broke off; nothing is saved".to_owned()));
    }
    target.finish()?;
    let text = format!("{length} bytes saved to {}\n", args.file.display());
    Ok(Shown { text, said: Vec::new() })
}
