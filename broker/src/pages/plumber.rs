//! The Plumber's page.
//!
//! Owns: its HTML. Trusts: the lab's crate for the facts. Never: shows a value unescaped.

use crate::pages::{escape, fill};
use lab::plumber::{BUTTONS, EndView, Place, STEP_BYTES_MAX, Snapshot, Step, bytes};
use std::fmt::Write;

/// The page's address, whatever step was asked for: loading the page again takes none.
pub const URL: &str = "bulkhead://lab/plumber";

/// The Plumber's page: how things stand, and links that take the step of that number.
pub fn build(snapshot: &Snapshot, next_step: u32, was_old: bool) -> String {
    let mut rows = format!("<p class=\"lead\">{}</p>\n", escape(snapshot.headline()));
    rows += "<div class=\"ends\">";
    let is_writer_asleep = snapshot.is_writer_asleep();
    rows += &end(
        "writer",
        "write",
        &snapshot.writer,
        is_writer_asleep,
        &buttons(Place::Writer, next_step),
    );
    rows += &end(
        "reader",
        "read",
        &snapshot.reader,
        snapshot.is_reader_asleep(),
        &buttons(Place::Reader, next_step),
    );
    rows += "</div>\n";
    let class = if is_writer_asleep {
        "filling full"
    } else {
        "filling"
    };
    // Writing to a string cannot fail.
    let _ = write!(
        rows,
        "<p><b>The buffer in the kernel:</b> {}</p>\n\
         <div class=\"buffer\"><div class=\"{class}\" style=\"width: {:.2}%\"></div></div>\n<p>",
        escape(&snapshot.filling()),
        snapshot.share() * 100.0
    );
    if let Some(pipe) = snapshot.pipe {
        let most = u64::from(STEP_BYTES_MAX);
        for (key, label, bytes) in [
            ('-', "halve it", (pipe.capacity / 2).max(1)),
            ('+', "double it", (pipe.capacity * 2).min(most)),
        ] {
            let step = Step::Resize(u32::try_from(bytes).unwrap_or(STEP_BYTES_MAX));
            rows += &button(key, label, step, next_step);
        }
    }
    rows += &buttons(Place::Whole, next_step);
    rows += "</p>\n";
    rows += &remarks(snapshot, was_old);
    fill(
        include_str!("../../../assets/pages/plumber.html"),
        &[("headline", snapshot.headline())],
        &rows,
    )
}

fn end(name: &str, verb: &str, end: &EndView, is_asleep: bool, buttons: &str) -> String {
    let (class, state_class) = match (&end.sight, is_asleep) {
        (None, _) => ("end ended", "bad"),
        (_, true) => ("end asleep", "warn"),
        _ => ("end", "ok"),
    };
    format!(
        "<div class=\"{class}\"><h3>The {name}, process {}</h3>\
         <p class=\"{state_class}\">{}</p><p>{}; {} in all; last: {}</p>\
         <p>{buttons}</p></div>",
        end.pid,
        escape(&end.state()),
        escape(&end.plan(verb)),
        bytes(end.bytes),
        escape(&end.last)
    )
}

fn buttons(place: Place, next_step: u32) -> String {
    BUTTONS
        .iter()
        .filter(|button| button.place == place)
        .map(|it| button(it.key, it.label, it.step, next_step))
        .collect()
}

fn button(key: char, label: &str, step: Step, next_step: u32) -> String {
    let words = step.to_string().replace(' ', "-");
    let key = escape(&key.to_string());
    format!(
        "<a class=\"button\" accesskey=\"{key}\" \
         href=\"bulkhead://lab/plumber?do={words}&amp;n={next_step}\"><b>{key}</b> {}</a>\n",
        escape(label)
    )
}

fn remarks(snapshot: &Snapshot, was_old: bool) -> String {
    let mut html = String::new();
    let sigpipe = if snapshot.is_sigpipe_ignored {
        "SIGPIPE is ignored by the writer: it will be told EPIPE instead."
    } else {
        "SIGPIPE ends the writer, as it does by default."
    };
    let old = if was_old {
        "That step was taken already, or its page is an old one: nothing was done."
    } else {
        ""
    };
    for (class, text) in [
        ("bad", snapshot.remark.as_str()),
        ("warn", old),
        ("note", &snapshot.explanation()),
        ("note", sigpipe),
    ] {
        if !text.is_empty() {
            let _ = writeln!(html, "<p class=\"{class}\">{}</p>", escape(text));
        }
    }
    html
}
