//! Executes the lines of the control pipe, or refuses them with a record of the reason.

use crate::automation::Asked;
use crate::automation::fifo::ControlFifo;
use crate::automation::grammar::{HELP, Line, parse, split_id};
use crate::automation::waits::WAITS_MAX;
use crate::output::terminal::say;
use crate::snapshot;
use crate::state::{Broker, chaos_seed};
use anyhow::Context;
use browser_core::{Command, Event, ProcessState};
use protocol::ids::{Role, TabId};
use serde_json::{Map, Value};

/// What there is to say of a command that was done; nothing yet where it is answered later.
type Done = Option<Map<String, Value>>;

impl Broker {
    pub(crate) fn read_control_fifo(&mut self) {
        let fifo = self.automation.fifo.as_mut();
        let lines = fifo.map(ControlFifo::read).unwrap_or_default();
        for line in lines {
            let (id, result) = match split_id(&line) {
                Ok((id, command)) => (id, parse(command).and_then(|it| self.obey(id, it))),
                Err(problem) => (None, Err(problem)),
            };
            match (id, result) {
                (Some(id), Ok(Some(more))) => self.automation.answer(id, Ok(more)),
                (Some(id), Err(problem)) => self.automation.answer(id, Err(problem)),
                (None, Err(problem)) => self.automation.refuse(&line, &problem),
                (_, Ok(_)) => {}
            }
        }
    }

    fn obey(&mut self, id: Option<&str>, command: Line) -> Result<Done, String> {
        tracing::debug!("control pipe: {command:?}");
        match command {
            Line::Core(command) => return self.command(id, command).map(Some),
            Line::Chaos(spec, seed) => {
                let seed = seed.unwrap_or_else(chaos_seed);
                let mut more = self.command(id, Command::Chaos(Some((spec, seed))))?;
                more.insert("seed".to_owned(), seed.into());
                return Ok(Some(more));
            }
            Line::Input(events) => self.automation.queue_inputs(events)?,
            Line::Screenshot(tab, path) => {
                let id = id.map(str::to_owned);
                let asked = Asked { path, id };
                let begun = match tab {
                    None => self.capture(self.core.window_size()),
                    Some(tab) => self.capture_tab(tab),
                };
                match begun {
                    Ok(request) => {
                        self.automation.pictures.insert(request, asked);
                    }
                    Err(error) => self
                        .automation
                        .answer_file("screenshot", &asked, Err(error)),
                }
                return Ok(None);
            }
            Line::State(path) => {
                let result = snapshot::write_state(self, &path);
                let id = id.map(str::to_owned);
                self.automation
                    .answer_file("state", &Asked { path, id }, result);
                return Ok(None);
            }
            Line::Wait(tab, awaited, limit) => {
                let id = id.ok_or("wait needs an id to answer with, as in `#7 wait 2 loaded 5`")?;
                if self.automation.waits.len() >= WAITS_MAX {
                    return Err(format!("{WAITS_MAX} commands wait already"));
                }
                self.begin_wait(id.to_owned(), (tab, awaited), limit)?;
                return Ok(None);
            }
            Line::Clipboard(text) => self.clipboard.set(&self.poller, text),
            Line::Help => say!("{HELP}"),
        }
        Ok(Some(Map::new()))
    }

    /// Asks the gpu process for a picture of a tab's page.
    fn capture_tab(&mut self, tab: TabId) -> anyhow::Result<u32> {
        let number = tab.0;
        anyhow::ensure!(self.core.tab(tab).is_some(), "there is no tab {number}");
        let mut surfaces = self.core.surfaces().into_iter();
        let its = surfaces.find(|surface| surface.tab == Some(tab) && surface.is_visible);
        let its = its.with_context(|| {
            format!("the page of tab {number} is not on show; `activate {number}` shows it")
        })?;
        let gpu = self.children.gpu();
        let gpu = gpu.context("no gpu process is running at the moment")?;
        self.begin_capture(gpu, its.size, Some(its.surface))
    }

    /// Hands a command to the core. One with an id is done when this returns, or refused.
    fn command(
        &mut self,
        id: Option<&str>,
        command: Command,
    ) -> Result<Map<String, Value>, String> {
        let mut more = Map::new();
        if id.is_none() {
            self.events.push_back(Event::Command(command));
            return Ok(more);
        }
        self.check_command(&command)?;
        let opens = matches!(command, Command::Open { .. });
        let before = self.tab_ids();
        self.handle(Event::Command(command));
        if opens {
            let new = self.tab_ids().into_iter().find(|tab| !before.contains(tab));
            let tab = new.ok_or("there are as many tabs as there may be")?;
            more.insert("tab".to_owned(), tab.0.into());
        }
        Ok(more)
    }

    fn tab_ids(&self) -> Vec<TabId> {
        let tabs = self.core.tabs().into_iter();
        tabs.map(|tab| tab.tab).collect()
    }

    /// Why the core would not do that.
    fn check_command(&self, command: &Command) -> Result<(), String> {
        let tab = match command {
            Command::Chaos(_) | Command::Open { .. } | Command::Quit => return Ok(()),
            Command::InjectIntoService(role, _) => return self.check_service(*role),
            Command::AnswerDialog(tab, _)
            | Command::Activate(tab)
            | Command::Back(tab)
            | Command::Inject(tab, _)
            | Command::Close(tab)
            | Command::Forward(tab)
            | Command::Kill(tab)
            | Command::Navigate(tab, _)
            | Command::Reload(tab)
            | Command::StopScript(tab) => *tab,
        };
        let info = self.core.tab(tab);
        let number = tab.0;
        let info = info.ok_or_else(|| format!("there is no tab {number}"))?;
        let needs_process = matches!(
            command,
            Command::Inject(..) | Command::Kill(_) | Command::StopScript(_)
        );
        match command {
            _ if needs_process && info.process.is_none() => {
                Err(format!("tab {number} has no process"))
            }
            Command::Back(_) if !info.can_go_back => {
                Err(format!("tab {number} has no page to go back to"))
            }
            Command::Forward(_) if !info.can_go_forward => {
                Err(format!("tab {number} has no page to go forward to"))
            }
            _ => Ok(()),
        }
    }

    fn check_service(&self, role: Role) -> Result<(), String> {
        let processes = self.core.processes().into_iter();
        let mut ready = processes.filter(|it| it.state == ProcessState::Ready);
        match ready.any(|it| it.role == role) {
            true => Ok(()),
            false => Err(format!("there is no {role} process at the moment")),
        }
    }
}
