//! Two processes that share only a name communicate through a named pipe.
//!
//! Trusts: the folder to belong to this user alone. Never: leaves the name behind.

use super::step::{fork_part, step, step_asleep, step_ended};
use nix::sys::stat::Mode;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;

/// Runs the program.
pub fn run(path: &Path) -> io::Result<()> {
    let shown = path.display();
    nix::unistd::mkfifo(path, Mode::S_IRUSR | Mode::S_IWUSR)?;
    step(
        "parent",
        &format!("mkfifo {shown}: any process that may open this name can join"),
    );
    let mut child = fork_part("reader", || {
        step(
            "reader",
            "open for reading: waits until a process opens it for writing",
        );
        let mut pipe = File::open(path)?;
        let mut text = String::new();
        pipe.read_to_string(&mut text)?;
        step("reader", &format!("got {text:?}, then end of file"));
        Ok(())
    })?;
    step_asleep("parent", "reader", child.pid());
    let mut pipe = OpenOptions::new().write(true).open(path)?;
    step(
        "parent",
        "open for writing: both ends are open, so both processes go on",
    );
    pipe.write_all(b"kill 2\n")?;
    step("parent", "write: 7 bytes; then close");
    drop(pipe);
    let ended = step_ended("parent", &mut child);
    fs::remove_file(path)?;
    step("parent", "unlink: the name is gone");
    ended
}
