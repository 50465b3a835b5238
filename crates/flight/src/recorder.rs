//! The recorder of this process: what the other crates call. Before [`install`], and without the
//! feature `on`, each call does nothing.

use crate::name::{Name, Step};
use crate::record::{Kind, Record};
use crate::writer::Writer;
use nix::time::{ClockId, clock_gettime};
use std::cell::Cell;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

/// Whether this program was built with the recorder.
pub const ENABLED: bool = cfg!(feature = "on");

static WRITER: OnceLock<Writer<&'static [AtomicU64]>> = OnceLock::new();
static THREADS: AtomicU8 = AtomicU8::new(0);

thread_local! {
    /// The number of this thread, once it has one.
    static THREAD: Cell<Option<u8>> = const { Cell::new(None) };
}

/// Has this process write into that ring from now on. False if it writes into another one already,
/// or if the memory is no ring.
pub fn install(words: &'static [AtomicU64]) -> bool {
    ENABLED && Writer::new(words).is_some_and(|writer| WRITER.set(writer).is_ok())
}

/// The ring of this process, for attack tests.
pub fn installed() -> Option<&'static [AtomicU64]> {
    WRITER.get().map(Writer::words)
}

/// The time now, as in a record.
pub fn now_ns() -> u64 {
    let Ok(time) = clock_gettime(ClockId::CLOCK_MONOTONIC) else {
        return 0;
    };
    let seconds = u64::try_from(time.tv_sec()).unwrap_or(0);
    let rest = u64::try_from(time.tv_nsec()).unwrap_or(0);
    seconds.wrapping_mul(1_000_000_000).wrapping_add(rest)
}

/// The time at which something began that may have to be recorded.
#[derive(Clone, Copy, Debug)]
pub struct Began(Option<u64>);

/// Now, if this process records.
#[inline]
pub fn began() -> Began {
    Began((ENABLED && WRITER.get().is_some()).then(now_ns))
}

/// A message was sent: begun then, on that end, as the `ordinal`-th.
#[inline]
pub fn sent(began: Began, name: Name, (edge, ordinal): (u32, u32), bytes: usize, handles: usize) {
    message(Kind::Sent, began, name, (edge, ordinal), bytes, handles);
}

/// A message was received: complete then, on that end, as the `ordinal`-th.
#[inline]
pub fn received(
    came: Began,
    name: Name,
    (edge, ordinal): (u32, u32),
    bytes: usize,
    handles: usize,
) {
    message(Kind::Received, came, name, (edge, ordinal), bytes, handles);
}

#[inline]
fn message(
    kind: Kind,
    began: Began,
    name: Name,
    (edge, ordinal): (u32, u32),
    bytes: usize,
    handles: usize,
) {
    let Began(Some(time_ns)) = began else { return };
    write(Record {
        time_ns,
        name,
        edge,
        ordinal,
        bytes: u32::try_from(bytes).unwrap_or(u32::MAX),
        handles: u8::try_from(handles).unwrap_or(u8::MAX),
        ..Record::new(kind)
    });
}

/// Something happened.
pub fn mark(step: Step, argument: u32) {
    step_record(Kind::Mark, step, argument);
}

/// A step begins, and ends when the result is dropped.
#[must_use]
pub fn span(step: Step, argument: u32) -> impl Drop {
    step_record(Kind::Begun, step, argument);
    Span(step, argument)
}

struct Span(Step, u32);

impl Drop for Span {
    fn drop(&mut self) {
        step_record(Kind::Ended, self.0, self.1);
    }
}

/// A frame was handed over, with so many changed pixels.
pub fn frame_published(surface: u32, generation: u32, sequence: u32, pixels: u64) {
    frame(Kind::Published, surface, generation, sequence, pixels);
}

/// A frame was taken over.
pub fn frame_taken(surface: u32, generation: u32, sequence: u32, pixels: u64) {
    frame(Kind::Taken, surface, generation, sequence, pixels);
}

fn frame(kind: Kind, surface: u32, generation: u32, sequence: u32, pixels: u64) {
    let Began(Some(time_ns)) = began() else {
        return;
    };
    write(Record {
        time_ns,
        name: Name::step(Step::Frame),
        edge: surface,
        ordinal: sequence,
        bytes: u32::try_from(pixels).unwrap_or(u32::MAX),
        argument: generation,
        ..Record::new(kind)
    });
}

fn step_record(kind: Kind, step: Step, argument: u32) {
    let Began(Some(time_ns)) = began() else {
        return;
    };
    write(Record {
        time_ns,
        name: Name::step(step),
        argument,
        ..Record::new(kind)
    });
}

#[inline]
fn write(record: Record) {
    if let Some(writer) = WRITER.get() {
        writer.write(&Record {
            thread: thread(),
            ..record
        });
    }
}

/// The number of this thread; those beyond the 255th share one.
#[inline]
fn thread() -> u8 {
    THREAD.get().unwrap_or_else(|| {
        let add_one = |count: u8| Some(count.saturating_add(1));
        let number = THREADS.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add_one);
        let number = number.unwrap_or(u8::MAX);
        THREAD.set(Some(number));
        number
    })
}
