//! Where the control groups of a process are mounted.

use std::io;
use std::path::{Path, PathBuf};

/// The folder of a process's group in the hierarchy of that kind.
pub(crate) fn locate(
    mounts: &str,
    own: &str,
    kind: &str,
    controller: Option<&str>,
) -> Option<PathBuf> {
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

/// There is no such hierarchy here.
pub(crate) fn unavailable() -> io::Error {
    io::Error::from_raw_os_error(libc::ENOENT)
}

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
}
