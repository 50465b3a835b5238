//! The lab's output: lines on the terminal, and the file of the picture.
//!
//! Never: panics because a reader has gone, or leaves a new file empty.

use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

/// Writes to standard output; ignores a reader that has gone.
pub fn say(text: &str) {
    let _ = io::stdout().write_all(text.as_bytes());
}

/// Writes a line to standard error.
pub fn complain(text: &str) {
    let _ = io::stderr().write_all(format!("{text}\n").as_bytes());
}

/// Shows progress on standard error; on a terminal, each line replaces the last one.
pub fn progress(text: &str) {
    let line = if io::stderr().is_terminal() {
        format!("\r\x1b[K{text}")
    } else {
        format!("{text}\n")
    };
    let _ = io::stderr().write_all(line.as_bytes());
}

/// Clears the progress line.
pub fn progress_is_over() {
    if io::stderr().is_terminal() {
        let _ = io::stderr().write_all(b"\r\x1b[K");
    }
}

/// A file opened before the measurements and written after them.
#[derive(Debug)]
pub struct OutputFile {
    file: File,
    path: PathBuf,
    made_here: bool,
}

impl OutputFile {
    /// Opens the file, so that a failure is known at once.
    pub fn open(path: &Path) -> io::Result<OutputFile> {
        let mut options = OpenOptions::new();
        options.write(true);
        let (file, made_here) = match options.clone().create_new(true).open(path) {
            Ok(file) => (file, true),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                (options.open(path)?, false)
            }
            Err(error) => return Err(error),
        };
        Ok(OutputFile {
            file,
            path: path.to_owned(),
            made_here,
        })
    }

    /// Replaces the content of the file.
    pub fn write(mut self, text: &str) -> io::Result<()> {
        // A pipe or a terminal has no length to set.
        let _ = self.file.set_len(0);
        self.file.write_all(text.as_bytes())?;
        self.made_here = false;
        Ok(())
    }
}

impl Drop for OutputFile {
    fn drop(&mut self) {
        if self.made_here {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
