//! Control groups: a limit on memory and on the number of tasks for each child, where this user may
//! set one.
//!
//! Owns: the groups `bulkhead-PID` of this browser and those of dead ones. Trusts: `/proc/self` to
//! say where the hierarchies are. Never: touches a group that it did not make, or moves the browser
//! itself. See `cgroups(7)`; version 2 in its delegated form, version 1 where the folders are
//! writable.

use crate::policy::Policy;
use crate::rlimits;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The groups of one browser. Dropped, it removes what is empty.
#[derive(Debug)]
pub struct Tree {
    /// One folder in version 2; one for memory and one for tasks in version 1.
    hierarchies: Vec<Hierarchy>,
}

#[derive(Clone, Debug)]
struct Hierarchy {
    folder: PathBuf,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Unified,
    MemoryV1,
    TasksV1,
}

/// The group of one child. Dropped, it removes itself once the child is gone.
#[derive(Debug)]
pub struct ChildGroup {
    hierarchies: Vec<Hierarchy>,
}

/// Most tasks of the network process; each of its workers is one.
pub const NETWORK_TASKS_MAX: u32 = 192;

/// What a child may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most memory, in bytes.
    pub memory_bytes: u64,
    /// Most tasks (processes and threads).
    pub tasks: u32,
}

impl Limits {
    /// The limits of a role. Memory has some room above the limit on private memory, for what is
    /// shared and for the kernel's share.
    pub fn of(policy: Policy) -> Limits {
        let (data, _) = rlimits::memory_limits(policy);
        Limits {
            memory_bytes: data + data / 4,
            tasks: if policy == Policy::Network {
                NETWORK_TASKS_MAX
            } else {
                16
            },
        }
    }
}

impl Tree {
    /// Makes the groups of this browser, and removes those that dead ones left behind.
    ///
    /// # Errors
    /// This user may not make or fill groups here.
    pub fn create() -> io::Result<Tree> {
        Tree::create_named(&format!("{GROUP_PREFIX}{}", std::process::id()))
    }

    pub(crate) fn create_named(name: &str) -> io::Result<Tree> {
        let mounts = fs::read_to_string("/proc/self/mountinfo")?;
        let own = fs::read_to_string("/proc/self/cgroup")?;
        let unified = locate(&mounts, &own, "cgroup2", None);
        match unified
            .ok_or_else(unavailable)
            .and_then(|folder| create_unified(&folder, name))
        {
            Ok(tree) => Ok(tree),
            Err(unified) => create_v1(&mounts, &own, name).map_err(|v1| {
                // Of two reasons, the one of the hierarchy that is really there.
                if v1.raw_os_error() == Some(libc::ENOENT) {
                    unified
                } else {
                    v1
                }
            }),
        }
    }

    /// A group for one child.
    ///
    /// # Errors
    /// The group or one of its limits could not be made.
    pub fn child(&self, name: &str, limits: Limits) -> io::Result<ChildGroup> {
        let hierarchies = self.hierarchies.iter().map(|hierarchy| Hierarchy {
            folder: hierarchy.folder.join(name),
            kind: hierarchy.kind,
        });
        let group = ChildGroup {
            hierarchies: hierarchies.collect(),
        };
        for hierarchy in &group.hierarchies {
            make_folder(&hierarchy.folder)?;
            hierarchy.limit(limits)?;
        }
        Ok(group)
    }

    /// Removes the groups of children that are gone, and its own when none is left.
    pub fn remove(&self) {
        for hierarchy in &self.hierarchies {
            remove_with_children(&hierarchy.folder);
        }
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        self.remove();
    }
}

impl ChildGroup {
    /// Moves a process into it.
    ///
    /// # Errors
    /// The kernel refuses.
    pub fn add(&self, pid: i32) -> io::Result<()> {
        for hierarchy in &self.hierarchies {
            fs::write(hierarchy.folder.join("cgroup.procs"), pid.to_string())?;
        }
        Ok(())
    }

    /// Bytes of memory in use, kernel memory and shared pages that it touched first included.
    ///
    /// # Errors
    /// The kernel's file cannot be read.
    pub fn memory_bytes(&self) -> io::Result<u64> {
        self.read_number(|kind| match kind {
            Kind::Unified => Some("memory.current"),
            Kind::MemoryV1 => Some("memory.usage_in_bytes"),
            Kind::TasksV1 => None,
        })
    }

    /// How many of its processes the kernel killed for lack of memory.
    ///
    /// # Errors
    /// The kernel's file cannot be read.
    pub fn memory_kills(&self) -> io::Result<u64> {
        for hierarchy in &self.hierarchies {
            let file = match hierarchy.kind {
                Kind::Unified => "memory.events",
                Kind::MemoryV1 => "memory.oom_control",
                Kind::TasksV1 => continue,
            };
            let text = fs::read_to_string(hierarchy.folder.join(file))?;
            let line = text.lines().find_map(|line| line.strip_prefix("oom_kill "));
            return Ok(line.and_then(|n| n.trim().parse().ok()).unwrap_or(0));
        }
        Err(unavailable())
    }

    fn read_number(&self, file: impl Fn(Kind) -> Option<&'static str>) -> io::Result<u64> {
        for hierarchy in &self.hierarchies {
            if let Some(file) = file(hierarchy.kind) {
                let text = fs::read_to_string(hierarchy.folder.join(file))?;
                return text.trim().parse().map_err(io::Error::other);
            }
        }
        Err(unavailable())
    }
}

impl Drop for ChildGroup {
    fn drop(&mut self) {
        for hierarchy in &self.hierarchies {
            // Busy while the child lives: then the tree, or the next browser, removes it.
            let _ = fs::remove_dir(&hierarchy.folder);
        }
    }
}

impl Hierarchy {
    fn limit(&self, limits: Limits) -> io::Result<()> {
        let write = |file: &str, value: u64| fs::write(self.folder.join(file), value.to_string());
        match self.kind {
            Kind::Unified => {
                write("memory.max", limits.memory_bytes)?;
                write("pids.max", u64::from(limits.tasks))?;
                // Not every kernel accounts for swap.
                let _ = write("memory.swap.max", 0);
                let _ = write("memory.oom.group", 1);
                Ok(())
            }
            Kind::MemoryV1 => {
                write("memory.limit_in_bytes", limits.memory_bytes)?;
                let _ = write("memory.memsw.limit_in_bytes", limits.memory_bytes);
                Ok(())
            }
            Kind::TasksV1 => write("pids.max", u64::from(limits.tasks)),
        }
    }
}

/// Version 2: a group may only hand controllers on if it has no processes itself, so the place is
/// beside the browser's own group rather than below it.
fn create_unified(own: &Path, name: &str) -> io::Result<Tree> {
    let mut reason = unavailable();
    for place in own.parent().into_iter().chain([own]) {
        if !place.join("cgroup.controllers").exists() {
            continue;
        }
        remove_dead(place);
        match create_unified_at(&place.join(name)) {
            Ok(tree) => return Ok(tree),
            Err(error) => reason = error,
        }
    }
    Err(reason)
}

fn create_unified_at(folder: &Path) -> io::Result<Tree> {
    make_folder(folder)?;
    let hierarchy = Hierarchy {
        folder: folder.to_owned(),
        kind: Kind::Unified,
    };
    // Removes the folder again if the rest fails.
    let tree = Tree {
        hierarchies: vec![hierarchy],
    };
    let controllers = fs::read_to_string(folder.join("cgroup.controllers"))?;
    if !["memory", "pids"]
        .iter()
        .all(|c| controllers.split_whitespace().any(|have| have == *c))
    {
        return Err(io::Error::from_raw_os_error(libc::EOPNOTSUPP));
    }
    fs::write(folder.join("cgroup.subtree_control"), "+memory +pids")?;
    Ok(tree)
}

fn create_v1(mounts: &str, own: &str, name: &str) -> io::Result<Tree> {
    let mut tree = Tree {
        hierarchies: Vec::new(),
    };
    for (controller, kind) in [("memory", Kind::MemoryV1), ("pids", Kind::TasksV1)] {
        let parent = locate(mounts, own, "cgroup", Some(controller)).ok_or_else(unavailable)?;
        remove_dead(&parent);
        let folder = parent.join(name);
        make_folder(&folder)?;
        tree.hierarchies.push(Hierarchy { folder, kind });
    }
    Ok(tree)
}

/// The folder of this process's own group in the hierarchy of that kind.
fn locate(mounts: &str, own: &str, kind: &str, controller: Option<&str>) -> Option<PathBuf> {
    let path = own.lines().find_map(|line| {
        let mut fields = line.splitn(3, ':');
        let (_, controllers, path) = (fields.next()?, fields.next()?, fields.next()?);
        let wanted = match controller {
            None => controllers.is_empty(),
            Some(controller) => controllers.split(',').any(|c| c == controller),
        };
        wanted.then_some(path)
    })?;
    mounts.lines().find_map(|line| {
        let (fields, rest) = line.split_once(" - ")?;
        let mut rest = rest.split(' ');
        let (found, _, options) = (rest.next()?, rest.next()?, rest.next()?);
        let has_controller = controller.is_none_or(|c| options.split(',').any(|o| o == c));
        if found != kind || !has_controller {
            return None;
        }
        let mut fields = fields.split(' ').skip(3);
        let (root, mount) = (fields.next()?, fields.next()?);
        // In a container the mount shows a part of the hierarchy, and the path may lie outside of
        // it.
        let below = Path::new(path).strip_prefix(root).unwrap_or(Path::new(""));
        let folder = Path::new(mount).join(below.strip_prefix("/").unwrap_or(below));
        folder.is_dir().then_some(folder)
    })
}

fn make_folder(folder: &Path) -> io::Result<()> {
    match fs::create_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        result => result,
    }
}

/// Removes the groups of browsers that are gone.
fn remove_dead(place: &Path) {
    let Ok(entries) = fs::read_dir(place) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let numbers = name
            .to_str()
            .and_then(|name| name.strip_prefix(GROUP_PREFIX));
        let pid = numbers.and_then(|n| n.split('-').next()?.parse::<u32>().ok());
        if pid.is_some_and(|pid| !Path::new(&format!("/proc/{pid}")).exists()) {
            remove_with_children(&entry.path());
        }
    }
}

/// Groups with a process in them stay: the kernel refuses.
fn remove_with_children(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            let _ = fs::remove_dir(entry.path());
        }
    }
    let _ = fs::remove_dir(folder);
}

fn unavailable() -> io::Error {
    io::Error::from_raw_os_error(libc::ENOENT)
}

/// How the groups of a browser are called, its process id following.
pub const GROUP_PREFIX: &str = "bulkhead-";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_own_group_is_found_where_it_is_mounted() {
        let mounts = "30 25 0:26 / / rw - ext4 /dev/vda rw\n\
            31 30 0:27 / / rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n\
            32 30 0:28 /box / rw - cgroup cgroup rw,memory\n";
        let own = "3:memory:/box\n0::/\n";
        assert_eq!(
            locate(mounts, own, "cgroup2", None),
            Some(PathBuf::from("/"))
        );
        assert_eq!(
            locate(mounts, own, "cgroup", Some("memory")),
            Some(PathBuf::from("/"))
        );
        assert_eq!(locate(mounts, own, "cgroup", Some("pids")), None);
    }

    #[test]
    fn a_group_limits_what_is_put_into_it() {
        let name = format!("{GROUP_PREFIX}{}-test", std::process::id());
        let tree = match Tree::create_named(&name) {
            Ok(tree) => tree,
            Err(error) => return eprintln!("SKIP: no writable control group: {error}"),
        };
        let group = tree.child(
            "one",
            Limits {
                memory_bytes: 1 << 26,
                tasks: 5,
            },
        );
        let group = group.expect("a child's group can be made");
        let mut process = std::process::Command::new("sleep")
            .arg("60")
            .spawn()
            .expect("sleeps");
        let pid = i32::try_from(process.id()).expect("a pid");
        let added = group.add(pid);
        let membership = fs::read_to_string(format!("/proc/{pid}/cgroup")).expect("is alive");
        process.kill().expect("can be killed");
        process.wait().expect("can be reaped");
        added.expect("takes a process");
        assert!(membership.contains(&name), "{membership}");
        assert!(group.memory_bytes().is_ok());
        assert_eq!(group.memory_kills().expect("readable"), 0);
        let folder = tree.hierarchies[0].folder.clone();
        drop(group);
        drop(tree);
        assert!(!folder.exists(), "{folder:?} was left behind");
    }
}
