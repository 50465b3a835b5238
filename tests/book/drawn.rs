//! `docs/book/src/reference.md` and its drawings: made from the roles, the message types, the
//! policies and the invariants, never by hand.

use super::root;
use ipc::catalogue::{ENTRIES, Entry};
use sandbox::{Role, Verdict, policy};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;

/// Who holds the two ends of an interface's channels: first the one that `To…` is sent to.
const ENDS: [(&str, [&str; 2]); 13] = [
    ("bootstrap", ["every child", "broker"]),
    ("clipboard", ["clipboard", "broker"]),
    ("demo", ["demo", "broker"]),
    ("devtools", ["devtools", "broker"]),
    ("fetch", ["network", "renderer"]),
    ("frames", ["renderer", "gpu"]),
    ("gpu", ["gpu", "broker"]),
    ("inspector", ["renderer", "devtools"]),
    ("network", ["network", "broker"]),
    ("renderer", ["renderer", "broker"]),
    ("shell", ["shell", "broker"]),
    ("traffic", ["network", "devtools"]),
    ("x11_filter", ["x11-filter", "broker"]),
];

/// The boxes of the drawing below the broker, from the left.
const ROW: [&str; 8] = [
    "clipboard",
    "demo",
    "devtools",
    "network",
    "renderer",
    "gpu",
    "shell",
    "x11-filter",
];

const INVARIANTS: &str = include_str!("../../crates/browser-core/src/invariants.rs");

/// The message types of each interface.
fn interfaces() -> BTreeMap<&'static str, Vec<&'static Entry>> {
    let mut interfaces: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
    for entry in ENTRIES {
        let (interface, _) = entry.name.split_once("::").expect("a path");
        interfaces.entry(interface).or_default().push(entry);
    }
    interfaces
}

fn ends(interface: &str) -> [&'static str; 2] {
    let known = ENDS.iter().find(|(name, _)| *name == interface);
    known
        .unwrap_or_else(|| panic!("who speaks {interface}? Say it in ENDS"))
        .1
}

/// Who sends a message type, and to whom.
fn way(entry: &Entry) -> (&'static str, &'static str) {
    let (interface, name) = entry.name.split_once("::").expect("a path");
    let [a, b] = ends(interface);
    match name {
        "FromWindow" => ("gpu", a),
        "Nothing" => (a, b),
        _ if name.starts_with("To") => (b, a),
        _ => (a, b),
    }
}

/// The edges of the drawing: two ends, and the interface.
fn edges() -> Vec<(&'static str, &'static str, &'static str)> {
    let mut edges = Vec::new();
    for (interface, entries) in interfaces() {
        for entry in entries {
            let (from, to) = way(entry);
            let edge = (from.min(to), from.max(to), interface);
            if from != "every child" && to != "every child" && !edges.contains(&edge) {
                edges.push(edge);
            }
        }
    }
    // The shell is a renderer of a built-in page: it speaks what renderers speak.
    edges.push(("gpu", "shell", "frames"));
    edges.push(("broker", "shell", "renderer"));
    edges
}

fn center(name: &str) -> i32 {
    let at = ROW.iter().position(|it| *it == name);
    70 + 130 * at.unwrap_or_else(|| panic!("{name} has no place in ROW")) as i32
}

const OPEN: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" font-family=\"sans-serif\" \
                    font-size=\"13\" text-anchor=\"middle\"";

fn rectangle(svg: &mut String, [x, y, width, height]: [i32; 4], fill: &str) {
    let _ = writeln!(
        svg,
        "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"6\" fill=\"{fill}\" \
         stroke=\"#9aa7bd\"/>"
    );
}

/// A text, with a ground of its own where a line runs behind it.
fn label_on_line(svg: &mut String, (x, y): (i32, i32), fill: &str, text: &str) {
    let _ = writeln!(
        svg,
        "<text x=\"{x}\" y=\"{y}\" fill=\"{fill}\" stroke=\"#f6f7fa\" stroke-width=\"6\" \
         paint-order=\"stroke\">{text}</text>"
    );
}

fn label(svg: &mut String, (x, y): (i32, i32), fill: &str, text: &str) {
    let _ = writeln!(
        svg,
        "<text x=\"{x}\" y=\"{y}\" fill=\"{fill}\">{text}</text>"
    );
}

fn path(svg: &mut String, way: &str) {
    let _ = writeln!(
        svg,
        "<path d=\"{way}\" fill=\"none\" stroke=\"#2457a7\" stroke-width=\"1.5\"/>"
    );
}

/// The processes, and who has a channel to whom.
fn processes_svg() -> String {
    let mut svg = format!("{OPEN} width=\"1050\" height=\"396\" viewBox=\"0 0 1050 396\">\n");
    rectangle(&mut svg, [1, 1, 1048, 394], "#f6f7fa");
    let mut of_broker: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut depth = 0;
    let mut edges = edges();
    // The longer a line, the lower it lies.
    edges.sort_by_key(|(a, b, _)| match [*a, *b].contains(&"broker") {
        true => 0,
        false => (center(a) - center(b)).abs(),
    });
    for (a, b, interface) in edges {
        if a == "broker" || b == "broker" {
            let child = if a == "broker" { b } else { a };
            of_broker.entry(child).or_default().push(interface);
            continue;
        }
        let (from, to) = (center(a).min(center(b)), center(a).max(center(b)));
        let low = 245 + 24 * depth;
        path(
            &mut svg,
            &format!("M {from} 210 L {from} {low} L {to} {low} L {to} 210"),
        );
        label(&mut svg, ((from + to) / 2, low + 15), "#1c2433", interface);
        depth += 1;
    }
    for (child, interfaces) in of_broker {
        let x = center(child);
        path(&mut svg, &format!("M 525 60 L {x} 170"));
        label_on_line(&mut svg, (x, 158), "#5b6679", &interfaces.join(", "));
    }
    rectangle(&mut svg, [445, 20, 160, 44], "#16233a");
    label(&mut svg, (525, 47), "#ffffff", "broker");
    for name in ROW {
        let is_role = Role::from_name(name).is_some();
        let fill = if is_role { "#e3ecfa" } else { "#ffffff" };
        rectangle(&mut svg, [center(name) - 55, 170, 110, 40], fill);
        label(&mut svg, (center(name), 195), "#1c2433", name);
    }
    svg.push_str("</svg>\n");
    svg
}

/// For each role: calls with any arguments, with conditions, and answered with an error.
fn calls(role: Role) -> [usize; 3] {
    let rules = policy::rules(role, 1).expect("the policy can be read");
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for rule in &rules {
        let kind = match rule.verdict {
            Verdict::Allow if rule.conditions.is_empty() => 0,
            Verdict::Allow => 1,
            _ => 2,
        };
        let known = kinds.entry(&rule.call).or_insert(kind);
        *known = (*known).min(kind);
    }
    let count = |kind| kinds.values().filter(|it| **it == kind).count();
    [count(0), count(1), count(2)]
}

/// How many system calls each role may make.
fn policies_svg() -> String {
    let height = 60 + 30 * Role::ALL.len() as i32;
    let mut svg =
        format!("{OPEN} width=\"760\" height=\"{height}\" viewBox=\"0 0 760 {height}\">\n");
    rectangle(&mut svg, [1, 1, 758, height - 2], "#f6f7fa");
    let colours = ["#b3362c", "#4d86d9", "#c3cbd8"];
    let words = ["any arguments", "with conditions", "answered with an error"];
    for (at, (colour, word)) in colours.iter().zip(words).enumerate() {
        let x = 150 + 200 * at as i32;
        rectangle(&mut svg, [x, 14, 14, 14], colour);
        label(&mut svg, (x + 95, 26), "#1c2433", word);
    }
    for (at, role) in Role::ALL.into_iter().enumerate() {
        let y = 46 + 30 * at as i32;
        label(&mut svg, (70, y + 15), "#1c2433", role.name());
        let mut x = 130;
        for (count, colour) in calls(role).into_iter().zip(colours) {
            let width = 8 * count as i32;
            rectangle(&mut svg, [x, y, width, 20], colour);
            x += width;
        }
        let all: usize = calls(role).iter().sum();
        label(&mut svg, (x + 20, y + 15), "#5b6679", &all.to_string());
    }
    svg.push_str("</svg>\n");
    svg
}

/// The invariants, by the comments on their checks, in the order of their numbers.
fn invariants() -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut goes_on = false;
    for line in INVARIANTS.lines() {
        let Some(text) = line.strip_prefix("    /// ") else {
            goes_on = false;
            continue;
        };
        let has_number = text.starts_with(|first: char| first.is_ascii_digit());
        match found.last_mut() {
            Some(last) if goes_on => {
                last.push(' ');
                last.push_str(text);
            }
            _ if has_number => found.push(text.to_owned()),
            _ => continue,
        }
        goes_on = true;
    }
    let digits = |text: &str| text.find(|digit: char| !digit.is_ascii_digit());
    found.sort_by_key(|it| it[..digits(it).unwrap_or(it.len())].parse::<u32>().ok());
    found
}

/// The whole chapter.
fn reference() -> String {
    let mut text = String::from(
        "# Drawn from the code\n\nA test makes this page from the types, the policies and the \
         checks, and fails when it is out of date: `tests/book/drawn.rs`.\n\n## Processes and \
         channels\n\n![The processes and their channels](processes.svg)\n\nEach line is a \
         channel of `crates/ipc`, named by its interface; two names on a line are two channels. \
         Every child also has the channel that it was born with (`bootstrap`). The clipboard \
         process is white, for it is outside of the sandbox and has no policy: \
         `docs/decisions/0026-clipboard-process.md`.\n\n## Messages\n\n| from | to | interface \
         | messages |\n|---|---|---|---|\n",
    );
    for (interface, entries) in interfaces() {
        for entry in entries {
            let (from, to) = way(entry);
            let variants = match entry.variants() {
                [] => "none".to_owned(),
                variants => variants.join(", "),
            };
            let file = format!("crates/protocol/src/{interface}.rs");
            let _ = writeln!(text, "| {from} | {to} | `{file}` | {variants} |");
        }
    }
    text.push_str(
        "\nThe shell is a renderer of a built-in page: it has a renderer's channels beside its \
         own.\n\n## System calls\n\n![How many calls a role may make](policies.svg)\n\n| role \
         | any arguments | with conditions | answered with an error | policy \
         |\n|---|---|---|---|---|\n",
    );
    for role in Role::ALL {
        let ([any, some, answered], role) = (calls(role), role.name());
        let file = format!("crates/sandbox/policies/{role}.policy");
        let _ = writeln!(text, "| {role} | {any} | {some} | {answered} | `{file}` |");
    }
    text.push_str(
        "\nA call on no list ends the process. Some calls, which libraries make unasked, are \
         answered with an error instead.\n\n## Invariants of the broker's decisions\n\n\
         `crates/browser-core/src/invariants.rs` checks these after each event of a test:\n\n",
    );
    for invariant in invariants() {
        let (number, rest) = invariant.split_once(". ").expect("it has a number");
        let _ = writeln!(text, "- **{number}.** {rest}");
    }
    text.push_str(
        "\n3 and 4 are about the stream of actions: `crates/sim/src/checker.rs`. 12 says that the \
         same events give the same actions: `crates/browser-core/tests/random.rs`.\n",
    );
    text
}

/// The files, by name.
fn drawings() -> [(&'static str, String); 3] {
    [
        ("processes.svg", processes_svg()),
        ("policies.svg", policies_svg()),
        ("reference.md", reference()),
    ]
}

#[test]
fn the_drawings_are_those_of_this_code() {
    for (name, text) in drawings() {
        let written = fs::read_to_string(root().join("docs/book/src").join(name));
        assert!(
            written.is_ok_and(|written| written == text),
            "{name} is out of date: cargo test --release -p broker --test bulkhead \
             write_the_drawings_of_the_book -- --ignored"
        );
    }
}

#[test]
#[ignore = "writes docs/book/src/reference.md and its drawings"]
fn write_the_drawings_of_the_book() {
    for (name, text) in drawings() {
        fs::write(root().join("docs/book/src").join(name), text).expect("it can be written");
    }
}

#[test]
fn each_role_and_each_invariant_is_drawn() {
    let edges = edges();
    for role in Role::ALL {
        let is_drawn = |(a, b, _): &(&str, &str, &str)| [*a, *b].contains(&role.name());
        assert!(edges.iter().any(is_drawn), "{role} talks to nobody");
    }
    let checks = INVARIANTS.matches("    fn check_").count();
    assert_eq!(invariants().len(), checks, "{:#?}", invariants());
}
