//! The commands that the control pipe accepts, one a line.

use crate::automation::waits::Awaited;
use browser_core::{ChaosError, ChaosSpec, Command};
use protocol::dialog::DialogAnswer;
use protocol::fault::Fault;
use protocol::ids::{Role, TabId};
use protocol::input::{Button, InputEvent, Key, Modifiers};
use protocol::limits::CHAOS_SEED_MAX;
use protocol::limits::DIALOG_TEXT_BYTES_MAX;
use std::path::PathBuf;
use std::time::Duration;

/// The text that `help` prints.
pub const HELP: &str = "\
open URL | navigate TAB URL | activate TAB | close TAB | reload TAB | back TAB | forward TAB
kill TAB | stop-script TAB | dialog TAB accept [TEXT] | dialog TAB dismiss
break TAB|devtools|gpu|network|shell abort|bad-message|crash|hang|memory|panic|syscall=NUMBER
chaos FAULT[-PROCESS]=TIME,... [SEED] | chaos off
move X Y | click X Y | right-click X Y | drag X Y X Y | clipboard TEXT
wheel X Y PIXELS | type TEXT | key [ctrl+|shift+|alt+]NAME
screenshot [TAB] FILE.png | state FILE.json | help | quit
#ID COMMAND: a record `answer` with that id says that it was done, or why not
#ID wait TAB loaded|crashed|frame SECONDS";

/// Longest id of a command.
const ID_BYTES_MAX: usize = 64;
/// Longest wait.
const WAIT_SECONDS_MAX: f32 = 3_600.0;

/// One command.
#[derive(Debug, PartialEq)]
pub enum Line {
    /// A command for the core.
    Core(Command),
    /// Faults by that list and seed; without a seed, by one that is drawn.
    Chaos(ChaosSpec, Option<u64>),
    /// Input, as if it came from the window.
    Input(Vec<InputEvent>),
    /// A picture of the window, or of the page of a tab.
    Screenshot(Option<TabId>, PathBuf),
    /// The tabs and processes as JSON.
    State(PathBuf),
    /// Text for the clipboard.
    Clipboard(String),
    /// An answer once that has happened to a tab, or when the time is over.
    Wait(TabId, Awaited, Duration),
    /// The list of commands.
    Help,
}

/// The id that a line begins with, if any, and the command after it.
pub fn split_id(line: &str) -> Result<(Option<&str>, &str), String> {
    let Some(rest) = line.strip_prefix('#') else {
        return Ok((None, line));
    };
    let (id, command) = rest.split_once(' ').unwrap_or((rest, ""));
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    match !id.is_empty() && id.len() <= ID_BYTES_MAX && id.bytes().all(is_plain) {
        true => Ok((Some(id), command.trim())),
        false => Err(format!(
            "an id has 1 to {ID_BYTES_MAX} letters, digits, points, dashes or underscores"
        )),
    }
}

/// Parses a line without its id.
pub fn parse(line: &str) -> Result<Line, String> {
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    let rest = rest.trim();
    let tab = || number(rest).map(TabId);
    Ok(match word {
        "open" if !rest.is_empty() => Line::Core(Command::Open {
            address: rest.to_owned(),
            activate: true,
        }),
        "navigate" => {
            let (id, url) = rest
                .split_once(' ')
                .ok_or("navigate takes a tab and a URL")?;
            Line::Core(Command::Navigate(TabId(number(id)?), url.trim().to_owned()))
        }
        "activate" => Line::Core(Command::Activate(tab()?)),
        "close" => Line::Core(Command::Close(tab()?)),
        "reload" => Line::Core(Command::Reload(tab()?)),
        "back" => Line::Core(Command::Back(tab()?)),
        "forward" => Line::Core(Command::Forward(tab()?)),
        "kill" => Line::Core(Command::Kill(tab()?)),
        "chaos" => chaos(rest)?,
        "dialog" => {
            let (id, answer) = rest
                .split_once(' ')
                .ok_or("dialog takes a tab and an answer")?;
            Line::Core(Command::AnswerDialog(TabId(number(id)?), answered(answer)?))
        }
        "stop-script" => Line::Core(Command::StopScript(tab()?)),
        "break" => {
            let (whom, action) = rest
                .split_once(' ')
                .ok_or("break takes a tab or a role, and a fault")?;
            let action = fault(action.trim())?;
            Line::Core(match whom {
                "devtools" => Command::InjectIntoService(Role::Devtools, action),
                "gpu" => Command::InjectIntoService(Role::Gpu, action),
                "network" => Command::InjectIntoService(Role::Network, action),
                "shell" => Command::InjectIntoService(Role::Shell, action),
                tab => Command::Inject(TabId(number(tab)?), action),
            })
        }
        "move" | "click" | "right-click" | "drag" | "wheel" => Line::Input(pointer(word, rest)?),
        "clipboard" => Line::Clipboard(rest.to_owned()),
        "type" => Line::Input(
            rest.chars()
                .flat_map(|c| typed(Key::Character(c)))
                .collect(),
        ),
        "key" => Line::Input(key(rest)?),
        "screenshot" if !rest.is_empty() => screenshot(rest),
        "state" if !rest.is_empty() => Line::State(rest.into()),
        "wait" => wait(rest)?,
        "help" => Line::Help,
        "quit" => Line::Core(Command::Quit),
        _ => return Err("unknown command; `help` lists all commands".to_owned()),
    })
}

fn chaos(rest: &str) -> Result<Line, String> {
    if rest == "off" {
        return Ok(Line::Core(Command::Chaos(None)));
    }
    let (spec, seed) = rest.split_once(' ').unwrap_or((rest, ""));
    let spec = spec.parse().map_err(|it: ChaosError| it.to_string())?;
    let seed = match seed.trim() {
        "" => None,
        seed => {
            let number = seed.parse().ok().filter(|it| *it <= CHAOS_SEED_MAX);
            Some(number.ok_or_else(|| format!("{seed:?} is no seed from 0 to {CHAOS_SEED_MAX}"))?)
        }
    };
    Ok(Line::Chaos(spec, seed))
}

fn screenshot(rest: &str) -> Line {
    let of_tab = rest.split_once(' ').and_then(|(tab, file)| {
        let tab = TabId(tab.parse().ok()?);
        Some(Line::Screenshot(Some(tab), file.trim().into()))
    });
    of_tab.unwrap_or_else(|| Line::Screenshot(None, rest.into()))
}

fn wait(rest: &str) -> Result<Line, String> {
    let words: Vec<&str> = rest.split_whitespace().collect();
    let [tab, awaited, seconds] = words[..] else {
        return Err("wait takes a tab, what is waited for, and seconds".to_owned());
    };
    let awaited = match awaited {
        "loaded" => Awaited::Loaded,
        "crashed" => Awaited::Crashed,
        "frame" => Awaited::Frame,
        _ => return Err(format!("{awaited:?} is not loaded, crashed or frame")),
    };
    let in_range = |seconds: &f32| (0.0..=WAIT_SECONDS_MAX).contains(seconds);
    let seconds = seconds.parse().ok().filter(in_range);
    let seconds = seconds.ok_or(format!("seconds are 0 to {WAIT_SECONDS_MAX}"))?;
    let limit = Duration::from_secs_f32(seconds);
    Ok(Line::Wait(TabId(number(tab)?), awaited, limit))
}

/// The answer to a dialog.
fn answered(text: &str) -> Result<DialogAnswer, String> {
    let (word, text) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
    if !matches!(word, "accept" | "dismiss") {
        return Err(format!("{word:?} is no answer to a dialog"));
    }
    if text.len() > DIALOG_TEXT_BYTES_MAX {
        return Err(format!("at most {DIALOG_TEXT_BYTES_MAX} bytes fit"));
    }
    Ok(DialogAnswer {
        is_accepted: word == "accept",
        text: text.to_owned(),
        mute: false,
    })
}

/// What a command does with the pointer.
fn pointer(word: &str, rest: &str) -> Result<Vec<InputEvent>, String> {
    Ok(match word {
        "drag" => drag(numbers(rest)?),
        "wheel" => {
            let [x, y, delta_y] = numbers(rest)?;
            vec![InputEvent::Wheel {
                x,
                y,
                delta_x: 0.0,
                delta_y,
                modifiers: Modifiers::default(),
            }]
        }
        _ => {
            let [x, y] = numbers(rest)?;
            match word {
                "move" => vec![pointer_move(x, y)],
                "right-click" => click(x, y, Button::Right),
                _ => click(x, y, Button::Left),
            }
        }
    })
}

fn number(text: &str) -> Result<u32, String> {
    text.trim()
        .parse()
        .map_err(|_| format!("{text:?} is not the number of a tab"))
}

fn numbers<const N: usize>(text: &str) -> Result<[f32; N], String> {
    let numbers: Vec<f32> = text
        .split_whitespace()
        .map(|word| {
            word.parse::<f32>()
                .ok()
                .filter(|v| v.is_finite() && v.abs() < 1.0e5)
        })
        .collect::<Option<_>>()
        .ok_or("expected numbers")?;
    numbers
        .try_into()
        .map_err(|_| format!("expected {N} numbers"))
}

fn fault(text: &str) -> Result<Fault, String> {
    Ok(match text {
        "abort" => Fault::Abort,
        "bad-message" => Fault::BadMessage,
        "crash" => Fault::Crash,
        "hang" => Fault::Hang,
        "memory" => Fault::Memory,
        "panic" => Fault::Panic,
        _ if text.starts_with("attack=") => Fault::Attack(text["attack=".len()..].to_owned()),
        _ => {
            let number = text
                .strip_prefix("syscall=")
                .and_then(|number| number.parse().ok());
            Fault::Syscall {
                number: number.ok_or(format!("{text:?} is not a fault"))?,
            }
        }
    })
}

fn pointer_move(x: f32, y: f32) -> InputEvent {
    InputEvent::PointerMove {
        x,
        y,
        modifiers: Modifiers::default(),
    }
}

fn drag([x, y, to_x, to_y]: [f32; 4]) -> Vec<InputEvent> {
    let mut events = click(x, y, Button::Left);
    let moves = (1..=8_u8).map(|step| {
        let share = f32::from(step) / 8.0;
        pointer_move(x + (to_x - x) * share, y + (to_y - y) * share)
    });
    if let Some(InputEvent::PointerUp {
        button, modifiers, ..
    }) = events.pop()
    {
        events.extend(moves);
        events.push(InputEvent::PointerUp {
            x: to_x,
            y: to_y,
            button,
            modifiers,
        });
    }
    events
}

fn click(x: f32, y: f32, button: Button) -> Vec<InputEvent> {
    let modifiers = Modifiers::default();
    vec![
        pointer_move(x, y),
        InputEvent::PointerDown {
            x,
            y,
            button,
            modifiers,
        },
        InputEvent::PointerUp {
            x,
            y,
            button,
            modifiers,
        },
    ]
}

fn typed(key: Key) -> [InputEvent; 2] {
    let modifiers = Modifiers::default();
    [
        InputEvent::KeyDown {
            key,
            modifiers,
            repeat: false,
        },
        InputEvent::KeyUp { key, modifiers },
    ]
}

fn key(text: &str) -> Result<Vec<InputEvent>, String> {
    let mut modifiers = Modifiers::default();
    let mut name = text;
    while let Some((modifier, rest)) = name.split_once('+').filter(|(_, rest)| !rest.is_empty()) {
        match modifier {
            "ctrl" => modifiers.ctrl = true,
            "shift" => modifiers.shift = true,
            "alt" => modifiers.alt = true,
            _ => return Err(format!("{modifier:?} is not a modifier")),
        }
        name = rest;
    }
    let key = named_key(name).ok_or(format!("{name:?} is not a key"))?;
    Ok(vec![
        InputEvent::KeyDown {
            key,
            modifiers,
            repeat: false,
        },
        InputEvent::KeyUp { key, modifiers },
    ])
}

fn named_key(name: &str) -> Option<Key> {
    Some(match name {
        "Left" => Key::ArrowLeft,
        "Right" => Key::ArrowRight,
        "Up" => Key::ArrowUp,
        "Down" => Key::ArrowDown,
        "Backspace" => Key::Backspace,
        "Delete" => Key::Delete,
        "End" => Key::End,
        "Enter" => Key::Enter,
        "Escape" => Key::Escape,
        "Home" => Key::Home,
        "Insert" => Key::Insert,
        "Menu" => Key::ContextMenu,
        "PageDown" => Key::PageDown,
        "PageUp" => Key::PageUp,
        "Tab" => Key::Tab,
        "Space" => Key::Character(' '),
        _ => {
            if let Some(n) = name.strip_prefix('F').and_then(|n| n.parse().ok()) {
                return (1..=12).contains(&n).then_some(Key::Function(n));
            }
            let mut chars = name.chars();
            let c = chars.next().filter(|c| !c.is_control())?;
            return chars.next().is_none().then_some(Key::Character(c));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read_with_their_arguments() {
        assert_eq!(parse("kill 2"), Ok(Line::Core(Command::Kill(TabId(2)))));
        let Ok(Line::Core(Command::Navigate(tab, url))) = parse("navigate 3  a.b/c d") else {
            panic!("navigate was not understood");
        };
        assert_eq!((tab, url.as_str()), (TabId(3), "a.b/c d"));
        assert!(
            matches!(parse("key ctrl+shift+Tab"), Ok(Line::Input(events)) if events.len() == 2)
        );
        assert!(matches!(parse("type hé"), Ok(Line::Input(events)) if events.len() == 4));
    }

    #[test]
    fn a_command_may_have_an_id() {
        assert_eq!(split_id("kill 2"), Ok((None, "kill 2")));
        assert_eq!(split_id("#a-7  kill 2"), Ok((Some("a-7"), "kill 2")));
        assert_eq!(split_id("#7"), Ok((Some("7"), "")));
        for line in ["# kill 2", "#\u{e9} kill 2", "#a/b kill 2"] {
            assert!(split_id(line).is_err(), "{line}");
        }
        assert!(split_id(&format!("#{} quit", "x".repeat(ID_BYTES_MAX + 1))).is_err());
    }

    #[test]
    fn a_picture_is_of_the_window_or_of_a_tab() {
        let picture = |tab, file: &str| Ok(Line::Screenshot(tab, file.into()));
        assert_eq!(parse("screenshot a 2.png"), picture(None, "a 2.png"));
        assert_eq!(parse("screenshot 2.png"), picture(None, "2.png"));
        assert_eq!(
            parse("screenshot 2  b.png"),
            picture(Some(TabId(2)), "b.png")
        );
    }

    #[test]
    fn a_wait_says_for_what_and_how_long() {
        let limit = Duration::from_millis(1500);
        let wait = Line::Wait(TabId(2), Awaited::Frame, limit);
        assert_eq!(parse("wait 2 frame 1.5"), Ok(wait));
    }

    #[test]
    fn chaos_has_a_list_and_perhaps_a_seed() {
        let spec: ChaosSpec = "kill=5s".parse().expect("a list");
        assert_eq!(
            parse("chaos kill=5s 7"),
            Ok(Line::Chaos(spec.clone(), Some(7)))
        );
        assert_eq!(parse("chaos kill=5s"), Ok(Line::Chaos(spec, None)));
        assert_eq!(parse("chaos off"), Ok(Line::Core(Command::Chaos(None))));
    }

    #[test]
    fn an_unknown_command_is_refused() {
        for line in [
            "wait 2 loaded",
            "wait 2 gone 1",
            "wait 2 loaded -1",
            "wait 2 loaded NaN",
            "wait 2 loaded 1e9",
            "",
            "kill",
            "kill x",
            "explode 1",
            "click 1",
            "key hyper+x",
            "break 1 sulk",
            "chaos",
            "chaos kill",
            "chaos kill=5s x",
            "chaos kill=5s 9007199254740992",
            "chaos off 3",
        ] {
            assert!(parse(line).is_err(), "{line:?}");
        }
    }
}
