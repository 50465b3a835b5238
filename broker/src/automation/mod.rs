//! The ways to drive the browser: commands in, records out.

pub(crate) mod fifo;
pub(crate) mod grammar;
pub(crate) mod records;

use browser_core::{Core, Event};
use fifo::{ControlFifo, INPUTS_MAX};
use protocol::gpu::FromGpu;
use protocol::input::InputEvent;
use records::Recorder;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The control pipe, and the records that answer it.
pub struct Automation {
    pub(crate) recorder: Recorder,
    pub(crate) fifo: Option<ControlFifo>,
    /// Pictures that the control pipe asked for, by request.
    pub(crate) pictures: BTreeMap<u32, PathBuf>,
}

impl Automation {
    /// Writes records to `recorder`, and reads commands from `fifo` if there is one.
    pub fn new(recorder: Recorder, fifo: Option<ControlFifo>) -> Automation {
        Automation {
            recorder,
            fifo,
            pictures: BTreeMap::new(),
        }
    }

    /// The next input, if the core accepts one now.
    pub(crate) fn next_input(&mut self, core: &Core) -> Option<Event> {
        let inputs = &mut self.fifo.as_mut()?.inputs;
        if inputs.is_empty() || !core.takes_input() {
            return None;
        }
        let process = core.window_gpu()?;
        let event = inputs.pop_front()?;
        let message = FromGpu::Input { event };
        Some(Event::FromGpu { process, message })
    }

    /// Queues inputs, which the core then takes one by one.
    ///
    /// # Errors
    /// Too many are waiting; the text is for the user.
    pub(crate) fn queue_inputs(&mut self, events: Vec<InputEvent>) -> Result<(), String> {
        if let Some(fifo) = &mut self.fifo {
            if fifo.inputs.len() + events.len() > INPUTS_MAX {
                return Err("too many inputs wait for the page to respond".to_owned());
            }
            fifo.inputs.extend(events);
        }
        Ok(())
    }

    /// Records that a line of the control pipe was refused.
    pub(crate) fn refuse(&mut self, line: &str, problem: &str) {
        tracing::warn!("control pipe: {line:?}: {problem}");
        let value = json!({"record": "bad_command", "line": line, "reason": problem});
        self.recorder.write_value(value);
    }

    /// Records that a file was written, or why it was not.
    pub(crate) fn answer(&mut self, record: &str, path: &Path, result: anyhow::Result<()>) {
        let path = path.display().to_string();
        let value = match result {
            Ok(()) => json!({"record": record, "path": path}),
            Err(error) => {
                tracing::warn!("control pipe: {error:#}");
                json!({"record": record, "path": path, "error": format!("{error:#}")})
            }
        };
        self.recorder.write_value(value);
    }
}
