//! The direction of the folders in the core and in the broker: data below, rules above, dispatch
//! on top.

use crate::imports::{Imports, imports_of};
use crate::source::sources;
use std::fmt::Write;

/// What the files below one path must not import, and why.
struct Rule {
    /// The folder of the crate.
    of: &'static str,
    from: &'static [&'static str],
    never: &'static [&'static str],
    why: &'static str,
}

const RULES: [Rule; 6] = [
    Rule {
        of: "crates/browser-core",
        from: &["state/"],
        never: &["rules/", "dispatch.rs"],
        why: "state says what can be said of one thing alone",
    },
    Rule {
        of: "crates/browser-core",
        from: &["rules/"],
        never: &["dispatch.rs"],
        why: "dispatch alone knows all rules",
    },
    Rule {
        of: "broker",
        from: &["child/", "store/", "machine/"],
        never: &["perform/", "handlers/", "turn.rs"],
        why: "what the broker holds knows nothing of what happens to it",
    },
    Rule {
        of: "broker",
        from: &["perform/", "handlers/"],
        never: &["turn.rs"],
        why: "the turn alone knows all handlers",
    },
    Rule {
        of: "broker",
        from: &["pages/"],
        never: &["cli/", "handlers/"],
        why: "a page is made of data, however the browser was started",
    },
    Rule {
        of: "crates/browser-core",
        from: &["rules/"],
        never: &["rules/"],
        why: "what two rules share is state",
    },
];

#[test]
fn imports_between_folders_point_downwards() {
    let sources = sources();
    let mut problems = String::new();
    for folder in ["broker", "crates/browser-core"] {
        problems += &broken(folder, &imports_of(folder, &sources));
    }
    assert!(
        problems.is_empty(),
        "imports that point upwards:\n{problems}"
    );
}

/// A line for each import that a rule forbids.
fn broken(folder: &str, imports: &Imports) -> String {
    let mut problems = String::new();
    for rule in RULES.iter().filter(|rule| rule.of == folder) {
        let places = |names: &[&str]| -> Vec<String> {
            names
                .iter()
                .map(|name| format!("{folder}/src/{name}"))
                .collect()
        };
        let (from, never) = (places(rule.from), places(rule.never));
        let is_in = |file: &str, places: &[String]| places.iter().any(|it| file.starts_with(it));
        for (file, imported) in imports.iter().filter(|(file, _)| is_in(file, &from)) {
            for target in imported.iter().filter(|target| is_in(target, &never)) {
                // The file that declares a folder's modules may re-export them.
                if !(from == never && file.ends_with("/mod.rs")) {
                    writeln!(problems, "  {file} -> {target}: {}", rule.why)
                        .expect("strings take everything");
                }
            }
        }
    }
    problems
}

#[cfg(test)]
fn problems(folder: &str, imports: &[(&str, &str)]) -> usize {
    let mut made_up = Imports::new();
    for (file, target) in imports {
        let path = |name: &str| format!("{folder}/src/{name}");
        made_up.entry(path(file)).or_default().insert(path(target));
    }
    broken(folder, &made_up).lines().count()
}

#[test]
fn an_import_from_below_to_above_is_found() {
    for (folder, file, target) in [
        ("crates/browser-core", "state/tab.rs", "rules/tabs.rs"),
        ("crates/browser-core", "state/tab.rs", "dispatch.rs"),
        ("crates/browser-core", "rules/tabs.rs", "dispatch.rs"),
        ("crates/browser-core", "rules/tabs.rs", "rules/commit.rs"),
        ("broker", "child/outbox.rs", "perform/send.rs"),
        ("broker", "store/deaths.rs", "handlers/death.rs"),
        ("broker", "machine/fonts.rs", "turn.rs"),
        ("broker", "perform/mod.rs", "turn.rs"),
        ("broker", "handlers/child.rs", "turn.rs"),
        ("broker", "pages/sandbox.rs", "cli/sandbox.rs"),
        ("broker", "pages/lab.rs", "handlers/lab.rs"),
    ] {
        assert_eq!(problems(folder, &[(file, target)]), 1, "{file} -> {target}");
    }
}

#[test]
fn an_import_from_above_to_below_is_none() {
    for (folder, file, target) in [
        ("crates/browser-core", "rules/tabs.rs", "state/tab.rs"),
        ("crates/browser-core", "dispatch.rs", "rules/tabs.rs"),
        ("crates/browser-core", "state/tab.rs", "state/ids.rs"),
        ("crates/browser-core", "rules/mod.rs", "rules/tabs.rs"),
        ("broker", "perform/send.rs", "child/outbox.rs"),
        ("broker", "turn.rs", "handlers/child.rs"),
        ("broker", "handlers/child.rs", "perform/mod.rs"),
        ("broker", "cli/window.rs", "pages/mod.rs"),
    ] {
        assert_eq!(problems(folder, &[(file, target)]), 0, "{file} -> {target}");
    }
}
