//! `Input`: pointer and keys.

use crate::command::Command;
use crate::domains::page::tab_of;
use crate::hub::Hub;
use crate::keys;
use crate::reply::Failure;
use crate::session::Target;
use crate::tab::Asker;
use serde_json::Value;

pub fn run(
    hub: &mut Hub,
    asker: Asker,
    target: Target,
    command: &Command,
) -> Result<Option<Value>, Failure> {
    let id = tab_of(target)?;
    let params = &command.params;
    let events = match command.method.as_str() {
        "Input.dispatchKeyEvent" => keys::key(params)?.into_iter().collect(),
        "Input.dispatchMouseEvent" => keys::mouse(params)?.into_iter().collect(),
        "Input.insertText" => keys::insert(params)?,
        other => return Err(Failure::no_method(other)),
    };
    let tab = hub.tabs.get(&id).ok_or_else(Failure::no_target)?;
    if tab.is_crashed {
        return Err(Failure::crashed());
    }
    if tab.inputs.len() + events.len() > INPUTS_MAX {
        return Err(Failure::server("Too many inputs are under way"));
    }
    hub.input(id, events, asker);
    Ok(None)
}

/// Inputs of one page that wait.
const INPUTS_MAX: usize = 64 * 1024;
