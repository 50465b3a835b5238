//! Claims about the executable as a file: what it weighs, and what can be said about a crash of it.

use std::backtrace::Backtrace;
use std::fs;
use testkit::{Browser, executable};

/// As much as people are asked to download and keep. Line tables of the dependencies alone would
/// be more than twice this.
const EXECUTABLE_BYTES_MAX: u64 = 120 * 1024 * 1024;

#[test]
fn the_executable_is_not_bloated_by_debug_information() {
    if cfg!(debug_assertions) {
        println!("SKIP: the executable of the debug profile has all debug information");
        return;
    }
    let bytes = fs::metadata(executable()).expect("it was built").len();
    assert!(bytes <= EXECUTABLE_BYTES_MAX, "{bytes} bytes");
}

#[test]
fn the_executable_keeps_what_places_a_crash() {
    let bytes = fs::read(executable()).expect("it was built");
    for section in [".symtab", ".debug_line"] {
        let name = [section.as_bytes(), b"\0"].concat();
        let is_there = bytes.windows(name.len()).any(|window| window == name);
        assert!(is_there, "no section {section}");
    }
}

#[test]
fn a_panic_on_a_card_names_no_folder_of_the_building_machine() {
    let mut browser = Browser::headless(&[]);
    let tab = browser.open("bulkhead://welcome");
    browser.send(&format!("break {} panic", tab.id));
    let crashed = browser.wait_for_tab("tab_crashed", &tab);
    let cause = crashed["cause"].as_str().expect("a cause");
    assert!(cause.contains(".rs:"), "it names a place: {cause}");
    let own = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let own = fs::canonicalize(own)
        .expect("this folder")
        .display()
        .to_string();
    // Put together here: the sources name no such folder.
    let home = ["/ho", "me/"].concat();
    for folder in [own.as_str(), "/.cargo/", &home, "/root/"] {
        assert!(!cause.contains(folder), "{cause}");
    }
    assert!(browser.quit().success());
}

#[test]
fn a_backtrace_names_our_functions_and_their_lines() {
    // This program is built like the executable, with the same profile.
    let trace = Backtrace::force_capture().to_string();
    let frame = "a_backtrace_names_our_functions_and_their_lines";
    assert!(trace.contains(frame), "no such function:\n{trace}");
    assert!(trace.contains("tests/executable.rs:"), "no lines:\n{trace}");
}
