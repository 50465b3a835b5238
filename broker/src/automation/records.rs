//! The core's records as lines of JSON, for automation and tests to wait for.
//!
//! Owns: the file of `--record`. Trusts: the core. Never: lets a full disk or a reader that has
//! gone stop the browser.

use anyhow::Context;
use browser_core::{Record, RecordKind};
use serde_json::{Value, json};
use std::fs::File;
use std::io::Write;
use std::path::Path;

/// Where records go.
#[derive(Default)]
pub struct Recorder {
    file: Option<File>,
}

impl Recorder {
    /// Records into that file; `-` is standard output; `None` nowhere.
    pub fn open(path: Option<&Path>) -> anyhow::Result<Recorder> {
        let file = match path {
            None => None,
            Some(path) if path.as_os_str() == "-" => {
                let stdout = nix::unistd::dup(std::io::stdout()).context("dup")?;
                Some(File::from(stdout))
            }
            Some(path) => Some(
                File::create(path)
                    .with_context(|| format!("--record {}: cannot be written", path.display()))?,
            ),
        };
        Ok(Recorder { file })
    }

    /// Writes one line.
    pub fn write(&mut self, record: &Record) {
        self.write_value(&to_json(record));
    }

    /// Writes one line of another kind: the answers to control commands.
    pub fn write_value(&mut self, value: &Value) {
        let Some(file) = &mut self.file else { return };
        // One write call a line, so that lines of two writers never mix.
        if let Err(error) = file.write_all(format!("{value}\n").as_bytes()) {
            tracing::warn!("records end here: {error}");
            self.file = None;
        }
    }
}

fn to_json(record: &Record) -> Value {
    let mut value = kind_to_json(&record.kind);
    if let Some(fields) = value.as_object_mut() {
        if let Some(tab) = record.tab {
            fields.insert("tab".to_owned(), json!(tab.0));
        }
        if let Some(process) = record.process {
            fields.insert("process".to_owned(), json!(process.0));
        }
    }
    value
}

fn kind_to_json(kind: &RecordKind) -> Value {
    match kind {
        RecordKind::Committed {
            navigation,
            url,
            site,
        } => {
            json!({"record": "committed", "navigation": navigation.0, "url": url, "site": site})
        }
        RecordKind::Died { role, pid, cause } => {
            json!({"record": "died", "role": role.name(), "pid": pid, "cause": cause})
        }
        RecordKind::Ended { role, pid } => {
            json!({"record": "ended", "role": role.name(), "pid": pid})
        }
        RecordKind::GivenUp { role } => {
            json!({"record": "given_up", "role": role.to_string()})
        }
        RecordKind::Loaded {
            navigation,
            url,
            failed_resources,
        } => json!({
            "record": "loaded", "navigation": navigation.0, "url": url,
            "failed_resources": failed_resources
        }),
        RecordKind::Failed {
            navigation,
            url,
            code,
            reason,
        } => json!({
            "record": "failed", "navigation": navigation.0, "url": url, "code": code,
            "reason": reason
        }),
        RecordKind::Incomplete { reason } => json!({"record": "incomplete", "reason": reason}),
        RecordKind::Refused { reason } => json!({"record": "refused", "reason": reason}),
        RecordKind::Slow { card } => json!({"record": "slow", "card": card}),
        RecordKind::Sealed { role, pid, tier } => {
            json!({"record": "sealed", "role": role.name(), "pid": pid, "tier": tier})
        }
        RecordKind::Superseded { navigation } => {
            json!({"record": "superseded", "navigation": navigation.0})
        }
        RecordKind::SurfaceLive { surface } => {
            json!({"record": "surface_live", "surface": surface.0})
        }
        RecordKind::TabOpened { url } => json!({"record": "tab_opened", "url": url}),
        RecordKind::TabClosed => json!({"record": "tab_closed"}),
        RecordKind::TabCrashed { cause } => json!({"record": "tab_crashed", "cause": cause}),
        RecordKind::Title { title } => json!({"record": "title", "title": title}),
        RecordKind::Window { size } => {
            json!({"record": "window", "width": size.width, "height": size.height})
        }
    }
}
