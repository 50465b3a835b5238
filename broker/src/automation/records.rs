//! The core's records as lines of JSON, for scripts and tests.
//!
//! Owns: the queue to the file of `--record`. Never: waits for a full disk, or for a reader that is
//! slow, stopped or gone.

use crate::output::clock;
use crate::output::line_queue::{Failure, Form, LineQueue};
use crate::output::terminal::{self, FINISH_MAX};
use anyhow::Context;
use browser_core::Record;
use serde_json::Value;
use std::fs::File;
use std::path::Path;
use std::time::Instant;

/// The destination of the records.
#[derive(Default)]
pub struct Recorder {
    queue: Option<LineQueue>,
}

impl Recorder {
    /// Writes records to that file. `-`: standard output; `None`: nowhere.
    pub fn open(path: Option<&Path>) -> anyhow::Result<Recorder> {
        let queue = match path {
            None => None,
            Some(path) if path.as_os_str() == "-" => {
                let stdout = terminal::stdout();
                Some(
                    stdout
                        .context("--record -: cannot write to standard output")?
                        .clone(),
                )
            }
            Some(path) => {
                let file = File::create(path).with_context(|| {
                    format!("--record {}: cannot create the file", path.display())
                })?;
                Some(LineQueue::start(file).context("cannot start a thread for the records")?)
            }
        };
        Ok(Recorder { queue })
    }

    /// Writes one line.
    pub fn write(&mut self, record: &Record) {
        match serde_json::to_value(record) {
            Ok(value) => self.write_value(value),
            Err(error) => tracing::error!("a record cannot be written as JSON: {error}"),
        }
    }

    /// Writes a line of another kind: an answer to a control command. Each line gets its time.
    pub fn write_value(&mut self, mut value: Value) {
        let Some(queue) = &self.queue else { return };
        if let Some(fields) = value.as_object_mut() {
            fields.insert("at_ms".to_owned(), clock::now_ms().into());
        }
        if let Err(failure) = queue.push(Form::Record, &format!("{value}\n")) {
            self.end(&failure);
        }
    }

    fn end(&mut self, failure: &Failure) {
        tracing::warn!("records end here: {failure}");
        self.queue = None;
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        let queue = self.queue.as_ref();
        let failure = queue.and_then(|queue| queue.finish(Instant::now() + FINISH_MAX));
        if let Some(failure) = failure {
            self.end(&failure);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use browser_core::{ChaosFault, RecordKind};
    use protocol::geometry::Size;
    use protocol::ids::{NavigationId, ProcessId, Role, SurfaceId, TabId};

    fn line(kind: RecordKind) -> String {
        let record = Record {
            kind,
            tab: None,
            process: None,
        };
        text(&record)
    }

    fn text(record: &Record) -> String {
        let value = serde_json::to_value(record).expect("records are JSON");
        value.to_string()
    }

    #[test]
    fn loads_have_the_names_and_shapes_that_programs_rely_on() {
        let (navigation, url) = (NavigationId(3), "u".to_owned());
        assert_eq!(
            line(RecordKind::Committed {
                navigation,
                url: url.clone(),
                site: "s".to_owned()
            }),
            r#"{"navigation":3,"record":"committed","site":"s","url":"u"}"#
        );
        assert_eq!(
            line(RecordKind::Loaded {
                navigation,
                url: url.clone(),
                failed_resources: 2
            }),
            r#"{"failed_resources":2,"navigation":3,"record":"loaded","url":"u"}"#
        );
        assert_eq!(
            line(RecordKind::Failed {
                navigation,
                url,
                code: "c".to_owned(),
                reason: "r".to_owned()
            }),
            r#"{"code":"c","navigation":3,"reason":"r","record":"failed","url":"u"}"#
        );
        assert_eq!(
            line(RecordKind::Superseded { navigation }),
            r#"{"navigation":3,"record":"superseded"}"#
        );
        assert_eq!(
            line(RecordKind::Incomplete {
                reason: "r".to_owned()
            }),
            r#"{"reason":"r","record":"incomplete"}"#
        );
        assert_eq!(
            line(RecordKind::Refused {
                reason: "r".to_owned()
            }),
            r#"{"reason":"r","record":"refused"}"#
        );
    }

    #[test]
    fn processes_have_the_names_and_shapes_that_programs_rely_on() {
        let (role, pid) = (Role::Gpu, 7);
        assert_eq!(
            line(RecordKind::Died {
                role,
                pid,
                cause: "c".to_owned()
            }),
            r#"{"cause":"c","pid":7,"record":"died","role":"gpu"}"#
        );
        assert_eq!(
            line(RecordKind::Ended { role, pid }),
            r#"{"pid":7,"record":"ended","role":"gpu"}"#
        );
        assert_eq!(
            line(RecordKind::GivenUp { role }),
            r#"{"record":"given_up","role":"gpu"}"#
        );
        assert_eq!(
            line(RecordKind::KeepsDying { role, pause_ms: 50 }),
            r#"{"pause_ms":50,"record":"keeps_dying","role":"gpu"}"#
        );
        assert_eq!(
            line(RecordKind::Sealed {
                role,
                pid,
                tier: "A".to_owned()
            }),
            r#"{"pid":7,"record":"sealed","role":"gpu","tier":"A"}"#
        );
        let reason = "r".to_owned();
        assert_eq!(
            line(RecordKind::NoWindow { reason }),
            r#"{"reason":"r","record":"no_window"}"#
        );
        let surface = SurfaceId(4);
        assert_eq!(
            line(RecordKind::SurfaceLive { surface }),
            r#"{"record":"surface_live","surface":4}"#
        );
    }

    #[test]
    fn chaos_has_the_names_and_shapes_that_programs_rely_on() {
        let fault = ChaosFault {
            number: 3,
            kind: "stop",
            role: Role::Gpu,
            after_ms: 2_000,
            choice: 1,
            of: 1,
            is_skipped: false,
            pid: Some(7),
        };
        let text = "{\"after_ms\":2000,\"choice\":1,\"kind\":\"stop\",\"number\":3,\"of\":1,\
                    \"pid\":7,\"record\":\"chaos\",\"role\":\"gpu\",\"skipped\":false}";
        assert_eq!(line(RecordKind::Chaos(fault)), text);
        let (spec, seed) = ("kill-gpu=5s".to_owned(), 7);
        assert_eq!(
            line(RecordKind::ChaosBegan { spec, seed }),
            r#"{"record":"chaos_began","seed":7,"spec":"kill-gpu=5s"}"#
        );
        assert_eq!(
            line(RecordKind::ChaosEnded { decisions: 7 }),
            r#"{"decisions":7,"record":"chaos_ended"}"#
        );
    }

    #[test]
    fn tabs_have_the_names_and_shapes_that_programs_rely_on() {
        assert_eq!(
            line(RecordKind::Slow { card: true }),
            r#"{"card":true,"record":"slow"}"#
        );
        assert_eq!(
            line(RecordKind::TabOpened {
                url: "u".to_owned()
            }),
            r#"{"record":"tab_opened","url":"u"}"#
        );
        assert_eq!(
            line(RecordKind::TabLimit { tabs: 300 }),
            r#"{"record":"tab_limit","tabs":300}"#
        );
        assert_eq!(
            line(RecordKind::TabCrashed {
                cause: "c".to_owned()
            }),
            r#"{"cause":"c","record":"tab_crashed"}"#
        );
        assert_eq!(
            line(RecordKind::Title {
                title: "t".to_owned()
            }),
            r#"{"record":"title","title":"t"}"#
        );
        assert_eq!(
            line(RecordKind::Window {
                size: Size::new(5, 6)
            }),
            r#"{"height":6,"record":"window","width":5}"#
        );
        let record = Record {
            kind: RecordKind::TabClosed,
            tab: Some(TabId(1)),
            process: Some(ProcessId(2)),
        };
        assert_eq!(
            text(&record),
            r#"{"process":2,"record":"tab_closed","tab":1}"#
        );
    }
}
