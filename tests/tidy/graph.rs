//! No file is in a circle of imports: each can be read, understood and tested on top of those that
//! it imports.

use crate::imports::{Imports, imports_of};
use crate::source::sources;
use std::collections::BTreeSet;
use std::fmt::Write;

/// Files that may be in a circle, each with the reason.
const MAY_BE_IN_CIRCLES: [(&str, &str); 0] = [];

#[test]
fn no_file_is_in_a_circle_of_imports() {
    let sources = sources();
    let roots = sources.iter().filter_map(|source| {
        let folder = source.path.strip_suffix("/src/lib.rs")?;
        Some(folder.to_owned())
    });
    let mut problems = String::new();
    for folder in roots.collect::<BTreeSet<_>>() {
        let mut imports = imports_of(&folder, &sources);
        for (file, reason) in MAY_BE_IN_CIRCLES {
            assert!(!reason.is_empty(), "{file}: an exception needs a reason");
            imports.remove(file);
        }
        for circle in circles(&imports) {
            problems += &describe(&imports, &circle);
        }
    }
    assert!(problems.is_empty(), "circles of imports:\n{problems}");
}

/// The largest sets of files in which every file reaches every other one.
pub fn circles(imports: &Imports) -> Vec<BTreeSet<String>> {
    let mut left: BTreeSet<&String> = imports.keys().collect();
    let mut circles = Vec::new();
    while let Some(file) = left.pop_first() {
        let reached = reachable(imports, file);
        if !reached.contains(file) {
            continue;
        }
        let is_back = |other: &&String| reachable(imports, other).contains(file);
        let circle: BTreeSet<String> = reached.iter().filter(is_back).cloned().collect();
        left.retain(|other| !circle.contains(*other));
        circles.push(circle);
    }
    circles
}

/// What can be reached by one import or more.
fn reachable(imports: &Imports, from: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![from];
    while let Some(file) = open.pop() {
        for next in imports.get(file).into_iter().flatten() {
            if found.insert(next.clone()) {
                open.push(next);
            }
        }
    }
    found
}

/// The whole circle: every import between its files.
fn describe(imports: &Imports, circle: &BTreeSet<String>) -> String {
    let mut text = format!("  a circle of {} files:\n", circle.len());
    for file in circle {
        let inside: Vec<&str> = imports[file]
            .intersection(circle)
            .map(String::as_str)
            .collect();
        writeln!(text, "    {file} -> {}", inside.join(", ")).expect("strings take everything");
    }
    text
}

#[cfg(test)]
fn circles_of(files: &[(&str, &str)]) -> Vec<Vec<String>> {
    let circles = circles(&crate::imports::made_up(files)).into_iter();
    let names = |circle: BTreeSet<String>| {
        let names = circle
            .iter()
            .map(|file| file.trim_start_matches("c/src/").to_owned());
        names.collect()
    };
    circles.map(names).collect()
}

#[test]
fn two_files_that_import_each_other_are_a_circle() {
    let lib = ("lib.rs", "mod a; mod b; pub use a::A;");
    let a = ("a.rs", "use crate::b::B; pub struct A;");
    let found = circles_of(&[lib, a, ("b.rs", "use crate::a::A; pub struct B;")]);
    assert_eq!(found, [["a.rs", "b.rs"]]);
    // Through a re-export of the root as well.
    let found = circles_of(&[lib, a, ("b.rs", "use crate::A; pub struct B;")]);
    assert_eq!(found, [["a.rs", "b.rs"]]);
    assert!(circles_of(&[lib, a, ("b.rs", "pub struct B;")]).is_empty());
}

#[test]
fn a_long_circle_and_a_child_with_its_parent_are_found_whole() {
    let found = circles_of(&[
        ("lib.rs", "mod a; mod b; mod d;"),
        ("a.rs", "use crate::b::B; use crate::d::D; pub struct A;"),
        ("b/mod.rs", "mod c; use c::C; pub struct B;"),
        ("b/c.rs", "use super::B; use crate::a::A; pub struct C;"),
        ("d.rs", "pub struct D;"),
    ]);
    assert_eq!(found, [["a.rs", "b/c.rs", "b/mod.rs"]]);
}

#[test]
fn two_circles_are_two_and_their_imports_are_named() {
    let files = [
        ("lib.rs", "mod a; mod b; mod d; mod e;"),
        ("a.rs", "use crate::b::B; pub struct A;"),
        ("b.rs", "use crate::a::A; pub struct B;"),
        ("d.rs", "use crate::e::E; use crate::a::A; pub struct D;"),
        ("e.rs", "use crate::d::D; pub struct E;"),
    ];
    assert_eq!(circles_of(&files), [["a.rs", "b.rs"], ["d.rs", "e.rs"]]);
    let imports = crate::imports::made_up(&files);
    let text = describe(&imports, &circles(&imports)[1]);
    assert!(text.contains("c/src/d.rs -> c/src/e.rs\n"), "{text}");
}
