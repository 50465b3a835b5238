//! `docs/platform.md` says which interfaces of the Web a page finds here, beside Chromium.
//!
//! `platform/walk.js` lists them in either browser. Chromium's list is checked in, because few who
//! run the tests have the Chromium that it is from; ours is made anew each time.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use testkit::{Browser, server};

const PAGE: &str = concat!(
    "<!DOCTYPE html><title>walking</title><pre id=out></pre><script>",
    include_str!("platform/walk.js"),
    "document.getElementById('out').textContent = walk(); document.title = 'walked';</script>"
);
const CHROMIUM: &str = include_str!("platform/chromium.txt");

/// An interface: its parent's name, if it has one, and its own members.
struct Interface<'a> {
    parent: Option<&'a str>,
    members: Vec<&'a str>,
}

type Interfaces<'a> = BTreeMap<&'a str, Interface<'a>>;

/// Reads lines of `walk.js`.
fn read(text: &str) -> Interfaces<'_> {
    text.lines().filter_map(read_line).collect()
}

fn read_line(line: &str) -> Option<(&str, Interface<'_>)> {
    let (name, rest) = line.split_once(" < ")?;
    let (parent, members) = rest.split_once(':')?;
    let interface = Interface {
        parent: (parent != "-").then_some(parent),
        members: members.split_whitespace().collect(),
    };
    Some((name, interface))
}

/// Whether the interface has the member, itself or from what it is derived of.
fn has<'a>(all: &Interfaces<'a>, mut name: &'a str, member: &str) -> bool {
    // No chain is longer; one that the page has closed to a circle ends.
    for _ in 0..20 {
        let Some(interface) = all.get(name) else {
            return false;
        };
        if interface.members.contains(&member) {
            return true;
        }
        let Some(parent) = interface.parent else {
            return false;
        };
        name = parent;
    }
    false
}

/// What a page finds here.
fn walked() -> String {
    let server = server::serve(|_, stream| {
        server::respond(stream, "200 OK", "text/html; charset=utf-8", PAGE);
    });
    let mut browser = Browser::headless(&[]);
    let tab = browser.open(&format!("http://{server}/"));
    browser.wait_until("the interfaces are listed", |browser| {
        browser.tab_state(tab.id)["title"] == "walked"
    });
    browser.send(&format!("click 600 {}", protocol::limits::SHELL_HEIGHT + 4));
    browser.send("key ctrl+a");
    browser.send("key ctrl+c");
    browser.wait_for("copied");
    let state = browser.state();
    let text = state["clipboard"].as_str().expect("a text").to_owned();
    assert!(browser.quit().success());
    assert!(text.contains("\nglobalThis < -: "), "{text}");
    text
}

/// The page of the documentation.
fn render<'a>(ours: &Interfaces<'a>, chromium: &Interfaces<'a>, version: &str) -> String {
    let (mut rows, mut absent) = (String::new(), Vec::new());
    let (mut interfaces, mut members, mut of_members) = (0, 0, 0);
    for (name, theirs) in chromium {
        of_members += theirs.members.len();
        if !ours.contains_key(name) {
            absent.push(*name);
            continue;
        }
        let is_missing = |member: &&&str| !has(ours, name, member);
        let missing: Vec<&str> = theirs.members.iter().filter(is_missing).copied().collect();
        let found = theirs.members.len() - missing.len();
        interfaces += 1;
        members += found;
        let total = theirs.members.len();
        let missing = missing.join(", ");
        writeln!(rows, "| {name} | {found} of {total} | {missing} |").expect("memory");
    }
    let own: Vec<&str> = ours
        .keys()
        .copied()
        .filter(|it| !chromium.contains_key(it))
        .collect();
    let mut page = format!(
        "# Platform\n\nThe interfaces of the Web that a page finds in Bulkhead, beside those of \
         {version}: {interfaces} of {} interfaces,\n{members} of {of_members} members. A member \
         counts if it is there by its name. How much of the Web's own tests pass is another \
         figure.\n\n`cargo test --release --test bulkhead -- --ignored write_platform` writes this \
         file; [the test](../tests/platform.rs) says how.\n\n| interface | members | missing \
         |\n|---|--:|---|\n{rows}",
        chromium.len()
    );
    page += &paragraph("Not there at all", &absent);
    if !own.is_empty() {
        page += &paragraph("Here only", &own);
    }
    page
}

fn paragraph(title: &str, names: &[&str]) -> String {
    let mut text = format!("\n## {title}\n\n");
    let mut width = 0;
    for (index, name) in names.iter().enumerate() {
        let end = if index + 1 == names.len() { "\n" } else { ", " };
        if width + name.len() > 110 {
            text = format!("{}\n", text.trim_end());
            width = 0;
        }
        width += name.len() + 2;
        text += name;
        text += end;
    }
    text
}

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/platform.md")
}

fn page() -> String {
    let version = CHROMIUM.lines().next().expect("a version");
    let version = version.replace('/', " ");
    render(&read(&walked()), &read(CHROMIUM), &version)
}

#[test]
fn the_documented_platform_is_the_one_that_pages_find() {
    let found = page();
    let written = std::fs::read_to_string(path()).unwrap_or_default();
    let missing = |a: &str, b: &str, mark: char| -> String {
        let lines = a.lines().filter(|line| !b.lines().any(|it| it == *line));
        lines.map(|line| format!("{mark} {line}\n")).collect()
    };
    assert!(
        found == written,
        "docs/platform.md is not what a page finds (+):\n{}{}write it anew with\n\
         cargo test --release --test bulkhead -- --ignored write_platform",
        missing(&written, &found, '-'),
        missing(&found, &written, '+'),
    );
}

#[test]
#[ignore = "writes into the source tree"]
fn write_platform() {
    std::fs::write(path(), page()).expect("the file can be written");
}

#[test]
fn members_are_found_along_the_chain_and_a_circle_of_parents_ends() {
    let ours = read("A < B: a\nB < A: b\nC < -: c\n");
    assert!(has(&ours, "A", "b") && has(&ours, "B", "a") && !has(&ours, "A", "c"));
    assert!(!has(&ours, "C", "a") && !has(&ours, "D", "a"));
    let page = render(&ours, &read("A < -: a b x\nD < -: d\n"), "another browser");
    assert!(
        page.contains("1 of 2 interfaces,\n2 of 4 members"),
        "{page}"
    );
    assert!(page.contains("| A | 2 of 3 | x |\n"), "{page}");
    assert!(
        page.contains("## Not there at all\n\nD\n\n## Here only\n\nB, C\n"),
        "{page}"
    );
}
