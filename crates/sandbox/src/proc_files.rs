//! Readers of the files under `/proc` that several parts of the sandbox need.
//!
//! Never: takes what it could not read for something that is absent. See `proc(5)`.

use std::error::Error;
use std::fs;
use std::io;
use std::path::Path;
use std::str::FromStr;

/// The value of a field of `/proc/PID/status`; `name` ends with the colon.
pub(crate) fn field<'a>(status: &'a str, name: &str) -> Option<&'a str> {
    let value = status.lines().find_map(|line| line.strip_prefix(name));
    value.map(str::trim)
}

/// The soft and the hard limit on a resource, from the text of `/proc/PID/limits`.
pub(crate) fn limit<'a>(limits: &'a str, label: &str) -> Option<(&'a str, &'a str)> {
    let line = limits.lines().find_map(|line| line.strip_prefix(label))?;
    let mut values = line.split_whitespace();
    Some((values.next()?, values.next()?))
}

/// When a process started, in clock ticks since the machine booted; see `proc_pid_stat(5)`.
pub(crate) fn start_of(pid: u32) -> io::Result<u64> {
    stat_field(pid, 22)
}

/// The wait status of a process that ends, before its parent can wait for it; 0 while it runs, and
/// where the kernel does not tell. Of a stopped process the signal that stopped it. See `exit_code`
/// in `proc_pid_stat(5)`.
///
/// # Errors
/// The process is gone.
pub fn exit_status(pid: u32) -> io::Result<i32> {
    stat_field(pid, 52)
}

/// A field of `/proc/PID/stat`, by its number in `proc_pid_stat(5)`.
fn stat_field<T: FromStr<Err: Into<Box<dyn Error + Send + Sync>>>>(
    pid: u32,
    number: usize,
) -> io::Result<T> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The second field is a name in parentheses with anything in it.
    let fields = text.rsplit_once(')').map(|(_, fields)| fields);
    let field = fields.and_then(|fields| fields.split_whitespace().nth(number - 3));
    field.unwrap_or_default().parse().map_err(io::Error::other)
}

/// Counts the descriptors in `/proc/PID/fd`. The inner error names the first one of a kind that the
/// broker does not hand over.
pub(crate) fn count_descriptors(folder: &Path) -> io::Result<Result<usize, String>> {
    let mut count = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let target = match fs::read_link(entry.path()) {
            Ok(target) => target.display().to_string(),
            Err(error) if is_gone(&error) => continue,
            Err(error) => return Err(error),
        };
        if !DESCRIPTOR_KINDS.iter().any(|kind| target.starts_with(kind)) {
            let number = entry.file_name().display().to_string();
            return Ok(Err(format!("{number} is {target}")));
        }
        count += 1;
    }
    Ok(Ok(count))
}

/// The status of every thread in `/proc/PID/task`.
pub(crate) fn read_threads(folder: &Path) -> io::Result<Vec<String>> {
    let mut threads = Vec::new();
    for entry in fs::read_dir(folder)? {
        match fs::read_to_string(entry?.path().join("status")) {
            Ok(status) => threads.push(status),
            Err(error) if is_gone(&error) => {}
            Err(error) => return Err(error),
        }
    }
    if threads.is_empty() {
        return Err(io::Error::from_raw_os_error(libc::ESRCH));
    }
    Ok(threads)
}

/// Closed or ended meanwhile, so it needs no sandbox. Any other failure hides something.
fn is_gone(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::ENOENT | libc::ESRCH))
}

/// The field of a status that counts system-call filters.
pub(crate) const FILTERS: &str = "Seccomp_filters:";

/// The prefixes of the targets of allowed descriptors.
const DESCRIPTOR_KINDS: [&str; 8] = [
    "/dev/null",
    "/memfd:",
    "anon_inode:[eventfd]",
    "anon_inode:[eventpoll]",
    "anon_inode:[timerfd]",
    "anon_inode:seccomp notify",
    "pipe:[",
    "socket:[",
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn a_descriptor_that_cannot_be_read_is_not_passed_over() {
        let folder = tempfile::tempdir().expect("a folder");
        symlink("socket:[1]", folder.path().join("3")).expect("a link");
        let count = count_descriptors(folder.path()).expect("readable");
        assert_eq!(count, Ok(1));
        // readlink on a non-link fails even for root.
        fs::write(folder.path().join("4"), "").expect("a file");
        assert!(count_descriptors(folder.path()).is_err());
    }

    #[test]
    fn a_descriptor_that_is_a_file_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        symlink("/etc/passwd", folder.path().join("7")).expect("a link");
        let count = count_descriptors(folder.path()).expect("readable");
        assert_eq!(count, Err("7 is /etc/passwd".to_owned()));
    }

    #[test]
    fn only_a_thread_that_ended_is_passed_over() {
        let folder = tempfile::tempdir().expect("a folder");
        let thread = |name: &str| folder.path().join(name);
        fs::create_dir(thread("1")).expect("a folder");
        fs::write(thread("1").join("status"), "Seccomp:\t2\n").expect("a file");
        fs::create_dir(thread("2")).expect("a folder");
        assert_eq!(read_threads(folder.path()).expect("one lives").len(), 1);
        // Reading a directory as a file fails even for root.
        fs::create_dir(thread("2").join("status")).expect("a folder");
        assert!(read_threads(folder.path()).is_err());
    }

    #[test]
    fn fields_and_limits_are_found_by_their_names() {
        let status = "Name:\tx\nSeccomp:\t2\nSeccomp_filters:\t3\n";
        assert_eq!(field(status, "Seccomp:"), Some("2"));
        assert_eq!(field(status, FILTERS), Some("3"));
        assert_eq!(field(status, "Uid:"), None);
        let limits = "Max data size  1024  unlimited  bytes\nMax processes  7\n";
        assert_eq!(limit(limits, "Max data size"), Some(("1024", "unlimited")));
        assert_eq!(limit(limits, "Max processes"), None);
    }
}
