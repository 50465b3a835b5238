//! Executes the lines of the control pipe, or refuses them with a record of the reason.

use crate::automation::fifo::ControlFifo;
use crate::automation::grammar::{HELP, Line, parse};
use crate::output::terminal::say;
use crate::snapshot;
use crate::state::Broker;
use browser_core::Event;

impl Broker {
    pub(crate) fn read_control_fifo(&mut self) {
        let fifo = self.automation.fifo.as_mut();
        let lines = fifo.map(ControlFifo::read).unwrap_or_default();
        for line in lines {
            if let Err(problem) = parse(&line).and_then(|command| self.obey(&line, command)) {
                self.automation.refuse(&line, &problem);
            }
        }
    }

    fn obey(&mut self, line: &str, command: Line) -> Result<(), String> {
        tracing::debug!("control pipe: {line}");
        match command {
            Line::Core(command) => self.events.push_back(Event::Command(command)),
            Line::Input(events) => self.automation.queue_inputs(events)?,
            Line::Screenshot(path) => match self.capture(self.core.window_size()) {
                Ok(request) => {
                    self.automation.pictures.insert(request, path);
                }
                Err(error) => self.automation.answer("screenshot", &path, Err(error)),
            },
            Line::State(path) => {
                let result = snapshot::write_state(self, &path);
                self.automation.answer("state", &path, result);
            }
            Line::Clipboard(text) => self.clipboard.set(&self.poller, text),
            Line::Help => say!("{HELP}"),
        }
        Ok(())
    }
}
