//! How a new process gets into its control groups without a wait.
//!
//! The kernel moves a whole process only after all processors have passed through the scheduler: 7
//! to 9 ms. A thread that moves itself does not wait, and in version 2 a process can be created in
//! its group.

use crate::launch::cgroup::hierarchy::{Hierarchy, HierarchyKind};
use crate::sys::{self, RawResult};
use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// The open groups of one child.
#[derive(Debug)]
pub(crate) struct Entry {
    folder: Option<OwnedFd>,
    tasks: Vec<(OwnedFd, bool)>,
}

/// The file of a group of version 1 that takes the thread that writes to it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TaskFile {
    pub(crate) fd: RawFd,
    /// A processor share is no limit: the child is as safe without it.
    pub(crate) is_required: bool,
}

impl TaskFile {
    /// Moves the calling thread. Raw calls only.
    pub(crate) fn enter(files: &[TaskFile]) -> RawResult<()> {
        for file in files {
            // 0 is the thread that writes it.
            let entered = sys::write(file.fd, b"0");
            if file.is_required {
                entered?;
            }
        }
        Ok(())
    }
}

impl Entry {
    pub(crate) fn open(hierarchies: &[Hierarchy]) -> io::Result<Entry> {
        let mut entry = Entry {
            folder: None,
            tasks: Vec::new(),
        };
        for Hierarchy { folder, kind } in hierarchies {
            match kind {
                HierarchyKind::Unified => entry.folder = Some(open_folder(folder)?),
                HierarchyKind::MemoryV1 | HierarchyKind::TasksV1 => {
                    entry.tasks.push((open_tasks(folder)?, true));
                }
                HierarchyKind::ProcessorsV1 => {
                    entry
                        .tasks
                        .extend(open_tasks(folder).ok().map(|file| (file, false)));
                }
            }
        }
        Ok(entry)
    }

    /// The group of version 2, for `clone3`.
    pub(crate) fn folder(&self) -> Option<RawFd> {
        self.folder.as_ref().map(AsRawFd::as_raw_fd)
    }

    /// What the child writes to.
    pub(crate) fn task_files(&self) -> Vec<TaskFile> {
        let file = |(fd, is_required): &(OwnedFd, bool)| TaskFile {
            fd: fd.as_raw_fd(),
            is_required: *is_required,
        };
        self.tasks.iter().map(file).collect()
    }
}

fn open_folder(folder: &Path) -> io::Result<OwnedFd> {
    let mut options = OpenOptions::new();
    let options = options
        .read(true)
        .custom_flags(libc::O_PATH | libc::O_DIRECTORY);
    options.open(folder).map(OwnedFd::from)
}

fn open_tasks(folder: &Path) -> io::Result<OwnedFd> {
    File::options()
        .write(true)
        .open(folder.join("tasks"))
        .map(OwnedFd::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::launch::cgroup::locate::locate;
    use crate::launch::spawn::{self, Pipe};
    use std::fs;

    /// The hierarchy may have no controllers here: where a process is created is another matter.
    #[test]
    fn a_process_is_created_in_a_group_of_version_2() {
        let read = |path: &str| fs::read_to_string(path).expect("proc is readable");
        let (mounts, own) = (read("/proc/self/mountinfo"), read("/proc/self/cgroup"));
        let Some(place) = locate(&mounts, &own, "cgroup2", None) else {
            return eprintln!("SKIP: control groups of version 2 are not mounted");
        };
        let name = format!("bulkhead-{}-entry", std::process::id());
        let folder = place.join(&name);
        if let Err(error) = fs::create_dir(&folder) {
            return eprintln!("SKIP: no writable control group of version 2: {error}");
        }
        let hierarchy = Hierarchy {
            folder: folder.clone(),
            kind: HierarchyKind::Unified,
        };
        let entry = Entry::open(&[hierarchy]).expect("it can be opened");
        let go = Pipe::new().expect("a pipe");
        let wait = || {
            sys::close(go.write.as_raw_fd());
            sys::read(go.read.as_raw_fd(), &mut [0]).map_or(1, |_| 0)
        };
        // SAFETY: raw calls only.
        let spawned = unsafe { spawn::spawn(0, entry.folder(), &wait) };
        let spawned = spawned.expect("a process");
        let groups = read(&format!("/proc/{}/cgroup", spawned.pid));
        spawned.destroy();
        fs::remove_dir(&folder).expect("it is empty again");
        if spawned.is_in_group {
            assert!(groups.contains(&name), "{groups}");
        } else {
            eprintln!("SKIP: this kernel creates no process in a group");
        }
    }
}
