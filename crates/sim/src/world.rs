//! Plays the event loop and all the children around a core: remembers what is open and, when
//! asked to, answers it as well-behaved children would.

use crate::checker::Checker;
use browser_core::{
    Action, Body, Command, Config, Core, Event, Exit, RecordKind, TabInfo, Time, Waiting, action,
};
use protocol::appearance::Percent;
use protocol::clipboard::Edit;
use protocol::document::ResponseHead;
use protocol::fault::Fault;
use protocol::geometry::Size;
use protocol::gpu::{FromGpu, Scene};
use protocol::ids::{Generation, NavigationId, ProcessId, Role, SurfaceId, TabId};
use protocol::input::InputEvent;
use protocol::network::FromNetwork;
use protocol::renderer::FromRenderer;
use protocol::shell::{FromShell, Popup, ShellState};
use std::collections::{BTreeMap, VecDeque};

/// How far a child is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Life {
    Asked,
    Spawned,
    Greeted,
    Sealed,
    /// Of the gpu process: its window stands.
    Windowed,
}

#[derive(Debug)]
pub struct Child {
    pub role: Role,
    pub life: Life,
    pub is_killed: bool,
    pub inputs: VecDeque<u32>,
    /// The questions that it may answer: their number, and whether they ask for text.
    pub asked: VecDeque<(u32, bool)>,
    pub navigations: Vec<NavigationId>,
    pub broken: Option<Fault>,
}

#[derive(Clone, Debug)]
pub struct Fetch {
    pub navigation: NavigationId,
    pub network: ProcessId,
    pub url: String,
    pub has_head: bool,
}

/// What [`World::settle`] leaves unanswered.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hold {
    pub bodies: bool,
    pub documents: bool,
    pub exits: bool,
    pub frames: bool,
    pub gpu: bool,
    pub heads: bool,
    pub inputs: bool,
    pub pages: bool,
    pub pings: bool,
    pub renderers: bool,
}

pub struct World {
    pub core: Core,
    pub now: u64,
    pub hold: Hold,
    pub children: BTreeMap<ProcessId, Child>,
    pub fetches: Vec<Fetch>,
    pub pages: Vec<(NavigationId, String)>,
    /// Of each commit, whether its scripts may run.
    pub scripts: Vec<bool>,
    /// Pings that nobody has answered yet.
    pub pings: VecDeque<(ProcessId, u32)>,
    /// Commits whose renderer has said nothing yet.
    pub fresh: Vec<(ProcessId, NavigationId)>,
    pub log: Vec<Action>,
    /// The newest generation of each surface of which the gpu process has taken a frame.
    pub(crate) taken: BTreeMap<SurfaceId, Generation>,
    /// Reads of the clipboard that wait.
    pub reads: VecDeque<u32>,
    pub popup: Option<Popup>,
    pub scene: Scene,
    pub shell: Option<ShellState>,
    checker: Checker,
}

impl World {
    pub fn new(config: Config) -> World {
        let mut world = World {
            core: Core::new(config, 1),
            now: 0,
            hold: Hold::default(),
            children: BTreeMap::new(),
            fetches: Vec::new(),
            pages: Vec::new(),
            scripts: Vec::new(),
            pings: VecDeque::new(),
            fresh: Vec::new(),
            log: Vec::new(),
            taken: BTreeMap::new(),
            reads: VecDeque::new(),
            popup: None,
            scene: Scene::default(),
            shell: None,
            checker: Checker::default(),
        };
        world.drain();
        world
    }

    /// A browser whose services all run.
    pub fn running() -> World {
        let mut world = World::new(Config::default());
        world.settle();
        world
    }

    pub fn send(&mut self, event: Event) -> Vec<Action> {
        if let Event::Exited { process, .. } | Event::SpawnFailed { process, .. } = &event {
            self.children.remove(process);
        }
        self.checker.event(&event).expect("the event is legal");
        let text = format!("{event:?}");
        self.core.handle(Time(self.now), event);
        let mut actions = self.drain();
        if let Err(violation) = self
            .checker
            .settled()
            .and_then(|()| self.core.check_invariants())
        {
            panic!("{violation}\nafter {text}\nwhich led to {actions:#?}");
        }
        if !self.hold.pings
            && let Some((process, sequence)) = self.pings.pop_front()
        {
            actions.extend(self.answer_ping(process, sequence));
        }
        actions
    }

    /// Services answer at once; unless they are to be held, no test has to think of it.
    fn answer_ping(&mut self, process: ProcessId, sequence: u32) -> Vec<Action> {
        match self.children.get(&process) {
            Some(child) if child.is_killed => Vec::new(),
            Some(child) if child.role == Role::Gpu => self.send(Event::FromGpu {
                process,
                message: FromGpu::Done { sequence },
            }),
            Some(_) => self.network(process, FromNetwork::Done { sequence }),
            None => Vec::new(),
        }
    }

    fn drain(&mut self) -> Vec<Action> {
        let mut actions = Vec::new();
        while let Some(action) = self.core.poll_action() {
            if let Err(violation) = self.checker.action(&action) {
                panic!("{violation}\nin {action:?}\nafter {actions:#?}");
            }
            self.take_in(&action);
            actions.push(action);
        }
        self.log.extend(actions.iter().cloned());
        actions
    }

    fn take_in(&mut self, action: &Action) {
        match action {
            Action::Spawn { process, role } => {
                let child = Child {
                    role: *role,
                    life: Life::Asked,
                    is_killed: false,
                    inputs: VecDeque::new(),
                    asked: VecDeque::new(),
                    navigations: Vec::new(),
                    broken: None,
                };
                self.children.insert(*process, child);
            }
            Action::Kill { process, .. } | Action::HungUp { process } => {
                self.child(*process).is_killed = true;
                self.fetches.retain(|fetch| fetch.network != *process);
            }
            Action::Fetch {
                navigation,
                network,
                url,
            } => self.fetches.push(Fetch {
                navigation: *navigation,
                network: *network,
                url: url.clone(),
                has_head: false,
            }),
            Action::CancelFetch { navigation, .. } => {
                self.fetches.retain(|fetch| fetch.navigation != *navigation);
            }
            Action::BuildPage { navigation, url } | Action::OpenFile { navigation, url } => {
                self.pages.push((*navigation, url.clone()));
            }
            Action::Commit(commit) => {
                let (process, navigation) = (commit.process, commit.navigation);
                self.scripts.push(commit.script);
                self.child(process).navigations.push(navigation);
                self.child(process).inputs.push_back(commit.sequence);
                self.fresh.push((process, navigation));
            }
            Action::GoWithin { process, go } => {
                self.child(*process).inputs.push_back(go.sequence);
            }
            Action::Input(action::Input {
                process, sequence, ..
            })
            | Action::SetAppearance(action::SetAppearance {
                process, sequence, ..
            })
            | Action::AskLeave { process, sequence }
            | Action::Find(action::Find {
                process, sequence, ..
            }) => {
                self.child(*process).inputs.push_back(*sequence);
            }
            Action::HideSurface(action::HideSurface {
                told: Some((process, sequence)),
                ..
            }) => self.child(*process).inputs.push_back(*sequence),
            Action::Ping { process, sequence } => self.pings.push_back((*process, *sequence)),
            Action::Inject { process, fault } => self.child(*process).broken = Some(fault.clone()),
            Action::SetScene { scene, .. } => self.scene = scene.clone(),
            Action::UpdateShell { state, .. } => self.shell = Some((**state).clone()),
            _ => self.take_in_text(action),
        }
    }

    fn take_in_text(&mut self, action: &Action) {
        match action {
            Action::Edit {
                process,
                sequence,
                edit,
                ..
            } => {
                let child = self.child(*process);
                child.inputs.push_back(*sequence);
                if matches!(edit, Edit::Copy | Edit::Cut) {
                    child.asked.push_back((*sequence, true));
                }
            }
            Action::Inspect {
                process, sequence, ..
            } => {
                self.child(*process).inputs.push_back(*sequence);
                self.child(*process).asked.push_back((*sequence, false));
            }
            Action::Paste {
                process, sequence, ..
            } => self.child(*process).inputs.push_back(*sequence),
            Action::ReadClipboard { request } => self.reads.push_back(*request),
            Action::UpdatePopup { popup, .. } => self.popup.clone_from(popup),
            _ => {}
        }
    }

    pub fn child(&mut self, process: ProcessId) -> &mut Child {
        self.children
            .get_mut(&process)
            .expect("an action names a child that there is")
    }

    /// The next step of a child's start; `false` when it has made all.
    pub fn step(&mut self, process: ProcessId) -> bool {
        let size = self.core.window_size();
        let child = self.child(process);
        let (next, event) = match (child.life, child.role) {
            (Life::Asked, _) => (
                Life::Spawned,
                Event::Spawned {
                    process,
                    pid: 1000 + process.0,
                },
            ),
            (Life::Spawned, _) => (Life::Greeted, Event::Hello { process }),
            (Life::Greeted, _) => (
                Life::Sealed,
                Event::Sealed {
                    process,
                    tier: "A".to_owned(),
                },
            ),
            (Life::Sealed, Role::Gpu) => {
                let message = FromGpu::Ready {
                    size,
                    scale: Percent::HUNDRED,
                    presenter: "headless".to_owned(),
                };
                (Life::Windowed, Event::FromGpu { process, message })
            }
            _ => return false,
        };
        child.life = next;
        self.send(event);
        true
    }

    pub fn exit(&mut self, process: ProcessId, exit: Exit) -> Vec<Action> {
        self.fetches.retain(|fetch| fetch.network != process);
        self.send(Event::Exited { process, exit })
    }

    pub fn die(&mut self, process: ProcessId, signal: i32) -> Vec<Action> {
        self.exit(
            process,
            Exit {
                signal: Some(signal),
                ..Exit::default()
            },
        )
    }

    pub fn advance(&mut self, ms: u64) -> Vec<Action> {
        self.now += ms;
        self.send(Event::Tick)
    }

    /// Comes to rest, however much time it takes.
    pub fn settle_for_good(&mut self) {
        self.hold = Hold::default();
        for _ in 0..1_000 {
            self.settle();
            let Some(Time(deadline)) = self.core.deadline() else {
                return;
            };
            assert!(deadline > self.now, "a deadline that has passed stands");
            self.advance(deadline - self.now);
        }
        panic!("there is always one more deadline");
    }

    pub fn check_at_rest(&self) {
        self.checker.at_rest().expect("every navigation has ended");
        for tab in self.core.tabs() {
            assert!(!tab.is_pending, "13: {tab:?}");
            assert!(tab.process.is_some() || tab.card.is_some(), "13: {tab:?}");
        }
    }

    pub fn open(&mut self, address: &str) -> TabId {
        self.command(Command::Open {
            address: address.to_owned(),
            activate: true,
        });
        self.settle();
        self.core.tabs().last().expect("it was opened").tab
    }

    pub fn command(&mut self, command: Command) -> Vec<Action> {
        self.send(Event::Command(command))
    }

    pub fn navigate(&mut self, tab: TabId, address: &str) -> Vec<Action> {
        self.command(Command::Navigate(tab, address.to_owned()))
    }

    pub fn renderer(&mut self, process: ProcessId, message: FromRenderer) -> Vec<Action> {
        self.send(Event::FromRenderer { process, message })
    }

    pub fn network(&mut self, process: ProcessId, message: FromNetwork) -> Vec<Action> {
        self.send(Event::FromNetwork { process, message })
    }

    pub fn shell_says(&mut self, message: FromShell) -> Vec<Action> {
        let process = self.service(Role::Shell).expect("there is a shell");
        self.send(Event::FromShell { process, message })
    }

    pub fn gpu_says(&mut self, message: FromGpu) -> Vec<Action> {
        let process = self.gpu().expect("there is a gpu process");
        self.send(Event::FromGpu { process, message })
    }

    pub fn input(&mut self, event: InputEvent) -> Vec<Action> {
        self.gpu_says(FromGpu::Input { event })
    }

    pub fn resize(&mut self, width: u32, height: u32) -> Vec<Action> {
        self.gpu_says(FromGpu::Resized {
            scale: Percent::HUNDRED,
            size: Size::new(width, height),
        })
    }

    /// The living process of that role.
    pub fn service(&self, role: Role) -> Option<ProcessId> {
        let mut children = self.children.iter();
        children
            .find(|(_, child)| child.role == role && !child.is_killed)
            .map(|(&id, _)| id)
    }

    pub fn gpu(&self) -> Option<ProcessId> {
        self.service(Role::Gpu)
            .filter(|gpu| self.children[gpu].life == Life::Windowed)
    }

    pub fn spare(&self) -> Option<ProcessId> {
        let processes = self.core.processes();
        processes
            .into_iter()
            .find(|process| process.is_spare)
            .map(|process| process.process)
    }

    pub fn tab(&self, tab: TabId) -> TabInfo {
        self.core.tab(tab).expect("the tab is there")
    }

    pub fn process_of(&self, tab: TabId) -> ProcessId {
        self.tab(tab).process.expect("the tab has a process")
    }

    /// Lets time go by until a service that died is started again and ready. Returns the
    /// milliseconds.
    pub fn wait_for_service(&mut self, role: Role) -> u64 {
        let from = self.now;
        while self.service(role).is_none() {
            let at = self.core.deadline().expect("it is to be started again");
            self.advance(at.0.saturating_sub(self.now));
            self.settle();
        }
        self.now - from
    }

    /// The surfaces on show, from bottom to top.
    pub fn shown(&self) -> Vec<SurfaceId> {
        self.scene.items.iter().map(|item| item.surface).collect()
    }

    pub fn last_navigation(&self, tab: TabId) -> NavigationId {
        let process = self.process_of(tab);
        *self.children[&process]
            .navigations
            .last()
            .expect("something is committed")
    }

    pub fn shell_state(&self) -> &ShellState {
        self.shell.as_ref().expect("the shell was told")
    }
}

pub fn head(url: &str) -> ResponseHead {
    ResponseHead {
        final_url: url.to_owned(),
        status: 200,
        content_type: Some("text/html".to_owned()),
        refresh: None,
        content_length: None,
        redirects: 0,
    }
}

pub fn is_kill(action: &Action, id: ProcessId) -> bool {
    matches!(action, Action::Kill { process, .. } if *process == id)
}

pub fn records(actions: &[Action]) -> Vec<&RecordKind> {
    let mut kinds = Vec::new();
    for action in actions {
        if let Action::Record(record) = action {
            kinds.push(&record.kind);
        }
    }
    kinds
}

/// The commit among those actions, if there is one.
pub fn commit(actions: &[Action]) -> Option<(ProcessId, &str, &Body)> {
    actions.iter().find_map(|action| match action {
        Action::Commit(action::Commit {
            process, url, body, ..
        }) => Some((*process, url.as_str(), body)),
        _ => None,
    })
}

/// What waits for a child that has stopped reading.
pub const WAITING: Waiting = Waiting {
    messages: 256,
    bytes: 9_000,
};
