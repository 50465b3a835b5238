//! `Browser`, `SystemInfo` and `Performance`.

use crate::command::Command;
use crate::hub::{CallKind, Hub};
use crate::reply::Failure;
use crate::tab::{Asker, For};
use protocol::devtools::Wish;
use protocol::fault::Fault;
use protocol::ids::Role;
use serde_json::{Value, json};

pub fn run(hub: &mut Hub, asker: Asker, command: &Command) -> Result<Option<Value>, Failure> {
    let asked = For::Session(asker);
    match command.method.as_str() {
        "Browser.close" => {
            // The answer first: the end of the browser is the end of this process.
            hub.answer(asker, Ok(json!({})));
            hub.call(For::Nobody, None, CallKind::Plain, Wish::CloseBrowser)?;
            Ok(None)
        }
        "Browser.crash" => {
            hub.call(asked, None, CallKind::Plain, Wish::CrashBrowser)?;
            Ok(None)
        }
        "Browser.crashGpuProcess" => {
            let wish = Wish::BreakService(Role::Gpu, Fault::Crash);
            hub.call(asked, None, CallKind::Plain, wish)?;
            Ok(None)
        }
        "Browser.getVersion" => Ok(Some(version(hub))),
        "Browser.getWindowForTarget" => Ok(Some(json!({
            "windowId": 1,
            "bounds": {"left": 0, "top": 0, "width": 1280, "height": 800, "windowState": "normal"},
        }))),
        "Performance.getMetrics" => Ok(Some(json!({"metrics": []}))),
        "SystemInfo.getInfo" => Ok(Some(json!({
            "gpu": {
                "devices": [],
                "driverBugWorkarounds": [],
                "videoDecoding": [],
                "videoEncoding": [],
            },
            "modelName": "",
            "modelVersion": "",
            "commandLine": "bulkhead",
        }))),
        "SystemInfo.getProcessInfo" => {
            let kind = CallKind::Processes {
                is_ours: false,
                rows: Vec::new(),
            };
            hub.call(asked, None, kind, Wish::Processes)?;
            Ok(None)
        }
        other => Err(Failure::no_method(other)),
    }
}

/// What `Browser.getVersion` says.
fn version(hub: &Hub) -> Value {
    json!({
        "protocolVersion": "1.3",
        "product": product(hub),
        "revision": hub.config.version,
        "userAgent": hub.config.user_agent,
        "jsVersion": "QuickJS-ng",
    })
}

/// The browser and its version.
pub fn product(hub: &Hub) -> String {
    format!("Bulkhead/{}", hub.config.version)
}
