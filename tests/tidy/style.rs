//! The rules of style, and the list of files that may hold `unsafe`. They rely on the layout that
//! rustfmt gives the code.

use crate::source::{Source, report, root, sources, with_ending};

/// The lines before the file's test module.
fn code(source: &Source) -> Vec<&str> {
    let mut lines: Vec<&str> = Vec::new();
    let mut previous = "";
    for line in source.text.lines() {
        if previous == "#[cfg(test)]" && line.starts_with("mod ") && line.ends_with('{') {
            lines.pop();
            break;
        }
        lines.push(line);
        previous = line;
    }
    lines
}

#[test]
fn an_example_is_short_enough_to_be_copied() {
    let mut problems = String::new();
    for source in sources() {
        let lines = source.text.lines().count();
        if source.path.contains("/examples/") && lines >= EXAMPLE_LINES_MAX {
            report(&mut problems, &source, 0, &format!("{lines} lines"));
        }
    }
    assert!(problems.is_empty(), "too long:\n{problems}");
}

#[test]
fn files_functions_and_lines_are_short() {
    let mut problems = String::new();
    let mut lengths = Vec::new();
    for source in sources() {
        for (number, line) in source.text.lines().enumerate() {
            let length = line.chars().count();
            if length > LINE_CHARS_MAX {
                report(
                    &mut problems,
                    &source,
                    number,
                    &format!("{length} characters"),
                );
            }
        }
        if source.is_test() {
            continue;
        }
        let code = code(&source);
        if code.len() > FILE_LINES_MAX {
            report(&mut problems, &source, 0, &format!("{} lines", code.len()));
        }
        lengths.push(code.len());
        for (number, length) in long_functions(&code) {
            report(
                &mut problems,
                &source,
                number,
                &format!("a function of {length} lines"),
            );
        }
    }
    lengths.sort_unstable();
    let median = lengths[lengths.len() / 2];
    assert!(
        median <= FILE_LINES_MEDIAN_MAX,
        "the median file has {median} lines"
    );
    assert!(problems.is_empty(), "too long:\n{problems}");
}

#[test]
fn every_module_says_first_what_it_is() {
    let mut problems = String::new();
    for source in sources() {
        if !source.text.starts_with("//! ") {
            report(&mut problems, &source, 0, "does not begin with `//!`");
        }
    }
    assert!(
        problems.is_empty(),
        "modules without a word on themselves:\n{problems}"
    );
}

#[test]
fn unsafe_code_stays_where_it_belongs() {
    let mut problems = String::new();
    let sources = sources();
    for root in sources.iter().filter(|source| is_crate_root(&source.path)) {
        let folder = root
            .path
            .split("/src/")
            .next()
            .expect("a crate root lies in src");
        if UNSAFE_CRATES.contains(&folder) || root.text.contains("#![forbid(unsafe_code)]") {
            continue;
        }
        if !root.text.contains("#![deny(unsafe_code)]") {
            report(
                &mut problems,
                root,
                0,
                "neither forbids nor denies unsafe code",
            );
        }
    }
    for source in &sources {
        let allows = source.text.lines().any(|line| {
            let line = line.trim_start();
            line.starts_with("#![allow(unsafe_code") || line.starts_with("#[allow(unsafe_code")
        });
        if allows
            && !UNSAFE_MODULES
                .iter()
                .any(|module| source.path.starts_with(module))
        {
            report(&mut problems, source, 0, "allows unsafe code");
        }
    }
    assert!(
        problems.is_empty(),
        "unsafe code in a new place:\n{problems}"
    );
}

#[test]
fn every_policy_line_has_a_reason() {
    let mut problems = String::new();
    let policies = with_ending(&root().join("crates/sandbox/policies"), "policy");
    assert!(!policies.is_empty(), "there are no policies");
    for policy in &policies {
        for (number, line) in policy.text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let reason = line
                .split_once(" # ")
                .map_or("", |(_, reason)| reason.trim());
            if reason.len() < REASON_CHARS_MIN {
                report(&mut problems, policy, number, line);
            }
        }
    }
    assert!(
        problems.is_empty(),
        "policy lines without a reason:\n{problems}"
    );
}

#[test]
fn no_path_of_a_developers_machine_is_in_the_sources() {
    // Put together here so that this file does not contain them.
    let markers = [
        ["/ho", "me/"].concat(),
        ["/Us", "ers/"].concat(),
        ["/wo", "rk/"].concat(),
    ];
    let mut problems = String::new();
    for source in sources() {
        for (number, line) in source.text.lines().enumerate() {
            if markers.iter().any(|marker| line.contains(marker.as_str())) {
                report(&mut problems, &source, number, line.trim());
            }
        }
    }
    assert!(problems.is_empty(), "paths of some machine:\n{problems}");
}

#[test]
fn what_allows_something_says_why() {
    let mut problems = String::new();
    for source in sources() {
        for line in allowed_without_reason(&source.text) {
            report(&mut problems, &source, line, "allows without a reason");
        }
    }
    assert!(
        problems.is_empty(),
        "exceptions without a reason:\n{problems}"
    );
}

#[test]
fn an_exception_without_a_reason_is_found() {
    // Put together here so that this file has no such attribute.
    let plain = ["#[al", "low(dead_code)]"].concat();
    let inner = ["#![ex", "pect(dead_code)]"].concat();
    let long = ["#[al", "low(\n    dead_code,\n    reason = \"because\"\n)]"].concat();
    assert_eq!(
        allowed_without_reason(&format!("\n{plain}\nfn f() {{}}")),
        [1]
    );
    assert_eq!(allowed_without_reason(&inner), [0]);
    assert_eq!(allowed_without_reason(&long), [0; 0]);
}

/// The lines, counted from 0, of attributes that allow or expect something and say no reason.
fn allowed_without_reason(text: &str) -> Vec<usize> {
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let rest = line.trim_start();
        let rest = rest.strip_prefix("#![").or_else(|| rest.strip_prefix("#["));
        let Some(rest) = rest else { continue };
        if !rest.starts_with("allow(") && !rest.starts_with("expect(") {
            continue;
        }
        let mut lines = text.lines().skip(number);
        let has_reason = lines.by_ref().find_map(|line| {
            match (line.contains("reason = "), line.ends_with(")]")) {
                (true, _) => Some(true),
                (false, true) => Some(false),
                (false, false) => None,
            }
        });
        if has_reason != Some(true) {
            found.push(number);
        }
    }
    found
}

#[test]
fn tests_wait_asleep_and_in_one_place() {
    // Put together here so that this file does not contain them.
    let markers = [
        ["yield_", "now"].concat(),
        ["spin_", "loop"].concat(),
        ["thread::sl", "eep"].concat(),
    ];
    let mut problems = String::new();
    for source in sources() {
        let waits = WAITING.iter().any(|place| source.path.starts_with(place));
        if !TESTS.iter().any(|place| source.path.starts_with(place)) || waits {
            continue;
        }
        for (number, line) in source.text.lines().enumerate() {
            if markers.iter().any(|marker| line.contains(marker.as_str())) {
                report(&mut problems, &source, number, line.trim());
            }
        }
    }
    assert!(
        problems.is_empty(),
        "wait with `testkit::wait`:\n{problems}"
    );
}

/// Start (counted from 0) and length of each function that is too long. Relies on rustfmt: a
/// function ends with the first brace that stands as far in as its first line.
fn long_functions(lines: &[&str]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let indent = line.len() - line.trim_start().len();
        if !is_function(line.trim_start()) {
            continue;
        }
        let end = lines[start..].iter().position(|line| {
            line.len() - line.trim_start().len() == indent
                && (line.trim_start() == "}" || line.ends_with(';') || is_one_line(line))
        });
        let length = end.map_or(0, |end| end + 1);
        if length > FUNCTION_LINES_MAX {
            found.push((start, length));
        }
    }
    found
}

fn is_function(line: &str) -> bool {
    let words = line.split('(').next().unwrap_or("");
    let mut words = words.split_whitespace();
    words.next().is_some_and(|first| {
        let prefix = ["fn", "pub", "const", "async", "unsafe", "extern"];
        prefix.contains(&first) && (first == "fn" || words.any(|word| word == "fn"))
            || first == "pub" && line.starts_with("pub(") && line.contains(" fn ")
    })
}

fn is_one_line(line: &str) -> bool {
    line.contains('{') && line.ends_with('}')
}

fn is_crate_root(path: &str) -> bool {
    path.ends_with("/src/lib.rs") || path.ends_with("/src/main.rs")
}

const FILE_LINES_MAX: usize = 600;
const EXAMPLE_LINES_MAX: usize = 60;
const FILE_LINES_MEDIAN_MAX: usize = 200;
const FUNCTION_LINES_MAX: usize = 70;
const LINE_CHARS_MAX: usize = 100;
const REASON_CHARS_MIN: usize = 3;

/// Where tests of the whole browser stand, and what they use.
const TESTS: [&str; 4] = ["tests/", "benches/", "crates/testkit/", "crates/sim/"];

/// Where they may sleep or spin, and why.
const WAITING: [&str; 2] = [
    // The one place that waits.
    "crates/testkit/src/wait.rs",
    // Measures what an idle browser does in that time.
    "benches/browser/",
];

/// Crates that are about what `unsafe` is needed for.
const UNSAFE_CRATES: [&str; 5] = [
    "crates/fiber",
    "crates/ipc",
    "crates/prelude",
    "crates/sandbox",
    "crates/shm",
];

/// Beginnings of the paths of modules elsewhere that may allow it, and why.
const UNSAFE_MODULES: [&str; 16] = [
    // Takes descriptor 3 over, at the very start of a child.
    "crates/child/src/lib.rs",
    "crates/symbols/src/process.rs",
    // Breaks the process on purpose.
    "crates/child/src/fault.rs",
    // malloc_trim, and madvise on the stack.
    "crates/child/src/memory.rs",
    // waitid with the usage of the child, which no safe wrapper offers.
    "broker/src/child/life.rs",
    // Looks at descriptors 3 and 4 by their numbers.
    "broker/src/machine/inherited.rs",
    // FIONREAD, and what signals do to the ends of a pipe.
    "crates/lab/src/plumber/system.rs",
    // fork; shared mappings; pthread, sem and futex; sigqueue and handlers.
    "crates/lab/src/process.rs",
    "crates/lab/src/memory.rs",
    "crates/lab/src/locks.rs",
    "crates/lab/src/signalling.rs",
    // pidfd_open, which no safe wrapper offers.
    "crates/testkit/src/process.rs",
    // What is done between fork and execve.
    "crates/testkit/src/world.rs",
    // Calls code for processors with AVX2, where the processor has it.
    "gpu/src/effect.rs",
    // Xlib and raw window handles.
    "gpu/src/window/",
    // A canary that makes a bare system call.
    "tests/",
];
