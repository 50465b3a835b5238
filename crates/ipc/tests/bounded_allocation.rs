//! Decoding hostile bytes allocates a bounded amount of memory, whatever lengths they claim.

mod support;

use ipc::catalogue::ENTRIES;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    static LIVE: Cell<usize> = const { Cell::new(0) };
    static PEAK: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: everything is passed on to the system's allocator; the counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ = LIVE.try_with(|live| {
            live.set(live.get() + layout.size());
            let _ = PEAK.try_with(|peak| peak.set(peak.get().max(live.get())));
        });
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        let _ = LIVE.try_with(|live| live.set(live.get().saturating_sub(layout.size())));
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// serde reserves at most 1 MiB for a list on its word; such reservations do not nest deeper than
/// two lists, and what has really been decoded is at most a few times the bytes.
const BYTES_MAX: usize = 4 * 1024 * 1024;

fn peak_of(entry: &ipc::catalogue::Entry, bytes: &[u8]) -> usize {
    let before = LIVE.get();
    PEAK.set(before);
    let _ = (entry.exercise)(bytes);
    PEAK.get() - before
}

#[test]
fn a_claimed_length_is_not_believed() {
    // 253 announces a 64-bit number in bincode's variable-length form: the length of whatever list
    // or string comes first, after each variant and up to four numbers.
    for entry in ENTRIES {
        for variant in 0..24 {
            for numbers in 0..5 {
                let mut bytes = vec![variant];
                bytes.extend(std::iter::repeat_n(1, numbers));
                bytes.push(253);
                bytes.extend((1u64 << 40).to_le_bytes());
                bytes.extend([1; 64]);
                let peak = peak_of(entry, &bytes);
                assert!(peak <= BYTES_MAX, "{} allocated {peak}", entry.name);
            }
        }
    }
}

#[test]
fn noise_of_the_largest_size_stays_within_the_bound() {
    for (seed, entry) in (0..).zip(ENTRIES) {
        for variant in 0..24 {
            let mut bytes = support::noise(seed, 65_536);
            bytes[0] = variant;
            // Small numbers make long lists of short things more likely.
            bytes[1..].iter_mut().for_each(|byte| *byte %= 4);
            let peak = peak_of(entry, &bytes);
            assert!(peak <= BYTES_MAX, "{} allocated {peak}", entry.name);
        }
    }
}
