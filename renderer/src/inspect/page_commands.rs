//! Commands that need no document: what a session wants to hear, and what it wants done to each
//! document that comes.

use crate::inspect::document::Inspected;
use crate::inspect::fault::{Answer, Fault, Params};
use crate::inspect::inspector::Inspector;
use crate::inspect::media;
use crate::inspect::session::Session;
use serde_json::{Value, json};

/// Accepted, for they change nothing here.
const ACCEPTED: [&str; 9] = [
    "Accessibility.enable",
    "Accessibility.disable",
    "Runtime.runIfWaitingForDebugger",
    "Runtime.setAsyncCallStackDepth",
    "Runtime.setMaxCallStackSizeToCapture",
    "Runtime.setCustomObjectFormatterEnabled",
    "Console.enable",
    "Console.disable",
    "Console.clearMessages",
];

/// Runs a command; `None`: it is none of these.
pub(crate) fn run(
    inspector: &mut Inspector,
    session: u32,
    method: &str,
    params: &Params<'_>,
) -> Option<Answer> {
    if ACCEPTED.contains(&method) {
        return Some(Ok(json!({})));
    }
    Some(match method {
        "Runtime.enable" => enable_runtime(inspector, session),
        "Runtime.disable" => set(inspector, session, |session| session.hears_runtime = false),
        "Runtime.addBinding" => add_binding(inspector, session, params),
        "Runtime.removeBinding" => remove_binding(inspector, session, params),
        "Runtime.getIsolateId" => Ok(json!({ "id": inspector.isolate })),
        "Debugger.enable" => enable_debugger(inspector, session),
        "Debugger.disable" => set(inspector, session, |session| session.scripts_known = None),
        "Page.enable" => enable_page(inspector, session),
        "Page.disable" => set(inspector, session, |session| {
            session.hears_page = false;
            session.hears_lifecycle = false;
            session.scripts.clear();
        }),
        "Page.setLifecycleEventsEnabled" => enable_lifecycle(inspector, session, params),
        "Page.addScriptToEvaluateOnNewDocument" | "Page.addScriptToEvaluateOnLoad" => {
            add_script(inspector, session, params)
        }
        "Page.removeScriptToEvaluateOnNewDocument" | "Page.removeScriptToEvaluateOnLoad" => {
            remove_script(inspector, session, params)
        }
        "Page.createIsolatedWorld" => create_world(inspector, params),
        "Emulation.setEmulatedMedia" => emulate_media(inspector, session, params),
        "Emulation.setUserAgentOverride" => override_user_agent(inspector, session, params),
        "Page.getFrameTree" => frame_tree(inspector, false),
        "Page.getResourceTree" => frame_tree(inspector, true),
        "DOM.enable" => set(inspector, session, |session| session.dom.is_enabled = true),
        "DOM.disable" => set(inspector, session, |session| {
            session.dom.forget();
            session.dom.is_enabled = false;
        }),
        _ => return None,
    })
}

fn set(inspector: &mut Inspector, session: u32, change: impl FnOnce(&mut Session)) -> Answer {
    change(inspector.session(session)?);
    Ok(json!({}))
}

fn emulate_media(inspector: &mut Inspector, session: u32, params: &Params<'_>) -> Answer {
    let wanted = media::parse(params)?;
    set(inspector, session, |session| session.emulated = wanted)
}

fn override_user_agent(inspector: &mut Inspector, session: u32, params: &Params<'_>) -> Answer {
    let name = params.need_text("userAgent")?.to_owned();
    let name = Some(name).filter(|name| !name.is_empty());
    set(inspector, session, |session| session.user_agent = name)
}

fn enable_runtime(inspector: &mut Inspector, session: u32) -> Answer {
    let before = inspector.session(session)?;
    if !std::mem::replace(&mut before.hears_runtime, true)
        && let Some(document) = &inspector.document
    {
        for context in &document.contexts {
            let described = document.described(context, &inspector.frame);
            inspector.tell_one(session, "Runtime.executionContextCreated", &described);
        }
        for described in document.frames.contexts() {
            inspector.tell_one(session, "Runtime.executionContextCreated", &described);
        }
    }
    Ok(json!({}))
}

/// The scripts that there are come before the answer, like every event.
fn enable_debugger(inspector: &mut Inspector, session: u32) -> Answer {
    inspector.session(session)?.scripts_known.get_or_insert(0);
    Ok(json!({ "debuggerId": inspector.isolate }))
}

fn add_binding(inspector: &mut Inspector, session: u32, params: &Params<'_>) -> Answer {
    let name = params.need_text("name")?;
    let context = params.int("executionContextId")?;
    let world = params.text("executionContextName")?;
    if context.is_some() && world.is_some() {
        return Err(Fault::invalid(
            "executionContextName is mutually exclusive with executionContextId",
        ));
    }
    if world == Some("") {
        return Err(Fault::invalid("Invalid executionContextName"));
    }
    let world = match (world, context) {
        (Some(world), _) => Some(world.to_owned()),
        (None, Some(id)) => {
            let id = u32::try_from(id).unwrap_or(u32::MAX);
            let document = inspector.document.as_ref();
            let context = document.and_then(|document| document.context(id));
            let context = context.ok_or_else(|| {
                Fault::server("Cannot find execution context with given executionContextId")
            })?;
            Some(context.name.clone())
        }
        (None, None) => None,
    };
    let session_now = inspector.session(session)?;
    session_now.add_binding(name, world.as_deref())?;
    let mut bindings = inspector.outbox.bindings.borrow_mut();
    bindings.entry(name.to_owned()).or_default().insert(session);
    drop(bindings);
    // The worlds that are there get it before the next script runs.
    if let Some(document) = &mut inspector.document {
        document.is_bound = false;
    }
    Ok(json!({}))
}

fn remove_binding(inspector: &mut Inspector, session: u32, params: &Params<'_>) -> Answer {
    let name = params.need_text("name")?;
    inspector.session(session)?.bindings.remove(name);
    let mut bindings = inspector.outbox.bindings.borrow_mut();
    if let Some(sessions) = bindings.get_mut(name) {
        sessions.remove(&session);
    }
    Ok(json!({}))
}

fn enable_page(inspector: &mut Inspector, session: u32) -> Answer {
    let before = inspector.session(session)?;
    let is_new = !std::mem::replace(&mut before.hears_page, true);
    let document = inspector.document.as_ref();
    if is_new && document.is_some_and(|document| document.progress.is_loaded) {
        let frame = json!({ "frameId": inspector.frame });
        inspector.tell_one(session, "Page.frameStoppedLoading", &frame);
    }
    Ok(json!({}))
}

fn enable_lifecycle(inspector: &mut Inspector, session: u32, params: &Params<'_>) -> Answer {
    let hears = params.need_flag("enabled")?;
    let before = inspector.session(session)?;
    let did = std::mem::replace(&mut before.hears_lifecycle, hears);
    if hears && !did {
        let document = inspector.document.as_ref();
        let told = document.map_or_else(Vec::new, |document| document.progress.told());
        for name in told {
            let params = inspector.lifecycle(name);
            inspector.tell_one(session, "Page.lifecycleEvent", &params);
        }
    }
    Ok(json!({}))
}

fn add_script(inspector: &mut Inspector, session: u32, params: &Params<'_>) -> Answer {
    let source = match params.text("scriptSource")? {
        Some(source) => source,
        None => params.need_text("source")?,
    };
    let world = params.text("worldName")?.unwrap_or_default();
    params.flag("includeCommandLineAPI")?;
    let runs_now = params.flag("runImmediately")?.unwrap_or(false);
    let id = inspector.session(session)?.add_script(source, world)?;
    if runs_now {
        let context = match world {
            "" => None,
            world => Some(world_of(inspector, world)?),
        };
        if let Some(document) = &mut inspector.document {
            let page = document.contexts.first().map(|context| context.id);
            let context = context.or(page).unwrap_or_default();
            document.run_now.push((context, source.to_owned()));
        }
    }
    Ok(json!({ "identifier": id }))
}

fn remove_script(inspector: &mut Inspector, session: u32, params: &Params<'_>) -> Answer {
    let id = params.need_text("identifier")?;
    inspector.session(session)?.remove_script(id)?;
    Ok(json!({}))
}

fn create_world(inspector: &mut Inspector, params: &Params<'_>) -> Answer {
    let frame = params.need_text("frameId")?;
    let name = params.text("worldName")?.unwrap_or_default();
    params.flag("grantUniveralAccess")?;
    if let Some(document) = &inspector.document
        && document.frames.has(frame)
    {
        return create_world_in(inspector, frame, name);
    }
    if frame != inspector.frame || inspector.document.is_none() {
        return Err(Inspected::no_frame());
    }
    let id = world_of(inspector, name)?;
    Ok(json!({ "executionContextId": id }))
}

/// A world of a frame within the page, in which nothing can be done.
fn create_world_in(inspector: &mut Inspector, frame: &str, name: &str) -> Answer {
    let frames = inspector.document.as_ref().map(|it| &it.frames);
    let id = match frames.and_then(|frames| frames.world(frame, name)) {
        Some(id) => id,
        None => {
            let context = inspector.new_context(name);
            let id = context.id;
            let document = inspector.document.as_mut();
            let frames = document.map(|it| &mut it.frames);
            let frames = frames.ok_or_else(Inspected::no_frame)?;
            let described = frames.add_world(frame, context)?;
            let hears = |session: &Session| session.hears_runtime;
            inspector.tell(hears, "Runtime.executionContextCreated", &described);
            id
        }
    };
    Ok(json!({ "executionContextId": id }))
}

/// The world of that name, which is made if there is none.
fn world_of(inspector: &mut Inspector, name: &str) -> Result<u32, Fault> {
    let document = inspector.document.as_ref();
    let document = document.ok_or_else(Inspected::no_frame)?;
    let mut others = document.contexts.iter().skip(1);
    let present = others.find(|context| !name.is_empty() && context.name == name);
    if let Some(present) = present {
        return Ok(present.id);
    }
    if document.contexts.len() >= crate::script::limits::WORLDS_MAX {
        return Err(Fault::server("Could not create isolated world"));
    }
    let context = inspector.new_context(name);
    let id = context.id;
    inspector.tell_context(&context);
    if let Some(document) = &mut inspector.document {
        document.contexts.push(context);
    }
    Ok(id)
}

fn frame_tree(inspector: &Inspector, has_resources: bool) -> Answer {
    let document = inspector.document.as_ref();
    let document = document.ok_or_else(Inspected::no_frame)?;
    let mut tree = json!({ "frame": document.frame(&inspector.frame) });
    let below = document.frames.tree(&[], (&inspector.frame, &document.url));
    if !below.is_empty() {
        tree["childFrames"] = below.into();
    }
    if has_resources {
        tree["resources"] = Value::Array(Vec::new());
    }
    Ok(json!({ "frameTree": tree }))
}
