//! The methods of the protocol that there are: the one table that the commands, `/json/protocol`
//! and the documentation are made from.

use crate::session::Target;
use serde_json::{Value, json};

/// How like Chromium's a method is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    AsChromium,
    Partly,
    /// It is answered, and does nothing.
    Accepted,
}

/// Who answers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// Nobody has to do anything.
    Accept,
    /// The document.
    Document,
    /// This process, with the broker.
    Own,
    /// The document; a new process of the page is told it as well.
    Standing,
}

/// A method.
pub struct Method {
    pub name: &'static str,
    pub level: Level,
    pub how: How,
    /// For which targets: the browser, a tab, a page.
    on: [bool; 3],
    /// What is different, or what it is for.
    pub note: &'static str,
}

const ALL: [bool; 3] = [true; 3];
const PAGE: [bool; 3] = [false, false, true];
/// The browser, and a page with a connection of its own, as in Chromium.
const BROWSER_AND_PAGE: [bool; 3] = [true, false, true];

const fn method(
    name: &'static str,
    level: Level,
    how: How,
    on: [bool; 3],
    note: &'static str,
) -> Method {
    Method {
        name,
        level,
        how,
        on,
        note,
    }
}

use How::{Accept, Document, Own, Standing};
use Level::{Accepted, AsChromium, Partly};

/// Every method, in alphabetical order of domains.
#[rustfmt::skip]
pub const METHODS: &[Method] = &[
    method("Accessibility.disable", Accepted, Accept, PAGE, ""),
    method("Accessibility.enable", Accepted, Accept, PAGE, ""),
    method("Accessibility.getFullAXTree", Partly, Document, PAGE, "roles and names"),
    method("Accessibility.queryAXTree", Partly, Document, PAGE, "roles and names"),
    method("Audits.disable", Accepted, Accept, PAGE, "no issue is ever told"),
    method("Audits.enable", Accepted, Accept, PAGE, "no issue is ever told"),
    method("Browser.close", AsChromium, Own, BROWSER_AND_PAGE, ""),
    method("Browser.crash", AsChromium, Own, BROWSER_AND_PAGE, "the broker aborts"),
    method("Browser.crashGpuProcess", AsChromium, Own, BROWSER_AND_PAGE, ""),
    method("Browser.getVersion", AsChromium, Own, ALL, "product is Bulkhead's"),
    method("Browser.getWindowForTarget", Partly, Own, BROWSER_AND_PAGE, "there is one window"),
    method("Browser.setDownloadBehavior", Accepted, Accept, BROWSER_AND_PAGE,
        "there are no downloads"),
    method("Browser.setWindowBounds", Accepted, Accept, BROWSER_AND_PAGE,
        "the window keeps its size"),
    method("Bulkhead.chaos", AsChromium, Own, ALL,
        "injects faults by a list and a seed, as `--chaos` does: {spec, seed}; an empty list ends \
         it; the reply has the seed. The session is told as by Bulkhead.enable"),
    method("Bulkhead.cont", AsChromium, Own, ALL, "has a stopped process go on: {process}"),
    method("Bulkhead.crashRecords", AsChromium, Own, ALL,
        "who has died of what: {records}, as `bulkhead crashes --json` writes them"),
    method("Bulkhead.disable", AsChromium, Own, ALL, "ends that"),
    method("Bulkhead.enable", AsChromium, Own, ALL,
        "tells of each fault of chaos, in Bulkhead.chaosFault: {number, kind, role, afterMs, \
         skipped, process, targetId}"),
    method("Bulkhead.kill", AsChromium, Own, ALL,
        "sends a process a signal: {process, signal}; KILL unless SEGV, STOP or CONT"),
    method("Bulkhead.misbehave", AsChromium, Own, ALL,
        "breaks a process: {process or targetId, kind}; kind is abort, bad-message, crash, \
         hang, memory, panic or syscall=NUMBER"),
    method("Bulkhead.processes", AsChromium, Own, ALL,
        "all processes: {process, role, targetId, site, tier, state, memory, cpuTime}"),
    method("Bulkhead.sandboxReport", AsChromium, Own, ALL,
        "which layers confine each process: {report}, as `bulkhead sandbox --json` writes it"),
    method("Bulkhead.stop", AsChromium, Own, ALL, "stops a process: {process}"),
    method("Bulkhead.tapStart", AsChromium, Own, ALL,
        "tells of messages between processes, in Bulkhead.message: {time, from, to, kind, bytes, \
         descriptors, dropped}; dropped is how many before it were not told of"),
    method("Bulkhead.tapStop", AsChromium, Own, ALL, "ends that"),
    method("CSS.disable", Accepted, Accept, PAGE, ""),
    method("CSS.enable", Accepted, Accept, PAGE, ""),
    method("Console.clearMessages", Accepted, Accept, PAGE, ""),
    method("Console.disable", Partly, Standing, PAGE, "see Runtime.consoleAPICalled"),
    method("Console.enable", Partly, Standing, PAGE, "see Runtime.consoleAPICalled"),
    method("DOM.describeNode", AsChromium, Document, PAGE, ""),
    method("DOM.disable", AsChromium, Standing, PAGE, ""),
    method("DOM.enable", AsChromium, Standing, PAGE, ""),
    method("DOM.focus", AsChromium, Document, PAGE, ""),
    method("DOM.getAttributes", AsChromium, Document, PAGE, ""),
    method("DOM.getBoxModel", AsChromium, Document, PAGE, ""),
    method("DOM.getContentQuads", AsChromium, Document, PAGE, ""),
    method("DOM.getDocument", AsChromium, Document, PAGE, ""),
    method("DOM.getFrameOwner", Partly, Document, PAGE, "not of a frame within a frame"),
    method("DOM.getNodeForLocation", AsChromium, Document, PAGE, ""),
    method("DOM.getOuterHTML", AsChromium, Document, PAGE, ""),
    method("DOM.pushNodesByBackendIdsToFrontend", Partly, Document, PAGE, ""),
    method("DOM.querySelector", AsChromium, Document, PAGE, ""),
    method("DOM.querySelectorAll", AsChromium, Document, PAGE, ""),
    method("DOM.removeAttribute", Partly, Document, PAGE, ""),
    method("DOM.removeNode", AsChromium, Document, PAGE, ""),
    method("DOM.requestChildNodes", AsChromium, Document, PAGE, ""),
    method("DOM.requestNode", AsChromium, Document, PAGE, ""),
    method("DOM.resolveNode", AsChromium, Document, PAGE, ""),
    method("DOM.scrollIntoViewIfNeeded", AsChromium, Document, PAGE, ""),
    method("DOM.setAttributeValue", AsChromium, Document, PAGE, ""),
    method("DOM.setAttributesAsText", AsChromium, Document, PAGE, ""),
    method("DOM.setFileInputFiles", Partly, Document, PAGE, "refused: no page may read a file"),
    method("DOM.setInspectedNode", Accepted, Accept, PAGE, ""),
    method("DOM.setNodeValue", Partly, Document, PAGE, ""),
    method("DOM.setOuterHTML", Partly, Document, PAGE, ""),
    method("DOMSnapshot.disable", Accepted, Accept, PAGE, ""),
    method("DOMSnapshot.enable", Accepted, Accept, PAGE, ""),
    method("Debugger.disable", AsChromium, Standing, PAGE, ""),
    method("Debugger.enable", Partly, Standing, PAGE,
        "scripts and their text; the engine has no breakpoints, so nothing pauses"),
    method("Debugger.getPossibleBreakpoints", Partly, Document, PAGE, "there are none"),
    method("Debugger.getScriptSource", AsChromium, Document, PAGE, ""),
    method("Debugger.searchInContent", Partly, Document, PAGE, "no regular expressions"),
    method("Debugger.setAsyncCallStackDepth", Accepted, Accept, PAGE, ""),
    method("Debugger.setBlackboxExecutionContexts", Accepted, Accept, PAGE, "nothing pauses"),
    method("Debugger.setBlackboxPatterns", Accepted, Accept, PAGE, "nothing pauses"),
    method("Debugger.setBreakpointsActive", Accepted, Accept, PAGE, "nothing pauses"),
    method("Debugger.setPauseOnExceptions", Accepted, Accept, PAGE, "nothing pauses"),
    method("Debugger.setSkipAllPauses", Accepted, Accept, PAGE, "nothing pauses"),
    method("Emulation.clearDeviceMetricsOverride", AsChromium, Own, PAGE, ""),
    method("Emulation.setCPUThrottlingRate", Accepted, Accept, PAGE, ""),
    method("Emulation.setDefaultBackgroundColorOverride", Accepted, Accept, PAGE, ""),
    method("Emulation.setDeviceMetricsOverride", Partly, Own, PAGE,
        "width, height and scale alone"),
    method("Emulation.setEmulatedMedia", Partly, Standing, PAGE,
        "media print and screen; of the features prefers-color-scheme alone"),
    method("Emulation.setFocusEmulationEnabled", Accepted, Accept, PAGE, ""),
    method("Emulation.setLocaleOverride", Accepted, Accept, PAGE, ""),
    method("Emulation.setScriptExecutionDisabled", Partly, Own, PAGE,
        "for documents that come later; they answer no Runtime.evaluate either"),
    method("Emulation.setTimezoneOverride", Accepted, Accept, PAGE, ""),
    method("Emulation.setTouchEmulationEnabled", Accepted, Accept, PAGE, "there is no touch"),
    method("Emulation.setUserAgentOverride", Partly, Own, PAGE,
        "the header and navigator.userAgent; acceptLanguage, platform and hints stay"),
    method("Fetch.continueRequest", AsChromium, Own, PAGE, ""),
    method("Fetch.continueResponse", AsChromium, Own, PAGE, ""),
    method("Fetch.disable", AsChromium, Own, PAGE, ""),
    method("Fetch.enable", Partly, Own, PAGE,
        "http and https; one session pauses a request; no authRequired"),
    method("Fetch.failRequest", AsChromium, Own, PAGE, ""),
    method("Fetch.fulfillRequest", AsChromium, Own, PAGE, ""),
    method("Fetch.getResponseBody", AsChromium, Own, PAGE, ""),
    method("HeapProfiler.disable", Accepted, Accept, PAGE, ""),
    method("HeapProfiler.enable", Accepted, Accept, PAGE, ""),
    method("IO.close", AsChromium, Own, BROWSER_AND_PAGE, ""),
    method("IO.read", AsChromium, Own, BROWSER_AND_PAGE, ""),
    method("Input.dispatchKeyEvent", Partly, Own, PAGE,
        "keys alone that type nothing, such as Shift, are left out"),
    method("Input.dispatchMouseEvent", Partly, Own, PAGE,
        "left, middle and right button; clicks are counted by the page"),
    method("Input.insertText", Partly, Own, PAGE, "as if typed, with its key events"),
    method("Input.setIgnoreInputEvents", Accepted, Accept, PAGE, ""),
    method("Inspector.disable", AsChromium, Accept, PAGE, ""),
    method("Inspector.enable", AsChromium, Accept, PAGE, ""),
    method("Log.clear", AsChromium, Own, PAGE, ""),
    method("Log.disable", AsChromium, Own, PAGE, ""),
    method("Log.enable", Partly, Own, PAGE,
        "failed requests, CORS and mixed content; entries are kept from the first Log.enable or \
         Network.enable on"),
    method("Log.startViolationsReport", Accepted, Accept, PAGE, ""),
    method("Log.stopViolationsReport", Accepted, Accept, PAGE, ""),
    method("Network.clearBrowserCookies", AsChromium, Own, PAGE, ""),
    method("Network.deleteCookies", Partly, Own, PAGE, "partitionKey is left out"),
    method("Network.disable", AsChromium, Own, PAGE, ""),
    method("Network.emulateNetworkConditions", Partly, Own, PAGE,
        "offline, latency and downloadThroughput; navigator.onLine stays"),
    method("Network.emulateNetworkConditionsByRule", Partly, Own, PAGE,
        "rules for all addresses alone"),
    method("Network.enable", Partly, Own, PAGE,
        "no extra info events, preflights and web sockets; type Fetch stands for XHR as well"),
    method("Network.getAllCookies", AsChromium, Own, PAGE, ""),
    method("Network.getCookies", Partly, Own, PAGE, "those that the site itself would get"),
    method("Network.getRequestPostData", Partly, Own, PAGE, "at most 64 KiB"),
    method("Network.getResponseBody", Partly, Own, PAGE, "at most 16 MiB, 64 MiB in all"),
    method("Network.overrideNetworkState", Accepted, Accept, PAGE, "navigator.onLine stays"),
    method("Network.setAttachDebugStack", Accepted, Accept, PAGE, ""),
    method("Network.setBypassServiceWorker", Accepted, Accept, PAGE, ""),
    method("Network.setCacheDisabled", Accepted, Accept, PAGE, "there is no cache"),
    method("Network.setCookie", Partly, Own, PAGE, "priority and partitionKey are left out"),
    method("Network.setCookies", Partly, Own, PAGE, "priority and partitionKey are left out"),
    method("Network.setExtraHTTPHeaders", AsChromium, Own, PAGE, ""),
    method("Network.setUserAgentOverride", Partly, Own, PAGE,
        "the header and navigator.userAgent; acceptLanguage, platform and hints stay"),
    method("Overlay.disable", Accepted, Accept, PAGE, ""),
    method("Overlay.enable", Accepted, Accept, PAGE, ""),
    method("Overlay.hideHighlight", Accepted, Accept, PAGE, ""),
    method("Page.addScriptToEvaluateOnNewDocument", AsChromium, Standing, PAGE, ""),
    method("Page.bringToFront", AsChromium, Own, PAGE, ""),
    method("Page.captureScreenshot", Partly, Own, PAGE,
        "png and jpeg; the tab is shown for it; at most 7680 by 4320 pixels"),
    method("Page.close", AsChromium, Own, PAGE, ""),
    method("Page.crash", AsChromium, Own, PAGE, ""),
    method("Page.createIsolatedWorld", Partly, Document, PAGE,
        "own globals; nodes and classes are the page's"),
    method("Page.disable", AsChromium, Standing, PAGE, ""),
    method("Page.enable", AsChromium, Standing, PAGE, ""),
    method("Page.getFrameTree", Partly, Own, PAGE, "frames have contexts in which nothing runs"),
    method("Page.getLayoutMetrics", AsChromium, Document, PAGE, ""),
    method("Page.getNavigationHistory", AsChromium, Own, PAGE, ""),
    method("Page.getResourceTree", Partly, Own, PAGE, "frames alone, without resources"),
    method("Page.handleJavaScriptDialog", AsChromium, Own, PAGE, ""),
    method("Page.navigate", Partly, Own, PAGE, "referrer and transition are left out"),
    method("Page.navigateToHistoryEntry", AsChromium, Own, PAGE, ""),
    method("Page.reload", Partly, Own, PAGE, "ignoreCache means nothing: there is no cache"),
    method("Page.removeScriptToEvaluateOnNewDocument", AsChromium, Standing, PAGE, ""),
    method("Page.resetNavigationHistory", Accepted, Accept, PAGE, ""),
    method("Page.screencastFrameAck", AsChromium, Own, PAGE, ""),
    method("Page.setAdBlockingEnabled", Accepted, Accept, PAGE, ""),
    method("Page.setBypassCSP", Accepted, Accept, PAGE, ""),
    method("Page.setFontFamilies", Accepted, Accept, PAGE, ""),
    method("Page.setInterceptFileChooserDialog", Accepted, Accept, PAGE,
        "there is no file chooser"),
    method("Page.setLifecycleEventsEnabled", AsChromium, Standing, PAGE, ""),
    method("Page.startScreencast", AsChromium, Own, PAGE, "png and jpeg; no frame of a hidden tab"),
    method("Page.stopLoading", AsChromium, Own, PAGE, ""),
    method("Page.stopScreencast", AsChromium, Own, PAGE, ""),
    method("Performance.disable", Accepted, Accept, PAGE, "there are no metrics"),
    method("Performance.enable", Accepted, Accept, PAGE, "there are no metrics"),
    method("Performance.getMetrics", Accepted, Own, PAGE, "an empty list"),
    method("Profiler.disable", Accepted, Accept, PAGE, ""),
    method("Profiler.enable", Accepted, Accept, PAGE, ""),
    method("Runtime.addBinding", AsChromium, Standing, PAGE, ""),
    method("Runtime.awaitPromise", AsChromium, Document, PAGE, ""),
    method("Runtime.callFunctionOn", AsChromium, Document, PAGE, ""),
    method("Runtime.compileScript", Partly, Document, PAGE, "as the body of a function"),
    method("Runtime.disable", AsChromium, Standing, PAGE, ""),
    method("Runtime.discardConsoleEntries", AsChromium, Document, PAGE, ""),
    method("Runtime.enable", AsChromium, Standing, PAGE, ""),
    method("Runtime.evaluate", AsChromium, Document, PAGE, ""),
    method("Runtime.getHeapUsage", Partly, Document, PAGE, "the engine's heap alone"),
    method("Runtime.getIsolateId", AsChromium, Document, PAGE, ""),
    method("Runtime.getProperties", AsChromium, Document, PAGE, ""),
    method("Runtime.globalLexicalScopeNames", Partly, Document, PAGE, "always empty"),
    method("Runtime.releaseObject", AsChromium, Document, PAGE, ""),
    method("Runtime.releaseObjectGroup", AsChromium, Document, PAGE, ""),
    method("Runtime.removeBinding", AsChromium, Standing, PAGE, ""),
    method("Runtime.runIfWaitingForDebugger", Accepted, Accept, ALL, "no target waits"),
    method("Runtime.runScript", Partly, Document, PAGE, ""),
    method("Runtime.setAsyncCallStackDepth", Accepted, Accept, PAGE, ""),
    method("Runtime.setCustomObjectFormatterEnabled", Accepted, Accept, PAGE, ""),
    method("Runtime.setMaxCallStackSizeToCapture", Accepted, Accept, PAGE, ""),
    method("Security.disable", Accepted, Accept, PAGE, ""),
    method("Security.enable", Accepted, Accept, PAGE, ""),
    method("Security.setIgnoreCertificateErrors", Accepted, Accept, BROWSER_AND_PAGE,
        "certificates are checked all the same"),
    method("ServiceWorker.disable", Accepted, Accept, PAGE, "there are no service workers"),
    method("ServiceWorker.enable", Accepted, Accept, PAGE, "there are no service workers"),
    method("Storage.clearCookies", AsChromium, Own, BROWSER_AND_PAGE, ""),
    method("Storage.getCookies", AsChromium, Own, BROWSER_AND_PAGE, ""),
    method("Storage.setCookies", Partly, Own, BROWSER_AND_PAGE,
        "priority and partitionKey are left out"),
    method("SystemInfo.getInfo", Partly, Own, BROWSER_AND_PAGE,
        "no description of the graphics hardware"),
    method("SystemInfo.getProcessInfo", AsChromium, Own, BROWSER_AND_PAGE, ""),
    method("Target.activateTarget", AsChromium, Own, ALL, ""),
    method("Target.attachToBrowserTarget", AsChromium, Own, ALL, ""),
    method("Target.attachToTarget", Partly, Own, ALL,
        "a session that is not flat has none of its own"),
    method("Target.closeTarget", AsChromium, Own, ALL, ""),
    method("Target.createBrowserContext", Partly, Own, ALL, "proxies are refused"),
    method("Target.createTarget", Partly, Own, ALL, "url, background and browserContextId alone"),
    method("Target.detachFromTarget", AsChromium, Own, ALL, ""),
    method("Target.disposeBrowserContext", AsChromium, Own, ALL, ""),
    method("Target.getBrowserContexts", AsChromium, Own, ALL, ""),
    method("Target.getTargetInfo", AsChromium, Own, ALL, ""),
    method("Target.getTargets", AsChromium, Own, ALL, ""),
    method("Target.sendMessageToTarget", AsChromium, Own, ALL, "to a session that is not flat"),
    method("Target.setAutoAttach", Partly, Own, ALL, "targets do not wait for the debugger"),
    method("Target.setDiscoverTargets", AsChromium, Own, ALL, ""),
    method("Target.setRemoteLocations", Accepted, Accept, ALL, ""),
    method("Tracing.end", AsChromium, Own, BROWSER_AND_PAGE, ""),
    method("Tracing.getCategories", Partly, Own, BROWSER_AND_PAGE,
        "those of the browser's own trace"),
    method("Tracing.start", Partly, Own, BROWSER_AND_PAGE,
        "the browser's own trace, in JSON; categories and options mean nothing; at most 32 MiB"),
    method("WebMCP.disable", Accepted, Accept, PAGE, ""),
    method("WebMCP.enable", Accepted, Accept, PAGE, ""),
];

/// Every event that a client can be told, in alphabetical order.
pub const EVENTS: &[&str] = &[
    "Bulkhead.chaosFault",
    "Bulkhead.message",
    "DOM.attributeModified",
    "DOM.attributeRemoved",
    "DOM.characterDataModified",
    "DOM.childNodeCountUpdated",
    "DOM.childNodeInserted",
    "DOM.childNodeRemoved",
    "DOM.documentUpdated",
    "DOM.setChildNodes",
    "Debugger.scriptParsed",
    "Fetch.requestPaused",
    "Inspector.detached",
    "Inspector.targetCrashed",
    "Inspector.targetReloadedAfterCrash",
    "Log.entryAdded",
    "Network.dataReceived",
    "Network.loadingFailed",
    "Network.loadingFinished",
    "Network.requestWillBeSent",
    "Network.responseReceived",
    "Page.domContentEventFired",
    "Page.frameAttached",
    "Page.frameDetached",
    "Page.frameNavigated",
    "Page.frameStartedLoading",
    "Page.frameStartedNavigating",
    "Page.frameStoppedLoading",
    "Page.javascriptDialogClosed",
    "Page.javascriptDialogOpening",
    "Page.lifecycleEvent",
    "Page.loadEventFired",
    "Page.navigatedWithinDocument",
    "Page.screencastFrame",
    "Page.screencastVisibilityChanged",
    "Runtime.bindingCalled",
    "Runtime.consoleAPICalled",
    "Runtime.exceptionThrown",
    "Runtime.executionContextCreated",
    "Runtime.executionContextDestroyed",
    "Runtime.executionContextsCleared",
    "Target.attachedToTarget",
    "Target.detachedFromTarget",
    "Target.receivedMessageFromTarget",
    "Target.targetCrashed",
    "Target.targetCreated",
    "Target.targetDestroyed",
    "Target.targetInfoChanged",
    "Tracing.dataCollected",
    "Tracing.tracingComplete",
];

/// The method of that name.
pub fn find(name: &str) -> Option<&'static Method> {
    let at = METHODS.binary_search_by(|method| method.name.cmp(name));
    at.ok().map(|at| &METHODS[at])
}

/// Whether a new process of the page is told it as well.
pub fn is_standing(method: &str) -> bool {
    find(method).is_some_and(|it| it.how == Standing)
}

impl Method {
    pub fn is_for(&self, target: Target) -> bool {
        match target {
            Target::Browser => self.on[0],
            Target::Tab(_) => self.on[1],
            Target::Page(_) => self.on[2],
        }
    }
}

/// What `/json/protocol` says.
pub fn description() -> Value {
    let mut domains: Vec<Value> = Vec::new();
    for method in METHODS {
        let (domain, name) = method.name.split_once('.').unwrap_or((method.name, ""));
        let mut command = json!({"name": name});
        let level = match method.level {
            AsChromium => "",
            Partly => "partly: ",
            Accepted => "accepted: ",
        };
        if !(level.is_empty() && method.note.is_empty()) {
            command["description"] = json!(format!("{level}{}", method.note));
        }
        match domains.last_mut() {
            Some(last) if last["domain"] == domain => {
                if let Some(commands) = last["commands"].as_array_mut() {
                    commands.push(command);
                }
            }
            _ => domains.push(json!({"domain": domain, "commands": [command], "events": []})),
        }
    }
    for event in EVENTS {
        let (domain, name) = event.split_once('.').unwrap_or((event, ""));
        let its = domains.iter_mut().find(|it| it["domain"] == domain);
        if let Some(events) = its.and_then(|it| it["events"].as_array_mut()) {
            events.push(json!({"name": name}));
        }
    }
    json!({"version": {"major": "1", "minor": "3"}, "domains": domains})
}

/// The table of `docs/devtools.md`.
#[cfg(test)]
pub fn table() -> String {
    let mut text = String::from("| method | as Chromium | remark |\n|---|---|---|\n");
    for method in METHODS {
        let level = match method.level {
            AsChromium => "yes",
            Partly => "partly",
            Accepted => "accepted",
        };
        text += &format!("| `{}` | {level} | {} |\n", method.name, method.note);
    }
    text += "\n| event |\n|---|\n";
    for event in EVENTS {
        text += &format!("| `{event}` |\n");
    }
    text
}
