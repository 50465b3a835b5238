//! Launches children and watches the outcome.

use crate::target::SUCCESS_STATUS;
use sandbox::cgroup::Tree;
use sandbox::notify::{self, Notification};
use sandbox::report::{self, Report};
use sandbox::{Attempted, Canary, LaunchSpec, Launched, Layer, Role, Support};
use std::ffi::CString;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// A named claim.
pub type Claim = (&'static str, fn());

pub static SUPPORT: LazyLock<Support> = LazyLock::new(sandbox::probe);
/// The control groups of this program; `None` where none is writable.
pub static GROUPS: LazyLock<io::Result<Tree>> = LazyLock::new(Tree::create);
pub static EXE: LazyLock<File> =
    LazyLock::new(|| File::open("/proc/self/exe").expect("the program can be opened"));
static NEXT_INDEX: AtomicU32 = AtomicU32::new(0);

/// At the program's end: a static is not dropped.
pub fn remove_groups() {
    if let Ok(groups) = &*GROUPS {
        groups.remove();
    }
}

pub fn who() -> &'static str {
    // SAFETY: takes nothing and cannot fail.
    if unsafe { libc::geteuid() } == 0 {
        "as root"
    } else {
        "as an ordinary user"
    }
}

/// A launched child. Dropped, it is killed and reaped.
pub struct TestChild {
    pub pid: i32,
    pub pidfd: OwnedFd,
    pub role: Role,
    pub attempted: Attempted,
    /// The canaries that it reported.
    pub canaries: Vec<Canary>,
    /// What it was launched for.
    pub action: String,
    channel: OwnedFd,
    stderr: File,
    listener: Option<OwnedFd>,
    status: Option<i32>,
}

/// The outcome of an attack.
#[derive(Debug)]
pub enum Outcome {
    /// The call came back.
    Returned { value: i64, errno: i32 },
    /// The kernel notified the test; the child waits.
    Notified(Notification),
    /// It ended, with this wait status.
    Died(i32),
}

impl Outcome {
    pub fn is_refused_or_killed(&self) -> bool {
        match self {
            Outcome::Returned { value, .. } => *value < 0,
            Outcome::Notified(_) => true,
            Outcome::Died(status) => {
                let is_success =
                    libc::WIFEXITED(*status) && libc::WEXITSTATUS(*status) == SUCCESS_STATUS;
                !is_success
            }
        }
    }
}

pub fn is_killed_by(status: i32, signal: i32) -> bool {
    libc::WIFSIGNALED(status) && libc::WTERMSIG(status) == signal
}

pub fn spec<'a>(
    role: Role,
    support: &'a Support,
    exe: BorrowedFd<'a>,
    bootstrap: OwnedFd,
    stderr: OwnedFd,
    action: &str,
) -> LaunchSpec<'a> {
    let words = ["test-child", "--type=test-child", role.name(), action];
    LaunchSpec {
        exe,
        args: words.map(|w| CString::new(w).expect("no NUL")).to_vec(),
        env: Vec::new(),
        role,
        support,
        bootstrap,
        stderr,
        child_index: NEXT_INDEX.fetch_add(1, Ordering::Relaxed),
        host_network: false,
        keep_uid: false,
        cgroup: None,
    }
}

/// What a child of that role does to show that it can live. The X11 filter never sleeps.
pub fn life_of(role: Role) -> &'static str {
    if role == Role::X11Filter {
        "live-awake"
    } else {
        "live"
    }
}

impl TestChild {
    pub fn launch(role: Role, action: &str) -> TestChild {
        TestChild::launch_with(role, &SUPPORT, action)
    }

    pub fn launch_with(role: Role, support: &Support, action: &str) -> TestChild {
        TestChild::launch_exe(role, support, EXE.as_fd(), action, |spec| spec)
            .expect("a child can be launched")
    }

    pub fn launch_exe<'a>(
        role: Role,
        support: &'a Support,
        exe: BorrowedFd<'a>,
        action: &str,
        change: impl FnOnce(LaunchSpec<'a>) -> LaunchSpec<'a>,
    ) -> Result<TestChild, sandbox::LaunchError> {
        let (channel, theirs) = packet_pair();
        let (stderr, their_stderr) = pipe();
        let spec = change(spec(role, support, exe, theirs, their_stderr, action));
        let Launched {
            pid,
            pidfd,
            attempted,
            execution,
        } = sandbox::launch(spec)?;
        let stderr = File::from(stderr);
        let child = TestChild {
            pid,
            pidfd,
            role,
            attempted,
            canaries: Vec::new(),
            action: action.trim_start_matches("alone:").to_owned(),
            channel,
            stderr,
            listener: None,
            status: None,
        };
        execution.wait()?;
        Ok(child)
    }

    /// Waits for its message that it is sealed.
    pub fn sealed(mut self) -> TestChild {
        let (text, fds) = self.receive();
        if !text.starts_with("sealed") {
            self.kill();
            let stderr = self.stderr_text();
            panic!("{} {}: {text}; {stderr}", who(), self.role);
        }
        self.listener = fds.into_iter().next();
        self.canaries = parse_canaries(&text);
        self
    }

    /// Examines it from outside, with the canaries that it reported.
    pub fn report(&self, support: &Support) -> Report {
        let (role, canaries) = (self.role, &self.canaries);
        report::verify(self.pid, role, support, self.attempted, canaries)
    }

    /// One message, with its descriptors. An end without one gives `ended`.
    pub fn receive(&self) -> (String, Vec<OwnedFd>) {
        wait_for(&[self.channel.as_raw_fd()]);
        receive(self.channel.as_raw_fd()).unwrap_or_else(|e| (format!("ended: {e}"), Vec::new()))
    }

    pub fn send(&self, text: &str, fds: &[BorrowedFd<'_>]) {
        send(self.channel.as_raw_fd(), text, fds).expect("the child takes a message");
    }

    /// Starts its action, and watches.
    pub fn go(&mut self) -> Outcome {
        self.go_with(&[])
    }

    pub fn go_with(&mut self, fds: &[BorrowedFd<'_>]) -> Outcome {
        self.send("go", fds);
        self.outcome()
    }

    pub fn outcome(&mut self) -> Outcome {
        let listener = self.listener.as_ref().map_or(-1, AsRawFd::as_raw_fd);
        loop {
            let channel = self.channel.as_raw_fd();
            wait_for(&[channel, listener, self.pidfd.as_raw_fd()]);
            if let Ok((text, _)) = receive(channel) {
                let mut words = text.split(' ');
                let mut number = || words.next().and_then(|w| w.parse::<i64>().ok());
                let (Some(value), Some(errno)) = (number(), number()) else {
                    panic!("the child said {text:?}; {}", self.stderr_text());
                };
                return Outcome::Returned {
                    value,
                    errno: errno as i32,
                };
            }
            if let Some(listener) = &self.listener
                && let Ok(Some(notification)) = notify::read(listener.as_fd())
            {
                return Outcome::Notified(notification);
            }
            if let Some(status) = self.try_reap() {
                return Outcome::Died(status);
            }
        }
    }

    /// Waits for its end.
    pub fn end(&mut self) -> i32 {
        wait_for(&[self.pidfd.as_raw_fd()]);
        self.try_reap().expect("a readable pidfd means dead")
    }

    fn try_reap(&mut self) -> Option<i32> {
        let mut status = 0;
        if self.status.is_none() {
            // SAFETY: one valid slot; the process is ours.
            let pid = unsafe { libc::waitpid(self.pid, &raw mut status, libc::WNOHANG) };
            self.status = (pid == self.pid).then_some(status);
        }
        self.status
    }

    pub fn signal(&self, signal: i32) {
        // SAFETY: takes numbers.
        unsafe { libc::kill(self.pid, signal) };
    }

    pub fn kill(&mut self) {
        if self.status.is_none() {
            self.signal(libc::SIGKILL);
            self.end();
        }
    }

    /// All that it wrote to its standard error; to be called after its end.
    pub fn stderr_text(&mut self) -> String {
        self.kill();
        let mut bytes = Vec::new();
        self.stderr
            .read_to_end(&mut bytes)
            .expect("the pipe can be read");
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Drop for TestChild {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Words for the message that the child is sealed.
pub fn write_canaries(canaries: &[Canary]) -> String {
    let words = canaries.iter();
    let words = words.map(|canary| format!(" {}={}", canary.layer.number(), canary.errno));
    words.collect()
}

fn parse_canaries(text: &str) -> Vec<Canary> {
    let canary = |word: &str| {
        let (number, errno) = word.split_once('=')?;
        Some(Canary {
            layer: Layer::from_number(number.parse().ok()?)?,
            errno: errno.parse().ok()?,
        })
    };
    text.split(' ').filter_map(canary).collect()
}

/// Waits until one of them has something. A watchdog, not a time limit: it only ends a hung test.
pub fn wait_for(fds: &[i32]) {
    let slot = |fd: &i32| libc::pollfd {
        fd: *fd,
        events: libc::POLLIN,
        revents: 0,
    };
    let mut slots: Vec<libc::pollfd> = fds.iter().map(slot).collect();
    loop {
        // SAFETY: a valid array of that length.
        let n = unsafe { libc::poll(slots.as_mut_ptr(), slots.len() as u64, 120_000) };
        match n {
            1.. => return,
            0 => panic!("watchdog: nothing happened for two minutes"),
            _ if io::Error::last_os_error().raw_os_error() == Some(libc::EINTR) => {}
            _ => panic!("poll: {}", io::Error::last_os_error()),
        }
    }
}

pub fn packet_pair() -> (OwnedFd, OwnedFd) {
    let mut fds = [-1; 2];
    let kind = libc::SOCK_SEQPACKET | libc::SOCK_CLOEXEC;
    // SAFETY: two valid slots.
    let result = unsafe { libc::socketpair(libc::AF_UNIX, kind, 0, fds.as_mut_ptr()) };
    assert_eq!(result, 0, "{}", io::Error::last_os_error());
    // SAFETY: both are new.
    fds.map(|fd| unsafe { OwnedFd::from_raw_fd(fd) }).into()
}

pub fn pipe() -> (OwnedFd, OwnedFd) {
    let mut fds = [-1; 2];
    // SAFETY: two valid slots.
    let result = unsafe { libc::pipe2(fds.as_mut_ptr(), libc::O_CLOEXEC) };
    assert_eq!(result, 0, "{}", io::Error::last_os_error());
    // SAFETY: both are new.
    fds.map(|fd| unsafe { OwnedFd::from_raw_fd(fd) }).into()
}

/// Sends one packet, as a channel of the browser does.
pub fn send(channel: i32, text: &str, fds: &[BorrowedFd<'_>]) -> io::Result<()> {
    let mut slice = libc::iovec {
        iov_base: text.as_ptr().cast_mut().cast(),
        iov_len: text.len(),
    };
    let mut control = [0_u64; 16];
    let bytes = (fds.len() * 4) as u32;
    // SAFETY: plain old data; zero is valid.
    let mut header: libc::msghdr = unsafe { std::mem::zeroed() };
    header.msg_iov = &raw mut slice;
    header.msg_iovlen = 1;
    if !fds.is_empty() {
        header.msg_control = control.as_mut_ptr().cast();
        // SAFETY: arithmetic on a number.
        header.msg_controllen = unsafe { libc::CMSG_SPACE(bytes) } as usize;
        // SAFETY: the control buffer has room for one header and a few descriptors.
        unsafe {
            let part = libc::CMSG_FIRSTHDR(&raw const header);
            (*part).cmsg_level = libc::SOL_SOCKET;
            (*part).cmsg_type = libc::SCM_RIGHTS;
            (*part).cmsg_len = libc::CMSG_LEN(bytes) as usize;
            let data = libc::CMSG_DATA(part).cast::<i32>();
            for (index, fd) in fds.iter().enumerate() {
                data.add(index).write_unaligned(fd.as_raw_fd());
            }
        }
    }
    let flags = libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL;
    // SAFETY: the header describes live memory.
    let sent = unsafe { libc::sendmsg(channel, &raw const header, flags) };
    if sent < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}

/// Receives one packet; an end of file is an error.
pub fn receive(channel: i32) -> io::Result<(String, Vec<OwnedFd>)> {
    let mut bytes = [0_u8; 4096];
    let mut slice = libc::iovec {
        iov_base: bytes.as_mut_ptr().cast(),
        iov_len: bytes.len(),
    };
    let mut control = [0_u64; 16];
    // SAFETY: plain old data; zero is valid.
    let mut header: libc::msghdr = unsafe { std::mem::zeroed() };
    header.msg_iov = &raw mut slice;
    header.msg_iovlen = 1;
    header.msg_control = control.as_mut_ptr().cast();
    header.msg_controllen = size_of_val(&control);
    let flags = libc::MSG_DONTWAIT | libc::MSG_CMSG_CLOEXEC;
    // SAFETY: the header describes live memory.
    let n = unsafe { libc::recvmsg(channel, &raw mut header, flags) };
    match n {
        ..0 => return Err(io::Error::last_os_error()),
        0 => return Err(io::ErrorKind::UnexpectedEof.into()),
        _ => {}
    }
    let mut fds = Vec::new();
    // SAFETY: the kernel filled in the control part; the descriptors are new and ours.
    unsafe {
        let part = libc::CMSG_FIRSTHDR(&raw const header);
        if !part.is_null() && (*part).cmsg_type == libc::SCM_RIGHTS {
            let count = ((*part).cmsg_len - libc::CMSG_LEN(0) as usize) / 4;
            let data = libc::CMSG_DATA(part).cast::<i32>();
            for index in 0..count {
                fds.push(OwnedFd::from_raw_fd(data.add(index).read_unaligned()));
            }
        }
    }
    Ok((
        String::from_utf8_lossy(&bytes[..n as usize]).into_owned(),
        fds,
    ))
}
