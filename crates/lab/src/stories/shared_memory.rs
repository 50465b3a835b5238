//! A parent writes into memory that its child shares, and wakes the child by a semaphore in the
//! same memory.

use super::step::{fork_part, step, step_asleep, step_ended};
use crate::locks::{LOCK_BYTES, Semaphore};
use crate::memory::Shared;
use std::io;

/// Runs the program.
pub fn run() -> io::Result<()> {
    let memory = Shared::new(4096)?;
    let rung = Semaphore::new(&memory, 0, 0)?;
    step(
        "parent",
        "mmap MAP_SHARED: one page, and a semaphore at its start; fork",
    );
    let mut child = fork_part("child", || {
        step("child", "sem_wait: waits for the parent");
        rung.wait();
        let mut text = [0; TEXT.len()];
        memory.get(LOCK_BYTES, &mut text);
        let text = String::from_utf8_lossy(&text);
        step(
            "child",
            &format!("reads {text:?} from the page: no call, no copy by the kernel"),
        );
        Ok(())
    })?;
    step_asleep("parent", "child", child.pid());
    memory.put(LOCK_BYTES, TEXT);
    step(
        "parent",
        "writes into the page: the child's page is the same memory",
    );
    rung.post();
    step("parent", "sem_post: wakes the child");
    step_ended("parent", &mut child)
}

const TEXT: &[u8] = b"a frame";
