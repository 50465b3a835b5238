//! `bulkhead://crashes`: who died of what, and what was written down last.

use super::template::render;
use crate::rings::last_words::{Line, RingWords};
use crate::store::deaths::{Death, Deaths};
use askama::Template;

/// Deaths of which the last records are shown.
const DETAILED_MAX: usize = 3;
/// Records of the dead process that are shown.
const OWN_MAX: usize = 24;
/// Records of each other process.
const OTHERS_MAX: usize = 6;

#[derive(Template)]
#[template(path = "crashes.html")]
struct Crashes<'a> {
    here: &'static str,
    rows: Vec<&'a Death>,
    details: Vec<Detail<'a>>,
}

/// One death with its records.
struct Detail<'a> {
    death: &'a Death,
    crash: Vec<String>,
    rings: Vec<Shown<'a>>,
}

/// The last records of one process.
struct Shown<'a> {
    who: &'a str,
    /// What is wrong with its ring, or nothing.
    remark: String,
    lines: Vec<Row<'a>>,
}

/// One record.
struct Row<'a> {
    before: String,
    line: &'a Line,
    way: String,
}

/// The page.
pub(super) fn build(deaths: &Deaths) -> String {
    render(&Crashes {
        here: "crashes",
        rows: deaths.iter().collect(),
        details: detailed(deaths).map(detail).collect(),
    })
}

/// The deaths of which the last records are shown.
pub(crate) fn detailed(deaths: &Deaths) -> impl Iterator<Item = &Death> {
    let told = deaths.iter().filter(|it| !it.last_words.rings.is_empty());
    told.take(DETAILED_MAX)
}

fn detail(death: &Death) -> Detail<'_> {
    let words = &death.last_words;
    let rings = words.rings.iter().enumerate();
    Detail {
        death,
        crash: words.crash.iter().map(ToString::to_string).collect(),
        rings: rings
            .map(|(at, ring)| shown(ring, if at == 0 { OWN_MAX } else { OTHERS_MAX }))
            .collect(),
    }
}

fn shown(ring: &RingWords, max: usize) -> Shown<'_> {
    let lines = &ring.lines[ring.lines.len().saturating_sub(max)..];
    let mut remark = String::new();
    if !ring.makes_sense {
        remark.push_str(" holds what no honest process writes;");
    }
    if ring.lost > 0 {
        remark.push_str(&format!(" {} records are lost;", ring.lost));
    }
    Shown {
        who: &ring.who,
        remark,
        lines: lines
            .iter()
            .map(|line| Row {
                before: format!("{:.3}", line.before_ns as f64 / 1e6),
                way: line
                    .way_ns
                    .map_or_else(String::new, |ns| format!("{:.3}", ns as f64 / 1e6)),
                line,
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rings::last_words::LastWords;
    use browser_core::Time;
    use protocol::ids::{ProcessId, Role};

    #[test]
    fn a_page_without_deaths_says_none() {
        let page = build(&Deaths::default());
        assert!(page.contains("id=\"none\">none</p>"), "{page}");
    }

    #[test]
    fn a_death_is_shown_with_its_last_records_and_no_markup_of_its_own() {
        let line = Line {
            before_ns: 1_250_000,
            kind: "sent",
            name: "FromRenderer::Title".to_owned(),
            with: "broker".to_owned(),
            edge: 5,
            ordinal: 9,
            bytes: 33,
            handles: 0,
            way_ns: Some(20_000),
        };
        let ring = RingWords {
            who: "renderer 7".to_owned(),
            makes_sense: false,
            lost: 3,
            lines: vec![line],
        };
        let mut deaths = Deaths::default();
        let process = ProcessId(4);
        let cause = "panicked: <b>";
        deaths.add(Time(5), (Role::Renderer, 7), Some(process), None, cause);
        let words = LastWords {
            crash: Vec::new(),
            rings: vec![ring],
        };
        assert!(deaths.lacks_words(process));
        assert!(deaths.add_words(process, words).is_some());
        assert!(!deaths.lacks_words(process));
        let page = build(&deaths);
        for part in [
            "panicked: &#60;b&#62;",
            "FromRenderer::Title",
            "1.250",
            "0.020",
            "no honest process writes",
            "3 records are lost",
        ] {
            assert!(page.contains(part), "no {part} in {page}");
        }
    }
}
