//! `IO`: streams.

use crate::command::Command;
use crate::hub::Hub;
use crate::reply::Failure;
use crate::tab::Asker;
use serde_json::{Value, json};

/// Bytes of one piece; as many as Chromium gives.
const PIECE_BYTES_MAX: u32 = 10 * 1024 * 1024;

pub fn run(hub: &mut Hub, asker: Asker, command: &Command) -> Result<Option<Value>, Failure> {
    let params = &command.params;
    let name = params.text("handle")?;
    let client_of = |key| hub.sessions.get(&key).map(|it| it.client);
    let owner = hub.streams.session_of(name);
    // Sessions of one client share its streams.
    let is_its = owner.is_some_and(|owner| client_of(owner) == client_of(asker.session));
    let unknown = || Failure::with_code(-32602, "Invalid stream handle");
    if !is_its {
        return Err(unknown());
    }
    match command.method.as_str() {
        "IO.close" => {
            hub.streams.close(name);
            Ok(Some(json!({})))
        }
        "IO.read" => {
            let from = params.optional_count("offset")?.map(|it| it as usize);
            let bytes = params.optional_count("size")?.unwrap_or(PIECE_BYTES_MAX);
            let bytes = bytes.min(PIECE_BYTES_MAX) as usize;
            let piece = hub.streams.read(name, from, bytes).ok_or_else(unknown)?;
            Ok(Some(json!({
                "base64Encoded": false,
                "data": piece.text,
                "eof": piece.is_last,
            })))
        }
        other => Err(Failure::no_method(other)),
    }
}
