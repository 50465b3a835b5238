//! `Page`: navigations, their answers and events, and pictures.

use crate::command::{Command, Params};
use crate::domains::{network, screencast};
use crate::hub::{CallKind, Hub};
use crate::picture::Job;
use crate::reply::Failure;
use crate::session::Target;
use crate::tab::{Asked, Asker, Document, For, Waiting, error_text, loader_of};
use protocol::devtools::Wish;
use protocol::dialog::{DialogAnswer, DialogKind};
use protocol::fault::Fault;
use protocol::ids::{NavigationId, TabId};
use protocol::limits::DIALOG_TEXT_BYTES_MAX;
use serde_json::{Value, json};
use url::Url;

pub fn run(
    hub: &mut Hub,
    asker: Asker,
    target: Target,
    command: &Command,
) -> Result<Option<Value>, Failure> {
    let id = tab_of(target)?;
    let params = &command.params;
    let (kind, wish) = match command.method.as_str() {
        "Page.bringToFront" => (CallKind::Plain, Wish::Activate(id)),
        "Page.captureScreenshot" => {
            let job = Job::parse(params)?;
            take_picture(hub, id, asker, job)?;
            return Ok(None);
        }
        "Page.close" => (CallKind::Plain, Wish::Close(id)),
        "Page.crash" => return doom(hub, id, asker),
        "Page.getFrameTree" | "Page.getResourceTree" => {
            let tab = hub.tabs.get_mut(&id).ok_or_else(Failure::no_target)?;
            if tab.document.is_none() {
                tab.waiting.push_back(Waiting::FrameTree(asker));
                return Ok(None);
            }
            ask_frame_tree(hub, id, asker);
            return Ok(None);
        }
        "Page.getNavigationHistory" => (CallKind::History, Wish::History(id)),
        "Page.handleJavaScriptDialog" => (
            CallKind::Plain,
            Wish::AnswerDialog(id, dialog_answer(params)?),
        ),
        "Page.navigate" => {
            let url = params.text("url")?;
            let tab = hub.tabs.get(&id).ok_or_else(Failure::no_target)?;
            let frame = params.optional_text("frameId")?;
            if frame.is_some_and(|frame| frame != tab.page) {
                return Err(Failure::server("No frame for given id found"));
            }
            let invalid = || Failure::server("Cannot navigate to invalid URL");
            let url = plain_url(url).ok_or_else(invalid)?;
            let breaks = is_break_it(&url);
            (CallKind::Navigate { breaks }, Wish::Navigate(id, url))
        }
        "Page.navigateToHistoryEntry" => {
            let entry = u16::try_from(params.count("entryId")?);
            let entry = entry.map_err(|_| Failure::server("No entry with passed id"))?;
            (CallKind::Plain, Wish::GoToEntry(id, entry))
        }
        "Page.reload" => (CallKind::Plain, Wish::Reload(id)),
        "Page.screencastFrameAck" | "Page.startScreencast" | "Page.stopScreencast" => {
            return screencast::run(hub, asker, id, command);
        }
        "Page.stopLoading" => (CallKind::Plain, Wish::Stop(id)),
        other => return Err(Failure::no_method(other)),
    };
    hub.call(For::Session(asker), Some(id), kind, wish)?;
    Ok(None)
}

/// The death of the page is the answer.
fn doom(hub: &mut Hub, id: TabId, asker: Asker) -> Result<Option<Value>, Failure> {
    let wish = Wish::Break(id, Fault::Crash);
    hub.call(For::Nobody, None, CallKind::Plain, wish)?;
    if let Some(tab) = hub.tabs.get_mut(&id) {
        tab.doomed.push(asker);
    }
    Ok(None)
}

pub fn tab_of(target: Target) -> Result<TabId, Failure> {
    target.tab().ok_or_else(Failure::no_target)
}

/// A URL; Chromium's addresses that break something become ours.
pub fn plain_url(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    if url.scheme() != "chrome" {
        return Some(url.to_string());
    }
    let ours = match url.host_str()? {
        "crash" | "inducebrowsercrashforrealz" => "crash",
        "hang" => "hang",
        "kill" => "kill",
        "memory-exhaust" => "memory",
        "gpucrash" => "gpu-crash",
        _ => return Some(url.to_string()),
    };
    Some(format!("bulkhead://{ours}"))
}

/// Whether that address breaks a process instead of opening a page.
fn is_break_it(url: &str) -> bool {
    let url = Url::parse(url)
        .ok()
        .filter(|url| url.scheme() == "bulkhead");
    let hosts = [
        "crash",
        "gpu-crash",
        "hang",
        "kill",
        "memory",
        "net-crash",
        "panic",
        "syscall",
    ];
    url.is_some_and(|url| url.host_str().is_some_and(|host| hosts.contains(&host)))
}

/// The document knows the frames that stand in it, if it can be asked.
pub fn ask_frame_tree(hub: &mut Hub, id: TabId, asker: Asker) {
    let is_inspected = hub.tabs.get(&id).is_some_and(|tab| tab.is_inspected);
    let text = json!({"method": "Page.getFrameTree", "params": {}}).to_string();
    let asked = Asked::FrameTree(asker);
    if !is_inspected || hub.send_command(id, asker.session, &text, asked).is_none() {
        answer_frame_tree(hub, id, asker, &Value::Null);
    }
}

/// Where the page itself is, the broker knows better than the document.
pub fn answer_frame_tree(hub: &mut Hub, id: TabId, asker: Asker, told: &Value) {
    let Some(tab) = hub.tabs.get(&id) else { return };
    let mut tree = json!({"frame": tab.frame(), "resources": []});
    let below = &told["frameTree"]["childFrames"];
    if below.is_array() {
        tree["childFrames"] = below.clone();
    }
    hub.answer(asker, Ok(json!({"frameTree": tree})));
}

// Navigations

/// The broker has begun a navigation.
pub fn began(
    hub: &mut Hub,
    id: TabId,
    navigation: NavigationId,
    (url, is_reload): (&str, bool),
    call: Option<u32>,
) {
    let for_ = call
        .and_then(|call| hub.take_call(call))
        .map(|call| call.for_);
    let Some(tab) = hub.tabs.get_mut(&id) else {
        return;
    };
    tab.pending = Some(navigation);
    tab.begun = tab.begun.max(Some(navigation));
    tab.navigating = for_;
    let (frame, was_crashed) = (tab.page.clone(), std::mem::take(&mut tab.is_crashed));
    if was_crashed {
        for key in hub.sessions_of(Target::Page(id)) {
            hub.tell(key, "Inspector.targetReloadedAfterCrash", json!({}));
        }
    }
    let begun = json!({
        "frameId": frame,
        "url": url,
        "loaderId": loader_of(navigation),
        "navigationType": if is_reload { "reload" } else { "differentDocument" },
    });
    hub.tell_page(id, "Page.frameStartedNavigating", &begun);
    hub.tell_page(id, "Page.frameStartedLoading", &json!({"frameId": frame}));
    network::began(hub, id, navigation, url);
    hub.release_loads(id);
}

/// It has ended without a document.
pub fn ended(hub: &mut Hub, id: TabId, navigation: NavigationId) {
    let Some(tab) = hub.tabs.get_mut(&id) else {
        return;
    };
    if tab.pending != Some(navigation) {
        return;
    }
    tab.pending = None;
    network::failed(hub, id, "CANCELLED");
    hub.release_loads(id);
    let Some(tab) = hub.tabs.get_mut(&id) else {
        return;
    };
    let frame = tab.page.clone();
    let is_bare = tab.inspector.is_none() && tab.document.is_some();
    tab.is_crashed |= is_bare;
    let loader = Some(loader_of(navigation));
    let aborted = navigated(&frame, loader, Some("CANCELLED"));
    hub.end_navigating(id, Ok(aborted));
    hub.tell_page(id, "Page.frameStoppedLoading", &json!({"frameId": frame}));
    if is_bare {
        hub.fail_calls(id, &Failure::crashed());
    }
}

/// What the broker says of a document.
pub struct Head {
    pub url: String,
    pub error: Option<String>,
    pub status: u16,
    pub content_type: Option<String>,
    pub title: String,
}

/// It has ended with a document.
pub fn committed(hub: &mut Hub, id: TabId, navigation: NavigationId, head: Head) {
    let (url, error) = (head.url, head.error);
    match &error {
        Some(code) => network::failed(hub, id, code),
        None => network::responded(hub, id, &url, head.status, head.content_type.as_deref()),
    }
    let Some(tab) = hub.tabs.get_mut(&id) else {
        return;
    };
    tab.log.forget_before(navigation);
    let is_awaited = tab.pending == Some(navigation);
    tab.url = url;
    tab.title = head.title;
    tab.is_crashed = false;
    tab.begun = tab.begun.max(Some(navigation));
    tab.is_inspected = tab.inspector.is_some();
    tab.document = Some(Document {
        navigation,
        error: error.clone(),
    });
    if is_awaited {
        tab.pending = None;
        let loader = Some(loader_of(navigation));
        let page = tab.page.clone();
        let mut result = navigated(&page, loader, error.as_deref());
        // What a client had it fail with.
        let load = hub.load_named(id, &loader_of(navigation));
        if let Some(reason) = load
            .and_then(|load| load.reason)
            .filter(|_| error.is_some())
        {
            result["errorText"] = json!(reason);
        }
        hub.end_navigating(id, Ok(result));
    }
    hub.send_early(id);
    network::finished(hub, id);
    hub.release_loads(id);
    hub.forget_loads(id, Some(navigation));
    hub.tell_tab_changed(id);
    hub.send_waiting(id);
    screencast::want_frame(hub, id);
}

/// The tab is at another place of its document.
pub fn within(hub: &mut Hub, id: TabId, url: String, by_script: bool) {
    let Some(tab) = hub.tabs.get_mut(&id) else {
        return;
    };
    tab.url = url;
    let params = json!({
        "frameId": tab.page,
        "url": tab.url,
        "navigationType": if by_script { "historyApi" } else { "fragment" },
    });
    hub.tell_page(id, "Page.navigatedWithinDocument", &params);
    hub.tell_tab_changed(id);
}

/// What the answer to a navigation says.
fn navigated(frame: &str, loader: Option<String>, error: Option<&str>) -> Value {
    let mut result = json!({"frameId": frame});
    if let Some(loader) = loader {
        result["loaderId"] = json!(loader);
        result["isDownload"] = json!(false);
    }
    if let Some(error) = error {
        result["errorText"] = json!(error_text(error));
    }
    result
}

// Dialogs

fn dialog_answer(params: &Params) -> Result<DialogAnswer, Failure> {
    let text = params.optional_text("promptText")?.unwrap_or_default();
    if text.len() > DIALOG_TEXT_BYTES_MAX {
        return Err(Failure::server("The text is too long"));
    }
    Ok(DialogAnswer {
        is_accepted: params.needed_flag("accept")?,
        text: text.to_owned(),
        mute: false,
    })
}

pub fn dialog_opened(hub: &mut Hub, id: TabId, kind: DialogKind, text: &str, default_text: &str) {
    let Some(tab) = hub.tabs.get(&id) else { return };
    let params = json!({
        "url": tab.url,
        "frameId": tab.page,
        "message": text,
        "type": match kind {
            DialogKind::Alert => "alert",
            DialogKind::Confirm => "confirm",
            DialogKind::Leave => "beforeunload",
            DialogKind::Prompt => "prompt",
        },
        "hasBrowserHandler": false,
        "defaultPrompt": default_text,
    });
    hub.tell_page(id, "Page.javascriptDialogOpening", &params);
}

pub fn dialog_closed(hub: &mut Hub, id: TabId, is_accepted: bool, text: &str) {
    let Some(tab) = hub.tabs.get(&id) else { return };
    let params = json!({"frameId": tab.page, "result": is_accepted, "userInput": text});
    hub.tell_page(id, "Page.javascriptDialogClosed", &params);
}

// Pictures

fn take_picture(hub: &mut Hub, id: TabId, asker: Asker, job: Job) -> Result<(), Failure> {
    let tab = hub.tabs.get_mut(&id).ok_or_else(Failure::no_target)?;
    if tab.is_crashed {
        return Err(Failure::crashed());
    }
    if tab.document.is_none() || (job.needs_metrics() && !tab.is_inspected) {
        tab.waiting.push_back(Waiting::Picture(asker, job));
        return Ok(());
    }
    begin_picture(hub, id, asker, job)
}

/// Asks the document how large it is, if that matters, and then the broker.
pub fn begin_picture(hub: &mut Hub, id: TabId, asker: Asker, job: Job) -> Result<(), Failure> {
    if !job.needs_metrics() {
        return hub.want_picture(id, asker, job, None);
    }
    let text = json!({"method": "Page.getLayoutMetrics", "params": {}}).to_string();
    hub.send_command(id, asker.session, &text, Asked::Metrics(asker, job));
    Ok(())
}

pub fn place_picture(hub: &mut Hub, id: TabId, asker: Asker, mut job: Job, metrics: &Value) {
    let size = job.place(metrics);
    if let Err(failure) = hub.want_picture(id, asker, job, size) {
        hub.answer(asker, Err(failure));
    }
}
