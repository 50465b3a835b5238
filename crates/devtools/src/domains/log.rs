//! `Log`: what went wrong with the requests of a page.

use crate::command::Command;
use crate::hub::Hub;
use crate::reply::Failure;
use crate::session::Target;
use crate::tab::Asker;
use serde_json::{Value, json};

pub fn run(
    hub: &mut Hub,
    asker: Asker,
    target: Target,
    command: &Command,
) -> Result<Option<Value>, Failure> {
    let id = target.tab().ok_or_else(Failure::no_target)?;
    let session = hub.sessions.get(&asker.session);
    let is_on = session.is_some_and(|it| it.wants.logs);
    let tab = hub.tabs.get_mut(&id).ok_or_else(Failure::no_target)?;
    match command.method.as_str() {
        "Log.clear" => {
            tab.log.clear();
            Ok(Some(json!({})))
        }
        "Log.disable" => hub.set_wants(asker, |wants| wants.logs = false),
        "Log.enable" if is_on => Ok(Some(json!({}))),
        "Log.enable" => {
            let kept = tab.log.entries();
            let outcome = hub.set_wants(asker, |wants| wants.logs = true)?;
            for entry in kept {
                hub.tell(asker.session, "Log.entryAdded", json!({"entry": entry}));
            }
            Ok(outcome)
        }
        other => Err(Failure::no_method(other)),
    }
}
