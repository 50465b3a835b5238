//! The ways to drive the browser: commands in, records out.

pub(crate) mod fifo;
pub(crate) mod grammar;
pub(crate) mod records;
pub(crate) mod waits;

use browser_core::{Core, Event};
use fifo::{ControlFifo, INPUTS_MAX};
use protocol::gpu::FromGpu;
use protocol::input::InputEvent;
use records::Recorder;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::PathBuf;
use waits::Wait;

/// The control pipe, and the records that answer it.
pub struct Automation {
    pub(crate) recorder: Recorder,
    pub(crate) fifo: Option<ControlFifo>,
    /// Pictures that the control pipe asked for, by request.
    pub(crate) pictures: BTreeMap<u32, Asked>,
    /// Commands that are answered when something has happened.
    pub(crate) waits: Vec<Wait>,
}

/// A picture that the control pipe asked for.
pub struct Asked {
    pub(crate) path: PathBuf,
    /// What the command is answered with.
    pub(crate) id: Option<String>,
}

impl Automation {
    /// Writes records to `recorder`, and reads commands from `fifo` if there is one.
    pub fn new(recorder: Recorder, fifo: Option<ControlFifo>) -> Automation {
        Automation {
            recorder,
            fifo,
            pictures: BTreeMap::new(),
            waits: Vec::new(),
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

    /// Answers a command with an id: that it was done, with what there is to say, or why not.
    pub(crate) fn answer(&mut self, id: &str, result: Result<Map<String, Value>, String>) {
        let mut value = json!({"record": "answer", "id": id, "done": result.is_ok()});
        match (value.as_object_mut(), result) {
            (Some(fields), Ok(more)) => fields.extend(more),
            (Some(fields), Err(reason)) => {
                tracing::warn!("control pipe: #{id}: {reason}");
                fields.insert("reason".to_owned(), reason.into());
            }
            (None, _) => {}
        }
        self.recorder.write_value(value);
    }

    /// Records that a file was written, or why it was not: as an answer if the command has an id.
    pub(crate) fn answer_file(&mut self, record: &str, asked: &Asked, result: anyhow::Result<()>) {
        let path = asked.path.display().to_string();
        if let Some(id) = &asked.id {
            let mut more = Map::new();
            more.insert("path".to_owned(), path.into());
            let result = result.map(|()| more).map_err(|error| format!("{error:#}"));
            return self.answer(id, result);
        }
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
