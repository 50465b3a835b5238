//! The body of `bulkhead://sandbox`: what holds each process that lives right now.
//!
//! Owns: its tables. Trusts: the broker's own reports. Never: leaves a process out, one without a
//! report neither.

use crate::pages::{escape, row};
use crate::snapshot::{self, ProcessRow};
use crate::state::Broker;
use sandbox::Layer;
use sandbox::report::{Report, Row, State};

/// Whether every process has what is required by default: a class and a word.
pub fn verdict(browser: &Broker) -> (&'static str, &'static str) {
    let mut reports = browser.children.values().map(|child| &child.report);
    let is_held = |report: &Option<Report>| match report {
        Some(report) => report.is_sufficient() && report.tier().is_enough_by_default(),
        // It has seen no content, and will not before it is held.
        None => true,
    };
    if reports.all(is_held) {
        ("", "yes")
    } else {
        ("bad", "NO")
    }
}

/// A table of all processes, one for each of them, and what is tried on no layer.
pub fn panels(browser: &Broker) -> String {
    let processes = snapshot::processes(browser);
    let about = |pid: i32| processes.iter().find(|process| process.pid == pid);
    let (mut summary, mut details) = (String::new(), String::new());
    for child in browser.children.values() {
        let use_of = about(child.pid).map(purpose).unwrap_or_default();
        let title = format!("{} {}", child.role, child.pid);
        let (tier, word) = match &child.report {
            None => (String::new(), ("warn", "not sealed yet".to_owned())),
            Some(report) => (report.tier().to_string(), finding(report)),
        };
        summary += &row(&[
            ("", title.clone()),
            ("mono", use_of.clone()),
            ("", tier),
            word,
        ]);
        if let Some(report) = &child.report {
            details += &heading(&format!("{title} {use_of}"));
            details += &table(
                &["Layer", "State", "Known", "Tried", "Found"],
                report.rows.iter().map(layer_row),
            );
        }
    }
    let columns = ["Process", "For", "Tier", "Layers"];
    let untried = Layer::ALL.into_iter().filter_map(|layer| {
        let reason = sandbox::untried(layer)?;
        Some(row(&[("", layer.to_string()), ("", reason.to_owned())]))
    });
    table(&columns, [summary])
        + &details
        + &heading("Where nothing is tried")
        + &table(&["Layer", "Because"], untried)
}

/// The tab and site, or what else it is there for.
fn purpose(process: &ProcessRow) -> String {
    match (process.tab.as_str(), process.site.as_str()) {
        ("", "") if process.state == "running" => String::new(),
        ("", "") => process.state.clone(),
        ("", site) => site.to_owned(),
        (tab, site) => format!("tab {tab} {site}"),
    }
}

fn finding(report: &Report) -> (&'static str, String) {
    let count = |state| report.rows.iter().filter(|row| row.state == state).count();
    let tried = report.rows.iter().filter(|row| row.tried.is_some()).count();
    let enforced = count(State::Enforced);
    match count(State::Missing) {
        0 => ("ok", format!("{enforced} enforced, {tried} of them tried")),
        missing => ("bad", format!("{missing} MISSING")),
    }
}

fn layer_row(line: &Row) -> String {
    let class = match line.state {
        State::Enforced => "ok",
        State::NotAttempted | State::Unavailable(_) => "warn",
        State::Missing => "bad",
    };
    row(&[
        ("", line.layer.to_string()),
        (class, line.state.to_string()),
        ("", line.basis_word().to_owned()),
        ("mono", line.tried_words()),
        ("", line.note.clone()),
    ])
}

fn heading(text: &str) -> String {
    format!("<h2>{}</h2>\n", escape(text))
}

fn table(columns: &[&str], rows: impl IntoIterator<Item = String>) -> String {
    let mut html = String::from("<div class=\"panel\"><table><thead><tr>");
    for column in columns {
        html += &format!("<th>{}</th>", escape(column));
    }
    html += "</tr></thead><tbody>\n";
    html.extend(rows);
    html + "</tbody></table></div>\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use sandbox::report::{Basis, Teller, Tried};

    #[test]
    fn a_row_shows_state_basis_and_canary() {
        let row = Row {
            layer: Layer::Landlock,
            state: State::Enforced,
            basis: Basis::Implied,
            tried: Some(Tried {
                call: "open(\"/\")".to_owned(),
                answer: "EACCES".to_owned(),
                told_by: Teller::Child,
            }),
            note: "version 7".to_owned(),
        };
        let html = layer_row(&row);
        for cell in [
            "Landlock",
            "class=\"ok\">enforced",
            "implied",
            "open(&quot;/&quot;) -&gt; EACCES",
            "version 7",
        ] {
            assert!(html.contains(cell), "no {cell} in {html}");
        }
    }
}
