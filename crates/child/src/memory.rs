//! Gives back the memory that a process holds and does not use: what malloc has free, and what the
//! stack touched when it was deeper.
//!
//! Never: gives back what is in use; runs in a loop of its own: a process does it when it comes to
//! rest, as the end of other work.
#![allow(unsafe_code, reason = "malloc_trim, and madvise on the stack")]

use nix::sys::resource::{Resource, getrlimit};
use std::hint::black_box;
use std::ops::Range;
use std::sync::OnceLock;

/// How far down the stack is looked after. The usual limit is 8 MiB, most of it never touched.
const STACK_BYTES_MAX: usize = 1024 * 1024;
/// Left alone below the present end of the stack, for the calls that give back.
const STACK_MARGIN_BYTES: usize = 16 * 1024;
const PAGE_BYTES: usize = 4096;

/// Addresses that only the stack of the first thread can have.
static STACK: OnceLock<Range<usize>> = OnceLock::new();

/// Notes where the stack of this thread is, which must be the first one.
pub(crate) fn note_stack() {
    let limit = getrlimit(Resource::RLIMIT_STACK).map_or(0, |(soft, _)| soft);
    // The kernel keeps everything else as far below the stack as its limit says. Arguments and
    // environment, above the first frame, have at most three quarters of it.
    let room = usize::try_from(limit / 8).unwrap_or(usize::MAX);
    let top = here();
    let low = top.saturating_sub(room.min(STACK_BYTES_MAX));
    STACK.get_or_init(|| low..top);
}

/// Gives back what is unused. Takes about a millisecond; what is used again is touched anew.
pub fn give_back() {
    #[cfg(target_env = "gnu")]
    // SAFETY: any thread may call it at any time; it touches only memory that malloc has free.
    unsafe {
        libc::malloc_trim(0);
    }
    give_stack_back();
}

#[inline(never)]
fn give_stack_back() {
    let end = (here() - STACK_MARGIN_BYTES) & !(PAGE_BYTES - 1);
    let Some(low) = STACK.get().filter(|stack| stack.contains(&end)) else {
        return;
    };
    let low = low.start.next_multiple_of(PAGE_BYTES);
    let Some(bytes) = end.checked_sub(low) else {
        return;
    };
    // SAFETY: the range ends below all frames of this thread, with a margin for the call itself,
    // and signal handlers have a stack of their own. `note_stack` has kept to addresses that are
    // the stack's alone, and this thread is the stack's: `end` lies in it. The part that the stack
    // has never reached is not mapped, which the call reports and skips.
    unsafe {
        libc::madvise(
            std::ptr::without_provenance_mut(low),
            bytes,
            libc::MADV_DONTNEED,
        );
    }
}

/// An address in the frame of a function that has just been called.
#[inline(never)]
fn here() -> usize {
    let local = 0_u8;
    black_box(&raw const local).addr()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn giving_back_keeps_what_is_in_use() {
        let kept: Vec<Vec<u8>> = (0..64_usize).map(|n| vec![7; 1000 * n]).collect();
        let on_stack = black_box([9_u8; 4096]);
        give_back();
        assert!(kept.iter().flatten().all(|&byte| byte == 7));
        assert!(black_box(on_stack).iter().all(|&byte| byte == 9));
    }

    #[test]
    fn a_thread_that_is_not_the_first_has_no_stack_to_give() {
        note_stack();
        let other = std::thread::spawn(|| {
            let stack = STACK.get().expect("noted").clone();
            let own = here();
            give_back();
            stack.contains(&own)
        });
        assert!(!other.join().expect("it ends"));
    }
}
