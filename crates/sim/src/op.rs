//! The steps of a random run: what each one is, and how often it is taken. A failing run prints
//! its steps, so that it reads as a story.

use proptest::prelude::*;
use proptest::strategy::Union;
use protocol::geometry::Size;
use protocol::ids::Role;
use protocol::input::{Button, InputEvent, Key, Modifiers};
use protocol::shell::CardButton;

/// Chooses one of the things that are there when the step is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pick(pub u16);

impl Pick {
    /// The thing chosen; nothing where there is none.
    pub fn from<T: Clone>(self, things: &[T]) -> Option<T> {
        let at = usize::from(self.0).checked_rem(things.len())?;
        Some(things[at].clone())
    }
}

/// One step. What there is nothing for does nothing.
#[derive(Clone, Debug, PartialEq)]
pub enum Op {
    /// A child takes the next good step of its start, or ends if it was killed.
    Answer { child: Pick },
    /// A tab, a service or the browser is told something by command line or control pipe.
    Command {
        command: CommandKind,
        tab: Pick,
        address: &'static str,
        activate: bool,
    },
    /// A child ends, or cannot be started.
    Exit { child: Pick, exit: ExitKind },
    /// The broker sees a child do something wrong.
    Fault { child: Pick, fault: FaultKind },
    /// The gpu process says something of a surface or of the window.
    Gpu {
        surface: Pick,
        says: GpuKind,
        size: Size,
    },
    /// A child says a word of its start, whether or not it is its turn.
    Handshake { child: Pick, says: HandshakeKind },
    /// The user does something in the window.
    Input(InputEvent),
    /// A renderer has taken an input.
    InputDone { renderer: Pick, is_wrong: bool },
    /// The network process says something of a fetch.
    Network {
        fetch: Pick,
        says: NetworkKind,
        address: &'static str,
    },
    /// A built-in page or a file is there, or not.
    Page { page: Pick, answer: PageKind },
    /// A renderer or the shell says something of a document; `anybody`: any other child does.
    Renderer {
        child: Pick,
        anybody: bool,
        document: DocumentKind,
        says: RendererKind,
        address: &'static str,
    },
    /// Well-behaved children give some of the answers that are due.
    Settle { steps: u8 },
    /// The shell says what the user clicked.
    Shell {
        tab: Pick,
        says: ShellKind,
        button: CardButton,
        address: &'static str,
    },
    /// Time passes; `hold_pings`: services stop answering pings.
    Wait { ms: u64, hold_pings: bool },
}

/// Makes an enum of kinds in which each has its weight. One that is never generated cannot be
/// written down.
macro_rules! kinds {
    ($(#[$doc:meta])* $name:ident { $($(#[$kind_doc:meta])* $kind:ident: $weight:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $($(#[$kind_doc])* $kind,)* }

        impl $name {
            /// Every kind, with its weight.
            pub const ALL: &[(u32, $name)] = &[$(($weight, $name::$kind),)*];

            /// Any kind, by the weights.
            pub fn any() -> impl Strategy<Value = $name> + Clone {
                weighted($name::ALL)
            }
        }
    };
}

fn weighted<T: Clone + std::fmt::Debug>(all: &[(u32, T)]) -> Union<Just<T>> {
    Union::new_weighted(
        all.iter()
            .map(|(weight, it)| (*weight, Just(it.clone())))
            .collect(),
    )
}

kinds! {
    /// What is asked for from outside.
    CommandKind {
        Activate: 2,
        Back: 2,
        Inject: 1,
        InjectIntoService: 1,
        Close: 2,
        Forward: 2,
        Kill: 2,
        Navigate: 8,
        Open: 6,
        /// Ends the run for most purposes, so it is rare.
        Quit: 1,
        Reload: 4,
    }
}

kinds! {
    /// How a child ends.
    ExitKind {
        Code: 2,
        Panic: 2,
        /// A child that says which signal ended it.
        ReportedSignal: 2,
        Signal: 2,
        /// Of a child that has not been started yet; for others as [`ExitKind::Code`].
        SpawnFailed: 2,
    }
}

kinds! {
    /// What the broker sees a child do.
    FaultKind {
        BadEncoding: 1,
        Flood: 1,
        QueueFull: 1,
        RefusedCall: 1,
        SealRefused: 1,
        StartFailed: 1,
    }
}

kinds! {
    /// What the gpu process says.
    GpuKind {
        Captured: 1,
        /// Ends the run for most purposes, so it is rare.
        CloseRequested: 1,
        FirstFrame: 26,
        FirstFrameOfNobody: 1,
        FirstFrameTooEarly: 1,
        FirstFrameTooLate: 1,
        ProducerClosed: 1,
        ProducerMisbehaved: 1,
        Resized: 2,
    }
}

kinds! {
    /// A word of a child's start.
    HandshakeKind { Hello: 1, Sealed: 1, Spawned: 1, }
}

kinds! {
    /// What the network process says.
    NetworkKind {
        /// Of a renderer that may not exist, when nothing is fetched.
        ClientMisbehaved: 1,
        /// News of a request, which nobody may look at.
        Request: 1,
        BodyCutShort: 3,
        BodyEnd: 6,
        Failed: 2,
        /// Of a navigation that may not exist, when nothing is fetched.
        FailedForNobody: 1,
        Head: 6,
        HeadElsewhere: 2,
        /// The other of head and end than the one that is due.
        OutOfTurn: 1,
    }
}

kinds! {
    /// What is found at an address of the browser's own.
    PageKind { Missing: 1, Elsewhere: 1, Found: 2, }
}

kinds! {
    /// Whose document a renderer speaks of.
    DocumentKind { First: 1, Foreign: 1, Last: 14, }
}

kinds! {
    /// What a renderer says.
    RendererKind {
        Act: 2,
        /// The oldest question is answered, or one that nobody asked.
        Answer: 2,
        AnswerUnasked: 1,
        CloseTab: 1,
        Console: 1,
        Dialog: 2,
        /// Of a search that may not have been asked for.
        Found: 1,
        GuardsLeaving: 1,
        Hover: 2,
        Icon: 1,
        Incomplete: 1,
        Loaded: 1,
        Navigate: 2,
        NavigateInNewTab: 1,
        NavigateNamed: 1,
        OpenStream: 1,
        Painted: 1,
        PushState: 2,
        Refresh: 1,
        Reload: 1,
        Replace: 1,
        ScriptStopped: 1,
        Scripted: 1,
        Scrolled: 1,
        StorageTaken: 1,
        Stored: 3,
        Title: 1,
        Traverse: 2,
        WentWithin: 2,
    }
}

kinds! {
    /// What the user clicks in the shell.
    ShellKind {
        Activate: 1,
        AddressMenu: 1,
        Back: 1,
        CardButton: 3,
        Close: 1,
        CloseFind: 1,
        Dialog: 3,
        Find: 2,
        FindStep: 1,
        Forward: 1,
        Go: 2,
        Move: 1,
        NewTab: 1,
        Reload: 1,
        ResetZoom: 1,
        Stop: 1,
        TabMenu: 2,
        Typed: 2,
    }
}

/// Addresses of every sort.
pub const ADDRESSES: [&str; 20] = [
    "https://one.example/",
    "https://sub.one.example/b",
    "https://one.example/#here",
    "https://one.example/#there",
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
    "view-source:https://one.example/",
    "view-source:bulkhead://welcome",
];

/// The roles that a fault is injected into by name.
pub const SERVICES: [Role; 3] = [Role::Gpu, Role::Network, Role::Shell];

/// A run of up to 120 steps.
pub fn ops() -> impl Strategy<Value = Vec<Op>> {
    prop::collection::vec(op(), 1..120)
}

/// Any step.
pub fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        6 => pick().prop_map(|child| Op::Answer { child }),
        4 => command(),
        1 => (pick(), ExitKind::any()).prop_map(|(child, exit)| Op::Exit { child, exit }),
        1 => (pick(), FaultKind::any()).prop_map(|(child, fault)| Op::Fault { child, fault }),
        2 => gpu(),
        1 => (pick(), HandshakeKind::any())
            .prop_map(|(child, says)| Op::Handshake { child, says }),
        3 => input().prop_map(Op::Input),
        1 => (pick(), one_in(32))
            .prop_map(|(renderer, is_wrong)| Op::InputDone { renderer, is_wrong }),
        3 => (pick(), NetworkKind::any(), address())
            .prop_map(|(fetch, says, address)| Op::Network { fetch, says, address }),
        1 => (pick(), PageKind::any()).prop_map(|(page, answer)| Op::Page { page, answer }),
        4 => renderer(),
        1 => (0..16_u8).prop_map(|steps| Op::Settle { steps }),
        2 => (pick(), ShellKind::any(), button(), address())
            .prop_map(|(tab, says, button, address)| Op::Shell { tab, says, button, address }),
        2 => wait(),
    ]
}

fn pick() -> impl Strategy<Value = Pick> {
    any::<u16>().prop_map(Pick)
}

fn address() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&ADDRESSES[..])
}

fn one_in(count: u32) -> impl Strategy<Value = bool> + Clone {
    prop::bool::weighted(1.0 / f64::from(count))
}

fn command() -> impl Strategy<Value = Op> {
    (CommandKind::any(), pick(), address(), any::<bool>()).prop_map(
        |(command, tab, address, activate)| Op::Command {
            command,
            tab,
            address,
            activate,
        },
    )
}

fn gpu() -> impl Strategy<Value = Op> {
    (pick(), GpuKind::any(), 1..=2_000_u32, 1..=900_u32).prop_map(
        |(surface, says, width, height)| Op::Gpu {
            surface,
            says,
            size: Size::new(width, height),
        },
    )
}

fn renderer() -> impl Strategy<Value = Op> {
    let parts = (
        pick(),
        one_in(100),
        DocumentKind::any(),
        RendererKind::any(),
        address(),
    );
    parts.prop_map(|(child, anybody, document, says, address)| Op::Renderer {
        child,
        anybody,
        document,
        says,
        address,
    })
}

fn wait() -> impl Strategy<Value = Op> {
    let long = prop::sample::select(vec![1_u64, 100, 1_000, 3_000, 15_000, 60_000]);
    (long, 0..100_u64, one_in(4)).prop_map(|(long, short, hold_pings)| Op::Wait {
        ms: long + short,
        hold_pings,
    })
}

fn button() -> impl Strategy<Value = CardButton> {
    prop::sample::select(vec![
        CardButton::Close,
        CardButton::Kill,
        CardButton::Reload,
        CardButton::StopScript,
        CardButton::Wait,
    ])
}

fn input() -> impl Strategy<Value = InputEvent> {
    let place = (-50..1_350_i16, -50..850_i16).prop_map(|(x, y)| (f32::from(x), f32::from(y)));
    let modifiers = (any::<bool>(), one_in(3)).prop_map(|(ctrl, shift)| Modifiers {
        ctrl,
        shift,
        ..Modifiers::default()
    });
    let mouse = prop_oneof![4 => Just(Button::Left), 1 => Just(Button::Middle),
        1 => Just(Button::Right)];
    let pressed = (place.clone(), mouse.clone(), modifiers.clone());
    let released = pressed.clone();
    let key = (key(), modifiers.clone());
    prop_oneof![
        2 => (place.clone(), modifiers.clone())
            .prop_map(|((x, y), modifiers)| InputEvent::PointerMove { x, y, modifiers }),
        2 => pressed.prop_map(|((x, y), button, modifiers)| InputEvent::PointerDown {
            x, y, button, modifiers,
        }),
        1 => released.prop_map(|((x, y), button, modifiers)| InputEvent::PointerUp {
            x, y, button, modifiers,
        }),
        1 => (place, modifiers).prop_map(|((x, y), modifiers)| InputEvent::Wheel {
            x, y, delta_x: 0.0, delta_y: 40.0, modifiers,
        }),
        1 => Just(InputEvent::PointerLeave),
        1 => any::<bool>().prop_map(InputEvent::Focus),
        1 => key.clone().prop_map(|(key, modifiers)| InputEvent::KeyUp { key, modifiers }),
        3 => (key, one_in(7)).prop_map(|((key, modifiers), repeat)| InputEvent::KeyDown {
            key, modifiers, repeat,
        }),
    ]
}

fn key() -> impl Strategy<Value = Key> + Clone {
    let letters = vec![
        't', 'w', 'l', 'r', '1', '9', 'x', 'a', 'c', 'v', 'f', 'g', 'u', '+', '-', '0',
    ];
    let letter = prop::sample::select(letters);
    prop_oneof![
        Just(Key::Tab),
        Just(Key::Escape),
        Just(Key::Function(3)),
        Just(Key::Function(5)),
        Just(Key::ArrowDown),
        Just(Key::Enter),
        Just(Key::PageUp),
        Just(Key::ContextMenu),
        letter.prop_map(Key::Character),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    use std::collections::BTreeSet;

    /// The kind of a step, and what it says within its kind.
    fn names(op: &Op) -> [String; 2] {
        let inner = match op {
            Op::Answer { .. } | Op::InputDone { .. } | Op::Settle { .. } | Op::Wait { .. } => {
                String::new()
            }
            Op::Command { command, .. } => format!("{command:?}"),
            Op::Exit { exit, .. } => format!("{exit:?}"),
            Op::Fault { fault, .. } => format!("{fault:?}"),
            Op::Gpu { says, .. } => format!("{says:?}"),
            Op::Handshake { says, .. } => format!("{says:?}"),
            Op::Input(event) => word(event),
            Op::Network { says, .. } => format!("{says:?}"),
            Op::Page { answer, .. } => format!("{answer:?}"),
            Op::Renderer { document, says, .. } => format!("{document:?} {says:?}"),
            Op::Shell { says, .. } => format!("{says:?}"),
        };
        [word(op), inner]
    }

    fn word(it: &impl std::fmt::Debug) -> String {
        let text = format!("{it:?}");
        let end = text.find(|c: char| !c.is_alphanumeric());
        text[..end.unwrap_or(text.len())].to_owned()
    }

    #[test]
    fn every_kind_of_step_is_generated() {
        let mut runner = TestRunner::deterministic();
        let mut seen = BTreeSet::new();
        for _ in 0..50_000 {
            let op = op().new_tree(&mut runner).expect("there are steps");
            let op = op.current();
            seen.insert(names(&op));
        }
        let mut expected: BTreeSet<[String; 2]> = BTreeSet::new();
        let mut add = |op: &str, kinds: Vec<String>| {
            expected.extend(kinds.into_iter().map(|kind| [op.to_owned(), kind]));
        };
        for op in ["Answer", "InputDone", "Settle", "Wait"] {
            add(op, vec![String::new()]);
        }
        add("Command", listed(CommandKind::ALL));
        add("Exit", listed(ExitKind::ALL));
        add("Fault", listed(FaultKind::ALL));
        add("Gpu", listed(GpuKind::ALL));
        add("Handshake", listed(HandshakeKind::ALL));
        add("Network", listed(NetworkKind::ALL));
        add("Page", listed(PageKind::ALL));
        add("Shell", listed(ShellKind::ALL));
        for document in listed(DocumentKind::ALL) {
            let said = listed(RendererKind::ALL).into_iter();
            add(
                "Renderer",
                said.map(|says| format!("{document} {says}")).collect(),
            );
        }
        let inputs = [
            "PointerMove",
            "PointerDown",
            "PointerUp",
            "Wheel",
            "PointerLeave",
            "Focus",
            "KeyUp",
            "KeyDown",
        ];
        add("Input", inputs.map(str::to_owned).to_vec());
        assert_eq!(seen, expected);
    }

    fn listed<T: std::fmt::Debug>(all: &[(u32, T)]) -> Vec<String> {
        assert!(all.iter().all(|(weight, _)| *weight > 0));
        all.iter().map(|(_, kind)| format!("{kind:?}")).collect()
    }
}
