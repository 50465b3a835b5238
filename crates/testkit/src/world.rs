//! Poorer machines: the browser under another user, under filters that refuse what some container
//! or kernel refuses, in namespaces whose files are not there.
//!
//! Owns: the changes between `fork` and `execve`. Trusts: the kernel to say when it cannot make a
//! poorer machine. Never: changes anything for the test's own process.
#![allow(
    unsafe_code,
    reason = "system calls between fork and execve, where nothing may allocate"
)]

use crate::browser::Browser;
use crate::program::executable;
use sandbox::Tier;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch,
};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{CStr, CString};
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::ptr;
use std::sync::OnceLock;

/// Who runs the browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum User {
    /// Root; only where the tests are.
    Root,
    /// Somebody without any right.
    Ordinary,
}

impl User {
    /// The users that these tests can be.
    pub fn all() -> Vec<User> {
        if is_root() {
            vec![User::Root, User::Ordinary]
        } else {
            vec![User::Ordinary]
        }
    }

    /// The tier of the browser on this machine as it is.
    pub fn plain_tier(self) -> Tier {
        static TIERS: [OnceLock<Tier>; 2] = [const { OnceLock::new() }; 2];
        *TIERS[self as usize].get_or_init(|| World::new(self).tier(&[]))
    }

    fn uid(self) -> u32 {
        match self {
            User::Ordinary if is_root() => NOBODY,
            // SAFETY: takes nothing and cannot fail.
            _ => unsafe { libc::geteuid() },
        }
    }
}

/// Runs in the new process, where nothing may allocate or lock.
type Change = Box<dyn FnMut() -> io::Result<()> + Send + Sync>;

/// A poorer machine.
pub struct World {
    user: User,
    changes: Vec<Change>,
    /// The program, for a user who may not be able to reach its folder.
    exe: File,
    variables: Vec<(&'static str, Option<PathBuf>)>,
}

impl World {
    /// This machine as it is, for that user.
    pub fn new(user: User) -> World {
        World {
            user,
            changes: Vec::new(),
            exe: File::open(executable()).expect("the program is there"),
            variables: Vec::new(),
        }
    }

    /// With a variable of the environment set or unset.
    pub fn variable(mut self, name: &'static str, value: Option<&Path>) -> World {
        self.variables.push((name, value.map(Path::to_owned)));
        self
    }

    /// As under Docker's default profile: no namespaces, no mounts, no keyrings; `clone3` is
    /// answered so that callers take `clone`.
    pub fn without_namespace_calls(self) -> World {
        let flags = [
            libc::CLONE_NEWUSER,
            libc::CLONE_NEWPID,
            libc::CLONE_NEWNET,
            libc::CLONE_NEWNS,
            libc::CLONE_NEWIPC,
            libc::CLONE_NEWUTS,
            libc::CLONE_NEWCGROUP,
        ];
        let with_any = flags.map(|flag| {
            let flag = u64::from(flag.cast_unsigned());
            argument_is(0, SeccompCmpOp::MaskedEq(flag), flag)
        });
        let whole = [
            libc::SYS_unshare,
            libc::SYS_setns,
            libc::SYS_mount,
            libc::SYS_umount2,
            libc::SYS_pivot_root,
            libc::SYS_keyctl,
        ];
        let mut calls: BTreeMap<i64, Vec<SeccompRule>> =
            whole.into_iter().map(|call| (call, Vec::new())).collect();
        calls.insert(libc::SYS_clone, with_any.into());
        self.refusing(calls, libc::EPERM)
            .refusing([(libc::SYS_clone3, Vec::new())].into(), libc::ENOSYS)
    }

    /// As on a kernel without Landlock (ENOSYS) or with Landlock off (EOPNOTSUPP).
    pub fn without_landlock(self, errno: i32) -> World {
        let calls = [
            libc::SYS_landlock_create_ruleset,
            libc::SYS_landlock_add_rule,
            libc::SYS_landlock_restrict_self,
        ];
        self.refusing(calls.map(|call| (call, Vec::new())).into(), errno)
    }

    /// As on a kernel without system-call filters. No filter can be added after this one.
    pub fn without_seccomp(self) -> World {
        let about_seccomp = [libc::PR_GET_SECCOMP, libc::PR_SET_SECCOMP].map(|option| {
            let option = u64::from(option.cast_unsigned());
            argument_is(0, SeccompCmpOp::Eq, option)
        });
        let calls = [
            (libc::SYS_seccomp, Vec::new()),
            (libc::SYS_prctl, about_seccomp.into()),
        ];
        self.refusing(calls.into(), libc::EINVAL)
    }

    /// In a user namespace in which nobody can make another one.
    pub fn without_user_namespaces(self) -> World {
        self.in_user_namespace()
            .change(|| write_file(c"/proc/sys/user/max_user_namespaces", b"0"))
    }

    /// In a user namespace in which this user is the only one and `setgroups` is denied.
    pub fn in_user_namespace(self) -> World {
        let map = self.own_map();
        self.change(move || enter_user_namespace(libc::CLONE_NEWUSER, &map))
    }

    /// With an empty file system in place of each of these folders.
    pub fn covering(self, folders: &[&Path], cover: Cover) -> World {
        let map = self.own_map();
        let needs_power = self.user == User::Ordinary;
        let folders: Vec<CString> = folders.iter().map(|folder| c_path(folder)).collect();
        self.change(move || {
            if needs_power {
                enter_user_namespace(libc::CLONE_NEWUSER | libc::CLONE_NEWNS, &map)?;
            } else {
                // SAFETY: takes a number.
                check(unsafe { libc::unshare(libc::CLONE_NEWNS) })?;
            }
            mount(None, c"/", libc::MS_REC | libc::MS_PRIVATE, c"")?;
            folders.iter().try_for_each(|folder| cover.put(folder))
        })
    }

    /// With these system calls refused.
    pub fn without_calls(self, calls: &[i64], errno: i32) -> World {
        let calls = calls.iter().map(|call| (*call, Vec::new()));
        self.refusing(calls.collect(), errno)
    }

    /// With at most that many bytes of addresses a process.
    pub fn with_addresses_max(self, bytes: u64) -> World {
        let limit = libc::rlimit {
            rlim_cur: bytes,
            rlim_max: bytes,
        };
        self.change(move || {
            // SAFETY: a valid limit.
            check(unsafe { libc::setrlimit(libc::RLIMIT_AS, &raw const limit) })
        })
    }

    /// With at most that many descriptors.
    pub fn with_descriptors_max(self, count: u64) -> World {
        self.with_descriptors(count, count)
    }

    /// With at most that many descriptors, unless it asks for more, of which there are so many.
    pub fn with_descriptors(self, soft: u64, hard: u64) -> World {
        let limit = libc::rlimit {
            rlim_cur: soft,
            rlim_max: hard,
        };
        self.change(move || {
            // SAFETY: a valid limit.
            check(unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) })
        })
    }

    fn own_map(&self) -> Vec<u8> {
        let uid = self.user.uid();
        format!("{uid} {uid} 1").into_bytes()
    }

    fn refusing(self, calls: BTreeMap<i64, Vec<SeccompRule>>, errno: i32) -> World {
        let filter = SeccompFilter::new(
            calls,
            SeccompAction::Allow,
            SeccompAction::Errno(errno.cast_unsigned()),
            TargetArch::x86_64,
        );
        let program: BpfProgram = filter
            .and_then(TryInto::try_into)
            .expect("the filter can be built");
        self.change(move || {
            seccompiler::apply_filter(&program).map_err(|_| io::Error::last_os_error())
        })
    }

    fn change(mut self, change: impl FnMut() -> io::Result<()> + Send + Sync + 'static) -> World {
        self.changes.push(Box::new(change));
        self
    }

    /// The browser's command, without arguments. The program file must stay open for it.
    fn command(&mut self) -> Command {
        let is_other = self.user == User::Ordinary && is_root();
        let mut command = if is_other {
            Command::new(format!("/proc/self/fd/{}", self.exe.as_raw_fd()))
        } else {
            Command::new(executable())
        };
        command
            .current_dir("/")
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY")
            .stdin(Stdio::null());
        if is_other {
            command.uid(NOBODY).gid(NOBODY);
        }
        for (name, value) in &self.variables {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        for change in self.changes.drain(..) {
            // SAFETY: the changes make system calls only.
            unsafe { command.pre_exec(change) };
        }
        command
    }

    /// Runs the browser to its end; an error says why this machine cannot be made here.
    pub fn output(mut self, arguments: &[&str]) -> io::Result<Output> {
        self.command().args(arguments).output()
    }

    /// A headless browser.
    pub fn browser(mut self, arguments: &[&str]) -> Browser {
        let folder = self.folder();
        let mut all = vec!["--headless"];
        all.extend(arguments);
        Browser::spawn(self.command(), folder, &all)
    }

    /// A folder of this user.
    pub fn folder(&self) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let id = self.user.uid();
        if id != User::Root.uid() {
            std::os::unix::fs::chown(folder.path(), Some(id), Some(id)).expect("root may do that");
        }
        folder
    }

    /// Opens a page in a browser, sees it painted, and gives the tier that all of its processes
    /// are in.
    pub fn tier(self, arguments: &[&str]) -> Tier {
        let server = crate::server::pages(PAGES);
        let mut browser = self.browser(arguments);
        let tab = browser.open(&format!("http://{server}/"));
        browser.screenshot_until("the page", |picture| {
            picture.count(0..picture.width, 0..picture.height, |c| c == PAGE_COLOUR) > 10_000
        });
        assert!(browser.pids().contains(&tab.pid));
        let tiers = crate::wait::until("every process has its tier", || {
            let state = browser.state();
            let processes = state["processes"].as_array().expect("processes");
            let children = processes.iter().filter(|p| p["role"] != "broker");
            let tiers: Vec<_> = children.map(|p| p["tier"].to_string()).collect();
            // A spare renderer may still be warming up.
            let is_known = |tier: &String| tier != "\"\"" && tier != "null";
            tiers
                .iter()
                .all(is_known)
                .then(|| tiers.into_iter().collect::<BTreeSet<_>>())
        });
        assert!(browser.quit().success());
        let all = [Tier::A, Tier::B, Tier::C, Tier::D];
        let found = all
            .into_iter()
            .find(|tier| tiers.contains(&format!("\"{tier}\"")));
        assert_eq!(tiers.len(), 1, "{tiers:?}");
        found.expect("a tier")
    }
}

/// What lies over a folder.
#[derive(Clone, Copy, Debug)]
pub enum Cover {
    /// Nothing can be made in it.
    ReadOnly,
    /// It is full.
    Full,
}

impl Cover {
    fn put(self, folder: &CStr) -> io::Result<()> {
        let kind = Some(c"tmpfs");
        match self {
            Cover::ReadOnly => mount(kind, folder, libc::MS_RDONLY, c"mode=755"),
            Cover::Full => {
                mount(kind, folder, 0, c"size=64k,mode=777")?;
                fill(folder)
            }
        }
    }
}

/// Writes into a file of the folder, which is then the working directory, until nothing goes in.
fn fill(folder: &CStr) -> io::Result<()> {
    let block = [0_u8; 4096];
    // SAFETY: C strings, numbers, and a block of that size.
    unsafe {
        check(libc::chdir(folder.as_ptr()))?;
        let fd = libc::open(c"filler".as_ptr(), libc::O_CREAT | libc::O_WRONLY, 0o600);
        check(fd)?;
        while libc::write(fd, block.as_ptr().cast(), block.len()) > 0 {}
        let error = io::Error::last_os_error();
        libc::close(fd);
        check(libc::chdir(c"/".as_ptr()))?;
        if error.raw_os_error() == Some(libc::ENOSPC) {
            Ok(())
        } else {
            Err(error)
        }
    }
}

fn enter_user_namespace(flags: i32, map: &[u8]) -> io::Result<()> {
    // After a change of user a process is not dumpable, and its files in `/proc` are root's.
    // SAFETY: takes numbers.
    check(unsafe { libc::prctl(libc::PR_SET_DUMPABLE, 1, 0, 0, 0) })?;
    // SAFETY: takes a number.
    check(unsafe { libc::unshare(flags) })?;
    write_file(c"/proc/self/setgroups", b"deny")?;
    write_file(c"/proc/self/uid_map", map)?;
    write_file(c"/proc/self/gid_map", map)
}

fn mount(kind: Option<&CStr>, at: &CStr, flags: u64, options: &CStr) -> io::Result<()> {
    // SAFETY: C strings or null.
    check(unsafe {
        libc::mount(
            c"none".as_ptr(),
            at.as_ptr(),
            kind.map_or(ptr::null(), CStr::as_ptr),
            flags,
            options.as_ptr().cast(),
        )
    })
}

fn write_file(path: &CStr, bytes: &[u8]) -> io::Result<()> {
    // SAFETY: a C string, numbers, and bytes of that length.
    unsafe {
        let fd = libc::open(path.as_ptr(), libc::O_WRONLY | libc::O_CLOEXEC);
        check(fd)?;
        let written = libc::write(fd, bytes.as_ptr().cast(), bytes.len());
        let result = check(if written < 0 { -1 } else { 0 });
        libc::close(fd);
        result
    }
}

fn check(result: i32) -> io::Result<()> {
    if result < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}

fn argument_is(index: u8, operator: SeccompCmpOp, value: u64) -> SeccompRule {
    let width = SeccompCmpArgLen::Dword;
    let condition = SeccompCondition::new(index, width, operator, value).expect("it is one");
    SeccompRule::new(vec![condition]).expect("it has a condition")
}

fn c_path(path: &Path) -> CString {
    CString::new(path.as_os_str().as_bytes()).expect("no NUL")
}

fn is_root() -> bool {
    // SAFETY: takes nothing and cannot fail.
    unsafe { libc::geteuid() == 0 }
}

const NOBODY: u32 = 65_534;
const PAGE_COLOUR: [u8; 3] = [0, 128, 0];
const PAGES: &[(&str, &str)] = &[(
    "/",
    "<title>Page</title><body style='background: rgb(0, 128, 0)'>page",
)];
