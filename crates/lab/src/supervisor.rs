//! The process that runs an experiment: it starts the processes that communicate, waits for their
//! reports, and alone handles SIGINT, SIGTERM and SIGHUP.
//!
//! Owns: the children, the folder of named pipes, and the signals. Trusts: no child to end; every
//! wait has a limit. Never: uses the mechanism under test, so it cannot block on it.

use crate::process::{self, Child, named};
use crate::process_state::{BETWEEN_LOOKS, ProcessState};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::sys::wait::WaitStatus;
use nix::unistd::Pid;
use serde::{Serialize, de::DeserializeOwned};
use std::cell::OnceCell;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::marker::PhantomData;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Why an experiment has no result.
#[derive(Debug)]
pub enum Trouble {
    /// This signal asked the lab to end.
    Interrupted(Signal),
    /// The experiment failed, for this reason.
    Failed(String),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Trouble {
        Trouble::Failed(error.to_string())
    }
}

/// The processors that two processes are pinned to.
pub type Pins = Option<(usize, usize)>;

/// The process that runs experiments.
#[derive(Debug)]
pub struct Supervisor {
    signals: SignalFd,
    scratch: Scratch,
}

/// A process that does part of an experiment and reports once.
#[derive(Debug)]
pub struct Running<T> {
    /// The process.
    pub child: Child,
    report: BufReader<File>,
    result: PhantomData<fn() -> T>,
}

impl Supervisor {
    /// Takes over SIGINT, SIGTERM and SIGHUP. The signals of the experiments are blocked here and
    /// in all later children, so that none ends a process that is not ready.
    pub fn new() -> io::Result<Supervisor> {
        let mut ends = SigSet::empty();
        ends.add(Signal::SIGINT);
        ends.add(Signal::SIGTERM);
        ends.add(Signal::SIGHUP);
        ends.thread_block()?;
        crate::signalling::block(&[libc::SIGUSR1, libc::SIGUSR2, crate::signalling::real_time()]);
        process::adopt_orphans()?;
        let flags = SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK;
        Ok(Supervisor {
            signals: SignalFd::with_flags(&ends, flags).map_err(|e| named("signalfd", e))?,
            scratch: Scratch::default(),
        })
    }

    /// A path for a named pipe, in a folder that is removed when the lab ends.
    pub fn scratch(&self, name: &str) -> io::Result<PathBuf> {
        self.scratch.path(name)
    }

    /// Starts a process that does `work` and reports the result.
    pub fn start<T: Serialize + DeserializeOwned>(
        &self,
        cpu: Option<usize>,
        work: impl FnOnce() -> io::Result<T>,
    ) -> Result<Running<T>, Trouble> {
        let (reader, mut writer) = io::pipe().map_err(|error| pipe_error(&error))?;
        let child = Child::fork(|| {
            let outcome = cpu.map_or(Ok(()), process::pin).and_then(|()| work());
            let outcome = outcome.map_err(|error| error.to_string());
            let mut line = serde_json::to_string(&outcome).unwrap_or_default();
            line.push('\n');
            i32::from(writer.write_all(line.as_bytes()).is_err())
        })?;
        drop(writer);
        Ok(Running {
            child,
            report: BufReader::new(File::from(std::os::fd::OwnedFd::from(reader))),
            result: PhantomData,
        })
    }

    /// Runs two processes: `far` serves until it is killed, `near` does the work and reports.
    /// `near` gets the process id of `far`.
    pub fn pair<T: Serialize + DeserializeOwned>(
        &self,
        pins: Pins,
        far: impl FnOnce() -> io::Result<()>,
        near: impl FnOnce(Pid) -> io::Result<T>,
    ) -> Result<T, Trouble> {
        let mut far = self.start(pins.map(|(_, cpu)| cpu), far)?;
        let pid = far.child.pid();
        let mut near = self.start(pins.map(|(cpu, _)| cpu), move || near(pid))?;
        let deadline = Instant::now() + STEP_MAX;
        let mut far_listens = true;
        loop {
            let fds = [near.fd(), far.fd()];
            let ready = self.wait(&fds[..1 + usize::from(far_listens)], left(deadline)?)?;
            if ready[0] {
                return near.take();
            }
            if ready.get(1) == Some(&true) {
                // `far` reports nothing but a failure. Without one, `near` may go on.
                far.take()?;
                far_listens = false;
            }
        }
    }

    /// Waits for the report of one process.
    pub fn result<T: DeserializeOwned>(&self, running: &mut Running<T>) -> Result<T, Trouble> {
        let deadline = Instant::now() + STEP_MAX;
        while !self.wait(&[running.fd()], left(deadline)?)?[0] {}
        running.take()
    }

    /// Whether a process has reported, or ended.
    pub fn has_result<T>(&self, running: &Running<T>) -> Result<bool, Trouble> {
        Ok(self.wait(&[running.fd()], Duration::ZERO)?[0])
    }

    /// Waits for that time, or until a signal ends the lab.
    pub fn pause(&self, time: Duration) -> Result<(), Trouble> {
        self.wait(&[], time).map(|_| ())
    }

    /// Waits until a process is in that state.
    pub fn until_state(&self, pid: Pid, state: char) -> Result<ProcessState, Trouble> {
        let deadline = Instant::now() + STEP_MAX;
        loop {
            match ProcessState::at(pid) {
                Some(look) if look.state == state => return Ok(look),
                Some(_) => {}
                None => return Err(Trouble::Failed(format!("process {pid} is gone"))),
            }
            self.pause(BETWEEN_LOOKS.min(left(deadline)?))?;
        }
    }

    /// Which descriptors are readable, after at most that time.
    fn wait(&self, fds: &[BorrowedFd<'_>], time: Duration) -> Result<Vec<bool>, Trouble> {
        let mut entries = vec![PollFd::new(self.signals.as_fd(), PollFlags::POLLIN)];
        entries.extend(fds.iter().map(|fd| PollFd::new(*fd, PollFlags::POLLIN)));
        // Whole milliseconds, never none where some was asked for.
        let ms = u16::try_from(time.as_micros().div_ceil(1000)).unwrap_or(u16::MAX);
        match poll(&mut entries, PollTimeout::from(ms)) {
            Ok(_) | Err(Errno::EINTR) => {}
            Err(errno) => return Err(named("poll", errno).into()),
        }
        if let Ok(Some(signal)) = self.signals.read_signal() {
            let number = signal.ssi_signo.cast_signed();
            let signal = Signal::try_from(number).unwrap_or(Signal::SIGTERM);
            return Err(Trouble::Interrupted(signal));
        }
        let ready = |entry: &PollFd<'_>| entry.any().unwrap_or(false);
        Ok(entries[1..].iter().map(ready).collect())
    }
}

impl<T: DeserializeOwned> Running<T> {
    /// Reads the report, which is ready, or tells how the process ended without one.
    fn take(&mut self) -> Result<T, Trouble> {
        let mut line = String::new();
        self.report.read_line(&mut line)?;
        if line.is_empty() {
            return Err(Trouble::Failed(match self.child.wait()? {
                WaitStatus::Signaled(_, Signal::SIGKILL, _) => {
                    "one of its processes was killed (a memory limit?)".to_owned()
                }
                WaitStatus::Signaled(_, signal, _) => {
                    format!("{signal} ended one of its processes")
                }
                _ => "one of its processes ended without a report".to_owned(),
            }));
        }
        let outcome: Result<T, String> =
            serde_json::from_str(&line).map_err(|error| Trouble::Failed(error.to_string()))?;
        outcome.map_err(Trouble::Failed)
    }
}

impl<T> Running<T> {
    fn fd(&self) -> BorrowedFd<'_> {
        self.report.get_ref().as_fd()
    }
}

fn pipe_error(error: &io::Error) -> Trouble {
    Trouble::Failed(format!("a pipe for the report: {error}"))
}

fn left(deadline: Instant) -> Result<Duration, Trouble> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() {
        let seconds = STEP_MAX.as_secs();
        return Err(Trouble::Failed(format!("timed out after {seconds} s")));
    }
    Ok(left)
}

/// A folder for named pipes, made when first needed and removed on drop.
#[derive(Debug, Default)]
struct Scratch {
    folder: OnceCell<PathBuf>,
}

impl Scratch {
    fn path(&self, name: &str) -> io::Result<PathBuf> {
        if let Some(folder) = self.folder.get() {
            return Ok(folder.join(name));
        }
        let pattern = std::env::temp_dir().join("bulkhead-lab-XXXXXX");
        let what = format!("mkdtemp {}", pattern.display());
        let folder = nix::unistd::mkdtemp(&pattern).map_err(|errno| named(&what, errno))?;
        Ok(self.folder.get_or_init(|| folder).join(name))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Some(folder) = self.folder.get() {
            remove_pipes(folder);
        }
    }
}

/// Removes the pipes of the folder and the folder; nothing else should be there.
fn remove_pipes(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let _ = std::fs::remove_file(entry.path());
    }
    let _ = std::fs::remove_dir(folder);
}

/// Time limit of one step of an experiment; only a process that hangs takes so long.
const STEP_MAX: Duration = Duration::from_secs(30);
