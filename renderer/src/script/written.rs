//! `document.write`: what a script puts where the parser stands.
//!
//! Never: waits. A written script that has to wait is left to the parser, with all that follows.

use crate::document::stream::{PIECE_BYTES, Step, Stream};
use crate::script::handles::Refusal;
use crate::script::host::Host;
use crate::script::limits::WRITES_NESTED_MAX;
use crate::script::scripts::{self, Place, Turn, script_of};
use blitz_dom::NodeId;
use html5ever::buffer_queue::BufferQueue;
use html5ever::tendril::StrTendril;
use rquickjs::Ctx;

/// Writes into the document. Returns whether there is a place to write to: the parser stands at a
/// script that it runs.
pub(crate) fn write(host: &Host, ctx: &Ctx<'_>, text: &str) -> Result<bool, Refusal> {
    let stream = host.parser.borrow().clone();
    let Some(stream) = stream.filter(|stream| stream.takes_writing()) else {
        return Ok(false);
    };
    host.add_text(&host.read(), text.len())?;
    let depth = host.writes.get();
    if depth >= WRITES_NESTED_MAX {
        host.log(
            "error",
            "document.write: scripts stand too deep in what scripts write",
        );
        return Ok(true);
    }
    host.writes.set(depth + 1);
    let done = write_pieces(host, ctx, &stream, text);
    host.writes.set(depth);
    done.map(|()| true)
}

fn write_pieces(
    host: &Host,
    ctx: &Ctx<'_>,
    stream: &Stream,
    mut text: &str,
) -> Result<(), Refusal> {
    let own = BufferQueue::default();
    while !text.is_empty() && !host.must_stop() {
        let (piece, rest) = text.split_at(text.ceil_char_boundary(PIECE_BYTES));
        own.push_back(StrTendril::from(piece));
        text = rest;
        if !stream.has_pending() {
            host.check_nodes(&host.read(), 1)?;
            if stream.is_spent() {
                return Err(Refusal::QUOTA);
            }
            parse(host, ctx, stream, &own);
        }
        if stream.has_pending() {
            stream.put_off(&own);
        }
    }
    Ok(())
}

/// Parses what is written, up to a script that has to wait.
fn parse(host: &Host, ctx: &Ctx<'_>, stream: &Stream, text: &BufferQueue) {
    loop {
        let step = host.with_parser(stream, || stream.feed(text));
        host.note_growth(stream.take_growth());
        match step {
            None | Some(Step::Fed) => return,
            Some(Step::Encoding(_)) => {}
            Some(Step::Script(node)) => {
                if !run(host, ctx, node) {
                    return stream.wait_for(node);
                }
                if stream.has_pending() || host.must_stop() {
                    return;
                }
            }
        }
    }
}

/// Runs a script that was written, if it can run at once. Returns false if the parser must wait.
fn run(host: &Host, ctx: &Ctx<'_>, node: NodeId) -> bool {
    let script = {
        let document = host.read();
        let is_there = document.get_node(node);
        if !is_there.is_some_and(|node| node.flags.is_in_document()) {
            return true;
        }
        script_of(&document, node)
    };
    if script.is_none() || host.started.borrow().contains(&node) {
        return true;
    }
    match script.turn(true) {
        Turn::AtOnce => {}
        Turn::Deferred | Turn::Whenever => {
            host.started.borrow_mut().insert(node);
            host.found.borrow_mut().push(node);
            return true;
        }
    }
    match script.place {
        Place::Text(text) if !script.is_map => {
            if host.read().has_pending_critical_resources() {
                return false;
            }
            host.started.borrow_mut().insert(node);
            scripts::run(host, ctx, Some(node), &text, "inline script");
            true
        }
        _ => false,
    }
}
