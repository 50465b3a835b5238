//! A question and its answer over a pair of Unix sockets: a stream, packets in order, or datagrams.
//!
//! The program prints what each read returned, and so shows which sockets keep messages apart.

use super::step::{fork_part, step, step_asleep, step_ended};
use nix::sys::socket::{AddressFamily, SockFlag, SockType, socketpair};
use nix::unistd::{getppid, read, write};
use std::io;

/// Runs the program with that kind of socket.
pub fn run(kind: SockType) -> io::Result<()> {
    let (ours, theirs) = socketpair(AddressFamily::Unix, kind, None, SockFlag::SOCK_CLOEXEC)?;
    step(
        "parent",
        &format!("socketpair {kind:?}: two sockets, both for reading and writing; fork"),
    );
    let mut unused = Some(ours);
    let mut theirs = Some(theirs);
    let mut child = fork_part("child", || {
        drop(unused.take());
        let socket = theirs.take().expect("the child's");
        step("child", "read: waits for a question");
        let mut buffer = [0; 64];
        let count = read(&socket, &mut buffer[..1])?;
        step(
            "child",
            &format!("read up to 1 byte: {}", shown(&buffer[..count])),
        );
        step_asleep("child", "parent", getppid());
        let count = read(&socket, &mut buffer)?;
        step(
            "child",
            &format!("read up to 64 bytes: {}", shown(&buffer[..count])),
        );
        write(&socket, b"pong")?;
        step(
            "child",
            "write \"pong\" into the same socket: it goes both ways",
        );
        Ok(())
    })?;
    step_asleep("parent", "child", child.pid());
    drop(theirs);
    let socket = unused.take().expect("the parent's");
    write(&socket, b"ping")?;
    write(&socket, b"!")?;
    step(
        "parent",
        "write \"ping\", write \"!\", read: waits for an answer",
    );
    let mut buffer = [0; 64];
    let count = read(&socket, &mut buffer)?;
    step("parent", &format!("read: {}", shown(&buffer[..count])));
    step_ended("parent", &mut child)
}

fn shown(bytes: &[u8]) -> String {
    format!("{:?}", String::from_utf8_lossy(bytes))
}
