//! `bulkhead://attack`: what is tried, what stops it, and what would have stopped it next.

use crate::attack::list::{self, Attack, Means};
use crate::pages::template::render;
use crate::state::Broker;
use askama::Template;
use serde_json::{Value, json};

#[derive(Template)]
#[template(path = "attack.html")]
struct Page {
    here: &'static str,
    codes: Vec<Row>,
    scripts: Vec<Row>,
    has_demo: bool,
}

/// An attack, and what is known of it before it is made.
struct Row {
    number: usize,
    name: &'static str,
    tries: &'static str,
    /// The layer that should stop it first.
    first: &'static str,
    /// What would, without that layer; for a script, what users should see.
    next: String,
}

/// The page.
pub(super) fn build(browser: &Broker) -> String {
    let rows = || list::all().iter().enumerate();
    let row = |(number, attack)| row(number, attack);
    render(&Page {
        here: "attack",
        codes: rows().filter(|(_, it)| !it.is_script()).map(row).collect(),
        scripts: rows().filter(|(_, it)| it.is_script()).map(row).collect(),
        has_demo: browser.demo_url.is_some(),
    })
}

fn row(number: usize, attack: &'static Attack) -> Row {
    let (first, next) = match &attack.means {
        Means::Script { seen } => ("", (*seen).to_owned()),
        Means::Code { layers: None, .. } => (
            "the process itself",
            "its death, which the kernel or the broker brings about, touches its tab alone"
                .to_owned(),
        ),
        Means::Code {
            layers: Some(layers),
            ..
        } => match (layers.has_filter, layers.others.as_slice()) {
            (true, others) => ("filter", next(others, layers.remark)),
            (false, [first, others @ ..]) => (*first, next(others, layers.remark)),
            (false, []) => ("none", next(&[], layers.remark)),
        },
    };
    Row {
        number,
        name: attack.name,
        tries: attack.tries,
        first,
        next,
    }
}

/// The layers that are left, in words.
fn next(layers: &[&str], remark: &str) -> String {
    match (layers, remark) {
        ([], "") => "no other layer".to_owned(),
        ([], remark) => remark.replace('`', ""),
        (layers, _) => layers.join(", "),
    }
}

/// What the page is told: what is made now, what waits, and what came of those before.
pub(super) fn event(browser: &Broker) -> Value {
    let attacks = &browser.attacks;
    let outcomes = attacks.outcomes().map(|(number, it)| {
        json!({
            "number": number, "verdict": it.verdict.word(), "what": it.what,
            "took_ms": it.took_ms, "frames": it.frames.map(|it| it.count),
            "gap_ms": it.frames.map(|it| it.longest_gap_ms),
        })
    });
    json!({
        "running": attacks.running(),
        "waiting": attacks.waiting().collect::<Vec<_>>(),
        "outcomes": outcomes.collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_attack_names_what_stops_it_and_what_comes_next() {
        for (number, attack) in list::all().iter().enumerate() {
            let row = row(number, attack);
            assert!(!row.next.is_empty(), "{}", row.name);
            assert!(attack.is_script() || !row.first.is_empty(), "{}", row.name);
        }
    }

    #[test]
    fn the_layers_come_from_the_matrix_or_its_remark() {
        assert_eq!(next(&["Landlock", "net ns"], ""), "Landlock, net ns");
        assert_eq!(next(&[], "Reaches `nothing`."), "Reaches nothing.");
        assert_eq!(next(&[], ""), "no other layer");
    }
}
