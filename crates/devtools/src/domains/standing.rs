//! What a session asks for once and for all documents of a page: domains that are on, scripts,
//! bindings. A new process of the page is told all of it again.

use crate::command::Params;
use crate::hub::Hub;
use crate::reply::Failure;
use crate::session::Script;
use crate::tab::{Asked, Asker};
use protocol::ids::TabId;
use serde_json::{Value, json};

const ADD_SCRIPT: &str = "Page.addScriptToEvaluateOnNewDocument";
const REMOVE_SCRIPT: &str = "Page.removeScriptToEvaluateOnNewDocument";

/// Scripts and bindings of one session; further ones are refused.
const STANDING_MAX: usize = 512;
/// Bytes of a command that switches something on.
const ENABLING_BYTES_MAX: usize = 64 * 1024;
/// Bytes of all of them.
const STANDING_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Notes it. Returns the parameters for the process that there is.
pub fn note(
    hub: &mut Hub,
    asker: Asker,
    method: &str,
    mut params: Params,
) -> Result<Params, Failure> {
    let command = json!({"method": method, "params": params.0}).to_string();
    let session = hub.sessions.get_mut(&asker.session);
    let Some(session) = session else {
        return Ok(params);
    };
    if method == "Page.enable" || method == "Page.disable" {
        session.has_page = method == "Page.enable";
        if let Some(tab) = session.target.tab() {
            hub.take_dialogs(tab);
        }
    }
    let Some(session) = hub.sessions.get_mut(&asker.session) else {
        return Ok(params);
    };
    let standing = &mut session.standing;
    let scripts = standing.scripts.iter().map(|it| it.command.len());
    let bindings = standing.bindings.values().map(String::len);
    let bytes: usize = scripts.chain(bindings).sum();
    let count = standing.scripts.len() + standing.bindings.len();
    let is_full = count >= STANDING_MAX || bytes + command.len() > STANDING_BYTES_MAX;
    let too_many = || Failure::server("There are too many scripts and bindings");
    match method {
        ADD_SCRIPT => {
            params.text("source")?;
            if is_full {
                return Err(too_many());
            }
            standing.scripts_added += 1;
            standing.scripts.push(Script {
                name: standing.scripts_added.to_string(),
                name_there: None,
                command,
                added_by: asker.id,
            });
        }
        REMOVE_SCRIPT => {
            let name = params.text("identifier")?;
            let at = standing.scripts.iter().position(|it| it.name == name);
            let at = at.ok_or_else(|| Failure::server("Script not found"))?;
            let there = standing.scripts.remove(at).name_there.unwrap_or_default();
            params.0.insert("identifier".to_owned(), json!(there));
        }
        "Runtime.addBinding" => {
            let name = params.text("name")?.to_owned();
            if is_full {
                return Err(too_many());
            }
            standing.bindings.insert(name, command);
        }
        "Runtime.removeBinding" => {
            standing.bindings.remove(params.text("name")?);
        }
        method => match method.strip_suffix(".disable") {
            Some(domain) => {
                standing.enabled.remove(&format!("{domain}.enable"));
            }
            None if command.len() > ENABLING_BYTES_MAX => return Err(too_many()),
            None => {
                standing.enabled.insert(method.to_owned(), command);
            }
        },
    }
    Ok(params)
}

/// Documents are to call the browser that: the present one, and those to come.
pub fn name_browser(hub: &mut Hub, asker: Asker, tab: TabId, name: &str) {
    const METHOD: &str = "Emulation.setUserAgentOverride";
    let text = json!({"method": METHOD, "params": {"userAgent": name}}).to_string();
    if let Some(session) = hub.sessions.get_mut(&asker.session) {
        let enabled = &mut session.standing.enabled;
        enabled.insert(METHOD.to_owned(), text.clone());
    }
    hub.send_command(tab, asker.session, &text, Asked::Nobody);
}

/// The name of the script that a command has added.
pub fn script_name(hub: &Hub, asker: Asker, method: &str) -> Option<String> {
    let session = hub
        .sessions
        .get(&asker.session)
        .filter(|_| method == ADD_SCRIPT)?;
    let mut scripts = session.standing.scripts.iter().rev();
    let script = scripts.find(|it| it.added_by == asker.id)?;
    Some(script.name.clone())
}

/// The answer where no document has to give one.
pub fn result(hub: &Hub, asker: Asker, method: &str) -> Value {
    let name = script_name(hub, asker, method);
    name.map_or(json!({}), |name| json!({"identifier": name}))
}
