//! `bulkhead://sandbox`: the sandbox layers of every running process, with a report or without.

use crate::pages::template::render;
use crate::snapshot::{self, ProcessRow};
use crate::state::Broker;
use askama::Template;
use sandbox::Layer;
use sandbox::report::{Report, State};
use serde_json::{Value, json};

#[derive(Template)]
#[template(path = "sandbox.html")]
struct Sandbox {
    here: &'static str,
    /// The best tier that this machine allows.
    tier: String,
    is_sufficient: bool,
    processes: Vec<Process>,
    untried: Vec<(Layer, &'static str)>,
}

struct Process {
    /// Role and PID.
    title: String,
    /// The tab and site, or another use.
    purpose: String,
    /// `None` until the process is sealed and verified.
    report: Option<Report>,
}

/// The page.
pub fn build(browser: &Broker) -> String {
    let tier = browser.launcher.support().tier().to_string();
    page(tier, processes(browser))
}

/// What the page is told: every process with its layers.
pub(super) fn event(browser: &Broker) -> Value {
    let processes = processes(browser);
    json!({
        "is_sufficient": processes.iter().all(Process::is_sufficient),
        "processes": processes.iter().map(Process::told).collect::<Vec<_>>(),
    })
}

fn processes(browser: &Broker) -> Vec<Process> {
    let rows = snapshot::processes(browser);
    let about = |pid: i32| rows.iter().find(|row| row.pid == pid);
    let children = browser.children.values().map(|child| Process {
        title: format!("{} {}", child.role, child.pid),
        purpose: about(child.pid).map(purpose).unwrap_or_default(),
        report: child.report.clone(),
    });
    children.collect()
}

fn page(tier: String, processes: Vec<Process>) -> String {
    let layers = Layer::ALL.into_iter();
    render(&Sandbox {
        here: "sandbox",
        tier,
        is_sufficient: processes.iter().all(Process::is_sufficient),
        untried: layers
            .filter_map(|layer| Some((layer, sandbox::untried(layer)?)))
            .collect(),
        processes,
    })
}

impl Process {
    /// Whether the process has at least the tier that is required by default.
    fn is_sufficient(&self) -> bool {
        match &self.report {
            Some(report) => report.is_sufficient() && report.tier().is_enough_by_default(),
            // A process without a report has seen no content yet.
            None => true,
        }
    }

    /// The process, for the page's script.
    fn told(&self) -> Value {
        let (class_of_all, finding) = self.finding();
        let layers = self
            .report
            .iter()
            .flat_map(|report| &report.rows)
            .map(|row| {
                json!({
                    "layer": row.layer.to_string(), "state": row.state.to_string(),
                    "class": class(&row.state), "known": row.basis_word(),
                    "tried": row.tried_words(), "note": row.note,
                })
            });
        json!({
            "title": self.title, "purpose": self.purpose, "class": class_of_all,
            "finding": finding,
            "tier": self.report.as_ref().map(|report| report.tier().to_string()),
            "layers": layers.collect::<Vec<_>>(),
        })
    }

    /// A cell of the table of processes: its class and its text.
    fn finding(&self) -> (&'static str, String) {
        let Some(report) = &self.report else {
            return ("warn", "not sealed yet".to_owned());
        };
        let count = |state| report.rows.iter().filter(|row| row.state == state).count();
        let tried = report.rows.iter().filter(|row| row.tried.is_some()).count();
        let enforced = count(State::Enforced);
        match count(State::Missing) {
            0 => ("ok", format!("{enforced} enforced, {tried} of them tried")),
            missing => ("bad", format!("{missing} MISSING")),
        }
    }
}

/// The tab and site of a process, or what it is there for instead.
fn purpose(process: &ProcessRow) -> String {
    match (process.tab.as_str(), process.site.as_str()) {
        ("", "") if process.state == "running" => String::new(),
        ("", "") => process.state.clone(),
        ("", site) => site.to_owned(),
        (tab, site) => format!("tab {tab} {site}"),
    }
}

/// The class of a layer's state.
fn class(state: &State) -> &'static str {
    match state {
        State::Enforced => "ok",
        State::NotAttempted | State::Unavailable(_) => "warn",
        State::Missing => "bad",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::ids::Role;
    use sandbox::report::{Basis, Row, Teller, Tried};

    fn process(state: State) -> Process {
        let row = Row {
            layer: Layer::Landlock,
            state,
            basis: Basis::Implied,
            tried: Some(Tried {
                call: "open(\"/\")".to_owned(),
                answer: "EACCES".to_owned(),
                told_by: Teller::Child,
            }),
            note: "version <7>".to_owned(),
        };
        Process {
            title: "renderer 7".to_owned(),
            purpose: "tab 1 http://a.b".to_owned(),
            report: Some(Report {
                pid: 7,
                role: Role::Renderer,
                rows: vec![row],
            }),
        }
    }

    #[test]
    fn a_row_shows_state_basis_and_canary() {
        let html = page("A".to_owned(), vec![process(State::Enforced)]);
        for cell in [
            "<h2>renderer 7 tab 1 http://a.b</h2>",
            "Landlock",
            "class=\"ok\">enforced",
            "implied",
            "open(&#34;/&#34;) -&#62; EACCES",
            "version &#60;7&#62;",
            "1 enforced, 1 of them tried",
        ] {
            assert!(html.contains(cell), "no {cell} in {html}");
        }
        for mark in ["{{", "}}", "{%", "%}"] {
            assert!(!html.contains(mark), "{mark} in {html}");
        }
    }

    #[test]
    fn a_missing_layer_is_bad_and_the_verdict_is_no() {
        let html = page("A".to_owned(), vec![process(State::Missing)]);
        assert!(html.contains("class=\"bad\">1 MISSING"), "{html}");
        assert!(html.contains("at least tier C: NO"), "{html}");
    }

    #[test]
    fn a_process_without_a_report_is_listed_and_not_held_against_the_verdict() {
        let starting = Process {
            report: None,
            ..process(State::Enforced)
        };
        let html = page("A".to_owned(), vec![starting]);
        assert!(html.contains("class=\"warn\">not sealed yet"), "{html}");
        assert!(html.contains("at least tier C: yes"), "{html}");
    }
}
