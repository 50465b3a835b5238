//! `Target`: who is told of what, and sessions.

use crate::command::Command;
use crate::domains::contexts;
use crate::domains::page::plain_url;
use crate::filter::Filter;
use crate::hub::{CallKind, Hub};
use crate::reply::{Failure, Outcome};
use crate::session::{SessionKey, Target, Way};
use crate::tab::{Asker, For};
use protocol::devtools::{Ending, Wish};
use protocol::ids::{ContextId, TabId};
use serde_json::{Value, json};

pub fn run(
    hub: &mut Hub,
    asker: Asker,
    target: Target,
    command: &Command,
) -> Result<Option<Value>, Failure> {
    let params = &command.params;
    let by = asker.session;
    let for_ = For::Session(asker);
    match command.method.as_str() {
        "Target.activateTarget" => {
            let tab = tab_named(hub, params.text("targetId")?)?;
            hub.call(for_, Some(tab), CallKind::Plain, Wish::Activate(tab))?;
            Ok(None)
        }
        "Target.attachToBrowserTarget" => {
            let name = hub.attach(by, Target::Browser, Way::Flat, false)?;
            Ok(Some(json!({"sessionId": name})))
        }
        "Target.attachToTarget" => {
            let named = hub.target_named(params.text("targetId")?);
            let named = named.ok_or_else(Failure::no_target)?;
            let way = match params.flag("flatten")? {
                true => Way::Flat,
                false => Way::Nested,
            };
            // Each level of nesting would double the length of messages.
            if hub.sessions.get(&by).is_some_and(|it| it.is_nested) {
                return Err(Failure::server(
                    "A session that is not flat has none of its own",
                ));
            }
            let name = hub.attach(by, named, way, false)?;
            Ok(Some(json!({"sessionId": name})))
        }
        "Target.closeTarget" => {
            let tab = tab_named(hub, params.text("targetId")?)?;
            hub.call(for_, Some(tab), CallKind::Close, Wish::Close(tab))?;
            Ok(None)
        }
        "Target.createTarget" => {
            let url = plain_url(params.text("url")?).unwrap_or_else(|| "about:blank".to_owned());
            let context = contexts::named(hub, command)?;
            let wish = Wish::Open {
                url,
                activate: !params.flag("background")?,
                context: context.unwrap_or(ContextId::DEFAULT),
            };
            hub.call(for_, None, CallKind::Open, wish)?;
            Ok(None)
        }
        "Target.detachFromTarget" => detach(hub, by, command).map(Some),
        "Target.sendMessageToTarget" => {
            let key = nested_session(hub, by, command)?;
            hub.take_nested(key, params.text("message")?);
            Ok(Some(json!({})))
        }
        "Target.createBrowserContext"
        | "Target.disposeBrowserContext"
        | "Target.getBrowserContexts" => contexts::run(hub, asker, command),
        _ => look(hub, asker, target, command),
    }
}

/// What only tells, or changes who is told.
fn look(
    hub: &mut Hub,
    asker: Asker,
    target: Target,
    command: &Command,
) -> Result<Option<Value>, Failure> {
    let params = &command.params;
    let by = asker.session;
    match command.method.as_str() {
        "Target.getTargetInfo" => {
            let named = match params.optional_text("targetId")? {
                Some(name) => hub.target_named(name).ok_or_else(Failure::no_target)?,
                None => target,
            };
            Ok(Some(json!({"targetInfo": hub.info(named)})))
        }
        "Target.getTargets" => {
            let filter = Filter::parse(params.0.get("filter"))?;
            let all = hub.targets().into_iter();
            let infos = all
                .filter(|it| filter.has(it.kind()))
                .map(|it| hub.info(it));
            let infos: Vec<Value> = infos.collect();
            Ok(Some(json!({"targetInfos": infos})))
        }
        "Target.setAutoAttach" => {
            let filter = Filter::parse(params.0.get("filter"))?;
            params.needed_flag("waitForDebuggerOnStart")?;
            let is_on = params.needed_flag("autoAttach")?;
            if is_on && !params.flag("flatten")? {
                return Err(Failure::server(
                    "Only flat sessions are supported: set flatten",
                ));
            }
            hub.auto_attach(by, is_on.then_some(filter))?;
            Ok(Some(json!({})))
        }
        "Target.setDiscoverTargets" => {
            let filter = Filter::parse(params.0.get("filter"))?;
            let is_on = params.needed_flag("discover")?;
            if !is_on && params.0.contains_key("filter") {
                let message = "Target discovery is off: a filter should not be present";
                return Err(Failure::params(message));
            }
            hub.discover(by, is_on.then_some(filter));
            Ok(Some(json!({})))
        }
        other => Err(Failure::no_method(other)),
    }
}

/// The tab of a target that is no browser.
fn tab_named(hub: &Hub, name: &str) -> Result<TabId, Failure> {
    let target = hub.target_named(name).and_then(Target::tab);
    target.ok_or_else(Failure::no_target)
}

/// The nested session that a message is for.
fn nested_session(hub: &Hub, by: SessionKey, command: &Command) -> Result<SessionKey, Failure> {
    let params = &command.params;
    let name = params.optional_text("sessionId")?;
    let target = params.optional_text("targetId")?;
    let mut its = hub.sessions.iter();
    let found = its.find(|(_, it)| {
        let is_meant = match (name, target) {
            (Some(name), _) => it.name.as_deref() == Some(name),
            (None, Some(target)) => hub.name_of(it.target) == target,
            (None, None) => false,
        };
        it.is_nested && it.parent == Some(by) && is_meant
    });
    let missing = match (name, target) {
        (None, None) => "Session id must be specified",
        _ => "No session with given id",
    };
    found
        .map(|(key, _)| *key)
        .ok_or_else(|| Failure::params(missing))
}

fn detach(hub: &mut Hub, by: SessionKey, command: &Command) -> Result<Value, Failure> {
    let params = &command.params;
    let key = match params.optional_text("sessionId")? {
        Some(name) => hub.by_name.get(name).copied(),
        None => {
            let named = hub.target_named(params.text("targetId")?);
            let mut all = hub.sessions.iter();
            let found = all.find(|(_, it)| it.parent == Some(by) && Some(it.target) == named);
            found.map(|(key, _)| *key)
        }
    };
    let is_its = |key: &SessionKey| {
        let client = |key| hub.sessions.get(key).map(|it| it.client);
        client(key) == client(&by)
    };
    let key = key.filter(is_its);
    let key = key.ok_or_else(|| Failure::params("No session with given id"))?;
    hub.detach(key);
    Ok(json!({}))
}

/// A tab that was asked for is there.
pub fn opened(hub: &mut Hub, for_: For, tab: TabId) -> Outcome {
    let opened = hub.tabs.get(&tab);
    let page = opened.map(|tab| tab.page.clone());
    let page = page.ok_or_else(|| Failure::server("The tab has been closed"))?;
    match for_ {
        For::Http(_) => hub.listed(tab).ok_or_else(Failure::no_target),
        For::Session(_) | For::Nobody => Ok(json!({"targetId": page})),
    }
}

/// Chromium's words for the end of a process.
pub fn status_of(ending: Ending) -> (&'static str, i32) {
    const SIGKILL: i32 = 9;
    const SIGTERM: i32 = 15;
    match ending {
        Ending::Exited(code) => ("abnormal", code),
        Ending::OutOfMemory => ("oom", SIGKILL),
        Ending::Signal(signal @ (SIGKILL | SIGTERM)) => ("killed", signal),
        Ending::Signal(signal) => ("crashed", signal),
    }
}
