//! The pipe and its two processes, as the one who started them sees and drives them.
//!
//! Owns: both processes, which end with it, and a socket to each. Trusts: the kernel for what they
//! do, themselves for what they mean to do. Never: holds an end of the pipe, for then the other one
//! would not be told that its peer has left; never waits longer than it was told to.

use super::end::{INTERRUPT, MESSAGE_BYTES_MAX};
use super::sight::{self, Sight};
use super::snapshot::{EndView, Pipe, Snapshot, grouped};
use super::step::Step;
use super::system;
use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::signal::{Signal, kill};
use nix::sys::socket::{AddressFamily, MsgFlags, SockFlag, SockType, recv, send, socketpair};
use nix::unistd::{Pid, pipe2};
use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// How long to wait for both ends to come to rest after a step.
pub(super) const SETTLE: Duration = Duration::from_millis(400);
/// How long [`Plumbing::settle`] pauses between two looks.
const LOOK_AGAIN: Duration = Duration::from_millis(2);

/// A pipe between two processes.
pub struct Plumbing {
    program: PathBuf,
    writer: End,
    reader: End,
    is_sigpipe_ignored: bool,
    remark: String,
}

/// One of the processes.
struct End {
    child: Child,
    socket: OwnedFd,
    /// Commands that were sent, and those that it says it has heard.
    sent: u64,
    heard: u64,
    /// Whether it has said a word: before, a signal would end it.
    is_awake: bool,
    bytes: u64,
    intent: String,
    last: String,
    ended: Option<ExitStatus>,
}

impl Plumbing {
    /// Starts both ends by executing `program`, which must be Bulkhead. The reader reads by itself,
    /// so it sleeps at once: the pipe is empty.
    ///
    /// # Errors
    /// No pipe, socket or process could be had.
    pub fn start(program: &Path) -> io::Result<Plumbing> {
        let (read_end, write_end) = pipe2(OFlag::O_CLOEXEC)?;
        let writer = End::start(program, "writer", |socket| [socket, write_end])?;
        let mut reader = End::start(program, "reader", |socket| [read_end, socket])?;
        reader.tell("endless");
        Ok(Plumbing {
            program: program.to_owned(),
            writer,
            reader,
            is_sigpipe_ignored: false,
            remark: String::new(),
        })
    }

    /// Takes one step. What was refused, and why, stands in the next snapshot's remark.
    pub fn take(&mut self, step: Step) {
        self.remark = match self.try_take(step) {
            Ok(()) => String::new(),
            Err(reason) => reason,
        };
    }

    fn try_take(&mut self, step: Step) -> Result<(), String> {
        match step {
            Step::Write(bytes) => self.writer.command(&format!("move {bytes}"), "writer")?,
            Step::Flood => self.writer.command("endless", "writer")?,
            Step::Stop => self.writer.command("idle", "writer")?,
            Step::Read(bytes) => self.reader.command(&format!("move {bytes}"), "reader")?,
            Step::ReadAll => match self.pipe().map(|pipe| pipe.queued) {
                Some(0) => return Err("there is nothing to read now".to_owned()),
                Some(bytes) => self.reader.command(&format!("move {bytes}"), "reader")?,
                None => return Err("the pipe cannot be looked into".to_owned()),
            },
            Step::Pause => self.reader.command("idle", "reader")?,
            Step::Resume => self.reader.command("endless", "reader")?,
            Step::Resize(bytes) => return self.resize(bytes),
            Step::IgnoreSigpipe(ignored) => {
                let word = format!("sigpipe {}", u8::from(ignored));
                self.writer.command(&word, "writer")?;
                self.is_sigpipe_ignored = ignored;
            }
            Step::ReaderLeaves => self.reader.command("leave", "reader")?,
            Step::WriterLeaves => self.writer.command("leave", "writer")?,
            Step::Again => {
                *self = Plumbing::start(&self.program)
                    .map_err(|error| format!("it cannot be started again: {error}"))?;
            }
        }
        Ok(())
    }

    /// See `F_SETPIPE_SZ` in fcntl(2).
    fn resize(&mut self, bytes: u32) -> Result<(), String> {
        let pipe = self
            .open_pipe()
            .ok_or("there is no pipe to resize: start again")?;
        let wanted = i32::try_from(bytes).unwrap_or(i32::MAX);
        match fcntl(&pipe, FcntlArg::F_SETPIPE_SZ(wanted)) {
            Ok(_) => Ok(()),
            Err(Errno::EBUSY) => Err(format!(
                "EBUSY: what lies in the pipe has no room in {} bytes",
                grouped(u64::from(bytes))
            )),
            Err(Errno::EPERM) => Err(format!(
                "EPERM: {} bytes are more than this user may have \
                 (/proc/sys/fs/pipe-max-size, pipe-user-pages-soft)",
                grouped(u64::from(bytes))
            )),
            Err(error) => Err(format!("{error:?}: {}", error.desc())),
        }
    }

    /// How things stand now.
    pub fn snapshot(&mut self) -> Snapshot {
        self.writer.catch_up();
        self.reader.catch_up();
        Snapshot {
            pipe: self.pipe(),
            writer: self.writer.view(),
            reader: self.reader.view(),
            is_sigpipe_ignored: self.is_sigpipe_ignored,
            remark: self.remark.clone(),
        }
    }

    /// How things stand once both ends have come to rest, or when the time is over: a flood into a
    /// pipe that is being read never rests.
    pub fn settle(&mut self, at_most: Duration) -> Snapshot {
        let deadline = Instant::now() + at_most;
        let mut before = self.snapshot();
        loop {
            std::thread::sleep(LOOK_AGAIN);
            let now = self.snapshot();
            let has_heard = self.writer.has_heard_all() && self.reader.has_heard_all();
            if (has_heard && now.is_at_rest() && now == before) || Instant::now() >= deadline {
                return now;
            }
            before = now;
        }
    }

    fn pipe(&self) -> Option<Pipe> {
        let pipe = self.open_pipe()?;
        let capacity = fcntl(&pipe, FcntlArg::F_GETPIPE_SZ).ok()?;
        Some(Pipe {
            queued: system::bytes_queued(pipe.as_fd()).ok()?,
            capacity: u64::try_from(capacity).ok()?,
        })
    }

    /// The pipe by one of its living ends, for a moment; an end of the kind that is there already,
    /// so that nobody is told of a peer that has none.
    fn open_pipe(&self) -> Option<File> {
        if let Some(pid) = self.writer.living() {
            let mut options = OpenOptions::new();
            options.write(true).custom_flags(libc::O_NONBLOCK);
            if let Ok(file) = options.open(format!("/proc/{pid}/fd/1")) {
                return Some(file);
            }
        }
        let mut options = OpenOptions::new();
        options.read(true).custom_flags(libc::O_NONBLOCK);
        let pid = self.reader.living()?;
        options.open(format!("/proc/{pid}/fd/0")).ok()
    }
}

impl End {
    /// `descriptors`: from its socket to its standard input and output.
    fn start(
        program: &Path,
        side: &str,
        descriptors: impl FnOnce(OwnedFd) -> [OwnedFd; 2],
    ) -> io::Result<End> {
        let (ours, theirs) = socketpair(
            AddressFamily::Unix,
            SockType::SeqPacket,
            None,
            SockFlag::SOCK_CLOEXEC,
        )?;
        let [input, output] = descriptors(theirs);
        let child = Command::new(program)
            .args(["lab", "plumber", "--end", side, "--parent"])
            .arg(std::process::id().to_string())
            .env_clear()
            .stdin(Stdio::from(input))
            .stdout(Stdio::from(output))
            .spawn()?;
        Ok(End {
            child,
            socket: ours,
            sent: 0,
            heard: 0,
            is_awake: false,
            bytes: 0,
            intent: "idle".to_owned(),
            last: "nothing yet".to_owned(),
            ended: None,
        })
    }

    fn living(&self) -> Option<u32> {
        self.ended.is_none().then(|| self.child.id())
    }

    fn command(&mut self, text: &str, name: &str) -> Result<(), String> {
        self.catch_up();
        if self.ended.is_some() {
            return Err(format!("the {name} is gone: start again"));
        }
        self.tell(text);
        Ok(())
    }

    /// A command that cannot be delivered is one to a process that dies right now.
    fn tell(&mut self, text: &str) {
        let flags = MsgFlags::MSG_NOSIGNAL | MsgFlags::MSG_DONTWAIT;
        if send(self.socket.as_raw_fd(), text.as_bytes(), flags).is_ok() {
            self.sent += 1;
            self.interrupt();
        }
    }

    fn has_heard_all(&self) -> bool {
        self.ended.is_some() || self.heard >= self.sent
    }

    /// Ends its sleep in the pipe. It may have come too early, between its look for commands and
    /// its system call, so it is sent again at every look until the command was heard.
    fn interrupt(&self) {
        if self.ended.is_none()
            && self.is_awake
            && let Ok(pid) = i32::try_from(self.child.id())
        {
            // Not waited for yet, so the number is still its own.
            let _ = kill(Pid::from_raw(pid), INTERRUPT);
        }
    }

    /// Its reports, and its end.
    fn catch_up(&mut self) {
        if self.ended.is_some() {
            return;
        }
        let ended = self.child.try_wait().ok().flatten();
        let mut text = [0; MESSAGE_BYTES_MAX];
        while let Ok(count @ 1..) = recv(self.socket.as_raw_fd(), &mut text, MsgFlags::MSG_DONTWAIT)
        {
            self.note(&String::from_utf8_lossy(&text[..count]));
        }
        self.ended = ended;
        if !self.has_heard_all() {
            self.interrupt();
        }
    }

    fn note(&mut self, report: &str) {
        let mut words = report.splitn(4, ' ');
        let number = |word: Option<&str>| word.and_then(|word| word.parse().ok());
        if let (Some(heard), Some(bytes), Some(intent), Some(last)) = (
            number(words.next()),
            number(words.next()),
            words.next(),
            words.next(),
        ) {
            self.is_awake = true;
            self.heard = heard;
            self.bytes = bytes;
            intent.clone_into(&mut self.intent);
            last.clone_into(&mut self.last);
        }
    }

    fn view(&self) -> EndView {
        let sight: Option<Sight> = self.living().and_then(sight::look);
        EndView {
            pid: self.child.id(),
            sight,
            ended: self.ended.map(how),
            intent: self.intent.clone(),
            bytes: self.bytes,
            last: self.last.clone(),
        }
    }
}

impl Drop for End {
    fn drop(&mut self) {
        if self.ended.is_none() {
            // Either it ends now or it has ended.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

fn how(status: ExitStatus) -> String {
    match (status.signal(), status.code()) {
        (Some(signal), _) => match Signal::try_from(signal) {
            Ok(signal) => format!("ended by {signal}"),
            Err(_) => format!("ended by signal {signal}"),
        },
        (None, Some(0)) => "left (exit 0)".to_owned(),
        (None, code) => format!("ended (exit {})", code.unwrap_or(-1)),
    }
}
