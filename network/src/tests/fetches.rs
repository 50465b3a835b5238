//! Claims about the fetches of a document: what a site may ask for, and how answers come.

use super::server::{Server, Then, respond, send, wait_for_close};
use super::{Net, WATCHDOG, next};
use nix::sys::socket::{MsgFlags, send as send_raw};
use protocol::error::LoadError;
use protocol::fetch::{FromNetwork, ToNetwork};
use protocol::ids::RequestId;
use protocol::limits::{BODY_CHUNK_BYTES_MAX, FETCHES_PER_CHANNEL_MAX, RESOURCE_BYTES_MAX};
use protocol::misbehaviour::Misbehaviour;
use std::collections::HashSet;
use std::io::Write;
use std::os::fd::{AsFd, AsRawFd};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Barrier, Mutex, mpsc};

/// Answers `/` and never anything else.
fn stuck_server() -> Server {
    Server::start(|path, _, stream| {
        if path == "/" {
            return respond(stream, "200 OK", "", b"fine");
        }
        wait_for_close(stream);
        Then::Close
    })
}

#[test]
fn a_resource_arrives_whole_in_chunks() {
    let body: Vec<u8> = (0..400_000_u32).map(|n| n as u8).collect();
    let sent = body.clone();
    let server = Server::start(move |_, head, stream| {
        assert!(head.to_lowercase().contains("accept: image/webp"), "{head}");
        respond(stream, "200 OK", "Content-Type: image/png\r\n", &sent)
    });
    let net = Net::start();
    let renderer = net.open(&server.url("/"));
    renderer.fetch(1, &server.url("/a.png"));
    let FromNetwork::Head {
        request: RequestId(1),
        head,
    } = next(&renderer.receiver)
    else {
        panic!("no head");
    };
    assert_eq!(head.content_type.as_deref(), Some("image/png"));
    let mut received = Vec::new();
    loop {
        match next(&renderer.receiver) {
            FromNetwork::Body {
                request: RequestId(1),
                bytes,
            } => {
                assert!(bytes.len() <= BODY_CHUNK_BYTES_MAX && !bytes.is_empty());
                received.extend(bytes);
            }
            FromNetwork::End {
                request: RequestId(1),
            } => break,
            other => panic!("{other:?}"),
        }
    }
    assert!(received == body);
}

#[test]
fn fetches_of_one_channel_run_in_parallel() {
    const PARALLEL: u32 = 6;
    let all_there = Barrier::new(PARALLEL as usize);
    let server = Server::start(move |_, _, stream| {
        all_there.wait();
        respond(stream, "200 OK", "", b"x")
    });
    let net = Net::start();
    let renderer = net.open(&server.url("/"));
    for id in 0..PARALLEL {
        renderer.fetch(id, &server.url(&format!("/{id}")));
    }
    let mut ended = HashSet::new();
    while ended.len() < PARALLEL as usize {
        match next(&renderer.receiver) {
            FromNetwork::End { request } => assert!(ended.insert(request)),
            FromNetwork::Failed { error, .. } => panic!("{error}"),
            _ => {}
        }
    }
}

#[test]
fn a_foreign_scheme_is_refused_and_the_channel_goes_on() {
    let server = stuck_server();
    let net = Net::start();
    let renderer = net.open(&server.url("/"));
    for (id, url) in ["file:///etc/passwd", "bulkhead://welcome", "data:,x"]
        .iter()
        .enumerate()
    {
        let scheme = url.split(':').next().expect("scheme").to_owned();
        let error = renderer.load(id as u32, url).expect_err("refused");
        assert_eq!(error, LoadError::Refused { scheme });
    }
    assert!(matches!(
        renderer.load(9, "no url"),
        Err(LoadError::InvalidUrl { .. })
    ));
    assert_eq!(
        renderer.load(9, &server.url("/")).expect("loads").body,
        b"fine"
    );
}

#[test]
fn a_built_in_page_fetches_nothing_from_the_network() {
    let server = stuck_server();
    let net = Net::start();
    let renderer = net.open("bulkhead://welcome");
    let error = renderer.load(1, &server.url("/")).expect_err("refused");
    assert_eq!(
        error,
        LoadError::Refused {
            scheme: "http".to_owned()
        }
    );
    assert_eq!(server.connections(), 0);
}

#[test]
fn a_duplicate_id_is_reported_and_closes_that_channel_and_no_other() {
    let server = stuck_server();
    let net = Net::start();
    let (bad, good) = (net.open(&server.url("/")), net.open(&server.url("/")));
    bad.fetch(5, &server.url("/stuck"));
    bad.fetch(5, &server.url("/stuck"));
    bad.expect_closed();
    net.expect_accusation(&bad, Misbehaviour::WrongState);
    assert_eq!(good.load(5, &server.url("/")).expect("loads").body, b"fine");
}

#[test]
fn more_fetches_than_allowed_close_the_channel() {
    let server = stuck_server();
    let net = Net::start();
    let renderer = net.open(&server.url("/"));
    for id in 0..=FETCHES_PER_CHANNEL_MAX as u32 {
        renderer.fetch(id, &server.url("/stuck"));
    }
    renderer.expect_closed();
    net.expect_accusation(&renderer, Misbehaviour::WrongState);
    assert_eq!(
        net.open(&server.url("/"))
            .load(1, &server.url("/"))
            .expect("loads")
            .body,
        b"fine"
    );
}

#[test]
fn garbage_closes_the_channel() {
    let server = stuck_server();
    let net = Net::start();
    let (bad, good) = (net.open(&server.url("/")), net.open(&server.url("/")));
    let fd = bad.sender.as_fd().as_raw_fd();
    send_raw(fd, &[0xff; 40], MsgFlags::MSG_NOSIGNAL).expect("sent");
    bad.expect_closed();
    net.expect_accusation(&bad, Misbehaviour::BadEncoding);
    assert_eq!(good.load(5, &server.url("/")).expect("loads").body, b"fine");
}

#[test]
fn a_flood_closes_the_channel() {
    let server = stuck_server();
    let net = Net::start();
    let (bad, good) = (net.open(&server.url("/")), net.open(&server.url("/")));
    let request = RequestId(1);
    while bad.sender.send(ToNetwork::Cancel { request }).is_ok() {}
    net.expect_accusation(&bad, Misbehaviour::Flood);
    assert_eq!(good.load(5, &server.url("/")).expect("loads").body, b"fine");
}

#[test]
fn a_closed_channel_stops_its_fetches() {
    let (events, seen) = mpsc::channel();
    let events = Mutex::new(events);
    let server = Server::start(move |_, _, stream| {
        events
            .lock()
            .expect("lock")
            .send("arrived")
            .expect("listens");
        wait_for_close(stream);
        events
            .lock()
            .expect("lock")
            .send("closed")
            .expect("listens");
        Then::Close
    });
    let net = Net::start();
    let renderer = net.open(&server.url("/"));
    renderer.fetch(1, &server.url("/"));
    assert_eq!(seen.recv_timeout(WATCHDOG), Ok("arrived"));
    drop(renderer);
    assert_eq!(seen.recv_timeout(WATCHDOG), Ok("closed"));
}

#[test]
fn a_cancelled_fetch_says_no_more_and_frees_its_id() {
    let server = stuck_server();
    let net = Net::start();
    let renderer = net.open(&server.url("/"));
    for _ in 0..3 * FETCHES_PER_CHANNEL_MAX {
        renderer.fetch(1, &server.url("/stuck"));
        renderer
            .sender
            .send(ToNetwork::Cancel {
                request: RequestId(1),
            })
            .expect("sent");
    }
    for id in 1..3 {
        assert_eq!(
            renderer.load(id, &server.url("/")).expect("loads").body,
            b"fine"
        );
    }
}

#[test]
fn a_renderer_that_does_not_read_loses_nothing_and_starves_nobody() {
    const BYTES: usize = 4 * 1024 * 1024;
    let server = Server::start(|path, _, stream| match path {
        "/large" => respond(stream, "200 OK", "", &vec![b'z'; BYTES]),
        _ => respond(stream, "200 OK", "", b"fine"),
    });
    let mut net = Net::start();
    let (slow, quick) = (net.open(&server.url("/")), net.open(&server.url("/")));
    let count = FETCHES_PER_CHANNEL_MAX as u32;
    for id in 0..count {
        slow.fetch(id, &server.url("/large"));
    }
    // The first answer is there, so its channel fills up while nobody reads it.
    assert!(matches!(next(&slow.receiver), FromNetwork::Head { .. }));
    for id in 0..50 {
        assert_eq!(
            quick.load(id, &server.url("/")).expect("loads").body,
            b"fine"
        );
    }
    assert_eq!(net.load(&server.url("/")).expect("loads").body, b"fine");
    let (mut ended, mut bytes_in_all) = (0, 0);
    while ended < count {
        match next(&slow.receiver) {
            FromNetwork::Body { bytes, .. } => bytes_in_all += bytes.len(),
            FromNetwork::End { .. } => ended += 1,
            FromNetwork::Failed { error, .. } => panic!("{error}"),
            other => assert!(matches!(other, FromNetwork::Head { .. }), "{other:?}"),
        }
    }
    assert_eq!(bytes_in_all, BYTES * count as usize);
}

#[test]
fn a_resource_beyond_the_limit_fails() {
    let server = Server::start(|path, _, stream| {
        if path == "/promised" {
            let length = RESOURCE_BYTES_MAX + 1;
            send(
                stream,
                format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n"),
            );
        } else {
            send(stream, "HTTP/1.1 200 OK\r\n\r\n");
            while stream.write_all(&[b'x'; 65_536]).is_ok() {}
        }
        Then::Close
    });
    let net = Net::start();
    let renderer = net.open(&server.url("/"));
    let limit = RESOURCE_BYTES_MAX as u64;
    let error = renderer
        .load(1, &server.url("/promised"))
        .expect_err("too large");
    assert_eq!(error, LoadError::BodyTooLarge { limit });
    let loaded = renderer
        .load(2, &server.url("/endless"))
        .expect("has a head");
    assert_eq!(loaded.error, Some(LoadError::BodyTooLarge { limit }));
    assert!(loaded.body.len() <= RESOURCE_BYTES_MAX);
}

#[test]
fn one_site_reuses_its_connection_and_another_site_does_not() {
    let server = Server::start(|_, _, stream| respond(stream, "200 OK", "", b"fine"));
    let net = Net::start();
    let renderer = net.open(&server.url("/"));
    for id in 0..5 {
        assert_eq!(
            renderer.load(id, &server.url("/")).expect("loads").body,
            b"fine"
        );
    }
    assert_eq!(server.connections(), 1);
    let same_site = net.open(&server.url("/"));
    assert_eq!(
        same_site.load(1, &server.url("/")).expect("loads").body,
        b"fine"
    );
    assert_eq!(server.connections(), 1);
    let other_site = net.open("http://127.0.0.1:1/");
    assert_eq!(
        other_site.load(1, &server.url("/")).expect("loads").body,
        b"fine"
    );
    assert_eq!(server.connections(), 2);
}

#[test]
fn a_connection_that_the_server_gave_up_is_replaced() {
    let requests = AtomicUsize::new(0);
    // Every second request on a connection is dropped, as by a server that closes idle connections
    // in the very moment in which one is used again.
    let server = Server::start(
        move |_, _, stream| match requests.fetch_add(1, Ordering::SeqCst) {
            1 => Then::Close,
            _ => respond(stream, "200 OK", "", b"fine"),
        },
    );
    let net = Net::start();
    let renderer = net.open(&server.url("/"));
    assert_eq!(
        renderer.load(1, &server.url("/")).expect("loads").body,
        b"fine"
    );
    assert_eq!(
        renderer.load(2, &server.url("/")).expect("loads").body,
        b"fine"
    );
    assert_eq!(server.connections(), 2);
}
