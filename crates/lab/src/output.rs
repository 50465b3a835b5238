//! What the person gets: lines on the terminal, and the file of the picture.
//!
//! Owns: the writing. Trusts: nobody to be reading. Never: panics because a reader has gone; leaves
//! an empty file where there was none.

use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

/// Writes to standard output. A reader that has gone wants no more.
pub fn say(text: &str) {
    let _ = io::stdout().write_all(text.as_bytes());
}

/// Writes a line to standard error.
pub fn complain(text: &str) {
    let _ = io::stderr().write_all(format!("{text}\n").as_bytes());
}

/// Says on standard error what is going on: one line that is written over, on a terminal.
pub fn progress(text: &str) {
    let line = if io::stderr().is_terminal() {
        format!("\r\x1b[K{text}")
    } else {
        format!("{text}\n")
    };
    let _ = io::stderr().write_all(line.as_bytes());
}

/// Takes the line of the progress away again.
pub fn progress_is_over() {
    if io::stderr().is_terminal() {
        let _ = io::stderr().write_all(b"\r\x1b[K");
    }
}

/// A file that is opened before the work and written after it.
#[derive(Debug)]
pub struct OutputFile {
    file: File,
    path: PathBuf,
    made_here: bool,
}

impl OutputFile {
    /// Opens it, so that what cannot be written is known at once.
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

    /// Writes all of it.
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
