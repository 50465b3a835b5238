//! Control groups: for each child a limit on memory and on the number of tasks, and a share of the
//! processors, if this user may set them.
//!
//! Trusts: `/proc/self` to name the hierarchies. Never: touches a group that this browser or a dead
//! one did not create, or moves the browser itself. See `cgroups(7)`.

mod entry;
mod hierarchy;
mod limits;
mod locate;
mod names;
mod v1;
mod v2;

pub(crate) use entry::{Entry, TaskFile};
pub use limits::Limits;
pub use names::GROUP_PREFIX;
pub(crate) use names::own_name;

use hierarchy::{Hierarchies, Hierarchy, HierarchyKind};
use locate::{locate, unavailable};
use names::make_folder;
use std::fs;
use std::io;
use std::path::PathBuf;

/// The groups of one browser. Dropping it removes the empty ones.
#[derive(Debug)]
pub struct Tree {
    /// One folder in version 2; in version 1 one for memory, one for tasks, and perhaps one for
    /// processors.
    hierarchies: Hierarchies,
}

/// The group of one child. Dropping it removes the group once the child is gone.
#[derive(Debug)]
pub struct ChildGroup {
    hierarchies: Vec<Hierarchy>,
}

impl Tree {
    /// Creates the groups of this browser, and removes those that dead browsers left behind.
    ///
    /// This user may not create or fill groups here.
    pub fn create() -> io::Result<Tree> {
        Tree::create_named(&own_name()?)
    }

    pub(crate) fn create_named(name: &str) -> io::Result<Tree> {
        let mounts = fs::read_to_string("/proc/self/mountinfo")?;
        let own = fs::read_to_string("/proc/self/cgroup")?;
        let unified = locate(&mounts, &own, "cgroup2", None)
            .ok_or_else(unavailable)
            .and_then(|folder| v2::create(&folder, name));
        let hierarchies = match unified {
            Ok(hierarchies) => hierarchies,
            Err(unified) => v1::create(&mounts, &own, name).map_err(|v1| {
                // Of two reasons, the one of the hierarchy that is really there.
                if v1.raw_os_error() == Some(libc::ENOENT) {
                    unified
                } else {
                    v1
                }
            })?,
        };
        Ok(Tree { hierarchies })
    }

    /// Creates the group of one child.
    ///
    /// The group or one of its limits could not be set.
    pub fn child(&self, name: &str, limits: Limits) -> io::Result<ChildGroup> {
        let is_due = |kind| kind != HierarchyKind::ProcessorsV1 || limits.weight.is_some();
        let due = self.hierarchies.0.iter().filter(|h| is_due(h.kind));
        let hierarchies = due.map(|hierarchy| Hierarchy {
            folder: hierarchy.folder.join(name),
            kind: hierarchy.kind,
        });
        let group = ChildGroup {
            hierarchies: hierarchies.collect(),
        };
        for hierarchy in &group.hierarchies {
            make_folder(&hierarchy.folder)?;
            limit(hierarchy, limits)?;
        }
        Ok(group)
    }

    /// Removes the groups of children that are gone, and its own when none is left.
    pub fn remove(&self) {
        self.hierarchies.remove();
    }
}

impl ChildGroup {
    /// What a new process needs to enter the group.
    pub(crate) fn entry(&self) -> io::Result<Entry> {
        Entry::open(&self.hierarchies)
    }

    /// Moves a process into its group of version 2, where the kernel could not create it there.
    pub(crate) fn add(&self, pid: i32) -> io::Result<()> {
        let unified = |h: &&Hierarchy| h.kind == HierarchyKind::Unified;
        match self.hierarchies.iter().find(unified) {
            Some(hierarchy) => fs::write(hierarchy.folder.join("cgroup.procs"), pid.to_string()),
            None => Ok(()),
        }
    }

    /// Peak memory in bytes, including kernel memory and the shared pages that the child touched
    /// first.
    ///
    /// # Errors
    /// The kernel's file cannot be read; Linux has it in version 2 since 5.19.
    pub fn memory_peak(&self) -> io::Result<u64> {
        self.read_number(|kind| match kind {
            HierarchyKind::Unified => Some("memory.peak"),
            HierarchyKind::MemoryV1 => Some("memory.max_usage_in_bytes"),
            HierarchyKind::ProcessorsV1 | HierarchyKind::TasksV1 => None,
        })
    }

    /// The memory limit in bytes.
    ///
    /// # Errors
    /// The kernel's file cannot be read.
    pub fn memory_max(&self) -> io::Result<u64> {
        self.read_number(|kind| match kind {
            HierarchyKind::Unified => Some("memory.max"),
            HierarchyKind::MemoryV1 => Some("memory.limit_in_bytes"),
            HierarchyKind::ProcessorsV1 | HierarchyKind::TasksV1 => None,
        })
    }

    /// How many of its processes the kernel killed for lack of memory.
    ///
    /// # Errors
    /// The kernel's file cannot be read.
    pub fn memory_kills(&self) -> io::Result<u64> {
        self.read_event("oom_kill ", |kind| match kind {
            HierarchyKind::Unified => Some("memory.events"),
            HierarchyKind::MemoryV1 => Some("memory.oom_control"),
            HierarchyKind::ProcessorsV1 | HierarchyKind::TasksV1 => None,
        })
    }

    /// How often the limit on tasks refused a new one.
    ///
    /// # Errors
    /// The kernel's file cannot be read.
    pub fn tasks_refused(&self) -> io::Result<u64> {
        self.read_event("max ", |kind| match kind {
            HierarchyKind::Unified | HierarchyKind::TasksV1 => Some("pids.events"),
            HierarchyKind::MemoryV1 | HierarchyKind::ProcessorsV1 => None,
        })
    }

    /// Reads one counter from a file with one counter a line.
    fn read_event(
        &self,
        name: &str,
        file: impl Fn(HierarchyKind) -> Option<&'static str>,
    ) -> io::Result<u64> {
        let text = self.read(file)?;
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        Ok(line.and_then(|n| n.trim().parse().ok()).unwrap_or(0))
    }

    fn read_number(&self, file: impl Fn(HierarchyKind) -> Option<&'static str>) -> io::Result<u64> {
        self.read(file)?.trim().parse().map_err(io::Error::other)
    }

    fn read(&self, file: impl Fn(HierarchyKind) -> Option<&'static str>) -> io::Result<String> {
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
            // Busy while the child lives; then the tree or the next browser removes it.
            let _ = fs::remove_dir(&hierarchy.folder);
        }
    }
}

fn limit(hierarchy: &Hierarchy, limits: Limits) -> io::Result<()> {
    let folder = &hierarchy.folder;
    match hierarchy.kind {
        HierarchyKind::Unified => v2::limit(folder, limits),
        HierarchyKind::MemoryV1 => v1::limit_memory(folder, limits),
        HierarchyKind::TasksV1 => v1::limit_tasks(folder, limits),
        HierarchyKind::ProcessorsV1 => {
            v1::share_processors(folder, limits);
            Ok(())
        }
    }
}

/// The processor share that the kernel shows for a process: `cpu.weight 50`. `None` if this browser
/// did not set one.
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::process::CommandExt;
    use std::process::{Child, Command, ExitStatus, Stdio};

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
        let mut process = start_in(&group, Command::new("sleep").arg("60"));
        let pid = process.id();
        let membership = fs::read_to_string(format!("/proc/{pid}/cgroup")).expect("is alive");
        let share = share_of(pid.cast_signed());
        process.kill().expect("can be killed");
        process.wait().expect("can be reaped");
        assert!(membership.contains(&name), "{membership}");
        match share.as_deref() {
            Some("cpu.weight 50" | "cpu.shares 512") => {}
            Some(other) => panic!("{other}"),
            None => eprintln!("SKIP: processors are not shared out here"),
        }
        assert_eq!(group.memory_max().expect("readable"), 1 << 26);
        assert_eq!(group.memory_kills().expect("readable"), 0);
        assert_eq!(group.tasks_refused().expect("readable"), 0);
        let folders: Vec<PathBuf> = tree
            .hierarchies
            .0
            .iter()
            .map(|h| h.folder.clone())
            .collect();
        drop(group);
        drop(tree);
        for folder in folders {
            assert!(!folder.exists(), "{folder:?} was left behind");
        }
    }

    /// Starts a program in the group.
    fn start_in(group: &ChildGroup, command: &mut Command) -> Child {
        let entry = group.entry().expect("its files can be opened");
        let files = entry.task_files();
        // SAFETY: raw calls only.
        unsafe {
            command.pre_exec(move || TaskFile::enter(&files).map_err(io::Error::from_raw_os_error))
        };
        let mut process = command.spawn().expect("the group takes a process");
        let added = group.add(process.id().cast_signed());
        if added.is_err() {
            let _ = process.kill();
        }
        added.expect("the group takes a process");
        process
    }

    /// Runs a shell script that waits until it is in the group.
    fn run_in(group: &ChildGroup, script: &str) -> ExitStatus {
        let mut command = Command::new("sh");
        command
            .args(["-c", &format!("read line; {script}")])
            .stdin(Stdio::piped())
            .stderr(Stdio::null());
        let mut process = start_in(group, &mut command);
        // Dropped after the line, so that it reads an end otherwise.
        let mut stdin = process.stdin.take().expect("piped");
        let _ = io::Write::write_all(&mut stdin, b"go\n");
        drop(stdin);
        process.wait().expect("can be reaped")
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
