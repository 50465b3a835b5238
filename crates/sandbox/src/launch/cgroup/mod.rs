//! Control groups: a limit on memory and on the number of tasks, and a share of the processors, for
//! each child, where this user may set one.
//!
//! Owns: the groups `bulkhead-PID-START` of this browser and those of dead ones. Trusts:
//! `/proc/self` to say where the hierarchies are. Never: touches a group that it did not make, or
//! moves the browser itself. See `cgroups(7)`; version 2 in its delegated form, version 1 where the
//! folders are writable.

use crate::policy::role::Policy;
use crate::rlimits;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The groups of one browser. Dropped, it removes what is empty.
#[derive(Debug)]
pub struct Tree {
    /// One folder in version 2; in version 1 one for memory, one for tasks, and perhaps one for
    /// processors.
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
    ProcessorsV1,
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
    /// Its share of busy processors, as a weight against the browser's other children; `None`: it
    /// shares them as if it were in no group.
    pub weight: Option<u32>,
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
            weight: Some(weight(policy)),
        }
    }
}

impl Tree {
    /// Makes the groups of this browser, and removes those that dead ones left behind.
    ///
    /// # Errors
    /// This user may not make or fill groups here.
    pub fn create() -> io::Result<Tree> {
        Tree::create_named(&own_name()?)
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
        let is_due = |kind| kind != Kind::ProcessorsV1 || limits.weight.is_some();
        let due = self.hierarchies.iter().filter(|h| is_due(h.kind));
        let hierarchies = due.map(|hierarchy| Hierarchy {
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
            let added = fs::write(hierarchy.folder.join("cgroup.procs"), pid.to_string());
            // A share of the processors is no limit: the child is as safe without.
            if hierarchy.kind != Kind::ProcessorsV1 {
                added?;
            }
        }
        Ok(())
    }

    /// Most bytes of memory that were in use at once, kernel memory included, and shared pages that
    /// it touched first.
    ///
    /// # Errors
    /// The kernel's file cannot be read; Linux has it in version 2 since 5.19.
    pub fn memory_peak(&self) -> io::Result<u64> {
        self.read_number(|kind| match kind {
            Kind::Unified => Some("memory.peak"),
            Kind::MemoryV1 => Some("memory.max_usage_in_bytes"),
            Kind::ProcessorsV1 | Kind::TasksV1 => None,
        })
    }

    /// Most bytes of memory that are allowed.
    ///
    /// # Errors
    /// The kernel's file cannot be read.
    pub fn memory_max(&self) -> io::Result<u64> {
        self.read_number(|kind| match kind {
            Kind::Unified => Some("memory.max"),
            Kind::MemoryV1 => Some("memory.limit_in_bytes"),
            Kind::ProcessorsV1 | Kind::TasksV1 => None,
        })
    }

    /// How many of its processes the kernel killed for lack of memory.
    ///
    /// # Errors
    /// The kernel's file cannot be read.
    pub fn memory_kills(&self) -> io::Result<u64> {
        self.read_event("oom_kill ", |kind| match kind {
            Kind::Unified => Some("memory.events"),
            Kind::MemoryV1 => Some("memory.oom_control"),
            Kind::ProcessorsV1 | Kind::TasksV1 => None,
        })
    }

    /// How many tasks were refused to it, for there were as many as are allowed.
    ///
    /// # Errors
    /// The kernel's file cannot be read.
    pub fn tasks_refused(&self) -> io::Result<u64> {
        self.read_event("max ", |kind| match kind {
            Kind::Unified | Kind::TasksV1 => Some("pids.events"),
            Kind::MemoryV1 | Kind::ProcessorsV1 => None,
        })
    }

    /// A counter of a file with one a line.
    fn read_event(
        &self,
        name: &str,
        file: impl Fn(Kind) -> Option<&'static str>,
    ) -> io::Result<u64> {
        let text = self.read(file)?;
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        Ok(line.and_then(|n| n.trim().parse().ok()).unwrap_or(0))
    }

    fn read_number(&self, file: impl Fn(Kind) -> Option<&'static str>) -> io::Result<u64> {
        self.read(file)?.trim().parse().map_err(io::Error::other)
    }

    fn read(&self, file: impl Fn(Kind) -> Option<&'static str>) -> io::Result<String> {
        for hierarchy in &self.hierarchies {
            if let Some(file) = file(hierarchy.kind) {
                return fs::read_to_string(hierarchy.folder.join(file));
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
                if let Some(weight) = limits.weight {
                    // There only where processors are shared out at all.
                    let _ = write("cpu.weight", u64::from(weight));
                }
                Ok(())
            }
            Kind::MemoryV1 => {
                write("memory.limit_in_bytes", limits.memory_bytes)?;
                let _ = write("memory.memsw.limit_in_bytes", limits.memory_bytes);
                Ok(())
            }
            Kind::ProcessorsV1 => {
                if let Some(weight) = limits.weight {
                    let _ = write("cpu.shares", shares(weight));
                }
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
    // Where processors are not handed down, the children share them as they come.
    if fs::write(folder.join("cgroup.subtree_control"), "+cpu").is_ok() {
        let _ = fs::write(folder.join("cpu.weight"), TREE_WEIGHT.to_string());
    }
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
    tree.hierarchies
        .extend(create_processors_v1(mounts, own, name));
    Ok(tree)
}

/// `None` where this user may not share processors out.
fn create_processors_v1(mounts: &str, own: &str, name: &str) -> Option<Hierarchy> {
    let parent = locate(mounts, own, "cgroup", Some("cpu"))?;
    remove_dead(&parent);
    let folder = parent.join(name);
    make_folder(&folder).ok()?;
    let _ = fs::write(folder.join("cpu.shares"), shares(TREE_WEIGHT).to_string());
    Some(Hierarchy {
        folder,
        kind: Kind::ProcessorsV1,
    })
}

/// The share of the processors that the kernel shows for a process: `cpu.weight 50`. `None` where
/// it has none of this browser's giving.
pub(crate) fn share_of(pid: i32) -> Option<String> {
    let mounts = fs::read_to_string("/proc/self/mountinfo").ok()?;
    let own = fs::read_to_string(format!("/proc/{pid}/cgroup")).ok()?;
    let is_ours = |folder: &PathBuf| folder.to_str().is_some_and(|f| f.contains(GROUP_PREFIX));
    let places = [
        (None, "cgroup2", "cpu.weight"),
        (Some("cpu"), "cgroup", "cpu.shares"),
    ];
    places.into_iter().find_map(|(controller, kind, file)| {
        let folder = locate(&mounts, &own, kind, controller).filter(is_ours)?;
        let value = fs::read_to_string(folder.join(file)).ok()?;
        Some(format!("{file} {}", value.trim()))
    })
}

/// The folder of a process's group in the hierarchy of that kind.
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
        if numbers.is_some_and(|numbers| owner_is_dead(numbers, start_of)) {
            remove_with_children(&entry.path());
        }
    }
}

/// Whether the process of a group's name is gone. Its id may be another's by now, which started at
/// another time.
fn owner_is_dead(numbers: &str, start_of: impl Fn(u32) -> io::Result<u64>) -> bool {
    let mut numbers = numbers.split('-');
    let Some(pid) = numbers.next().and_then(|n| n.parse().ok()) else {
        return false;
    };
    match (start_of(pid), numbers.next().and_then(|n| n.parse().ok())) {
        (Err(error), _) => error.kind() == io::ErrorKind::NotFound,
        (Ok(start), Some(named)) => start != named,
        (Ok(_), None) => false,
    }
}

/// The name of this browser's groups.
pub(crate) fn own_name() -> io::Result<String> {
    let pid = std::process::id();
    Ok(format!("{GROUP_PREFIX}{pid}-{}", start_of(pid)?))
}

/// When a process started, in the kernel's ticks since it booted; see proc_pid_stat(5).
fn start_of(pid: u32) -> io::Result<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The second field is a name in parentheses with anything in it.
    let fields = text.rsplit_once(')').map(|(_, fields)| fields);
    let start = fields.and_then(|fields| fields.split_whitespace().nth(19));
    start.unwrap_or_default().parse().map_err(io::Error::other)
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

/// In version 1 the scale is another: 1024 where version 2 has 100.
fn shares(weight: u32) -> u64 {
    u64::from(weight) * 1024 / 100
}

/// Pages come after what draws them and what the person works with. Sixteen pages that compute
/// without end leave the gpu process half of the processors, if it can use them.
fn weight(policy: Policy) -> u32 {
    match policy {
        Policy::Gpu | Policy::Shell => 800,
        Policy::Network => 400,
        Policy::Demo | Policy::Renderer => 50,
    }
}

/// The weight of all children together, against the browser's own process and those of others
/// beside it, which have 100.
const TREE_WEIGHT: u32 = 400;

/// How the groups of a browser are called, its process id and its start following.
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
    fn groups_are_left_to_those_who_live_and_taken_from_those_who_do_not() {
        let nobody = |_| Err(io::ErrorKind::NotFound.into());
        let started = |at| move |_| Ok(at);
        assert!(owner_is_dead("7-100", nobody));
        assert!(!owner_is_dead("7-100", started(100)));
        assert!(!owner_is_dead("7-100-probe0", started(100)));
        assert!(owner_is_dead("7-100", started(200)), "another's id by now");
        assert!(!owner_is_dead("7", started(200)));
        assert!(!owner_is_dead("x", nobody));
        let unreadable = |_| Err(io::ErrorKind::PermissionDenied.into());
        assert!(!owner_is_dead("7-100", unreadable));
        let own = own_name().expect("this process started");
        let numbers = own.strip_prefix(GROUP_PREFIX).expect("named so");
        assert!(!owner_is_dead(numbers, start_of));
    }

    /// A tree and a group in it, or why there is none.
    fn group(name: &str) -> Result<(String, Tree, ChildGroup), io::Error> {
        let name = format!("{}-{name}", own_name()?);
        let tree = Tree::create_named(&name)?;
        let limits = Limits {
            memory_bytes: 1 << 26,
            tasks: 5,
            weight: Some(50),
        };
        let group = tree
            .child("one", limits)
            .expect("a child's group can be made");
        Ok((name, tree, group))
    }

    #[test]
    fn a_group_limits_what_is_put_into_it() {
        let (name, tree, group) = match group("test") {
            Ok(made) => made,
            Err(error) => return eprintln!("SKIP: no writable control group: {error}"),
        };
        let mut process = std::process::Command::new("sleep")
            .arg("60")
            .spawn()
            .expect("sleeps");
        let pid = i32::try_from(process.id()).expect("a pid");
        let added = group.add(pid);
        let membership = fs::read_to_string(format!("/proc/{pid}/cgroup")).expect("is alive");
        let share = share_of(pid);
        process.kill().expect("can be killed");
        process.wait().expect("can be reaped");
        added.expect("takes a process");
        assert!(membership.contains(&name), "{membership}");
        match share.as_deref() {
            Some("cpu.weight 50" | "cpu.shares 512") => {}
            Some(other) => panic!("{other}"),
            None => eprintln!("SKIP: processors are not shared out here"),
        }
        assert_eq!(group.memory_max().expect("readable"), 1 << 26);
        assert_eq!(group.memory_kills().expect("readable"), 0);
        assert_eq!(group.tasks_refused().expect("readable"), 0);
        let folders: Vec<PathBuf> = tree.hierarchies.iter().map(|h| h.folder.clone()).collect();
        drop(group);
        drop(tree);
        for folder in folders {
            assert!(!folder.exists(), "{folder:?} was left behind");
        }
    }

    /// Starts a shell script that waits for a line, puts it into the group, and lets it go on.
    fn run_in(group: &ChildGroup, script: &str) -> std::process::ExitStatus {
        let mut process = std::process::Command::new("sh")
            .args(["-c", &format!("read line; {script}")])
            .stdin(std::process::Stdio::piped())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("there is a shell");
        let added = group.add(i32::try_from(process.id()).expect("a pid"));
        if added.is_err() {
            let _ = process.kill();
        }
        // Dropped after the line, so that it reads an end otherwise.
        let mut stdin = process.stdin.take().expect("piped");
        let _ = io::Write::write_all(&mut stdin, b"go\n");
        drop(stdin);
        let status = process.wait().expect("can be reaped");
        added.expect("takes a process");
        status
    }

    #[test]
    fn a_memory_bomb_is_killed_and_the_group_says_what_it_used() {
        use std::os::unix::process::ExitStatusExt;
        let (_, _tree, group) = match group("bomb") {
            Ok(made) => made,
            Err(error) => return eprintln!("SKIP: no writable control group: {error}"),
        };
        // A line without end is kept in memory. The other limit is for a group that does not hold.
        let status = run_in(&group, "ulimit -v 1000000; exec tail /dev/zero");
        assert_eq!(status.signal(), Some(libc::SIGKILL), "{status}");
        assert_eq!(group.memory_kills().expect("readable"), 1);
        match group.memory_peak() {
            Ok(peak) => assert!((1 << 25..=1 << 26).contains(&peak), "{peak}"),
            Err(error) => eprintln!("SKIP: the kernel keeps no peak: {error}"),
        }
    }

    #[test]
    fn a_task_bomb_is_refused_its_tasks_and_the_group_counts_them() {
        let (_, _tree, group) = match group("tasks") {
            Ok(made) => made,
            Err(error) => return eprintln!("SKIP: no writable control group: {error}"),
        };
        run_in(&group, "cat | cat | cat | cat | cat | cat | cat | cat");
        assert!(group.tasks_refused().expect("readable") > 0);
        // Those that were started end by themselves; the group cannot be removed before.
        let processes = group.hierarchies[0].folder.join("cgroup.procs");
        while !fs::read_to_string(&processes).expect("readable").is_empty() {
            std::thread::yield_now();
        }
    }
}
