//! Children that turn hostile before they are sealed, and children that are killed at each step of
//! their handshake.
//!
//! Such a child cannot be told what to do: it has no order yet, no environment and no argument but
//! its role. So the browser is started by another name of this program, and the name says which
//! role does what. The first child of that role takes the name away, does it, and dies; those after
//! it find the name gone and are honest.
//!
//! A filter's listener is the only descriptor that a child ever hands over. Here descriptors of
//! every other kind are offered in its place. A file of FUSE is a regular file to `fstat`, as is
//! the one offered here.

use crate::lies::control::anything;
use crate::lies::packets::{send, send_all, wait_for_the_end};
use crate::rig::{Attacker, Outcome, Rig};
use nix::sys::signal::Signal;
use protocol::PROTOCOL_HASH;
use protocol::bootstrap::{BOOTSTRAP_FD, FromChild};
use protocol::gpu::FromGpu;
use protocol::ids::Role;
use std::mem::ManuallyDrop;
use std::os::fd::{AsFd, AsRawFd, RawFd};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use testkit::{Browser, executable, process};

/// Something that a child does before it is sealed.
pub struct Deed {
    pub name: &'static str,
    /// One of these is a part of what the browser must call it.
    pub causes: &'static [&'static str],
    who: Who,
    run: fn(Attacker),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Who {
    Anybody,
    /// What is checked is the same for every role.
    Renderer,
}

const PREFIX: &str = "handshake.";
/// What a child says that waits to be killed.
const WAITING: &str = "waits to be killed";
const KILLED: &str = "SIGKILL";
const NOT_HELD: &str = "failed the sandbox check";

const DEEDS: &[Deed] = &[
    deed(
        "handshake-hello-of-another-build",
        &["Handshake"],
        Who::Anybody,
        |attacker| {
            tell(&FromChild::Hello {
                protocol_hash: PROTOCOL_HASH ^ 1,
                role: attacker.role(),
            });
        },
    ),
    deed(
        "handshake-hello-of-another-role",
        &["Handshake"],
        Who::Anybody,
        |attacker| {
            let role = match attacker {
                Attacker::Renderer => Role::Gpu,
                _ => Role::Renderer,
            };
            tell(&FromChild::Hello {
                protocol_hash: PROTOCOL_HASH,
                role,
            });
        },
    ),
    deed(
        "handshake-hello-twice",
        &["Handshake"],
        Who::Anybody,
        |attacker| {
            hello(attacker);
            hello(attacker);
        },
    ),
    deed("handshake-garbage", &["BadEncoding"], Who::Anybody, |_| {
        send(BOOTSTRAP_FD, &[250; 9], 0);
    }),
    deed(
        "handshake-oversized-packet",
        &["OversizedPacket"],
        Who::Anybody,
        |_| {
            send(BOOTSTRAP_FD, &vec![0; 60 * 1024], 0);
        },
    ),
    deed(
        "handshake-long-reason",
        &["OversizedPacket"],
        Who::Anybody,
        |_| {
            let reason = "r".repeat(10_000);
            tell(&FromChild::Failed { reason });
        },
    ),
    deed(
        "handshake-hello-with-descriptor",
        &["SurplusHandle"],
        Who::Anybody,
        |attacker| {
            let hello = ipc::codec::encode(&hello_of(attacker)).expect("it fits");
            send(BOOTSTRAP_FD, &hello, 1);
        },
    ),
    deed(
        "handshake-closed-at-once",
        &["ClosedChannel"],
        Who::Anybody,
        |_| close(BOOTSTRAP_FD),
    ),
    deed(
        "handshake-closed-after-hello",
        &["ClosedChannel"],
        Who::Anybody,
        |attacker| {
            hello(attacker);
            close(BOOTSTRAP_FD);
        },
    ),
    deed(
        "handshake-sealed-without-hello",
        &[NOT_HELD],
        Who::Anybody,
        |_| {
            tell(&sealed(false));
        },
    ),
    deed(
        "handshake-sealed-and-not",
        &[NOT_HELD],
        Who::Anybody,
        |attacker| {
            let _started = start(attacker);
            tell(&sealed(false));
        },
    ),
    deed(
        "handshake-sealed-with-foreign-listener",
        &[NOT_HELD],
        Who::Anybody,
        |attacker| {
            let _started = start(attacker);
            // SAFETY: takes numbers.
            let epoll = unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) };
            assert!(epoll >= 0, "an anonymous inode like a listener's");
            let sealed = sandbox::seal(attacker.role()).expect("it can be sealed");
            offer(&[epoll]);
            // Kept, for whoever would like to answer its own refused calls.
            std::mem::forget(sealed);
        },
    ),
    // Where there are listeners, the second seal lacks one.
    deed(
        "handshake-sealed-twice",
        &[NOT_HELD, "Handshake"],
        Who::Anybody,
        |attacker| {
            start(attacker).seal().expect("it can be sealed");
            tell(&sealed(false));
        },
    ),
    deed(
        "handshake-failed-after-sealed",
        &["could not be started"],
        Who::Anybody,
        |attacker| {
            start(attacker).seal().expect("it can be sealed");
            let reason = "not after all".to_owned();
            tell(&FromChild::Failed { reason });
        },
    ),
    deed(
        "handshake-word-of-its-role",
        &["WrongState"],
        Who::Anybody,
        |attacker| {
            let mut started = start(attacker);
            let channel: ipc::Endpoint<FromChild, FromChild> =
                ipc::Endpoint::take(&mut started.handles).expect("the control channel");
            let word = match attacker {
                // Of the gpu process this word would end the browser.
                Attacker::Gpu => ipc::codec::encode(&FromGpu::CloseRequested).expect("it fits"),
                _ => anything(attacker),
            };
            send(channel.as_fd().as_raw_fd(), &word, 0);
            std::mem::forget(channel);
        },
    ),
    deed(
        "handshake-listener-missing",
        &["MissingHandle"],
        Who::Renderer,
        |_| offer(&[]),
    ),
    deed(
        "handshake-listeners-two",
        &["SurplusHandle"],
        Who::Renderer,
        |_| {
            offer(&[BOOTSTRAP_FD, BOOTSTRAP_FD]);
        },
    ),
    deed(
        "handshake-listener-is-socket",
        &["BadHandle"],
        Who::Renderer,
        |_| {
            offer(&[BOOTSTRAP_FD]);
        },
    ),
    deed(
        "handshake-listener-is-pipe",
        &["BadHandle"],
        Who::Renderer,
        |_| {
            let mut ends = [0; 2];
            // SAFETY: room for two descriptors.
            assert_eq!(unsafe { libc::pipe(ends.as_mut_ptr()) }, 0);
            offer(&ends[..1]);
        },
    ),
    deed(
        "handshake-listener-is-folder",
        &["BadHandle"],
        Who::Renderer,
        |_| {
            offer(&[open(c"/", libc::O_DIRECTORY)]);
        },
    ),
    deed(
        "handshake-listener-is-path",
        &["BadHandle"],
        Who::Renderer,
        |_| {
            offer(&[open(c"/", libc::O_PATH)]);
        },
    ),
    deed(
        "handshake-listener-is-device",
        &["BadHandle"],
        Who::Renderer,
        |_| {
            offer(&[open(c"/dev/null", libc::O_RDWR)]);
        },
    ),
    deed(
        "handshake-listener-is-file",
        &["BadHandle"],
        Who::Renderer,
        |_| {
            offer(&[open(c"/proc/self/status", libc::O_RDONLY)]);
        },
    ),
    deed(
        "handshake-listener-is-memory",
        &["BadHandle"],
        Who::Renderer,
        |_| {
            // SAFETY: a C string and a number.
            let memory = unsafe { libc::memfd_create(c"offered".as_ptr(), libc::MFD_CLOEXEC) };
            offer(&[memory]);
        },
    ),
    deed("killed-before-hello", &[KILLED], Who::Anybody, |_| {
        wait_to_be_killed()
    }),
    deed("killed-after-hello", &[KILLED], Who::Anybody, |attacker| {
        hello(attacker);
        wait_to_be_killed();
    }),
    deed(
        "killed-after-bootstrap",
        &[KILLED],
        Who::Anybody,
        |attacker| {
            let _started = start(attacker);
            wait_to_be_killed();
        },
    ),
    deed("killed-after-sealed", &[KILLED], Who::Anybody, |attacker| {
        let mut started = start(attacker);
        started.seal().expect("it can be sealed");
        wait_to_be_killed();
    }),
];

const fn deed(
    name: &'static str,
    causes: &'static [&'static str],
    who: Who,
    run: fn(Attacker),
) -> Deed {
    Deed {
        name,
        causes,
        who,
        run,
    }
}

/// The deeds of that attacker.
pub fn of(attacker: Attacker) -> impl Iterator<Item = &'static Deed> {
    let is_its = move |deed: &&Deed| deed.who == Who::Anybody || attacker == Attacker::Renderer;
    DEEDS.iter().filter(is_its)
}

/// The deed of that name.
pub fn find(name: &str) -> Option<&'static Deed> {
    DEEDS.iter().find(|deed| deed.name == name)
}

/// In a child: does what the program's name says, if it is this one's turn.
pub fn run_if_told(role: &str) {
    let Ok(own) = std::env::current_exe() else {
        return;
    };
    let Some((attacker, deed)) = parse_name(&own).filter(|(who, _)| who.name() == role) else {
        return;
    };
    if std::fs::remove_file(&own).is_ok() {
        (deed.run)(attacker);
        wait_for_the_end();
    }
}

fn parse_name(path: &Path) -> Option<(Attacker, &'static Deed)> {
    let name = path.file_name()?.to_str()?.strip_prefix(PREFIX)?;
    let (role, deed) = name.split_once('.')?;
    let attacker = Attacker::ALL.into_iter().find(|a| a.name() == role)?;
    Some((attacker, find(deed)?))
}

/// In the test: starts a browser in which that happens and gives the outcome. The browser must then
/// be like any other.
pub fn attack(attacker: Attacker, deed: &Deed) -> Outcome {
    // Any child may take a name out of this folder, whatever user it has become.
    let folder = tempfile::tempdir().expect("a scratch folder");
    let everyone = std::fs::Permissions::from_mode(0o777);
    std::fs::set_permissions(folder.path(), everyone).expect("it is ours");
    let name = format!("{PREFIX}{}.{}", attacker.name(), deed.name);
    let program = folder.path().join(name);
    std::fs::hard_link(linkable(), &program).expect("another name");
    let mut command = Command::new(&program);
    command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let mut browser = Browser::spawn(command, scratch, &["--headless"]);
    if deed.causes == [KILLED] {
        let pid = pid_of_the_waiting(&browser);
        process::signal(pid, Signal::SIGKILL);
    }
    let died = browser.wait("the attacker's end", |record| {
        record["record"] == "died" && record["role"] == attacker.name()
    });
    let cause = died["cause"].as_str().expect("a cause").to_owned();
    let is_right = deed.causes.iter().any(|known| cause.contains(known));
    assert!(is_right, "{}: {cause}", deed.name);
    let mut rig = Rig::of(browser);
    rig.bystander_moves();
    rig.is_like_any_other();
    Outcome::Died(cause)
}

/// This program, where another name can be given to it: on the file system of scratch folders.
fn linkable() -> &'static Path {
    static COPY: OnceLock<(Option<tempfile::TempDir>, PathBuf)> = OnceLock::new();
    let (_, path) = COPY.get_or_init(|| {
        let own = PathBuf::from(executable());
        let folder = tempfile::tempdir().expect("a scratch folder");
        if std::fs::hard_link(&own, folder.path().join("trial")).is_ok() {
            return (None, own);
        }
        let copy = folder.path().join("copy");
        std::fs::copy(&own, &copy).expect("there is room for a copy");
        (Some(folder), copy)
    });
    path
}

/// Of the child that says so, as the broker sees it: `[ROLE PID] TEXT`.
fn pid_of_the_waiting(browser: &Browser) -> i32 {
    browser.wait_for_stderr("a child waits to be killed", |stderr| {
        let line = testkit::whole_lines(stderr).find(|line| line.contains(WAITING))?;
        let (prefix, _) = line.split_once(']')?;
        prefix.rsplit(' ').next()?.parse().ok()
    })
}

fn hello_of(attacker: Attacker) -> FromChild {
    FromChild::Hello {
        protocol_hash: PROTOCOL_HASH,
        role: attacker.role(),
    }
}

fn hello(attacker: Attacker) {
    tell(&hello_of(attacker));
}

fn tell(message: &FromChild) {
    match ipc::codec::encode(message) {
        Ok(bytes) => send(BOOTSTRAP_FD, &bytes, 0),
        // Larger than honest code can encode.
        Err(_) => send(BOOTSTRAP_FD, &vec![2; 10_000], 0),
    }
}

/// As honest children do, up to the bootstrap message.
fn start(attacker: Attacker) -> ManuallyDrop<child::Started> {
    let started = child::start(attacker.role()).expect("the broker is there");
    // Its channels stay open.
    ManuallyDrop::new(started)
}

/// The word that it is sealed, of somebody who has tried nothing.
fn sealed(listener: bool) -> FromChild {
    FromChild::Sealed {
        listener,
        canaries: Vec::new(),
    }
}

/// As if these were the listener.
fn offer(descriptors: &[RawFd]) {
    let bytes = ipc::codec::encode(&sealed(true)).expect("it fits");
    send_all(BOOTSTRAP_FD, &bytes, descriptors);
}

fn open(path: &std::ffi::CStr, flags: i32) -> RawFd {
    // SAFETY: a C string and a number.
    let fd = unsafe { libc::open(path.as_ptr(), flags | libc::O_CLOEXEC) };
    assert!(fd >= 0, "{path:?} can be opened before the seal");
    fd
}

fn close(fd: RawFd) {
    // SAFETY: nothing uses the descriptor again: the attacker only waits for its end.
    unsafe { libc::close(fd) };
}

fn wait_to_be_killed() -> ! {
    let line = format!("{WAITING}\n");
    // SAFETY: the bytes live until the call returns.
    unsafe { libc::write(2, line.as_ptr().cast(), line.len()) };
    wait_for_the_end();
}
