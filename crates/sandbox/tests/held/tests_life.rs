//! What each role needs still works when it is sealed.

use crate::Claim;
use crate::harness::{Outcome, Victim};
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
        "the_demo_role_serves_its_listener",
        the_demo_role_serves_its_listener,
    ),
    (
        "the_gpu_role_grows_its_buffers",
        the_gpu_role_grows_its_buffers,
    ),
];

fn expect_success(victim: &mut Victim, outcome: &Outcome) {
    if !matches!(outcome, Outcome::Returned { value: 0, .. }) {
        let stderr = victim.stderr_text();
        panic!("{}: {outcome:?}; {stderr}", victim.role);
    }
}

fn every_role_lives_under_its_policy() {
    for role in Role::ALL {
        let mut victim = Victim::launch(role, "live").sealed();
        let outcome = victim.go();
        expect_success(&mut victim, &outcome);
        victim.send("go", &[]);
        let status = victim.end();
        assert!(
            libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0,
            "{role}: {status:x}"
        );
    }
}

fn a_worker_thread_lives_under_its_policy() {
    for role in [Role::Network, Role::Demo, Role::Gpu] {
        let mut victim = Victim::launch(role, "worker:live").sealed();
        let outcome = victim.go();
        expect_success(&mut victim, &outcome);
    }
}

fn regions_can_be_mapped() {
    for role in Role::ALL {
        let (writable, other) = (region(1), region(41));
        let path = format!("/proc/self/fd/{}", other.as_raw_fd());
        let read_only = File::open(path).expect("a memfd can be opened again");
        let mut victim = Victim::launch(role, "map").sealed();
        let outcome = victim.go_with(&[writable.as_fd(), read_only.as_fd()]);
        expect_success(&mut victim, &outcome);
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
    let mut victim = Victim::launch(Role::Network, "connect").sealed();
    victim.send(&format!("go {port}"), &[]);
    let (mut stream, _) = listener.accept().expect("the victim connects");
    let mut question = [0; 4];
    stream.read_exact(&mut question).expect("the victim asks");
    stream.write_all(b"pong").expect("the victim listens");
    let outcome = victim.outcome();
    expect_success(&mut victim, &outcome);
}

fn the_demo_role_serves_its_listener() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback");
    let address = listener.local_addr().expect("bound");
    let mut victim = Victim::launch(Role::Demo, "serve").sealed();
    victim.send("go", &[listener.as_fd()]);
    let mut stream = TcpStream::connect(address).expect("the listener is open");
    stream.write_all(b"ping").expect("the victim reads");
    let mut answer = String::new();
    stream
        .read_to_string(&mut answer)
        .expect("the victim answers");
    assert_eq!(answer, "pong");
    let outcome = victim.outcome();
    expect_success(&mut victim, &outcome);
}

fn the_gpu_role_grows_its_buffers() {
    let mut victim = Victim::launch(Role::Gpu, "buffers").sealed();
    let outcome = victim.go();
    expect_success(&mut victim, &outcome);
}
