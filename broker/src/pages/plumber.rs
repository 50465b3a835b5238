//! The Plumber's page: both ends of the pipe, its buffer, and a link for each step.

use crate::pages::template::render;
use askama::Template;
use lab::plumber::{BUTTONS, EndView, Place, STEP_BYTES_MAX, Snapshot, Step, bytes};

/// The page's address without a step: reloading it takes none.
pub const URL: &str = "bulkhead://lab/plumber";

#[derive(Template)]
#[template(path = "plumber.html")]
struct Plumber<'a> {
    here: &'static str,
    pipe: &'a Snapshot,
    ends: [End<'a>; 2],
    /// Buttons below the picture.
    buttons: Vec<Button>,
    next_step: u32,
    was_old: bool,
}

struct End<'a> {
    name: &'static str,
    /// What this end does with bytes.
    verb: &'static str,
    view: &'a EndView,
    is_asleep: bool,
    buttons: Vec<Button>,
}

struct Button {
    key: char,
    label: &'static str,
    step: Step,
}

/// The page. Its links take the step number `next_step`; `was_old`: the last link followed was an
/// old one.
pub fn build(snapshot: &Snapshot, next_step: u32, was_old: bool) -> String {
    render(&Plumber {
        here: "lab",
        pipe: snapshot,
        ends: [
            End {
                name: "writer",
                verb: "write",
                view: &snapshot.writer,
                is_asleep: snapshot.is_writer_asleep(),
                buttons: buttons(Place::Writer),
            },
            End {
                name: "reader",
                verb: "read",
                view: &snapshot.reader,
                is_asleep: snapshot.is_reader_asleep(),
                buttons: buttons(Place::Reader),
            },
        ],
        buttons: resizes(snapshot)
            .into_iter()
            .chain(buttons(Place::Whole))
            .collect(),
        next_step,
        was_old,
    })
}

impl End<'_> {
    /// The classes of its box and of its state.
    fn classes(&self) -> (&'static str, &'static str) {
        match (&self.view.sight, self.is_asleep) {
            (None, _) => ("end ended", "bad"),
            (_, true) => ("end asleep", "warn"),
            _ => ("end", "ok"),
        }
    }
}

impl Button {
    /// The step as a part of a URL.
    fn words(&self) -> String {
        self.step.to_string().replace(' ', "-")
    }
}

fn buttons(place: Place) -> Vec<Button> {
    let here = BUTTONS.iter().filter(|button| button.place == place);
    here.map(|it| Button {
        key: it.key,
        label: it.label,
        step: it.step,
    })
    .collect()
}

/// Buttons that halve and double the buffer, while there is one.
fn resizes(snapshot: &Snapshot) -> Vec<Button> {
    let Some(pipe) = snapshot.pipe else {
        return Vec::new();
    };
    let most = u64::from(STEP_BYTES_MAX);
    let halved = ('-', "halve it", (pipe.capacity / 2).max(1));
    let doubled = ('+', "double it", (pipe.capacity * 2).min(most));
    [halved, doubled]
        .map(|(key, label, bytes)| Button {
            key,
            label,
            step: Step::Resize(u32::try_from(bytes).unwrap_or(STEP_BYTES_MAX)),
        })
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use lab::plumber::Pipe;

    fn end(pid: u32) -> EndView {
        EndView {
            pid,
            sight: None,
            ended: Some("ended by <SIGPIPE>".to_owned()),
            intent: "idle".to_owned(),
            bytes: 5,
            last: String::new(),
        }
    }

    #[test]
    fn a_link_carries_its_step_and_number_and_values_are_escaped() {
        let snapshot = Snapshot {
            pipe: Some(Pipe {
                queued: 0,
                capacity: 65536,
            }),
            writer: end(7),
            reader: end(8),
            is_sigpipe_ignored: false,
            remark: "a <remark>".to_owned(),
        };
        let html = build(&snapshot, 12, true);
        for part in [
            "href=\"bulkhead://lab/plumber?do=resize-32768&amp;n=12\"><b>-</b> halve it</a>",
            "href=\"bulkhead://lab/plumber?do=write-1&amp;n=12\"><b>1</b> write 1 byte</a>",
            "The writer, process 7",
            "<p class=\"bad\">a &#60;remark&#62;</p>",
            "Nothing was done",
        ] {
            assert!(html.contains(part), "no {part} in {html}");
        }
        assert!(!html.contains("<SIGPIPE>"), "{html}");
        for mark in ["{{", "}}", "{%", "%}"] {
            assert!(!html.contains(mark), "{mark} in {html}");
        }
    }
}
