//! The relay between a client and a server that do as they like: slow ones, silent ones, dead ones.

use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::thread::{self, JoinHandle};
use testkit::x11_client::{first_message, request};
use x11_filter::filter::{Authority, Filter};
use x11_filter::policy;
use x11_filter::relay::{End, relay};

/// Both far ends of a relay, and the end of the broker's channel.
struct Rig {
    client: UnixStream,
    server: UnixStream,
    broker: UnixStream,
    relay: JoinHandle<End>,
}

fn pair() -> (UnixStream, UnixStream) {
    let ends = socketpair(
        AddressFamily::UNIX,
        SocketType::STREAM,
        SocketFlags::CLOEXEC,
        None,
    );
    let (one, other) = ends.expect("a socket pair");
    (one.into(), other.into())
}

impl Rig {
    fn start() -> Rig {
        let ((client, near), (server, far), (broker, control)) = (pair(), pair(), pair());
        let policy = policy::gpu_window().expect("the policy parses");
        let filter = Filter::new(policy, Authority::default());
        let relay =
            thread::spawn(move || relay(filter, near.as_fd(), far.as_fd(), control.as_fd()));
        Rig {
            client,
            server,
            broker,
            relay,
        }
    }

    /// With the first messages said.
    fn set_up() -> Rig {
        let mut rig = Rig::start();
        rig.client
            .write_all(&first_message(b"", b""))
            .expect("sent");
        let mut first = [0; 12];
        rig.server.read_exact(&mut first).expect("passed on");
        let answer = setup_answer();
        rig.server.write_all(&answer).expect("sent");
        let mut heard = vec![0; answer.len()];
        rig.client.read_exact(&mut heard).expect("passed on");
        assert_eq!(heard, answer);
        rig
    }

    fn end(self) -> End {
        self.relay.join().expect("no panic")
    }
}

/// The shortest answer with one screen.
fn setup_answer() -> Vec<u8> {
    let mut rest = vec![0; 32 + 40];
    rest[4..8].copy_from_slice(&0x40_0000_u32.to_ne_bytes());
    rest[8..12].copy_from_slice(&0x1f_ffff_u32.to_ne_bytes());
    rest[18..20].copy_from_slice(&u16::MAX.to_ne_bytes());
    rest[20] = 1;
    rest[32..36].copy_from_slice(&0x50d_u32.to_ne_bytes());
    let words = u16::try_from(rest.len() / 4).expect("short").to_ne_bytes();
    [&[1, 0, 11, 0, 0, 0, words[0], words[1]][..], &rest].concat()
}

const QUESTION: [u8; 4] = [43, 0, 1, 0];

/// A picture of `words` words.
fn picture(words: usize) -> Vec<u8> {
    let mut parts = vec![0x40_0001, 0x40_0002, 0, 0, 0];
    parts.resize(words - 1, 0x0102_0304);
    request(72, 2, &parts)
}

#[test]
fn each_side_that_ends_ends_the_relay() {
    let Rig {
        client,
        server: _server,
        broker: _broker,
        relay,
    } = Rig::set_up();
    drop(client);
    assert_eq!(relay.join().expect("no panic"), End::Client);
    let Rig {
        client: _client,
        server,
        broker: _broker,
        relay,
    } = Rig::set_up();
    drop(server);
    assert_eq!(relay.join().expect("no panic"), End::Server);
    let Rig {
        client: _client,
        server: _server,
        broker,
        relay,
    } = Rig::set_up();
    drop(broker);
    assert_eq!(relay.join().expect("no panic"), End::Broker);
}

#[test]
fn the_last_requests_of_a_client_arrive() {
    let mut rig = Rig::set_up();
    let picture = picture(5000);
    rig.client.write_all(&picture).expect("sent");
    rig.client.write_all(&QUESTION).expect("sent");
    let Rig {
        client,
        mut server,
        broker,
        relay,
    } = rig;
    drop(client);
    let mut heard = vec![0; picture.len() + 4];
    server.read_exact(&mut heard).expect("all of it");
    assert_eq!(relay.join().expect("no panic"), End::Client);
    drop(broker);
}

#[test]
fn what_comes_before_a_refused_request_arrives_and_nothing_of_it() {
    let mut rig = Rig::set_up();
    let mut said = QUESTION.to_vec();
    said.extend(request(36, 0, &[]));
    rig.client.write_all(&said).expect("sent");
    let Rig {
        mut server,
        relay,
        client: _client,
        broker: _broker,
    } = rig;
    let End::Refused(refusal) = relay.join().expect("no panic") else {
        panic!("not refused");
    };
    assert_eq!(refusal.to_string(), "GrabServer: is on no list");
    let mut heard = Vec::new();
    server.read_to_end(&mut heard).expect("the end");
    assert_eq!(heard, QUESTION);
}

#[test]
fn a_server_that_reads_late_gets_all_in_order() {
    let mut rig = Rig::set_up();
    let (picture, count) = (picture(60_000), 40);
    let sender = {
        let (mut client, picture) = (rig.client.try_clone().expect("a copy"), picture.clone());
        thread::spawn(move || {
            (0..count).for_each(|_| client.write_all(&picture).expect("sent"));
        })
    };
    // Meanwhile the other direction must not stand still.
    let event = [85; 32];
    for _ in 0..10 {
        rig.server.write_all(&event).expect("sent");
        let mut heard = [0; 32];
        rig.client.read_exact(&mut heard).expect("passed on");
        assert_eq!(heard, event);
    }
    let mut heard = vec![0; picture.len()];
    for _ in 0..count {
        rig.server.read_exact(&mut heard).expect("passed on");
        assert!(heard == picture);
    }
    sender.join().expect("no panic");
    drop(rig.server);
    assert_eq!(rig.relay.join().expect("no panic"), End::Server);
}

#[test]
fn a_client_that_never_reads_stops_the_server_and_not_the_relay() {
    let mut rig = Rig::set_up();
    rig.server.set_nonblocking(true).expect("set");
    let mut sent = 0;
    // Until the relay takes no more for a while: the kernel's buffers and the flow are full.
    let mut idle = 0;
    while idle < 50 {
        match rig.server.write(&[85; 32 * 1024]) {
            Ok(count) => (sent, idle) = (sent + count, 0),
            Err(error) => {
                assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock);
                thread::yield_now();
                idle += 1;
            }
        }
        assert!(sent < 64 * 1024 * 1024, "nothing holds the server back");
    }
    rig.client.write_all(&QUESTION).expect("sent");
    rig.server.set_nonblocking(false).expect("set");
    let mut heard = [0; 4];
    rig.server.read_exact(&mut heard).expect("passed on");
    assert_eq!(heard, QUESTION);
    drop(rig.broker);
    assert_eq!(rig.relay.join().expect("no panic"), End::Broker);
}

#[test]
fn both_sides_full_and_nobody_reading_ends_with_the_broker() {
    let rig = Rig::set_up();
    let picture = picture(60_000);
    for stream in [&rig.client, &rig.server] {
        stream.set_nonblocking(true).expect("set");
    }
    let (mut client, mut server) = (&rig.client, &rig.server);
    let mut rest = &picture[..];
    let mut idle = 0;
    while idle < 50 {
        let mut moved = false;
        if let Ok(count) = client.write(rest) {
            rest = if count == rest.len() {
                &picture
            } else {
                &rest[count..]
            };
            moved = true;
        }
        moved |= server.write(&[85; 32 * 1024]).is_ok();
        idle = if moved { 0 } else { idle + 1 };
        thread::yield_now();
    }
    let mut heard = vec![0; picture.len()];
    rig.server.set_nonblocking(false).expect("set");
    server.read_exact(&mut heard).expect("it still moves");
    assert!(heard == picture);
    drop(rig.broker);
    let relay = rig.relay;
    assert_eq!(relay.join().expect("no panic"), End::Broker);
}

#[test]
fn a_server_that_never_reads_does_not_hold_up_the_end_of_the_client() {
    let rig = Rig::set_up();
    let picture = picture(60_000);
    rig.client.set_nonblocking(true).expect("set");
    let mut client = &rig.client;
    let mut idle = 0;
    let mut rest = &picture[..];
    while idle < 50 {
        match client.write(rest) {
            Ok(count) => {
                rest = if count == rest.len() {
                    &picture
                } else {
                    &rest[count..]
                };
                idle = 0;
            }
            Err(_) => {
                thread::yield_now();
                idle += 1;
            }
        }
    }
    let Rig {
        client,
        server,
        broker,
        relay,
    } = rig;
    drop(client);
    assert_eq!(relay.join().expect("no panic"), End::Client);
    drop((server, broker));
}

#[test]
fn a_descriptor_that_is_no_memory_is_refused() {
    use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};
    use std::io::IoSlice;
    use std::mem::MaybeUninit;
    let rig = Rig::set_up();
    let (socket, _kept) = pair();
    let rights = [socket.as_fd()];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    assert!(control.push(SendAncillaryMessage::ScmRights(&rights)));
    let parts = [IoSlice::new(&QUESTION)];
    sendmsg(&rig.client, &parts, &mut control, SendFlags::empty()).expect("sent");
    let End::Refused(refusal) = rig.end() else {
        panic!("not refused");
    };
    assert_eq!(refusal.request, "a descriptor");
}
