//! Asking a running collector for a snapshot.

use super::BackupError;
use crate::asking;
use crate::cli::SnapshotArgs;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use std::net::SocketAddr;
use std::time::Duration;

/// Has the collector at `address` make one; gives what to tell.
pub(super) fn for_snapshot(address: SocketAddr, args: &SnapshotArgs) -> Result<String, BackupError> {
    let failed = |message: String| BackupError::Collector { address: address.to_string(), message };
    let access = access(args).map_err(failed)?;
    let timeout = Duration::from_secs(args.timeout.max(1));
    let answer = asking::ask(address, "POST /-/snapshot", access.as_deref(), timeout);
    let answer = answer.map_err(|error| failed(error.to_string()))?;
    let said: Option<Value> = serde_json::from_str(answer.body.trim()).ok();
    let member = |name: &str| said.as_ref().and_then(|said| said.get(name)?.as_str());
    match member("directory") {
        Some(directory) if answer.is_good => Ok(format!("{directory}, on the collector's machine")),
        _ => Err(failed(member("detail").unwrap_or(&answer.line).to_owned())),
    }
}

/// The header that lets us in.
fn access(args: &SnapshotArgs) -> Result<Option<String>, String> {
    let header = |text: String| {
        // A line's end in a secret would begin another header.
        let is_plain = !text.contains(|c: char| c.is_control());
        if is_plain { Ok(Some(text)) } else { Err("the token is no line of text".to_owned()) }
    };
    match (&args.http_token, &args.http_username, &args.http_password) {
        (None, None, None) => Ok(None),
        (Some(token), None, None) => header(format!("Authorization: Bearer {}", token.reveal())),
        (None, Some(user), Some(password)) => {
            let pair = STANDARD.encode(format!("{user}:{}", password.reveal()));
            header(format!("Authorization: Basic {pair}"))
        }
        _ => Err("give a token, or a user and its password".to_owned()),
    }
}
