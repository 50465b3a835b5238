//! Launching: descriptors, environment, program files, control groups, the launcher's death.

use crate::harness::{self, Claim, Outcome, SUPPORT, TestChild};
use sandbox::cgroup::Limits;
use sandbox::report::{Layer, State};
use sandbox::{LaunchError, Role};
use std::fs::{self, File, Permissions};
use std::io::{BufRead, BufReader};
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, ExitCode, Stdio};

pub const CLAIMS: &[Claim] = &[
    (
        "a_child_dies_with_its_launcher",
        a_child_dies_with_its_launcher,
    ),
    (
        "a_child_gets_four_descriptors_and_one_variable",
        a_child_gets_only_its_own,
    ),
    (
        "a_program_in_a_closed_folder_is_executed",
        a_program_in_a_closed_folder_is_executed,
    ),
    (
        "a_program_of_its_owner_alone_keeps_the_uid",
        a_program_of_its_owner_alone_keeps_the_uid,
    ),
    (
        "a_file_that_is_no_program_is_a_clear_error",
        a_file_that_is_no_program_is_a_clear_error,
    ),
    (
        "a_control_group_is_seen_and_removed",
        a_control_group_is_seen_and_removed,
    ),
    (
        "the_gpu_may_keep_uid_and_network",
        the_gpu_may_keep_uid_and_network,
    ),
    (
        "a_plan_for_another_role_is_refused",
        a_plan_for_another_role_is_refused,
    ),
    ("the_probe_is_repeatable", the_probe_is_repeatable),
];

/// Run by `a_child_dies_with_its_launcher`: launches, tells the pid, waits to be killed.
pub fn launcher_main() -> ExitCode {
    let child = TestChild::launch(Role::Renderer, "idle").sealed();
    println!("{}", child.pid);
    // SAFETY: takes nothing.
    unsafe { libc::pause() };
    ExitCode::FAILURE
}

fn a_child_dies_with_its_launcher() {
    let mut launcher = Command::new("/proc/self/exe")
        .arg("--type=launcher")
        .stdout(Stdio::piped())
        .spawn()
        .expect("the launcher starts");
    let mut line = String::new();
    BufReader::new(launcher.stdout.take().expect("piped"))
        .read_line(&mut line)
        .expect("the launcher speaks");
    let pid: i32 = line.trim().parse().expect("a pid");
    // SAFETY: takes numbers; the descriptor is new.
    let pidfd = unsafe { OwnedFd::from_raw_fd(libc::syscall(libc::SYS_pidfd_open, pid, 0) as i32) };
    launcher.kill().expect("can be killed");
    launcher.wait().expect("can be reaped");
    harness::wait_for(&[pidfd.as_raw_fd()]);
}

fn a_child_gets_only_its_own() {
    // Inherited by mistake by anything that does not close it.
    let leak = File::open("/proc/self/exe").expect("opens");
    // SAFETY: takes numbers; the duplicate is new.
    let leak = unsafe { OwnedFd::from_raw_fd(libc::fcntl(leak.as_raw_fd(), libc::F_DUPFD, 50)) };
    let child = TestChild::launch(Role::Renderer, "unsealed").sealed();
    let folder = format!("/proc/{}/fd", child.pid);
    let mut numbers: Vec<String> = fs::read_dir(folder)
        .expect("we have power over it")
        .map(|entry| entry.expect("readable").file_name().display().to_string())
        .collect();
    numbers.sort();
    assert_eq!(numbers, ["0", "1", "2", "3"]);
    let environment = fs::read(format!("/proc/{}/environ", child.pid)).expect("readable");
    let environment = String::from_utf8_lossy(&environment).into_owned();
    let variables: Vec<&str> = environment.split('\0').filter(|v| !v.is_empty()).collect();
    assert_eq!(variables.len(), 1, "{variables:?}");
    assert!(variables[0].starts_with(sandbox::PLAN_VARIABLE));
    drop(leak);
}

/// A copy of this program in a folder of its own.
fn copy_of_program(mode: u32) -> (tempfile::TempDir, File) {
    let folder = tempfile::tempdir().expect("a folder");
    fs::set_permissions(folder.path(), Permissions::from_mode(0o700)).expect("its owner's alone");
    let path = folder.path().join("program");
    let mut source = File::open("/proc/self/exe").expect("opens");
    let mut target = File::create(&path).expect("can be made");
    std::io::copy(&mut source, &mut target).expect("can be copied");
    drop(target);
    fs::set_permissions(&path, Permissions::from_mode(mode)).expect("its mode");
    let file = File::open(&path).expect("opens");
    (folder, file)
}

/// Another thread may be between clone and execute with the copy open for writing.
fn launch_copy(exe: &File) -> TestChild {
    loop {
        let result = TestChild::launch_exe(Role::Renderer, &SUPPORT, exe.as_fd(), "idle", |s| s);
        match result {
            Ok(child) => return child.sealed(),
            Err(LaunchError::Child { source, .. })
                if source.raw_os_error() == Some(libc::ETXTBSY) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

fn a_program_in_a_closed_folder_is_executed() {
    let (_folder, exe) = copy_of_program(0o755);
    let child = launch_copy(&exe);
    let report = child.report(&SUPPORT);
    assert!(report.is_sufficient(), "{report}");
    assert_ne!(
        report.state(Layer::DistinctUid),
        State::NotAttempted,
        "{report}"
    );
}

fn a_program_of_its_owner_alone_keeps_the_uid() {
    let (_folder, exe) = copy_of_program(0o700);
    let child = launch_copy(&exe);
    let report = child.report(&SUPPORT);
    assert!(report.is_sufficient(), "{report}");
    assert_ne!(
        report.state(Layer::DistinctUid),
        State::Enforced,
        "{report}"
    );
}

fn a_file_that_is_no_program_is_a_clear_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("text");
    fs::write(&path, "no program").expect("can be written");
    let exe = File::open(&path).expect("opens");
    let result = TestChild::launch_exe(Role::Renderer, &SUPPORT, exe.as_fd(), "idle", |s| s);
    match result.map(|child| child.pid) {
        Err(LaunchError::Child { step, source }) => {
            assert_eq!(format!("{step:?}"), "Execute");
            assert_eq!(source.raw_os_error(), Some(libc::EACCES), "not executable");
        }
        other => panic!("{other:?}"),
    }
}

fn a_control_group_is_seen_and_removed() {
    let tree = match &*harness::GROUPS {
        Ok(tree) => tree,
        Err(error) => return println!("SKIP: no writable control group: {error}"),
    };
    let group = tree
        .child("child", Limits::of(Role::Renderer))
        .expect("a group");
    let exe = File::open("/proc/self/exe").expect("opens");
    let mut child =
        TestChild::launch_exe(Role::Renderer, &SUPPORT, exe.as_fd(), "live", |mut spec| {
            spec.cgroup = Some(&group);
            spec
        })
        .expect("launches")
        .sealed();
    let report = child.report(&SUPPORT);
    assert_eq!(report.state(Layer::Cgroup), State::Enforced, "{report}");
    assert!(matches!(child.go(), Outcome::Returned { value: 0, .. }));
    match group.memory_peak() {
        Ok(bytes) => assert!(bytes > 0),
        Err(error) => println!("SKIP: the kernel keeps no peak: {error}"),
    }
    child.kill();
    assert_eq!(group.memory_kills().expect("counted"), 0);
}

fn the_gpu_may_keep_uid_and_network() {
    let exe = File::open("/proc/self/exe").expect("opens");
    let child = TestChild::launch_exe(Role::Gpu, &SUPPORT, exe.as_fd(), "idle", |mut spec| {
        spec.keep_uid = true;
        spec.host_network = true;
        spec
    });
    let child = child.expect("launches").sealed();
    let report = child.report(&SUPPORT);
    assert!(report.is_sufficient(), "{report}");
    assert_eq!(report.tier(), SUPPORT.tier(), "{report}");
    assert_ne!(
        report.state(Layer::DistinctUid),
        State::Enforced,
        "{report}"
    );
    let network = report.state(Layer::Namespace(sandbox::Namespace::Net));
    assert_ne!(network, State::Enforced, "{report}");
}

fn a_plan_for_another_role_is_refused() {
    let exe = File::open("/proc/self/exe").expect("opens");
    let child = TestChild::launch_exe(Role::Renderer, &SUPPORT, exe.as_fd(), "idle", |mut spec| {
        spec.role = Role::Network;
        spec
    });
    let child = child.expect("launches");
    let (text, _) = child.receive();
    assert!(text.contains("does not hold a plan"), "{text}");
}

fn the_probe_is_repeatable() {
    assert_eq!(sandbox::probe(), *SUPPORT);
}
