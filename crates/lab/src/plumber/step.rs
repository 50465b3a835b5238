//! The steps that a user can take, and their words: the same in the terminal, in a script and in
//! the browser.

use std::fmt;

/// Most bytes that one step writes, reads or sets as capacity.
pub const STEP_BYTES_MAX: u32 = 4 * 1024 * 1024;

/// One step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The writer writes this many bytes.
    Write(u32),
    /// The writer writes until the next command.
    Flood,
    /// The writer stops writing.
    Stop,
    /// The reader reads until it has this many bytes.
    Read(u32),
    /// The reader reads all bytes that are in the pipe now.
    ReadAll,
    /// The reader reads only on command.
    Pause,
    /// The reader reads continuously, but slowly.
    Resume,
    /// The buffer gets that capacity, if the kernel allows it.
    Resize(u32),
    /// The writer ignores SIGPIPE (`true`), or is ended by it.
    IgnoreSigpipe(bool),
    /// The reader exits.
    ReaderLeaves,
    /// The writer exits.
    WriterLeaves,
    /// A new pipe and two new processes.
    Again,
}

/// Where a button belongs in a picture of the pipe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Beside the writer.
    Writer,
    /// Beside the reader.
    Reader,
    /// Below the picture.
    Whole,
}

/// A step with a key, the same in the terminal and in the browser.
#[derive(Clone, Copy, Debug)]
pub struct Button {
    /// The key.
    pub key: char,
    /// The label.
    pub label: &'static str,
    /// The step.
    pub step: Step,
    /// Where the button belongs.
    pub place: Place,
}

/// All buttons. Halving and doubling the buffer depend on its size, so they are not here.
pub const BUTTONS: [Button; 14] = [
    button('1', "write 1 byte", Step::Write(1), Place::Writer),
    button('4', "write 4 KiB", Step::Write(4096), Place::Writer),
    button('f', "flood", Step::Flood, Place::Writer),
    button('s', "stop writing", Step::Stop, Place::Writer),
    button('r', "read 1 byte", Step::Read(1), Place::Reader),
    button('k', "read 4 KiB", Step::Read(4096), Place::Reader),
    button('a', "read all", Step::ReadAll, Place::Reader),
    button('p', "pause reader", Step::Pause, Place::Reader),
    button('c', "resume reader", Step::Resume, Place::Reader),
    button(
        'd',
        "SIGPIPE kills",
        Step::IgnoreSigpipe(false),
        Place::Writer,
    ),
    button(
        'i',
        "ignore SIGPIPE",
        Step::IgnoreSigpipe(true),
        Place::Writer,
    ),
    button('x', "reader leaves", Step::ReaderLeaves, Place::Reader),
    button('w', "writer leaves", Step::WriterLeaves, Place::Writer),
    button('n', "start again", Step::Again, Place::Whole),
];

const fn button(key: char, label: &'static str, step: Step, place: Place) -> Button {
    Button {
        key,
        label,
        step,
        place,
    }
}

/// The answer to `help`.
pub const HELP: &str = "\
write BYTES | flood | stop | read BYTES | read all | pause | resume | resize BYTES
sigpipe ignore | sigpipe default | reader leaves | writer leaves | again";

impl Step {
    /// Parses the words of a step.
    ///
    /// # Errors
    /// The words are no step, or the number of bytes is out of range; the text tells which.
    pub fn parse(text: &str) -> Result<Step, String> {
        let words: Vec<&str> = text.split_ascii_whitespace().collect();
        Ok(match words[..] {
            ["write", count] => Step::Write(bytes(count)?),
            ["flood"] => Step::Flood,
            ["stop"] => Step::Stop,
            ["read", "all"] => Step::ReadAll,
            ["read", count] => Step::Read(bytes(count)?),
            ["pause"] => Step::Pause,
            ["resume"] => Step::Resume,
            ["resize", count] => Step::Resize(bytes(count)?),
            ["sigpipe", "ignore"] => Step::IgnoreSigpipe(true),
            ["sigpipe", "default"] => Step::IgnoreSigpipe(false),
            ["reader", "leaves"] => Step::ReaderLeaves,
            ["writer", "leaves"] => Step::WriterLeaves,
            ["again"] => Step::Again,
            _ => return Err(format!("{text:?} is no step; there are\n{HELP}")),
        })
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::Write(bytes) => write!(f, "write {bytes}"),
            Step::Flood => f.write_str("flood"),
            Step::Stop => f.write_str("stop"),
            Step::Read(bytes) => write!(f, "read {bytes}"),
            Step::ReadAll => f.write_str("read all"),
            Step::Pause => f.write_str("pause"),
            Step::Resume => f.write_str("resume"),
            Step::Resize(bytes) => write!(f, "resize {bytes}"),
            Step::IgnoreSigpipe(true) => f.write_str("sigpipe ignore"),
            Step::IgnoreSigpipe(false) => f.write_str("sigpipe default"),
            Step::ReaderLeaves => f.write_str("reader leaves"),
            Step::WriterLeaves => f.write_str("writer leaves"),
            Step::Again => f.write_str("again"),
        }
    }
}

fn bytes(text: &str) -> Result<u32, String> {
    match text.parse() {
        Ok(bytes @ 1..=STEP_BYTES_MAX) => Ok(bytes),
        _ => Err(format!(
            "{text:?} is no number of bytes from 1 to {STEP_BYTES_MAX}"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_step_is_called_means_that_step() {
        let steps = BUTTONS.map(|button| button.step);
        for step in steps.into_iter().chain([Step::Resize(STEP_BYTES_MAX)]) {
            assert_eq!(Step::parse(&step.to_string()), Ok(step));
        }
    }

    #[test]
    fn what_means_nothing_or_too_much_is_refused_with_a_reason() {
        for text in [
            "",
            "writ 1",
            "write",
            "write x",
            "write -1",
            "write 0",
            "read 99999999",
        ] {
            let reason = Step::parse(text).expect_err(text);
            assert!(reason.contains(" is no "), "{reason}");
        }
    }
}
