//! What is asked of a document and of its page: commands, inputs, pictures.
//!
//! Never: keeps more of them than their bounds.

use crate::command::Params;
use crate::domains::standing;
use crate::hub::{CallKind, Hub, Output};
use crate::methods::is_standing;
use crate::picture::Job;
use crate::reply::Failure;
use crate::session::SessionKey;
use crate::tab::{Asked, Asker, For, Waiting};
use protocol::devtools::Wish;
use protocol::geometry::Size;
use protocol::ids::TabId;
use protocol::input::InputEvent;
use protocol::limits::INSPECTOR_TEXT_BYTES_MAX;
use serde_json::json;

/// Commands of one tab that are not answered; further ones are refused.
const TAB_COMMANDS_MAX: usize = 4_096;
/// Bytes of those that wait for a document.
const WAITING_BYTES_MAX: usize = 64 * 1024 * 1024;

impl Hub {
    /// Has the document answer a command, now or as soon as there is one.
    pub fn ask(
        &mut self,
        id: TabId,
        asker: Asker,
        method: String,
        params: Params,
    ) -> Result<(), Failure> {
        let is_standing = is_standing(&method);
        let params = match is_standing {
            true => standing::note(self, asker, &method, params)?,
            false => params,
        };
        let tab = self.tabs.get_mut(&id).ok_or_else(Failure::no_target)?;
        if tab.is_crashed {
            if !is_standing {
                return Err(Failure::crashed());
            }
            let result = standing::result(self, asker, &method);
            self.answer(asker, Ok(result));
            return Ok(());
        }
        if tab.waiting.len() + tab.asked.len() >= TAB_COMMANDS_MAX {
            return Err(Failure::server("Too many commands are under way"));
        }
        // What stands for all documents waits for none.
        let is_heard = tab.is_inspected || is_standing && tab.inspector.is_some();
        if !is_heard || !tab.waiting.is_empty() {
            let bytes = json!(params.0).to_string().len();
            if tab.waiting_bytes + bytes > WAITING_BYTES_MAX {
                return Err(Failure::server("Too many commands are under way"));
            }
            tab.waiting_bytes += bytes;
            tab.waiting.push_back(Waiting::Command {
                asker,
                method,
                params,
            });
            return Ok(());
        }
        self.ask_now(id, asker, &method, &params)
    }

    /// Sends a command to the document that is there.
    pub fn ask_now(
        &mut self,
        tab: TabId,
        asker: Asker,
        method: &str,
        params: &Params,
    ) -> Result<(), Failure> {
        let asked = match standing::script_name(self, asker, method) {
            Some(name) => Asked::Script {
                session: asker.session,
                name,
                asker: Some(asker),
            },
            None if is_standing(method) => Asked::Standing(asker),
            None => Asked::Client(asker),
        };
        let text = json!({"method": method, "params": params.0}).to_string();
        if text.len() > INSPECTOR_TEXT_BYTES_MAX {
            return Err(Failure::server("The command is too long"));
        }
        self.send_command(tab, asker.session, &text, asked);
        Ok(())
    }

    /// Sends a command, and notes what is to be done with its answer.
    pub fn send_command(
        &mut self,
        id: TabId,
        session: SessionKey,
        text: &str,
        asked: Asked,
    ) -> Option<u32> {
        let tab = self.tabs.get_mut(&id)?;
        let inspector = tab.inspector.as_mut()?;
        let (call, messages) = inspector.command(session.0, text);
        tab.asked.insert(call, asked);
        for message in messages {
            self.push(Output::Inspector(id, message));
        }
        Some(call)
    }

    /// Gives the page an input once it has taken those before.
    pub fn input(&mut self, id: TabId, events: Vec<InputEvent>, asker: Asker) {
        let Some(tab) = self.tabs.get_mut(&id) else {
            return;
        };
        let Some((last, others)) = events.split_last() else {
            return self.answer(asker, Ok(json!({})));
        };
        tab.inputs.extend(others.iter().map(|event| (*event, None)));
        tab.inputs.push_back((*last, Some(asker)));
        self.send_input(id);
    }

    pub fn input_taken(&mut self, id: TabId) {
        if let Some(tab) = self.tabs.get_mut(&id) {
            tab.has_input_under_way = false;
        }
        self.send_input(id);
    }

    pub fn send_input(&mut self, id: TabId) {
        let Some(tab) = self.tabs.get_mut(&id) else {
            return;
        };
        if tab.has_input_under_way {
            return;
        }
        let Some((event, asker)) = tab.inputs.pop_front() else {
            return;
        };
        tab.has_input_under_way = true;
        let for_ = asker.map_or(For::Nobody, For::Session);
        let wish = Wish::Input(id, event);
        if let Err(failure) = self.call(for_, Some(id), CallKind::Input, wish) {
            if let Some(tab) = self.tabs.get_mut(&id) {
                tab.has_input_under_way = false;
            }
            self.settle(for_, Err(failure));
        }
    }

    /// Asks for a picture of that size.
    pub fn want_picture(
        &mut self,
        id: TabId,
        asker: Asker,
        job: Job,
        size: Option<Size>,
    ) -> Result<(), Failure> {
        let wish = Wish::Picture(id, size);
        self.call(For::Session(asker), Some(id), CallKind::Picture(job), wish)
    }
}
