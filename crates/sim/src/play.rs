//! Carries out the steps of a random run in a world.

use crate::op::{
    CommandKind, DocumentKind, ExitKind, FaultKind, GpuKind, HandshakeKind, NetworkKind, Op,
    PageKind, Pick, RendererKind, SERVICES, ShellKind,
};
use crate::words::{found, word_of_scripts};
use crate::world::{Fetch, Life, WAITING, World, head};
use browser_core::{Command, Config, Event, Exit};
use protocol::act::{Act, ActKind};
use protocol::appearance::Percent;
use protocol::clipboard::Target;
use protocol::dialog::DialogAnswer;
use protocol::error::LoadError;
use protocol::fault::Fault;
use protocol::find::FindStep;
use protocol::geometry::Size;
use protocol::gpu::FromGpu;
use protocol::ids::{Generation, NavigationId, ProcessId, Role, SurfaceId, TabId};
use protocol::input::Cursor;
use protocol::misbehaviour::Misbehaviour;
use protocol::network::FromNetwork;
use protocol::renderer::FromRenderer;
use protocol::request::{RequestNews, RequestStage, RequestTimes};
use protocol::shell::{CardButton, FromShell};
use protocol::storage::{StorageArea, StorageChange};

/// A new world after these steps, with or without a shell.
pub fn play(ops: &[Op], shell: bool) -> World {
    let mut world = World::new(Config {
        shell,
        ..Config::default()
    });
    for op in ops {
        world.apply(op);
    }
    world
}

impl World {
    /// Carries out one step.
    ///
    /// # Panics
    /// When an invariant does not hold after it.
    pub fn apply(&mut self, op: &Op) {
        // What time alone brings about comes before the event, so that its effects stand alone.
        self.send(Event::Tick);
        match *op {
            Op::Answer { child } => self.answer(child),
            Op::Command {
                command,
                tab,
                address,
                activate,
            } => self.any_command(command, tab, address, activate),
            Op::Exit { child, exit } => self.any_exit(child, exit),
            Op::Fault { child, fault } => self.any_fault(child, fault),
            Op::Gpu {
                surface,
                says,
                size,
            } => self.any_gpu_word(surface, says, size),
            Op::Handshake { child, says } => self.any_handshake(child, says),
            Op::Input(event) => {
                if self.gpu().is_some() {
                    self.input(event);
                }
            }
            Op::InputDone { renderer, is_wrong } => self.any_input_done(renderer, is_wrong),
            Op::Network {
                fetch,
                says,
                address,
            } => self.any_network_word(fetch, says, address),
            Op::Page { page, answer } => self.any_page(page, answer),
            Op::Renderer {
                child,
                anybody,
                document,
                says,
                address,
            } => {
                if let Some(process) = self.any_renderer(child, anybody) {
                    self.any_renderer_word(process, child, document, says, address);
                }
            }
            Op::Settle { steps } => self.settle_some(steps),
            Op::Shell {
                tab,
                says,
                button,
                address,
            } => self.any_shell_word(tab, says, button, address),
            Op::Wait { ms, hold_pings } => {
                self.hold.pings = hold_pings;
                self.advance(ms);
            }
        }
    }

    fn any_child(&self, by: Pick) -> Option<ProcessId> {
        by.from(&self.children.keys().copied().collect::<Vec<_>>())
    }

    fn any_tab(&self, by: Pick) -> TabId {
        // Some that are gone and one that never was.
        let mut tabs: Vec<TabId> = self.core.tabs().iter().map(|tab| tab.tab).collect();
        tabs.extend(tabs.clone());
        tabs.extend([TabId(1), TabId(9_999)]);
        by.from(&tabs).expect("there are two at least")
    }

    /// One good answer of somebody.
    fn answer(&mut self, by: Pick) {
        let Some(process) = self.any_child(by) else {
            return;
        };
        if self.child(process).is_killed {
            self.die(process, 9);
        } else {
            self.step(process);
        }
    }

    fn settle_some(&mut self, steps: u8) {
        for _ in 0..steps {
            if !self.settle_once() {
                return;
            }
        }
    }

    fn any_exit(&mut self, by: Pick, kind: ExitKind) {
        let Some(process) = self.any_child(by) else {
            return;
        };
        let before = self.core.tabs();
        let own = self.core.process_tab(process);
        let role = self.child(process).role;
        let is_asked = self.child(process).life == Life::Asked;
        let exit = match kind {
            ExitKind::SpawnFailed if is_asked => None,
            ExitKind::Code | ExitKind::SpawnFailed => Some(Exit {
                code: Some(1),
                ..Exit::default()
            }),
            ExitKind::Panic => Some(Exit {
                panic: Some("at the disco".to_owned()),
                ..Exit::default()
            }),
            ExitKind::ReportedSignal => Some(Exit {
                reported_signal: Some(11),
                code: Some(139),
                ..Exit::default()
            }),
            ExitKind::Signal => Some(Exit {
                signal: Some(9),
                ..Exit::default()
            }),
        };
        match exit {
            Some(exit) => self.exit(process, exit),
            None => self.send(Event::SpawnFailed {
                process,
                reason: "no memory".to_owned(),
            }),
        };
        if role == Role::Renderer {
            for tab in before.iter().filter(|tab| Some(tab.tab) != own) {
                let after = self.core.tab(tab.tab);
                assert_eq!(after.as_ref(), Some(tab), "9: {process} touches it");
            }
        }
    }

    fn any_fault(&mut self, by: Pick, fault: FaultKind) {
        let Some(process) = self.any_child(by) else {
            return;
        };
        self.send(match fault {
            FaultKind::BadEncoding => Event::Misbehaved {
                process,
                misbehaviour: Misbehaviour::BadEncoding,
            },
            FaultKind::QueueFull => Event::QueueFull {
                process,
                waiting: WAITING,
            },
            FaultKind::RefusedCall => Event::SystemCallRefused {
                process,
                call: "socket(AF_INET, SOCK_STREAM, 0)".to_owned(),
                place: "number 41".to_owned(),
            },
            FaultKind::Flood => Event::Flooded {
                process,
                messages: 20_001,
            },
            FaultKind::StartFailed => Event::StartFailed {
                process,
                reason: "no threads".to_owned(),
            },
            FaultKind::SealRefused => Event::SealRefused {
                process,
                reason: "no seccomp".to_owned(),
            },
        });
    }

    fn any_handshake(&mut self, by: Pick, says: HandshakeKind) {
        let Some(process) = self.any_child(by) else {
            return;
        };
        self.send(match says {
            HandshakeKind::Hello => Event::Hello { process },
            HandshakeKind::Sealed => Event::Sealed {
                process,
                tier: "A".to_owned(),
            },
            HandshakeKind::Spawned => Event::Spawned { process, pid: 7 },
        });
    }

    fn any_renderer(&self, by: Pick, anybody: bool) -> Option<ProcessId> {
        let is_one = |role: Role| matches!(role, Role::Renderer | Role::Shell);
        let children = self.children.iter();
        let renderers = children.filter(|(_, child)| anybody || is_one(child.role));
        by.from(&renderers.map(|(&id, _)| id).collect::<Vec<_>>())
    }

    fn any_renderer_word(
        &mut self,
        process: ProcessId,
        by: Pick,
        document: DocumentKind,
        says: RendererKind,
        address: &str,
    ) {
        let own = &self.child(process).navigations;
        let navigation = match document {
            DocumentKind::Foreign => NavigationId(u64::from(by.0 % 40)),
            DocumentKind::First => own.first().copied().unwrap_or(NavigationId(1)),
            DocumentKind::Last => own.last().copied().unwrap_or(NavigationId(99_999)),
        };
        let text = address.to_owned();
        let message = match says {
            RendererKind::Title => FromRenderer::Title {
                navigation,
                title: text,
            },
            RendererKind::Painted => FromRenderer::Painted { navigation },
            RendererKind::Scripted => FromRenderer::Scripted { navigation },
            RendererKind::Loaded => FromRenderer::Loaded {
                navigation,
                failed_resources: 1,
            },
            RendererKind::Incomplete => FromRenderer::Incomplete {
                navigation,
                reason: text,
            },
            RendererKind::Navigate
            | RendererKind::NavigateInNewTab
            | RendererKind::NavigateNamed
            | RendererKind::WentWithin
            | RendererKind::Refresh
            | RendererKind::Icon
            | RendererKind::Scrolled => word_on_places(says, navigation, by, text),
            RendererKind::Answer | RendererKind::AnswerUnasked => {
                let asked = if says == RendererKind::Answer {
                    let Some(asked) = self.child(process).asked.pop_front() else {
                        return;
                    };
                    asked
                } else {
                    (u32::from(by.0), by.0.is_multiple_of(2))
                };
                answer(asked, text)
            }
            RendererKind::Console
            | RendererKind::Dialog
            | RendererKind::GuardsLeaving
            | RendererKind::CloseTab
            | RendererKind::PushState
            | RendererKind::Reload
            | RendererKind::Replace
            | RendererKind::Traverse
            | RendererKind::ScriptStopped => word_of_scripts(says, navigation, by, text),
            RendererKind::Found => found(navigation, by),
            RendererKind::StorageTaken => FromRenderer::StorageTaken { navigation },
            RendererKind::Act | RendererKind::OpenStream => word_of_glass(says, navigation, by),
            RendererKind::Stored => word_on_storage(navigation, by, text),
            RendererKind::Hover => FromRenderer::Hover {
                cursor: Cursor::Pointer,
                link: Some(text),
            },
        };
        self.renderer(process, message);
    }

    fn any_network_word(&mut self, by: Pick, says: NetworkKind, address: &str) {
        match by.from(&self.fetches) {
            Some(fetch) => self.word_on_fetch(fetch, says, address),
            None => self.word_on_nothing(by, says),
        }
    }

    fn word_on_nothing(&mut self, by: Pick, says: NetworkKind) {
        let Some(network) = self.service(Role::Network) else {
            return;
        };
        let message = match says {
            NetworkKind::ClientMisbehaved => FromNetwork::ClientMisbehaved {
                process: ProcessId(u32::from(by.0 % 64)),
                misbehaviour: Misbehaviour::WrongState,
            },
            NetworkKind::Request => FromNetwork::Request(RequestNews {
                number: u32::from(by.0),
                client: None,
                url: "http://one.example/".to_owned(),
                stage: RequestStage::Begun,
                times: RequestTimes::default(),
            }),
            NetworkKind::FailedForNobody => FromNetwork::Failed {
                navigation: NavigationId(u64::from(by.0 % 50)),
                error: LoadError::RedirectLoop,
            },
            _ => return,
        };
        self.network(network, message);
    }

    fn word_on_fetch(&mut self, fetch: Fetch, says: NetworkKind, address: &str) {
        let Fetch {
            navigation,
            network,
            url,
            has_head,
        } = fetch;
        let error = LoadError::ConnectionRefused {
            host: "one.example".to_owned(),
        };
        let body_end = |error| FromNetwork::BodyEnd {
            navigation,
            bytes: 1,
            error,
        };
        let head_at = |url: &str| FromNetwork::Head {
            navigation,
            head: head(url),
        };
        // Most words are in turn, else no load would ever come far.
        let is_end_due = has_head != (says == NetworkKind::OutOfTurn);
        let message = match says {
            NetworkKind::BodyCutShort if is_end_due => body_end(Some(error)),
            NetworkKind::Failed => FromNetwork::Failed { navigation, error },
            NetworkKind::HeadElsewhere if !is_end_due => head_at(address),
            _ if is_end_due => body_end(None),
            _ => head_at(&url),
        };
        match message {
            FromNetwork::Head { .. } => {
                let mut fetches = self.fetches.iter_mut();
                let fetch = fetches.find(|fetch| fetch.navigation == navigation);
                fetch.expect("it was picked").has_head = true;
            }
            _ => self
                .fetches
                .retain(|f| f.navigation != navigation || f.network != network),
        }
        self.network(network, message);
    }

    fn any_page(&mut self, by: Pick, answer: PageKind) {
        let Some((navigation, url)) = by.from(&self.pages) else {
            return;
        };
        let at = self.pages.iter().position(|page| page.0 == navigation);
        self.pages.remove(at.expect("it was picked"));
        let result = match answer {
            PageKind::Missing => Err(LoadError::NoSuchPage {
                name: "x".to_owned(),
            }),
            PageKind::Elsewhere => Ok(head("https://one.example/")),
            PageKind::Found => Ok(head(&url)),
        };
        self.send(Event::BodyReady { navigation, result });
    }

    fn any_gpu_word(&mut self, by: Pick, says: GpuKind, size: Size) {
        let Some(process) = self.service(Role::Gpu) else {
            return;
        };
        let known = by.from(&self.core.surfaces());
        let known = known.map(|surface| (surface.surface, surface.generation));
        let (surface, generation) = known.unwrap_or((SurfaceId(1), Generation(1)));
        let first_frame = |surface, generation| FromGpu::FirstFrame {
            surface,
            generation,
        };
        let accused = |misbehaviour| FromGpu::ProducerMisbehaved {
            surface,
            misbehaviour,
        };
        let message = match says {
            GpuKind::FirstFrame => first_frame(surface, generation),
            GpuKind::FirstFrameOfNobody => first_frame(SurfaceId(u32::from(by.0)), generation),
            GpuKind::FirstFrameTooEarly => first_frame(surface, Generation(generation.0 + 1)),
            GpuKind::FirstFrameTooLate => first_frame(surface, Generation(generation.0 - 1)),
            GpuKind::ProducerClosed => accused(Misbehaviour::ClosedChannel),
            GpuKind::ProducerMisbehaved => accused(Misbehaviour::FrameSlot),
            GpuKind::Resized => FromGpu::Resized {
                size,
                scale: Percent(50 + by.0 % 351),
            },
            GpuKind::Captured => FromGpu::Captured {
                request: 1,
                frame: 0,
                error: None,
            },
            GpuKind::CloseRequested if by.0.is_multiple_of(16) => FromGpu::CloseRequested,
            GpuKind::CloseRequested => return,
        };
        self.send(Event::FromGpu { process, message });
    }

    fn any_input_done(&mut self, by: Pick, is_wrong: bool) {
        let children = self.children.iter();
        let waiting = children.filter(|(_, child)| !child.inputs.is_empty());
        let waiting: Vec<ProcessId> = waiting.map(|(&id, _)| id).collect();
        let Some(process) = by.from(&waiting) else {
            return;
        };
        let sequence = self.child(process).inputs.pop_front().expect("it waits");
        let asked = &mut self.child(process).asked;
        asked.retain(|(asked, _)| *asked != sequence);
        let sequence = sequence + u32::from(is_wrong);
        self.renderer(process, FromRenderer::Done { sequence });
    }

    fn any_shell_word(&mut self, by: Pick, says: ShellKind, button: CardButton, address: &str) {
        let Some(process) = self.service(Role::Shell) else {
            return;
        };
        let tab = self.any_tab(by);
        let message = match says {
            ShellKind::Activate => FromShell::Activate(tab),
            ShellKind::AddressMenu => FromShell::AddressMenu {
                x: 300.0,
                y: 60.0,
                has_selection: by.0.is_multiple_of(2),
            },
            ShellKind::Back => FromShell::Back,
            ShellKind::CardButton => FromShell::CardButton(tab, button),
            ShellKind::Close => FromShell::Close(tab),
            ShellKind::CloseFind => FromShell::CloseFind,
            ShellKind::Dialog => FromShell::Dialog {
                tab,
                serial: u32::from(by.0 % 8),
                answer: DialogAnswer {
                    is_accepted: by.0.is_multiple_of(2),
                    text: address.to_owned(),
                    mute: by.0.is_multiple_of(3),
                },
            },
            ShellKind::Find => FromShell::Find(address.to_owned()),
            ShellKind::FindStep => FromShell::FindStep(FindStep::Next),
            ShellKind::Forward => FromShell::Forward,
            ShellKind::Go => FromShell::Go(address.to_owned()),
            ShellKind::Move => FromShell::Move(tab, u16::from(by.0.to_le_bytes()[0])),
            ShellKind::NewTab => FromShell::NewTab,
            ShellKind::Reload => FromShell::Reload,
            ShellKind::ResetZoom => FromShell::ResetZoom,
            ShellKind::Stop => FromShell::Stop,
            ShellKind::TabMenu => FromShell::TabMenu {
                tab,
                x: f32::from(by.0),
                y: 20.0,
            },
            ShellKind::Typed => FromShell::Typed(address.to_owned()),
        };
        self.send(Event::FromShell { process, message });
    }

    fn any_command(&mut self, kind: CommandKind, by: Pick, address: &str, activate: bool) {
        let tab = self.any_tab(by);
        let address = address.to_owned();
        let service = by.from(&SERVICES).expect("there are services");
        let command = match kind {
            CommandKind::Activate => Command::Activate(tab),
            CommandKind::Back => Command::Back(tab),
            CommandKind::Inject => Command::Inject(tab, Fault::Hang),
            CommandKind::InjectIntoService => Command::InjectIntoService(service, Fault::Hang),
            CommandKind::Close => Command::Close(tab),
            CommandKind::Forward => Command::Forward(tab),
            CommandKind::Kill => Command::Kill(tab),
            CommandKind::Navigate => Command::Navigate(tab, address),
            CommandKind::Open => Command::Open { address, activate },
            CommandKind::Quit if by.0.is_multiple_of(16) => Command::Quit,
            CommandKind::Quit => return,
            CommandKind::Reload => Command::Reload(tab),
        };
        self.command(command);
    }
}

/// The answer to a question with that number: how much text, or what lies under the pointer.
fn answer((sequence, is_text): (u32, bool), url: String) -> FromRenderer {
    if is_text {
        return FromRenderer::Copied {
            sequence,
            bytes: u32::try_from(url.len()).unwrap_or(0),
        };
    }
    let target = Target {
        link: Some(url),
        ..Target::default()
    };
    FromRenderer::Inspected { sequence, target }
}

/// What a page does to what its origin keeps.
fn word_of_glass(says: RendererKind, navigation: NavigationId, by: Pick) -> FromRenderer {
    let number = u32::from(by.0);
    if says == RendererKind::OpenStream {
        let stream = number;
        return FromRenderer::OpenStream { navigation, stream };
    }
    let (_, kind) = ActKind::NAMES[usize::from(by.0) % ActKind::NAMES.len()];
    let of = number / 8 % 20;
    FromRenderer::Act {
        navigation,
        request: number,
        act: Act { kind, of },
    }
}

fn word_on_storage(navigation: NavigationId, by: Pick, text: String) -> FromRenderer {
    let key = ["a", "b"][usize::from(by.0 / 16 % 2)].to_owned();
    let change = match by.0 % 8 {
        0 => StorageChange::Clear,
        1 => StorageChange::Remove { key },
        2 => StorageChange::More { value: text },
        3 => StorageChange::Set {
            key,
            bytes_left: text.len() as u32,
            value: text,
        },
        _ => StorageChange::Set {
            key,
            value: text,
            bytes_left: 0,
        },
    };
    let area = match by.0 / 8 % 2 {
        0 => StorageArea::Local,
        _ => StorageArea::Session,
    };
    FromRenderer::Stored {
        navigation,
        area,
        change,
    }
}

/// Where a page wants to go, and what it is known by.
fn word_on_places(
    says: RendererKind,
    navigation: NavigationId,
    by: Pick,
    text: String,
) -> FromRenderer {
    match says {
        RendererKind::NavigateNamed => FromRenderer::NavigateNamed {
            navigation,
            url: text,
            name: ["", "one"][usize::from(by.0 % 2)].to_owned(),
        },
        RendererKind::WentWithin => FromRenderer::WentWithin {
            navigation,
            fragment: text,
        },
        RendererKind::Refresh => FromRenderer::Refresh {
            navigation,
            url: text,
            after_s: u32::from(by.0 % 3),
        },
        RendererKind::Icon => FromRenderer::Icon {
            navigation,
            pixels: vec![0; usize::from(by.0 % 2) * protocol::limits::ICON_BYTES],
        },
        RendererKind::Scrolled => FromRenderer::Scrolled {
            navigation,
            y: u32::from(by.0),
        },
        _ => FromRenderer::Navigate {
            navigation,
            url: text,
            new_tab: says == RendererKind::NavigateInNewTab,
        },
    }
}
