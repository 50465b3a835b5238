//! What must not deceive a report.

use crate::harness::{Claim, SUPPORT, TestChild};
use sandbox::report::{self, Layer, State};
use sandbox::{Attempted, Feature, Namespace, Role};
use std::fs::File;
use std::os::fd::AsFd;
use std::process::{Command, ExitCode};

pub const CLAIMS: &[Claim] = &[
    (
        "filters_that_a_child_inherits_do_not_count_as_its_own",
        inherited_filters_do_not_count,
    ),
    (
        "a_layer_that_was_decided_on_and_is_not_there_is_missing",
        what_was_decided_on_is_missed,
    ),
];

/// Run by `inherited_filters_do_not_count`: launches under filters, as in a container.
pub fn filtered_launcher_main() -> ExitCode {
    // More than any policy has.
    for _ in 0..16 {
        allow_everything();
    }
    let bare = TestChild::launch(Role::Renderer, "unsealed").sealed();
    let report = bare.report(&SUPPORT);
    assert_eq!(report.state(Layer::Seccomp), State::Missing, "{report}");
    let sealed = TestChild::launch(Role::Renderer, "idle").sealed();
    let report = sealed.report(&SUPPORT);
    assert!(report.is_sufficient(), "{report}");
    assert_eq!(report.state(Layer::Seccomp), State::Enforced, "{report}");
    ExitCode::SUCCESS
}

fn inherited_filters_do_not_count() {
    let status = Command::new("/proc/self/exe")
        .arg("--type=filtered-launcher")
        .status()
        .expect("the launcher starts");
    assert!(status.success(), "{status}");
}

fn what_was_decided_on_is_missed() {
    let exe = File::open("/proc/self/exe").expect("opens");
    let child = TestChild::launch_exe(Role::Gpu, &SUPPORT, exe.as_fd(), "idle", |mut spec| {
        spec.keep_uid = true;
        spec.host_network = true;
        spec
    });
    let child = child.expect("launches").sealed();
    let network = Layer::Namespace(Namespace::Net);
    let report_with = |change: fn(&mut Attempted)| {
        let mut attempted = child.attempted;
        change(&mut attempted);
        report::verify(child.pid, Role::Gpu, &SUPPORT, attempted, &child.canaries)
    };
    let honest = report_with(|_| {});
    assert!(honest.is_sufficient(), "{honest}");
    let report = report_with(|a| a.cgroup = true);
    assert_eq!(report.state(Layer::Cgroup), State::Missing, "{report}");
    if SUPPORT.feature(Feature::DistinctUid).is_available() {
        let report = report_with(|a| a.distinct_uid = true);
        assert_eq!(report.state(Layer::DistinctUid), State::Missing, "{report}");
    }
    if SUPPORT.has_namespaces() {
        let report = report_with(|a| a.network_namespace = true);
        assert_eq!(report.state(network), State::Missing, "{report}");
    }
    let report = report_with(|a| a.inherited_filters = None);
    assert_eq!(report.state(Layer::Seccomp), State::Missing, "{report}");
}

/// One filter more on the calling thread, which refuses nothing.
fn allow_everything() {
    let mut instruction = libc::sock_filter {
        code: (libc::BPF_RET | libc::BPF_K) as u16,
        jt: 0,
        jf: 0,
        k: libc::SECCOMP_RET_ALLOW,
    };
    let program = libc::sock_fprog {
        len: 1,
        filter: &raw mut instruction,
    };
    // SAFETY: numbers, and a program that lives during the call.
    let result = unsafe {
        libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        libc::syscall(
            libc::SYS_seccomp,
            libc::SECCOMP_SET_MODE_FILTER,
            0,
            &raw const program,
        )
    };
    assert_eq!(result, 0, "{}", std::io::Error::last_os_error());
}
