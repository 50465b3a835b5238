//! What each role needs still works when it is sealed.

use crate::harness::{Claim, Outcome, TestChild, life_of};
use sandbox::Role;
use std::fs::File;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::fs::FileExt;

pub const CLAIMS: &[Claim] = &[
    (
        "every_role_lives_under_its_policy",
        every_role_lives_under_its_policy,
    ),
    (
        "a_worker_thread_lives_under_its_policy",
        a_worker_thread_lives_under_its_policy,
    ),
    (
        "a_handed_over_region_can_be_mapped_as_it_was_opened",
        regions_can_be_mapped,
    ),
    (
        "the_network_role_connects_out",
        the_network_role_connects_out,
    ),
    (
        "the_demo_and_devtools_roles_serve_their_listener",
        roles_serve_their_listener,
    ),
    (
        "the_gpu_role_grows_its_buffers",
        the_gpu_role_grows_its_buffers,
    ),
];

fn expect_success(child: &mut TestChild, outcome: &Outcome) {
    if !matches!(outcome, Outcome::Returned { value: 0, .. }) {
        let stderr = child.stderr_text();
        panic!("{}: {outcome:?}; {stderr}", child.role);
    }
}

fn every_role_lives_under_its_policy() {
    for role in Role::ALL {
        let mut child = TestChild::launch(role, life_of(role)).sealed();
        let outcome = child.go();
        expect_success(&mut child, &outcome);
        child.send("go", &[]);
        let status = child.end();
        assert!(
            libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0,
            "{role}: {status:x}"
        );
    }
}

fn a_worker_thread_lives_under_its_policy() {
    for role in [Role::Network, Role::Demo, Role::Gpu] {
        let mut child = TestChild::launch(role, "worker:live").sealed();
        let outcome = child.go();
        expect_success(&mut child, &outcome);
    }
}

fn regions_can_be_mapped() {
    // The X11 filter passes shared memory on and looks into none.
    let roles = Role::ALL.into_iter();
    for role in roles.filter(|role| *role != Role::X11Filter) {
        let (writable, other) = (region(1), region(41));
        let path = format!("/proc/self/fd/{}", other.as_raw_fd());
        let read_only = File::open(path).expect("a memfd can be opened again");
        let mut child = TestChild::launch(role, "map").sealed();
        let outcome = child.go_with(&[writable.as_fd(), read_only.as_fd()]);
        expect_success(&mut child, &outcome);
        let mut byte = [0];
        writable.read_exact_at(&mut byte, 0).expect("readable");
        assert_eq!(byte, [42]);
    }
}

fn region(first: u8) -> File {
    // SAFETY: a constant C string; the descriptor is new.
    let fd =
        unsafe { OwnedFd::from_raw_fd(libc::memfd_create(c"region".as_ptr(), libc::MFD_CLOEXEC)) };
    let file = File::from(fd);
    file.set_len(4096).expect("can be sized");
    file.write_all_at(&[first], 0).expect("can be written");
    file
}

fn the_network_role_connects_out() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback");
    let port = listener.local_addr().expect("bound").port();
    let mut child = TestChild::launch(Role::Network, "connect").sealed();
    child.send(&format!("go {port}"), &[]);
    let (mut stream, _) = listener.accept().expect("the child connects");
    let mut question = [0; 4];
    stream.read_exact(&mut question).expect("the child asks");
    stream.write_all(b"pong").expect("the child listens");
    let outcome = child.outcome();
    expect_success(&mut child, &outcome);
}

fn roles_serve_their_listener() {
    serves_its_listener(Role::Demo, "serve");
    serves_its_listener(Role::Devtools, "serve in one thread");
}

fn serves_its_listener(role: Role, how: &str) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback");
    let address = listener.local_addr().expect("bound");
    let mut child = TestChild::launch(role, how).sealed();
    child.send("go", &[listener.as_fd()]);
    let mut stream = TcpStream::connect(address).expect("the listener is open");
    stream.write_all(b"ping").expect("the child reads");
    let mut answer = String::new();
    stream
        .read_to_string(&mut answer)
        .expect("the child answers");
    assert_eq!(answer, "pong");
    let outcome = child.outcome();
    expect_success(&mut child, &outcome);
}

fn the_gpu_role_grows_its_buffers() {
    let mut child = TestChild::launch(Role::Gpu, "buffers").sealed();
    let outcome = child.go();
    expect_success(&mut child, &outcome);
}
