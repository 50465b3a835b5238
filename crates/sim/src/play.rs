//! Random sequences of plausible and hostile events, shrunk by proptest when one breaks a rule.

use crate::world::{Fetch, Life, WAITING, World, head};
use browser_core::{Command, Config, Event, Exit};
use proptest::prelude::*;
use protocol::error::LoadError;
use protocol::geometry::Size;
use protocol::gpu::FromGpu;
use protocol::ids::{Generation, NavigationId, ProcessId, Role, SurfaceId, TabId};
use protocol::input::{Button, Cursor, InputEvent, Key, Modifiers};
use protocol::misbehaviour::Misbehaviour;
use protocol::network::FromNetwork;
use protocol::renderer::{BreakAction, FromRenderer};
use protocol::shell::{CardButton, FromShell};

/// What to do, and two numbers that choose among what there is.
pub type Op = (u8, u16, u16);

const OPS: u8 = 32;

const ADDRESSES: [&str; 16] = [
    "https://one.example/",
    "https://sub.one.example/b",
    "https://two.example/",
    "http://127.0.0.1:8000/",
    "bulkhead://welcome",
    "bulkhead://crashes",
    "bulkhead://crash",
    "bulkhead://kill",
    "bulkhead://gpu-crash",
    "bulkhead://net-crash",
    "bulkhead://syscall/socket",
    "data:text/html,hello",
    "/etc/hostname",
    "no address",
    "gopher://old.example/",
    "bulkhead://hang",
];

fn pick<T: Clone>(from: &[T], by: u16) -> Option<T> {
    if from.is_empty() {
        None
    } else {
        Some(from[by as usize % from.len()].clone())
    }
}

impl World {
    /// Carries out one step of a sequence. What there is nothing for does nothing.
    pub fn apply(&mut self, (kind, a, b): Op) {
        // What time alone brings about comes before the event, so that its effects stand alone.
        self.send(Event::Tick);
        match kind % OPS {
            0..=5 => self.answer(a),
            6 => self.random_exit(a, b),
            7 => self.random_fault(a, b),
            8..=11 => self.random_renderer(a, b),
            12..=14 => self.random_network(a, b),
            15 => self.random_page(a, b),
            16 | 17 => self.random_frame(a, b),
            18..=20 => self.random_input(a, b),
            21 => self.random_input_done(a, b),
            22 | 23 => self.random_shell(a, b),
            24..=27 => self.random_command(a, b),
            28 | 29 => {
                let ms =
                    [1, 100, 1_000, 3_000, 15_000, 60_000][a as usize % 6] + u64::from(b % 100);
                self.hold.pings = b.is_multiple_of(4);
                self.advance(ms);
            }
            30 => self.random_handshake(a, b),
            _ => self.settle_some(b % 16),
        }
    }

    fn any_child(&self, by: u16) -> Option<ProcessId> {
        pick(&self.children.keys().copied().collect::<Vec<_>>(), by)
    }

    fn any_tab(&self, by: u16) -> TabId {
        // Some that are gone and one that never was.
        let mut tabs: Vec<TabId> = self.core.tabs().iter().map(|tab| tab.tab).collect();
        tabs.extend(tabs.clone());
        tabs.extend([TabId(1), TabId(9_999)]);
        tabs[by as usize % tabs.len()]
    }

    /// One good answer of somebody.
    fn answer(&mut self, by: u16) {
        let Some(process) = self.any_child(by) else {
            return;
        };
        if self.child(process).is_killed {
            self.die(process, 9);
        } else {
            self.step(process);
        }
    }

    fn settle_some(&mut self, steps: u16) {
        for _ in 0..steps {
            if !self.settle_once() {
                return;
            }
        }
    }

    fn random_exit(&mut self, a: u16, b: u16) {
        let Some(process) = self.any_child(a) else {
            return;
        };
        let before = self.core.tabs();
        let own = self.core.process_tab(process);
        let role = self.child(process).role;
        if self.child(process).life == Life::Asked && b.is_multiple_of(2) {
            self.send(Event::SpawnFailed {
                process,
                reason: "no memory".to_owned(),
            });
        } else {
            let exit = match b % 4 {
                0 => Exit {
                    code: Some(1),
                    ..Exit::default()
                },
                1 => Exit {
                    panic: Some("at the disco".to_owned()),
                    ..Exit::default()
                },
                2 => Exit {
                    reported_signal: Some(11),
                    code: Some(139),
                    ..Exit::default()
                },
                _ => Exit {
                    signal: Some(9),
                    ..Exit::default()
                },
            };
            self.exit(process, exit);
        }
        if role == Role::Renderer {
            for tab in before.iter().filter(|tab| Some(tab.tab) != own) {
                assert_eq!(
                    self.core.tab(tab.tab).as_ref(),
                    Some(tab),
                    "9: {process} touches it"
                );
            }
        }
    }

    fn random_fault(&mut self, a: u16, b: u16) {
        let Some(process) = self.any_child(a) else {
            return;
        };
        let event = match b % 6 {
            0 => Event::Misbehaved {
                process,
                misbehaviour: Misbehaviour::BadEncoding,
            },
            1 => Event::QueueFull {
                process,
                waiting: WAITING,
            },
            2 => Event::SystemCallRefused {
                process,
                call: "socket(AF_INET, SOCK_STREAM, 0)".to_owned(),
                place: "number 41".to_owned(),
            },
            3 => Event::Flooded {
                process,
                messages: 20_001,
            },
            4 => Event::StartFailed {
                process,
                reason: "no threads".to_owned(),
            },
            _ => Event::SealRefused {
                process,
                reason: "no seccomp".to_owned(),
            },
        };
        self.send(event);
    }

    fn random_handshake(&mut self, a: u16, b: u16) {
        let Some(process) = self.any_child(a) else {
            return;
        };
        let event = match b % 3 {
            0 => Event::Hello { process },
            1 => Event::Sealed {
                process,
                tier: "A".to_owned(),
            },
            _ => Event::Spawned { process, pid: 7 },
        };
        self.send(event);
    }

    fn random_renderer(&mut self, a: u16, b: u16) {
        let mut renderers: Vec<ProcessId> = self.children.keys().copied().collect();
        renderers
            .retain(|id| matches!(self.child(*id).role, Role::Renderer | Role::Shell) || b == 0);
        let Some(process) = pick(&renderers, a) else {
            return;
        };
        let own = self.child(process).navigations.clone();
        let navigation = match a / 64 % 16 {
            0 => NavigationId(u64::from(b % 40)),
            1 => own.first().copied().unwrap_or(NavigationId(1)),
            _ => own.last().copied().unwrap_or(NavigationId(99_999)),
        };
        let text = || ADDRESSES[b as usize / 16 % ADDRESSES.len()].to_owned();
        let message = match b % 10 {
            0 => FromRenderer::Title {
                navigation,
                title: text(),
            },
            1 => FromRenderer::Painted { navigation },
            2 => FromRenderer::Loaded {
                navigation,
                failed_resources: 1,
            },
            3 => FromRenderer::Incomplete {
                navigation,
                reason: text(),
            },
            4..=6 => FromRenderer::Navigate {
                navigation,
                url: text(),
                new_tab: b.is_multiple_of(3),
            },
            7 => FromRenderer::Scrolled {
                navigation,
                y: u32::from(b),
            },
            _ => FromRenderer::Hover {
                cursor: Cursor::Pointer,
                link: Some(text()),
            },
        };
        self.renderer(process, message);
    }

    fn random_network(&mut self, a: u16, b: u16) {
        let Some(Fetch {
            navigation,
            network,
            url,
            has_head,
        }) = pick(&self.fetches, a)
        else {
            let network = self.service(Role::Network);
            if let Some(network) = network.filter(|_| b.is_multiple_of(16)) {
                self.network(
                    network,
                    FromNetwork::ClientMisbehaved {
                        process: ProcessId(u32::from(a % 64)),
                        misbehaviour: Misbehaviour::WrongState,
                    },
                );
            } else if let Some(network) = network.filter(|_| b.is_multiple_of(8)) {
                let navigation = NavigationId(u64::from(b % 50));
                let error = LoadError::RedirectLoop;
                self.network(network, FromNetwork::Failed { navigation, error });
            }
            return;
        };
        let error = LoadError::ConnectionRefused {
            host: "one.example".to_owned(),
        };
        let is_end = if has_head {
            !b.is_multiple_of(16)
        } else {
            b.is_multiple_of(16)
        };
        let message = if is_end {
            let error = b.is_multiple_of(3).then_some(error);
            FromNetwork::BodyEnd {
                navigation,
                bytes: 1,
                error,
            }
        } else if b.is_multiple_of(5) {
            FromNetwork::Failed { navigation, error }
        } else {
            let url = if b.is_multiple_of(4) {
                ADDRESSES[b as usize / 4 % 16].to_owned()
            } else {
                url
            };
            FromNetwork::Head {
                navigation,
                head: head(&url),
            }
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

    fn random_page(&mut self, a: u16, b: u16) {
        if self.pages.is_empty() {
            return;
        }
        let (navigation, url) = self.pages.remove(a as usize % self.pages.len());
        let result = match b % 4 {
            0 => Err(LoadError::NoSuchPage {
                name: "x".to_owned(),
            }),
            1 => Ok(head("https://one.example/")),
            _ => Ok(head(&url)),
        };
        self.send(Event::BodyReady { navigation, result });
    }

    fn random_frame(&mut self, a: u16, b: u16) {
        let Some(process) = self.service(Role::Gpu) else {
            return;
        };
        let surfaces = self.core.surfaces();
        let known = pick(&surfaces, a).map(|s| (s.surface, s.generation));
        let (surface, generation) = known.unwrap_or((SurfaceId(1), Generation(1)));
        let message = match b % 32 {
            0 => FromGpu::FirstFrame {
                surface: SurfaceId(u32::from(b)),
                generation,
            },
            1 => FromGpu::FirstFrame {
                surface,
                generation: Generation(generation.0 + 1),
            },
            2 => FromGpu::FirstFrame {
                surface,
                generation: Generation(generation.0 - 1),
            },
            3 => {
                let misbehaviour = match a % 2 {
                    0 => Misbehaviour::ClosedChannel,
                    _ => Misbehaviour::FrameSlot,
                };
                FromGpu::ProducerMisbehaved {
                    surface,
                    misbehaviour,
                }
            }
            4 => {
                let size = Size::new(u32::from(a % 2_000) + 1, u32::from(b % 900) + 1);
                FromGpu::Resized { size }
            }
            5 => FromGpu::Captured {
                request: 1,
                error: None,
            },
            6 if a.is_multiple_of(16) => FromGpu::CloseRequested,
            _ => FromGpu::FirstFrame {
                surface,
                generation,
            },
        };
        self.send(Event::FromGpu { process, message });
    }

    fn random_input(&mut self, a: u16, b: u16) {
        let Some(process) = self.gpu() else { return };
        let (x, y) = (f32::from(a % 1_400) - 50.0, f32::from(b % 900) - 50.0);
        let modifiers = Modifiers {
            ctrl: b.is_multiple_of(2),
            shift: b.is_multiple_of(3),
            ..Modifiers::default()
        };
        let button = if b.is_multiple_of(5) {
            Button::Middle
        } else {
            Button::Left
        };
        let keys = [
            Key::Tab,
            Key::Escape,
            Key::Function(5),
            Key::Character(['t', 'w', 'l', 'r', '1', '9', 'x'][b as usize % 7]),
        ];
        let key = keys[a as usize % keys.len()];
        let event = match a / 256 % 12 {
            0 | 1 => InputEvent::PointerMove { x, y, modifiers },
            2 | 3 => InputEvent::PointerDown {
                x,
                y,
                button,
                modifiers,
            },
            4 => InputEvent::PointerUp {
                x,
                y,
                button,
                modifiers,
            },
            5 => InputEvent::Wheel {
                x,
                y,
                delta_x: 0.0,
                delta_y: 40.0,
                modifiers,
            },
            6 => InputEvent::PointerLeave,
            7 => InputEvent::Focus(b.is_multiple_of(2)),
            8 => InputEvent::KeyUp { key, modifiers },
            _ => InputEvent::KeyDown {
                key,
                modifiers,
                repeat: b.is_multiple_of(7),
            },
        };
        self.send(Event::FromGpu {
            process,
            message: FromGpu::Input { event },
        });
    }

    fn random_input_done(&mut self, a: u16, b: u16) {
        let mut waiting: Vec<ProcessId> = self.children.keys().copied().collect();
        waiting.retain(|id| !self.child(*id).inputs.is_empty());
        let Some(process) = pick(&waiting, a) else {
            return;
        };
        let sequence = self.child(process).inputs.pop_front().expect("it waits");
        let sequence = if b.is_multiple_of(32) {
            sequence + 1
        } else {
            sequence
        };
        self.renderer(process, FromRenderer::Done { sequence });
    }

    fn random_shell(&mut self, a: u16, b: u16) {
        let Some(process) = self.service(Role::Shell) else {
            return;
        };
        let tab = self.any_tab(a);
        let buttons = [
            CardButton::Close,
            CardButton::Kill,
            CardButton::Reload,
            CardButton::Wait,
        ];
        let message = match b % 12 {
            0 => FromShell::Activate(tab),
            1 => FromShell::Back,
            2..=4 => FromShell::CardButton(tab, buttons[a as usize / 8 % 4]),
            5 => FromShell::Close(tab),
            6 => FromShell::Forward,
            7 | 8 => FromShell::Go(ADDRESSES[a as usize % ADDRESSES.len()].to_owned()),
            9 => FromShell::NewTab,
            10 => FromShell::Reload,
            _ => FromShell::Stop,
        };
        self.send(Event::FromShell { process, message });
    }

    fn random_command(&mut self, a: u16, b: u16) {
        let tab = self.any_tab(a);
        let address = ADDRESSES[b as usize / 16 % ADDRESSES.len()].to_owned();
        let command = match b % 16 {
            0 => Command::Activate(tab),
            1 => Command::Back(tab),
            2 if b.is_multiple_of(2) => Command::BreakService(Role::Gpu, BreakAction::Hang),
            2 => Command::Break(tab, BreakAction::Hang),
            3 => Command::Close(tab),
            4 => Command::Forward(tab),
            5 => Command::Kill(tab),
            6 if a.is_multiple_of(64) => Command::Quit,
            7 | 8 => Command::Reload(tab),
            9..=11 => Command::Open {
                address,
                activate: a.is_multiple_of(2),
            },
            _ => Command::Navigate(tab, address),
        };
        self.send(Event::Command(command));
    }
}

pub fn play(ops: &[Op], shell: bool) -> World {
    let mut world = World::new(Config {
        shell,
        ..Config::default()
    });
    for &op in ops {
        world.apply(op);
    }
    world
}

pub fn ops() -> impl Strategy<Value = Vec<Op>> {
    prop::collection::vec((0..OPS, any::<u16>(), any::<u16>()), 1..120)
}
