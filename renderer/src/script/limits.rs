//! How much the scripts of one document may use.

use protocol::limits::DOCUMENT_ELEMENTS_MAX;
use std::time::Duration;

/// How long one task may run: a script, an event, a timer, and the microtasks that follow it.
pub(crate) const TASK_MAX: Duration = match cfg!(test) {
    true => Duration::from_secs(10),
    false => Duration::from_secs(30),
};
/// How often a script that runs looks for the broker's word to stop.
pub(crate) const LOOK_INTERVAL: Duration = Duration::from_millis(50);
/// How long timers that are due may run before the page is laid out and painted.
pub(crate) const TIMERS_SLICE: Duration = Duration::from_millis(8);
/// The engine's heap.
pub(crate) const HEAP_BYTES_MAX: usize = 384 << 20;
/// The heap at which the engine first looks for garbage: the prelude alone has much of it.
pub(crate) const FIRST_GC_BYTES: usize = 4 << 20;
/// The engine's part of the stack, from where the realm was made.
pub(crate) const STACK_BYTES_MAX: usize = 2 << 20;
/// Nodes of a document, in the tree or not.
pub(crate) const NODES_MAX: usize = match cfg!(test) {
    true => 12_000,
    false => 2 * DOCUMENT_ELEMENTS_MAX,
};
/// Scripts whose text is kept for whoever inspects the document.
pub(crate) const SOURCES_MAX: usize = 10_000;
/// Bytes of their text.
pub(crate) const SOURCES_BYTES_MAX: usize = 32 << 20;
/// Text of a document, in the tree or not: to lay it out takes forty times as much.
pub(crate) const TEXT_BYTES_MAX: usize = 8 << 20;
/// Attributes of a document, in the tree or not.
pub(crate) const ATTRIBUTE_BYTES_MAX: usize = 32 << 20;
/// Attributes of one element.
pub(crate) const ATTRIBUTES_MAX: usize = 4_096;
/// Timers that wait.
pub(crate) const TIMERS_MAX: usize = 10_000;
/// How often a hidden page's timers run.
pub(crate) const HIDDEN_INTERVAL: Duration = Duration::from_secs(1);
/// The time in which a page may write so many lines to its console.
pub(crate) const CONSOLE_SECOND: Duration = Duration::from_secs(1);
/// Navigations that wait to be asked for at once. The kernel bounds how many follow each other.
pub(crate) const NAVIGATIONS_MAX: usize = 20;
/// One script's text.
pub(crate) const SCRIPT_BYTES_MAX: usize = 20 << 20;
/// Rules that scripts put into style sheets.
pub(crate) const RULES_BYTES_MAX: usize = 4 << 20;
/// Bytes of chance that a script gets at once.
pub(crate) const RANDOM_BYTES_MAX: usize = 65_536;
/// Names of elements that wait to be properties of the window.
pub(crate) const NAMES_MAX: usize = 10_000;
/// Modules of a document.
pub(crate) const MODULES_MAX: usize = 2_000;
/// Modules that are imported while the page runs, and have not come.
pub(crate) const IMPORTS_WAITING_MAX: usize = 1_000;
/// How deep scripts may stand in what scripts write.
pub(crate) const WRITES_NESTED_MAX: usize = 20;
/// A selector.
pub(crate) const SELECTOR_BYTES_MAX: usize = 64 << 10;
/// How deep a selector may nest: its parser recurses.
pub(crate) const SELECTOR_DEPTH_MAX: usize = 64;
/// Fetches of a page's scripts that have not ended.
pub(crate) const FETCHES_WAITING_MAX: usize = 1_000;
/// Bytes that they send.
pub(crate) const FETCH_BODY_BYTES_MAX: usize = 32 << 20;
/// Addresses that a page has made for its own bytes.
pub(crate) const BLOBS_MAX: usize = 1_000;
/// Those bytes.
pub(crate) const BLOB_BYTES_MAX: usize = 64 << 20;
/// Canvases that are drawn on.
pub(crate) const CANVASES_MAX: usize = 1_024;
/// Their pixels, all together: each is there up to four times.
pub(crate) const CANVAS_PIXELS_MAX: usize = 16 << 20;
/// The longest side of one.
pub(crate) const CANVAS_SIDE_MAX: u32 = 16_384;
/// Objects of a document that clients of the inspector hold.
pub(crate) const INSPECTED_OBJECTS_MAX: usize = 50_000;
/// Worlds of a document, the page's own among them.
pub(crate) const WORLDS_MAX: usize = 64;
/// Values in one that a client is given whole.
pub(crate) const INSPECTED_VALUES_MAX: usize = match cfg!(test) {
    true => 100_000,
    false => 2_000_000,
};
