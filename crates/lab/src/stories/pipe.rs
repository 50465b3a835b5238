//! A parent greets its child through an anonymous pipe.
//!
//! Each process closes the end that it does not use; otherwise the reader would never see the end
//! of file.

use super::step::{fork_part, step, step_asleep, step_ended};
use crate::link::pipe;
use std::fs::File;
use std::io::{self, Read, Write};

/// Runs the program.
pub fn run() -> io::Result<()> {
    let (reader, writer) = pipe()?;
    step(
        "parent",
        "pipe2: a pipe, with a read end and a write end; then fork",
    );
    // Both processes have both ends after the fork; each closes the one that it does not use.
    let mut unused = Some(writer);
    let mut child = fork_part("child", || {
        drop(unused.take());
        let mut text = String::new();
        step("child", "read: waits for a greeting");
        File::from(reader).read_to_string(&mut text)?;
        step(
            "child",
            &format!("got {text:?}, then end of file: no writer is left"),
        );
        Ok(())
    })?;
    step_asleep("parent", "child", child.pid());
    let mut writer = File::from(unused.take().expect("taken in the child only"));
    writer.write_all(b"hello from your parent")?;
    step("parent", "write: 22 bytes; then close");
    drop(writer);
    step_ended("parent", &mut child)
}
