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
/// Most inputs that wait until the page has answered earlier ones.
pub const INPUTS_MAX: usize = 2 * LINE_BYTES_MAX;

/// The open pipe.
pub struct ControlFifo {
    file: File,
    path: PathBuf,
    made_here: bool,
    line: Vec<u8>,
    /// Inputs that the core has not taken yet; a script can be faster than a page.
    pub inputs: VecDeque<InputEvent>,
}

impl ControlFifo {
    /// Opens the pipe at `path`; creates it if it does not exist.
    pub fn open(path: &Path) -> anyhow::Result<ControlFifo> {
        let shown = path.display();
        let mode = nix::sys::stat::Mode::S_IRUSR | nix::sys::stat::Mode::S_IWUSR;
        let made_here = match nix::unistd::mkfifo(path, mode) {
            Ok(()) => true,
            Err(Errno::EEXIST) => false,
            Err(error) => anyhow::bail!("--control-fifo {shown}: cannot create the pipe: {error}"),
        };
        // Also open for writing, so that no end of file follows the last writer.
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .custom_flags(libc::O_NONBLOCK)
            .open(path)
            .with_context(|| format!("--control-fifo {shown}: cannot open the pipe"))?;
        anyhow::ensure!(
            file.metadata()?.file_type().is_fifo(),
            "--control-fifo {shown}: not a named pipe"
        );
        Ok(ControlFifo {
            file,
            path: path.to_owned(),
            made_here,
            line: Vec::new(),
            inputs: VecDeque::new(),
        })
    }

    /// Reads the complete lines that have arrived.
    pub fn read(&mut self) -> Vec<String> {
        let mut lines = Vec::new();
        let mut buffer = [0_u8; 4096];
        // At most one full pipe per turn: a flood must not keep the loop from the children.
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
            // Its owner may have removed it already.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

impl AsFd for ControlFifo {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }
}
