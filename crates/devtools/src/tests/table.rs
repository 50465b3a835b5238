//! The table of methods is in order, and stands in the documentation.

use crate::methods::{EVENTS, METHODS, description, find, table};
use std::path::{Path, PathBuf};

#[test]
fn methods_are_in_alphabetical_order_and_found() {
    assert!(METHODS.is_sorted_by(|a, b| a.name < b.name));
    for method in METHODS {
        assert!(find(method.name).is_some_and(|it| it.name == method.name));
    }
    assert!(find("Page.explode").is_none());
}

#[test]
fn the_description_has_every_method() {
    let description = description();
    let domains = description["domains"].as_array().expect("domains");
    let commands = domains
        .iter()
        .map(|it| it["commands"].as_array().expect("commands").len());
    assert_eq!(commands.sum::<usize>(), METHODS.len());
    assert!(domains.iter().any(|it| it["domain"] == "Bulkhead"));
    assert!(EVENTS.is_sorted());
    let events = domains
        .iter()
        .map(|it| it["events"].as_array().expect("events").len());
    assert_eq!(events.sum::<usize>(), EVENTS.len());
}

fn page() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/devtools.md")
}

/// The page with the table as it is now.
fn written() -> String {
    let text = std::fs::read_to_string(page()).expect("docs/devtools.md is there");
    let (before, rest) = text
        .split_once("<!-- methods -->")
        .expect("a place for the table");
    let (_, after) = rest
        .split_once("<!-- end -->")
        .expect("the end of the table");
    format!(
        "{before}<!-- methods -->\n\n{}\n<!-- end -->{after}",
        table()
    )
}

#[test]
fn the_documentation_has_this_table() {
    let text = std::fs::read_to_string(page()).expect("docs/devtools.md is there");
    assert!(
        text == written(),
        "docs/devtools.md is out of date: \
         cargo test --release -p devtools -- --ignored write_table"
    );
}

#[test]
#[ignore = "writes into the source tree"]
fn write_table() {
    std::fs::write(page(), written()).expect("docs can be written");
}
