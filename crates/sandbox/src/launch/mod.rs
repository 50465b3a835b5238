//! Launches a child: from the descriptor of a program to a process in new namespaces.
//!
//! Trusts: the support that the probe found. Never: launches with less than that unless plan and
//! report of the child say so; never waits for the child.

pub(crate) mod attempted;
pub mod cgroup;
pub(crate) mod child;
mod inherited;
pub(crate) mod root;
pub(crate) mod spawn;

use crate::namespaces::{self, Namespace};
use crate::plan::Plan;
use crate::policy::needs;
use crate::support::{Feature, Support};
use crate::sys;
pub use attempted::Attempted;
use cgroup::{ChildGroup, Entry, TaskFile};
use child::{Ids, Setup, Step};
use role::Role;
use spawn::{Pipe, Spawned};
use std::ffi::{CString, c_char};
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::MetadataExt;
use std::ptr;
use thiserror::Error;

/// The first user id (and group id) of children that root launches: far from any id that an
/// installation assigns.
pub const DISTINCT_UID_BASE: u32 = 0x7b00_0000;

/// What to launch, and how.
#[derive(Debug)]
pub struct LaunchSpec<'a> {
    /// The program. The child executes it by descriptor and need not be able to reach its path.
    pub exe: BorrowedFd<'a>,
    /// Its arguments, the name first.
    pub args: Vec<CString>,
    /// Its environment, `NAME=VALUE`; nothing is inherited.
    pub env: Vec<CString>,
    /// Its role.
    pub role: Role,
    /// What the probe found.
    pub support: &'a Support,
    /// Becomes its descriptor 3.
    pub bootstrap: OwnedFd,
    /// Becomes its descriptor 2.
    pub stderr: OwnedFd,
    /// A different number for each child: as root, the user id is [`DISTINCT_UID_BASE`] plus this.
    pub child_index: u32,
    /// Leave it in the network of the host: it connects out, or its display uses TCP or an abstract
    /// socket. The network role is always there.
    pub host_network: bool,
    /// Keep the user id of the launcher outside: a display server checks it.
    pub keep_uid: bool,
    /// The control group that it starts in.
    pub cgroup: Option<&'a ChildGroup>,
}

impl<'a> LaunchSpec<'a> {
    /// A child without arguments, environment or control group, whose standard error goes nowhere.
    ///
    /// # Errors
    /// There is no `/dev/null`, or no descriptor is left.
    pub fn new(
        exe: BorrowedFd<'a>,
        role: Role,
        support: &'a Support,
        bootstrap: OwnedFd,
    ) -> io::Result<LaunchSpec<'a>> {
        Ok(LaunchSpec {
            exe,
            args: Vec::new(),
            env: Vec::new(),
            role,
            support,
            bootstrap,
            stderr: File::options().write(true).open("/dev/null")?.into(),
            child_index: 0,
            host_network: false,
            keep_uid: false,
            cgroup: None,
        })
    }
}

/// A child that has begun.
#[derive(Debug)]
pub struct Launched {
    /// Its process id, as the launcher sees it.
    pub pid: i32,
    /// Becomes readable when it ends.
    pub pidfd: OwnedFd,
    /// For [`crate::examine::report::verify`].
    pub attempted: Attempted,
    /// Whether it executes the program.
    pub execution: Execution,
}

/// A child on its way to the program. Its descriptor becomes readable when the child has executed
/// the program, or has failed to.
#[derive(Debug)]
pub struct Execution {
    failure: OwnedFd,
    /// A child that finds it closed before its `execve` is an orphan.
    _go: OwnedFd,
}

impl Execution {
    /// Waits until the child has executed the program.
    ///
    /// # Errors
    /// The child failed before. It ends by itself.
    pub fn wait(&self) -> Result<(), LaunchError> {
        wait_for_execution(&self.failure)
    }
}

impl AsFd for Execution {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.failure.as_fd()
    }
}

/// Why a child could not be launched. No process is left behind.
#[derive(Debug, Error)]
pub enum LaunchError {
    /// The launcher failed before there was a child.
    #[error("cannot prepare a child: {0}")]
    Prepare(io::Error),
    /// No new process.
    #[error("cannot make a process: {0}")]
    Clone(io::Error),
    /// The launcher could not map user ids into the new user namespace.
    #[error("cannot map user ids into the child's namespace: {0}")]
    Maps(io::Error),
    /// The control group refused the child.
    #[error("cannot put the child into its control group: {0}")]
    Cgroup(io::Error),
    /// The child failed before it executed the program.
    #[error("the child failed at {step:?}: {source}")]
    Child {
        /// At what.
        step: Step,
        /// Why.
        source: io::Error,
    },
    /// The child died before it executed the program.
    #[error("the child died before it executed the program")]
    Died,
}

/// Launches a child, which will run the program.
///
/// The child dies with the calling **thread**: launch from one that lives as long as the browser.
///
/// # Errors
/// A step failed in the launcher; no process is left behind. Steps that fail in the child are
/// reported by [`Execution`].
pub fn launch(spec: LaunchSpec<'_>) -> Result<Launched, LaunchError> {
    let host_network = spec.host_network || needs::connects_out(spec.role);
    let plan = Plan::new(spec.role, spec.support, host_network);
    let ids = OuterIds::choose(&spec, &plan).map_err(LaunchError::Prepare)?;
    let prepared = Prepared::new(&spec, &plan).map_err(raw(LaunchError::Prepare))?;
    let entry = spec.cgroup.map(ChildGroup::entry).transpose();
    let entry = entry.map_err(LaunchError::Cgroup)?;
    let groups = entry.as_ref().map(Entry::task_files).unwrap_or_default();
    let setup = prepared.setup(&plan, ids.inner(&plan), groups);
    let attempted = Attempted {
        network_namespace: plan.has_namespace(Namespace::Net),
        distinct_uid: ids.is_distinct,
        cgroup: spec.cgroup.is_some(),
        inherited_filters: inherited::own_filters().map_err(LaunchError::Prepare)?,
    };
    // SAFETY: `child::run` makes raw calls only.
    let spawned = unsafe {
        let group = entry.as_ref().and_then(Entry::folder);
        spawn::spawn(plan.clone_flags(), group, &|| child::run(&setup))
    };
    let spawned = spawned.map_err(raw(LaunchError::Clone))?;
    let Prepared { go, failure, .. } = prepared;
    let Pipe {
        read: failure,
        write,
    } = failure;
    // Only the child's copy remains: when the child ends or calls `execve`, the reader sees
    // end-of-file.
    drop(write);
    if let Err(error) = complete(&spec, &plan, &ids, &spawned, &go.write) {
        spawned.destroy();
        return Err(error);
    }
    Ok(Launched {
        pid: spawned.pid,
        pidfd: spawned.pidfd,
        attempted,
        execution: Execution {
            failure,
            _go: go.write,
        },
    })
}

/// Does what only the launcher can do, and then tells the child to continue.
fn complete(
    spec: &LaunchSpec<'_>,
    plan: &Plan,
    ids: &OuterIds,
    spawned: &Spawned,
    go: &OwnedFd,
) -> Result<(), LaunchError> {
    if plan.has_namespace(Namespace::User) {
        namespaces::write_id_maps(spawned.pid, ids.uid, ids.gid, ids.privileged)
            .map_err(LaunchError::Maps)?;
    }
    if let Some(group) = spec.cgroup.filter(|_| !spawned.is_in_group) {
        group.add(spawned.pid).map_err(LaunchError::Cgroup)?;
    }
    sys::write(go.as_raw_fd(), &[1]).map_err(raw(LaunchError::Prepare))?;
    Ok(())
}

fn wait_for_execution(failure: &OwnedFd) -> Result<(), LaunchError> {
    let mut record = [0; 8];
    match sys::read(failure.as_raw_fd(), &mut record).map_err(raw(LaunchError::Prepare))? {
        0 => Ok(()),
        8 => match Step::parse_failure(record) {
            (Some(step), errno) => Err(LaunchError::Child {
                step,
                source: io::Error::from_raw_os_error(errno),
            }),
            (None, _) => Err(LaunchError::Died),
        },
        _ => Err(LaunchError::Died),
    }
}

fn raw(wrap: impl Fn(io::Error) -> LaunchError) -> impl Fn(i32) -> LaunchError {
    move |errno| wrap(io::Error::from_raw_os_error(errno))
}

/// The identity of the child as the host sees it.
struct OuterIds {
    uid: u32,
    gid: u32,
    privileged: bool,
    is_distinct: bool,
}

impl OuterIds {
    fn choose(spec: &LaunchSpec<'_>, plan: &Plan) -> io::Result<OuterIds> {
        // SAFETY: take nothing and cannot fail.
        let (uid, gid) = unsafe { (libc::geteuid(), libc::getegid()) };
        let is_distinct = plan.has_feature(Feature::DistinctUid)
            && !spec.keep_uid
            && is_executable_by_anyone(spec.exe)?;
        if is_distinct {
            let id = DISTINCT_UID_BASE + spec.child_index;
            return Ok(OuterIds {
                uid: id,
                gid: id,
                privileged: true,
                is_distinct,
            });
        }
        Ok(OuterIds {
            uid,
            gid,
            privileged: uid == 0,
            is_distinct,
        })
    }

    /// What the child must do to get that identity.
    fn inner(&self, plan: &Plan) -> Ids {
        if plan.has_namespace(Namespace::User) {
            Ids::InsideRoot {
                drop_groups: self.privileged,
            }
        } else if self.is_distinct {
            Ids::Host(self.uid)
        } else {
            Ids::Keep
        }
    }
}

/// Whether others may execute the program. A new user id could not execute a private one, so the
/// child then keeps the id of the launcher, and its report says so.
fn is_executable_by_anyone(exe: BorrowedFd<'_>) -> io::Result<bool> {
    let file = File::from(exe.try_clone_to_owned()?);
    Ok(file.metadata()?.mode() & 0o001 != 0)
}

/// Everything that the child needs until it executes the program.
struct Prepared {
    exe: OwnedFd,
    stderr: OwnedFd,
    bootstrap: OwnedFd,
    null: Option<OwnedFd>,
    go: Pipe,
    failure: Pipe,
    arguments: StringList,
    environment: StringList,
}

impl Prepared {
    fn new(spec: &LaunchSpec<'_>, plan: &Plan) -> sys::RawResult<Prepared> {
        let null = File::options()
            .read(true)
            .write(true)
            .open("/dev/null")
            .ok();
        let mut environment = spec.env.clone();
        environment.push(plan.to_variable());
        Ok(Prepared {
            exe: spawn::lifted(spec.exe.as_raw_fd())?,
            stderr: spawn::lifted(spec.stderr.as_raw_fd())?,
            bootstrap: spawn::lifted(spec.bootstrap.as_raw_fd())?,
            null: null
                .map(|null| spawn::lifted(null.as_raw_fd()))
                .transpose()?,
            go: Pipe::new()?,
            failure: Pipe::new()?,
            arguments: StringList::new(spec.args.clone()),
            environment: StringList::new(environment),
        })
    }

    fn setup(&self, plan: &Plan, ids: Ids, groups: Vec<TaskFile>) -> Setup {
        Setup {
            exe: self.exe.as_raw_fd(),
            stderr: self.stderr.as_raw_fd(),
            bootstrap: self.bootstrap.as_raw_fd(),
            null: self.null.as_ref().map_or(-1, AsRawFd::as_raw_fd),
            go_read: self.go.read.as_raw_fd(),
            go_write: self.go.write.as_raw_fd(),
            failure: self.failure.write.as_raw_fd(),
            groups,
            ids,
            has_mounts: plan.has_namespace(Namespace::Mount),
            has_uts: plan.has_namespace(Namespace::Uts),
            has_keyring: plan.has_feature(Feature::Keyring),
            arguments: self.arguments.pointers.as_ptr(),
            environment: self.environment.pointers.as_ptr(),
        }
    }
}

/// C strings with the null-terminated list of pointers to them.
struct StringList {
    pointers: Vec<*const c_char>,
    // Owns what the pointers point to: a CString's bytes do not move with it.
    _strings: Vec<CString>,
}

impl StringList {
    fn new(strings: Vec<CString>) -> StringList {
        let pointers = strings
            .iter()
            .map(|s| s.as_ptr())
            .chain([ptr::null()])
            .collect();
        StringList {
            pointers,
            _strings: strings,
        }
    }
}
