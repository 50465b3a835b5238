//! Performs the core's actions with system calls and messages.
//!
//! Never: decides; an action that fails becomes an event or a dead child.

mod clipboard;
mod devtools;
mod documents;
mod files;
mod glass;
mod grants;
pub(crate) mod spawn;
mod storage;
mod surfaces;

use crate::machine::display::DISPLAY_ADVICE;
use crate::output::script_log;
use crate::output::terminal::complain;
use crate::state::Broker;
use browser_core::{Action, Record, RecordKind, action};
use protocol::devtools::ToDevtools;
use protocol::fault::Fault;
use protocol::gpu::ToGpu;
use protocol::ids::{NavigationId, ProcessId, Role};
use protocol::network::ToNetwork;
use protocol::renderer::ToRenderer;
use protocol::shell::ToShell;

impl Broker {
    pub(crate) fn perform(&mut self, action: Action) {
        let (children, store) = (&mut self.children, &mut self.store);
        match action {
            Action::Spawn { process, role } => {
                spawn::spawn(children, &mut self.launcher, process, role);
            }
            action @ (Action::Bootstrap { .. }
            | Action::Kill { .. }
            | Action::HungUp { .. }
            | Action::Inject { .. }
            | Action::Ping { .. }) => self.attend(action),
            Action::Lock(lock) => grants::lock(children, lock),
            action @ Action::ReplaceFetch { .. } => grants::replace(children, action),
            Action::Fetch(fetch) => documents::fetch(children, &mut store.documents, fetch),
            action @ Action::CancelFetch { .. } => documents::cancel(children, &action),
            Action::BuildPage { navigation, url } => self.build_page(navigation, &url),
            Action::OpenFile { navigation, url } => self.open_file(navigation, &url),
            Action::Commit(commit) => documents::commit(children, &mut store.documents, commit),
            action @ (Action::GoWithin { .. }
            | Action::Stop { .. }
            | Action::AnswerDialog { .. }
            | Action::AskLeave { .. }
            | Action::StopScript { .. }) => self.tell_page(action),
            Action::Storage { process, told } => storage::tell(children, process, told),
            action @ (Action::OpenStream { .. }
            | Action::Acted { .. }
            | Action::CarryOut { .. }
            | Action::Signal { .. }) => self.serve_page(action),
            action @ (Action::NoteRequest { .. } | Action::Tour { .. }) => self.note(action),
            Action::DropBody { navigation } => store.documents.drop_body(navigation),
            action @ (Action::CreateSurface(_)
            | Action::ResizeSurface(_)
            | Action::ReattachSurface(_)
            | Action::HideSurface(_)
            | Action::DropSurface(_)) => surfaces::perform(children, &mut store.surfaces, action),
            action @ (Action::SetScene { .. }
            | Action::SetTitle { .. }
            | Action::SetCursor { .. }) => self.tell_window(action),
            action @ (Action::Input(_) | Action::SetAppearance(_) | Action::Find(_)) => {
                self.steer(action)
            }
            action @ (Action::Edit { .. }
            | Action::Inspect { .. }
            | Action::TakeCopy { .. }
            | Action::SetClipboard { .. }
            | Action::ReadClipboard { .. }
            | Action::Paste { .. }
            | Action::DropPaste { .. }) => self.perform_text(action),
            action @ (Action::UpdateShell { .. }
            | Action::UpdatePopup { .. }
            | Action::UpdateDialog { .. }
            | Action::Complete { .. }
            | Action::ShowIcon { .. }
            | Action::FocusAddress { .. }
            | Action::FocusFind { .. }) => self.tell_shell(action),
            Action::Record(record) => self.record(record),
            Action::Exit { code } => self.exit = Some(code),
            action @ (Action::TellDevtools { .. }
            | Action::OpenInspector { .. }
            | Action::OpenTraffic { .. }
            | Action::TellRequests { .. }
            | Action::TellContext { .. }
            | Action::EndHold { .. }
            | Action::CapturePage { .. }
            | Action::WatchSurface { .. }
            | Action::ListProcesses { .. }
            | Action::Look { .. }
            | Action::CrashBroker) => self.serve_devtools(action),
        }
    }

    /// Sees to a child that has been started.
    fn attend(&mut self, action: Action) {
        let children = &mut self.children;
        match action {
            Action::Bootstrap { process } => {
                spawn::bootstrap(children, &mut self.launcher, process);
            }
            Action::Kill { process, .. } => spawn::kill(children, process),
            Action::HungUp { process } => children.hung_up(process),
            Action::Inject { process, fault } => self.inject(process, fault),
            Action::Ping { process, sequence } => self.ping(process, sequence),
            _ => {}
        }
    }

    fn note(&mut self, action: Action) {
        match action {
            Action::NoteRequest { news } => self.note_request(news),
            Action::Tour { tab, key } => self.tour.press(Some(tab), key),
            _ => {}
        }
    }

    fn open_file(&mut self, navigation: NavigationId, url: &str) {
        self.body_ready(navigation, url, files::read(url));
    }

    /// Tells the gpu process how the window is to look.
    fn tell_window(&mut self, action: Action) {
        let (gpu, message) = match action {
            Action::SetScene { gpu, scene } => (gpu, ToGpu::SetScene(scene)),
            Action::SetTitle { gpu, title } => (gpu, ToGpu::SetTitle { title }),
            Action::SetCursor { gpu, cursor } => (gpu, ToGpu::SetCursor { cursor }),
            _ => return,
        };
        self.children.send_gpu(gpu, message, []);
    }

    /// Tells the shell what to show, and where the keyboard goes.
    fn tell_shell(&mut self, action: Action) {
        let (shell, message) = match action {
            Action::UpdateShell { process, state } => (process, ToShell::State(state)),
            Action::UpdatePopup { process, popup } => (process, ToShell::Popup(popup)),
            Action::UpdateDialog { process, dialog } => (process, ToShell::Dialog(dialog)),
            Action::Complete {
                process,
                typed,
                rest,
            } => (process, ToShell::Complete { typed, rest }),
            Action::ShowIcon {
                process,
                tab,
                pixels,
            } => (process, ToShell::Icon { tab, pixels }),
            Action::FocusAddress { process } => (process, ToShell::FocusAddress),
            Action::FocusFind { process } => (process, ToShell::FocusFind),
            _ => return,
        };
        self.children.send_shell(shell, message);
    }

    /// Tells a renderer what becomes of the document that it shows.
    fn tell_page(&mut self, action: Action) {
        let (process, message) = match action {
            Action::GoWithin { process, go } => (process, ToRenderer::GoWithin(go)),
            Action::Stop { process } => (process, ToRenderer::Stop),
            Action::StopScript { process } => (process, ToRenderer::StopScript),
            Action::AskLeave { process, sequence } => (process, ToRenderer::AskLeave { sequence }),
            Action::AnswerDialog {
                process,
                request,
                answer,
            } => (process, ToRenderer::AnswerDialog { request, answer }),
            _ => return,
        };
        self.children.send_renderer(process, message, []);
    }

    /// Tells a renderer what the user does, and how the page is to look.
    fn steer(&mut self, action: Action) {
        match action {
            Action::Input(input) => self.input(input),
            Action::SetAppearance(told) => self.set_appearance(&told),
            Action::Find(find) => self.find(find),
            _ => {}
        }
    }

    fn input(&mut self, input: action::Input) {
        let message = ToRenderer::Input {
            surface: input.surface,
            sequence: input.sequence,
            event: input.event,
        };
        self.children.send_renderer(input.process, message, []);
    }

    fn set_appearance(&mut self, told: &action::SetAppearance) {
        let message = ToRenderer::SetAppearance {
            surface: told.surface,
            sequence: told.sequence,
            appearance: told.appearance,
        };
        self.children.send_renderer(told.process, message, []);
    }

    fn find(&mut self, find: action::Find) {
        let message = ToRenderer::Find {
            sequence: find.sequence,
            command: find.command,
        };
        self.children.send_renderer(find.process, message, []);
    }

    fn inject(&mut self, process: ProcessId, fault: Fault) {
        let children = &mut self.children;
        match children.get(process).map(|child| child.role) {
            Some(Role::Devtools) => {
                children.send_devtools(process, ToDevtools::Inject(fault), None);
            }
            Some(Role::Gpu) => children.send_gpu(process, ToGpu::Inject(fault), []),
            Some(Role::Network) => {
                children.send_network(process, ToNetwork::Inject(fault), []);
            }
            _ => children.send_renderer(process, ToRenderer::Inject(fault), []),
        }
    }

    fn ping(&mut self, process: ProcessId, sequence: u32) {
        let children = &mut self.children;
        match children.get(process).map(|child| child.role) {
            Some(Role::Gpu) => children.send_gpu(process, ToGpu::Ping { sequence }, []),
            _ => children.send_network(process, ToNetwork::Ping { sequence }, []),
        }
    }

    fn record(&mut self, record: Record) {
        self.automation.recorder.write(&record);
        let now = self.now();
        self.store.consoles.note(now, record.tab, &record.kind);
        self.end_plumber_without_page(&record);
        self.note_for_attacks(&record);
        self.glass.note(&record.kind);
        self.timeline.note(&record);
        match &record.kind {
            RecordKind::Chaos(fault) => match record.tab {
                Some(tab) => tracing::warn!("chaos: {fault}, tab {}", tab.0),
                None => tracing::warn!("chaos: {fault}"),
            },
            RecordKind::ChaosBegan { spec, seed } => {
                tracing::warn!("chaos begins: {spec} with seed {seed}");
            }
            RecordKind::ChaosEnded { decisions } => {
                tracing::warn!("chaos ends after {decisions} decisions");
            }
            RecordKind::Died { role, pid, cause } => {
                tracing::warn!("{role} process {pid} {cause}");
                if *role == Role::Demo {
                    self.demo_url = None;
                }
                let deaths = &mut self.store.deaths;
                deaths.add(now, (*role, *pid), record.process, record.tab, cause);
            }
            RecordKind::GivenUp { role } => {
                tracing::error!("the {role} process has died and is not started again");
            }
            RecordKind::KeepsDying { role, pause_ms } => {
                tracing::error!("the {role} process keeps dying; it starts again in {pause_ms} ms");
            }
            RecordKind::TabLimit { tabs } => {
                tracing::warn!("{tabs} tabs are open, the most possible: no other one is opened");
            }
            RecordKind::NoWindow { reason } if self.launcher.server().is_some() => {
                complain!("bulkhead: no window can be opened: {reason}. {DISPLAY_ADVICE}");
            }
            RecordKind::NoWindow { reason } => {
                complain!("bulkhead: the gpu process cannot be started: {reason}");
            }
            RecordKind::Console { .. } => script_log::log(&record),
            _ => tracing::debug!(?record, "core"),
        }
        self.records.push_back(record);
    }
}
