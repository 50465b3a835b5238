//! The probe: finds out which layers this machine offers, by applying them all in a throw-away
//! child.
//!
//! Trusts: only what worked. Never: reads a kernel version or a list of security modules. It calls
//! the same functions as real children do.

use crate::launch::DISTINCT_UID_BASE;
use crate::launch::cgroup::{self, Tree};
use crate::launch::child::{self, Ids};
use crate::launch::root;
use crate::launch::spawn::{self, Pipe, Spawned};
use crate::namespaces::{self, Namespace};
use crate::policy::filter;
use crate::properties::{self, Speculation};
use crate::seal::canary;
use crate::seal::capabilities;
use crate::seal::landlock::{self, Rules};
use crate::support::{Availability, Feature, Support};
use crate::sys::{self, RawResult};
use role::Role;
use std::io;
use std::os::fd::AsRawFd;
use std::sync::atomic::{AtomicU32, Ordering};

/// Finds out what this machine offers this user. It takes a few milliseconds; the broker calls it
/// once.
pub fn probe() -> Support {
    let rules = Rules::new(Role::Renderer);
    let raw_rules = rules.as_ref().map_or(-1, Rules::raw);
    let mut support = Support::nothing(libc::ENOSYS);
    let complete = Namespace::ALL
        .into_iter()
        .fold(0, |flags, n| flags | n.flag());
    let complete = Trial::run(complete, raw_rules);
    let trial = match complete {
        Ok(trial) if trial.is_isolated() => {
            for namespace in Namespace::ALL {
                support.set_namespace(namespace, Availability::Available);
            }
            Ok(trial)
        }
        _ => {
            probe_each_namespace(&mut support, raw_rules);
            let plan = crate::plan::Plan::new(Role::Renderer, &support, false);
            Trial::run(plan.clone_flags(), raw_rules)
        }
    };
    match trial {
        Ok(trial) => trial.note_features(&mut support),
        Err(errno) => support.features = [Availability::Unavailable(errno); Feature::ALL.len()],
    }
    if let Err(error) = &rules {
        let errno = landlock::version()
            .err()
            .or(error.raw_os_error())
            .unwrap_or(libc::EOPNOTSUPP);
        support.set_feature(Feature::Landlock, Availability::Unavailable(errno));
    }
    if support.feature(Feature::Landlock).is_available() {
        support.landlock_abi = landlock::version().unwrap_or(0);
    }
    support.set_feature(Feature::Cgroup, probe_cgroup());
    support
}

/// Tries each one with a user namespace alone, to learn which ones fail.
fn probe_each_namespace(support: &mut Support, raw_rules: i32) {
    for namespace in Namespace::ALL {
        let flags = Namespace::User.flag() | namespace.flag();
        let found = match Trial::run(flags, raw_rules) {
            Err(errno) => Availability::Unavailable(errno),
            Ok(trial) if namespace == Namespace::Mount => trial.availability(Slot::Root),
            Ok(trial) => trial.availability(Slot::Ids),
        };
        support.set_namespace(namespace, found);
    }
}

fn probe_cgroup() -> Availability {
    static COUNTER: AtomicU32 = AtomicU32::new(0);
    let number = COUNTER.fetch_add(1, Ordering::Relaxed);
    let limits = cgroup::Limits::of(Role::Renderer);
    let result = cgroup::own_name()
        .and_then(|name| Tree::create_named(&format!("{name}-probe{number}")))
        .and_then(|tree| tree.child("probe", limits).map(drop));
    match result {
        Ok(()) => Availability::Available,
        Err(error) => Availability::Unavailable(error.raw_os_error().unwrap_or(libc::EIO)),
    }
}

/// What a trial's child tries, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slot {
    Ids,
    Keyring,
    NestingLimit,
    Root,
    CoreScheduling,
    StoreBypass,
    IndirectBranch,
    DenyWriteExecute,
    Landlock,
    Seccomp,
    CallNotifications,
}

const SLOTS: usize = 11;

/// One child's results.
struct Trial {
    /// Errnos, 0 for success. Whatever the child did not reach counts as failed.
    results: [i32; SLOTS],
    distinct_uid: Availability,
}

impl Trial {
    /// Runs one child with these namespaces.
    fn run(flags: u64, rules: i32) -> RawResult<Trial> {
        let go = Pipe::new()?;
        let report = Pipe::new()?;
        let has_user = flags & Namespace::User.flag() != 0;
        // SAFETY: takes nothing and cannot fail.
        let is_root = unsafe { libc::geteuid() } == 0;
        let job = Job {
            go_read: go.read.as_raw_fd(),
            go_write: go.write.as_raw_fd(),
            report: report.write.as_raw_fd(),
            ids: match (has_user, is_root) {
                (true, _) => Ids::InsideRoot {
                    drop_groups: is_root,
                },
                (false, true) => Ids::Host(DISTINCT_UID_BASE),
                (false, false) => Ids::Keep,
            },
            has_mounts: flags & Namespace::Mount.flag() != 0,
            has_user,
            rules,
        };
        // SAFETY: `Job::run` makes raw calls only.
        let spawned = unsafe { spawn::spawn(flags, None, &|| job.run()) }?;
        drop(report.write);
        let distinct_uid = if has_user {
            match map_ids(&spawned, is_root) {
                Ok(distinct_uid) => distinct_uid,
                Err(error) => {
                    spawned.destroy();
                    return Err(error.raw_os_error().unwrap_or(libc::EIO));
                }
            }
        } else if is_root {
            Availability::Available
        } else {
            Availability::Unavailable(libc::EPERM)
        };
        let told = sys::write(go.write.as_raw_fd(), &[1]);
        let results = told.and_then(|_| read_results(report.read.as_raw_fd()));
        spawned.reap();
        Ok(Trial {
            results: results?,
            distinct_uid,
        })
    }

    fn availability(&self, slot: Slot) -> Availability {
        Availability::from_errno(self.results[slot as usize])
    }

    /// Whether user ids and root directory could be replaced.
    fn is_isolated(&self) -> bool {
        [Slot::Ids, Slot::Root]
            .into_iter()
            .all(|slot| self.availability(slot).is_available())
    }

    fn note_features(&self, support: &mut Support) {
        let slots = [
            (Feature::NestingLimit, Slot::NestingLimit),
            (Feature::Keyring, Slot::Keyring),
            (Feature::DenyWriteExecute, Slot::DenyWriteExecute),
            (Feature::CoreScheduling, Slot::CoreScheduling),
            (Feature::StoreBypass, Slot::StoreBypass),
            (Feature::IndirectBranch, Slot::IndirectBranch),
            (Feature::Landlock, Slot::Landlock),
            (Feature::Seccomp, Slot::Seccomp),
            (Feature::CallNotifications, Slot::CallNotifications),
        ];
        for (feature, slot) in slots {
            support.set_feature(feature, self.availability(slot));
        }
        let distinct = match self.availability(Slot::Ids) {
            Availability::Available => self.distinct_uid,
            failed => failed,
        };
        support.set_feature(Feature::DistinctUid, distinct);
    }
}

/// Maps a distinct id if that is allowed, else the caller's own.
fn map_ids(spawned: &Spawned, is_root: bool) -> io::Result<Availability> {
    // SAFETY: take nothing and cannot fail.
    let (uid, gid) = unsafe { (libc::geteuid(), libc::getegid()) };
    let mut distinct = Availability::Unavailable(libc::EPERM);
    if is_root {
        let id = DISTINCT_UID_BASE;
        match namespaces::write_id_maps(spawned.pid, id, id, true) {
            Ok(()) => return Ok(Availability::Available),
            Err(error) => {
                distinct = Availability::Unavailable(error.raw_os_error().unwrap_or(libc::EIO));
            }
        }
    }
    namespaces::write_id_maps(spawned.pid, uid, gid, is_root)?;
    Ok(distinct)
}

fn read_results(fd: i32) -> RawResult<[i32; SLOTS]> {
    let mut results = [libc::EIO; SLOTS];
    for result in &mut results {
        let mut record = [0; 4];
        match sys::read(fd, &mut record)? {
            4 => *result = i32::from_ne_bytes(record),
            _ => break,
        }
    }
    Ok(results)
}

/// What the child of a trial needs to know.
struct Job {
    go_read: i32,
    go_write: i32,
    report: i32,
    ids: Ids,
    has_mounts: bool,
    has_user: bool,
    rules: i32,
}

impl Job {
    /// Tries everything and tells each result. Raw calls only.
    fn run(&self) -> i32 {
        sys::close(self.go_write);
        if child::wait_for_go(self.go_read).is_err() {
            return child::FAILURE_STATUS;
        }
        self.tell(child::take_ids(self.ids));
        self.tell(properties::join_new_keyring());
        self.tell(if self.has_user {
            namespaces::forbid_nesting()
                .and_then(|()| canary::must_be_refused(canary::nest(), libc::ENOSPC))
        } else {
            Err(libc::EPERM)
        });
        self.tell(if self.has_mounts {
            replace_root()
        } else {
            Err(libc::EPERM)
        });
        self.tell(properties::schedule_alone());
        self.tell(try_mitigation(Speculation::StoreBypass));
        self.tell(try_mitigation(Speculation::IndirectBranch));
        self.tell(
            properties::deny_write_execute()
                .and_then(|()| canary::must_be_refused(canary::map_code(), libc::EACCES)),
        );
        self.tell(self.try_landlock());
        self.tell(filter::try_install(false));
        self.tell(filter::try_install(true));
        0
    }

    fn try_landlock(&self) -> RawResult<()> {
        capabilities::no_new_privileges()?;
        if self.rules < 0 {
            return Err(libc::EOPNOTSUPP);
        }
        landlock::restrict_thread(self.rules)?;
        canary::must_be_refused(canary::open_directory(c"/"), libc::EACCES)
    }

    fn tell(&self, result: RawResult<()>) {
        let errno = result.err().unwrap_or(0);
        // The prober may have died; then nobody reads the result.
        let _ = sys::write(self.report, &errno.to_ne_bytes());
    }
}

fn try_mitigation(kind: Speculation) -> RawResult<()> {
    properties::mitigate(kind)?;
    canary::must_be_refused(properties::unmitigate(kind), libc::EPERM)
}

fn replace_root() -> RawResult<()> {
    root::make_private()?;
    root::pivot_to_nothing()
}
