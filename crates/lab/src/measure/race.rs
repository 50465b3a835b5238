//! The race: two processes write one buffer, first without a guard and then with each kind.
//!
//! A value is 64 equal words. Each process writes its own values and reads what it finds. If the
//! words differ, they are of two writes: the value is torn.

use crate::locks::{LOCK_BYTES, Mutex, Semaphore};
use crate::memory::Shared;
use crate::report::Race;
use crate::supervisor::{Pins, Supervisor, Trouble};
use protocol::geometry::{Rect, Size};
use protocol::ids::Generation;
use shm::{Consumer, Producer, SurfaceRegions};
use std::io;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

/// The race without a guard and with each.
pub fn run(supervisor: &Supervisor, pins: Pins) -> Result<Vec<Race>, Trouble> {
    let memory = Shared::new(MEMORY_BYTES)?;
    let mutex = Mutex::new(&memory, LOCK)?;
    let semaphore = Semaphore::new(&memory, LOCK + LOCK_BYTES, 1)?;
    let unguarded = |step: &mut dyn FnMut()| {
        step();
        Ok(())
    };
    let with_mutex = |step: &mut dyn FnMut()| {
        mutex.lock()?;
        step();
        mutex.unlock();
        Ok(())
    };
    let with_semaphore = |step: &mut dyn FnMut()| {
        semaphore.wait();
        step();
        semaphore.post();
        Ok(())
    };
    let mut free = two_writers(supervisor, pins, &memory, "nothing", unguarded)?;
    for _ in 0..MORE_RUNS {
        if free.torn > 0 {
            break;
        }
        // On a busy machine, the two may never have run at the same time.
        let more = two_writers(supervisor, pins, &memory, "nothing", unguarded)?;
        free.writes += more.writes;
        free.reads += more.reads;
        free.torn += more.torn;
        free.ns_per_write = more.ns_per_write;
    }
    Ok(vec![
        free,
        two_writers(supervisor, pins, &memory, "mutex", with_mutex)?,
        two_writers(supervisor, pins, &memory, "semaphore", with_semaphore)?,
        latch(supervisor, pins)?,
    ])
}

/// The report of one process: values read, torn values, and nanoseconds.
type Told = (u64, u64, u64);

fn two_writers(
    supervisor: &Supervisor,
    pins: Pins,
    memory: &Shared,
    guard: &str,
    guarded: impl Fn(&mut dyn FnMut()) -> io::Result<()>,
) -> Result<Race, Trouble> {
    memory.put(BUFFER, &value(0));
    let writer = |first: u64| {
        let (mut found, mut torn) = (value(0), 0);
        start_together(memory.word(READY));
        let start = Instant::now();
        for write in 0..WRITES {
            guarded(&mut || {
                memory.get(BUFFER, &mut found);
                torn += u64::from(is_torn(&found));
                memory.put(BUFFER, &value(first + 2 * write));
            })?;
        }
        let ns = u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
        io::Result::Ok((WRITES, torn, ns))
    };
    let mut alone_ns = u64::MAX;
    for _ in 0..ALONE_RUNS {
        // As if the other had come already.
        memory.word(READY).store(1, Ordering::Relaxed);
        let mut alone = supervisor.start::<Told>(pins.map(|(cpu, _)| cpu), || writer(0))?;
        alone_ns = alone_ns.min(supervisor.result(&mut alone)?.2);
    }
    memory.word(READY).store(0, Ordering::Relaxed);
    let mut one = supervisor.start::<Told>(pins.map(|(cpu, _)| cpu), || writer(0))?;
    let mut other = supervisor.start::<Told>(pins.map(|(_, cpu)| cpu), || writer(1))?;
    let one = supervisor.result(&mut one)?;
    let other = supervisor.result(&mut other)?;
    Ok(Race {
        guard: guard.to_owned(),
        writes: 2 * WRITES,
        reads: one.0 + other.0,
        torn: one.1 + other.1,
        ns_per_write: one.2.max(other.2) / WRITES,
        alone_ns_per_write: alone_ns / WRITES,
    })
}

/// The browser's way: no process writes where another reads. One side publishes values as fast as
/// it can, the other takes the newest.
fn latch(supervisor: &Supervisor, pins: Pins) -> Result<Race, Trouble> {
    let regions = SurfaceRegions::create(VALUE_SIZE)?;
    let words = Shared::new(MEMORY_BYTES)?;
    let (regions, words) = (&regions, &words);
    let cpu = pins.map(|(cpu, _)| cpu);
    let mut alone_ns = u64::MAX;
    for _ in 0..ALONE_RUNS {
        // In new regions, as for every producer.
        let regions = SurfaceRegions::create(VALUE_SIZE)?;
        words.word(READY).store(1, Ordering::Relaxed);
        let mut alone = supervisor.start::<Told>(cpu, || publish_all(&regions, words))?;
        alone_ns = alone_ns.min(supervisor.result(&mut alone)?.2);
    }
    words.word(OVER).store(0, Ordering::Relaxed);
    words.word(READY).store(0, Ordering::Relaxed);
    let mut producer = supervisor.start::<Told>(cpu, move || publish_all(regions, words))?;
    let mut consumer = supervisor.start::<Told>(pins.map(|(_, cpu)| cpu), move || {
        let (pixels, latch) = (regions.pixels.read_only()?, regions.latch.dup()?);
        let consumer = Consumer::new(pixels, latch, VALUE_SIZE, GENERATION);
        let mut consumer = consumer.map_err(io::Error::other)?;
        let (mut reads, mut torn) = (0, 0);
        let mut row = [0; VALUE_SIZE.width as usize];
        start_together(words.word(READY));
        loop {
            let over = words.word(OVER).load(Ordering::Acquire) == 1;
            let taken = consumer
                .take()
                .map_err(|it| io::Error::other(format!("{it:?}")))?;
            if taken.is_some() {
                consumer.read_row_xrgb(0, 0, &mut row);
                reads += 1;
                // Each word of a value is two pixels, so pixels repeat with period two.
                torn += u64::from((2..row.len()).any(|at| row[at] != row[at - 2]));
            } else if over {
                return Ok((reads, torn, 0));
            }
        }
    })?;
    let (_, _, ns) = supervisor.result(&mut producer)?;
    let (reads, torn, _) = supervisor.result(&mut consumer)?;
    Ok(Race {
        guard: "latch".to_owned(),
        writes: WRITES,
        reads,
        torn,
        ns_per_write: ns / WRITES,
        alone_ns_per_write: alone_ns / WRITES,
    })
}

fn publish_all(regions: &SurfaceRegions, words: &Shared) -> io::Result<Told> {
    let (pixels, latch) = (regions.pixels.dup()?, regions.latch.dup()?);
    let producer = Producer::new(pixels, latch, VALUE_SIZE, GENERATION);
    let mut producer = producer.map_err(io::Error::other)?;
    let whole = [Rect::from_size(VALUE_SIZE)];
    start_together(words.word(READY));
    let start = Instant::now();
    for write in 0..WRITES {
        producer.back().copy_from_slice(&value(write));
        producer.publish(&whole);
    }
    let ns = u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
    words.word(OVER).store(1, Ordering::Release);
    Ok((0, 0, ns))
}

/// Returns once both processes have called this.
fn start_together(ready: &AtomicU32) {
    ready.fetch_add(1, Ordering::AcqRel);
    while ready.load(Ordering::Acquire) < 2 {
        std::thread::yield_now();
    }
}

/// A value: the same word throughout.
fn value(word: u64) -> [u8; VALUE_BYTES] {
    let mut bytes = [0; VALUE_BYTES];
    for chunk in bytes.chunks_exact_mut(8) {
        chunk.copy_from_slice(&word.to_le_bytes());
    }
    bytes
}

fn is_torn(bytes: &[u8]) -> bool {
    bytes.chunks_exact(8).any(|chunk| chunk != &bytes[..8])
}

const VALUE_BYTES: usize = 512;
/// The same as a picture, in one row.
const VALUE_SIZE: Size = Size::new(128, 1);
const GENERATION: Generation = Generation(1);
const WRITES: u64 = 200_000;
const MORE_RUNS: u32 = 20;
/// Runs, of which the fastest counts: other load can only slow one down.
const ALONE_RUNS: u32 = 3;
const BUFFER: usize = 0;
const READY: usize = 1024;
const OVER: usize = 1088;
const LOCK: usize = 2048;
const MEMORY_BYTES: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_whole_until_another_begins_in_it() {
        let mut bytes = value(7);
        assert!(!is_torn(&bytes));
        bytes[256..].copy_from_slice(&value(8)[256..]);
        assert!(is_torn(&bytes));
    }
}
