//! The control pipe: a named pipe from which any shell can drive the browser.
//!
//! Owns: the pipe and the line that is still incomplete. Trusts: whoever may write to the pipe, as
//! much as the user at the keyboard. Never: blocks on a writer.

use anyhow::Context;
use nix::errno::Errno;
use protocol::input::InputEvent;
use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

const LINE_BYTES_MAX: usize = 64 * 1024;
/// Inputs that wait for the page to answer earlier ones.
pub const INPUTS_MAX: usize = 2 * LINE_BYTES_MAX;

/// The open pipe.
pub struct ControlFifo {
    file: File,
    path: PathBuf,
    made_here: bool,
    line: Vec<u8>,
    /// Not given to the core yet, so that none is dropped for being faster than a person.
    pub inputs: VecDeque<InputEvent>,
}

impl ControlFifo {
    /// Opens the pipe at `path`, made if it is not there.
    pub fn open(path: &Path) -> anyhow::Result<ControlFifo> {
        let shown = path.display();
        let mode = nix::sys::stat::Mode::S_IRUSR | nix::sys::stat::Mode::S_IWUSR;
        let made_here = match nix::unistd::mkfifo(path, mode) {
            Ok(()) => true,
            Err(Errno::EEXIST) => false,
            Err(error) => anyhow::bail!("--control-fifo {shown}: cannot be made: {error}"),
        };
        // Open for writing too, so that the last writer's end is no end of file.
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .custom_flags(libc::O_NONBLOCK)
            .open(path)
            .with_context(|| format!("--control-fifo {shown}: cannot be opened"))?;
        anyhow::ensure!(
            file.metadata()?.file_type().is_fifo(),
            "--control-fifo {shown}: this is not a named pipe"
        );
        Ok(ControlFifo {
            file,
            path: path.to_owned(),
            made_here,
            line: Vec::new(),
            inputs: VecDeque::new(),
        })
    }

    /// The whole lines that have come.
    pub fn read(&mut self) -> Vec<String> {
        let mut lines = Vec::new();
        let mut buffer = [0_u8; 4096];
        // A pipe's worth a turn: whoever floods it must not keep the loop from the children.
        for _ in 0..16 {
            let Ok(count @ 1..) = nix::unistd::read(&self.file, &mut buffer) else {
                break;
            };
            for &byte in &buffer[..count] {
                if byte == b'\n' {
                    lines.push(String::from_utf8_lossy(&self.line).trim().to_owned());
                    self.line.clear();
                } else if self.line.len() < LINE_BYTES_MAX {
                    self.line.push(byte);
                }
            }
        }
        lines.retain(|line| !line.is_empty());
        lines
    }
}

impl Drop for ControlFifo {
    fn drop(&mut self) {
        if self.made_here {
            // It may have been removed by its owner already.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

impl AsFd for ControlFifo {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }
}
