//! The pipe and its two processes, as their parent controls and watches them.
//!
//! Owns: both processes, which end with it, and a socket to each. Trusts: the kernel for what they
//! do, their own reports for what they intend. Never: keeps an end of the pipe open (the peer would
//! not notice that an end has closed), or waits longer than asked to.

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
    /// Commands sent to it, and commands that it has confirmed.
    sent: u64,
    heard: u64,
    /// Whether it has reported once. Before that, a signal would end it.
    is_awake: bool,
    bytes: u64,
    intent: String,
    last: String,
    ended: Option<ExitStatus>,
}

impl Plumbing {
    /// Starts both ends by executing `program`, which must be Bulkhead. The reader reads
    /// continuously, so it sleeps at once: the pipe is empty.
    ///
    /// # Errors
    /// A pipe, socket or process cannot be created.
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

    /// Takes one step. If it is refused, the remark of the next snapshot tells why.
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
                None => return Err("the pipe cannot be inspected".to_owned()),
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
                    .map_err(|error| format!("cannot start again: {error}"))?;
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
                "EBUSY: the bytes in the pipe do not fit into {} bytes",
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

    /// The current state.
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

    /// The state once both ends are at rest, or when the time is over: a flood into a pipe that is
    /// being read never rests.
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

    /// Opens the pipe for a moment, through one of its living ends and in that end's direction, so
    /// that no process sees a new peer.
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
    /// `descriptors` turns its socket into its standard input and output.
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
            return Err(format!("the {name} has ended: start again"));
        }
        self.tell(text);
        Ok(())
    }

    /// Sends a command. It can fail only if the process is just dying.
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

    /// Interrupts its sleep in the pipe. The signal may arrive too early, between its check for
    /// commands and its system call, so it is sent again until the command is confirmed.
    fn interrupt(&self) {
        if self.ended.is_none()
            && self.is_awake
            && let Ok(pid) = i32::try_from(self.child.id())
        {
            // Not reaped yet, so the process id is still valid.
            let _ = kill(Pid::from_raw(pid), INTERRUPT);
        }
    }

    /// Reads its reports, and notices its end.
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
            // It ends now, or has ended already.
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
