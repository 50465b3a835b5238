//! Claims about many loads at once: those that stall hold nobody up.

use super::server::{Server, Then, read_head, respond, send, wait_for_close};
use super::{Net, Renderer, WATCHDOG, next};
use protocol::ids::NavigationId;
use protocol::limits::NAVIGATIONS_AT_ONCE_MAX;
use protocol::network::{FromNetwork, ToNetwork};
use std::io::{PipeReader, Read};
use std::sync::{Mutex, mpsc};

/// Navigations that stall,
const NAVIGATIONS: usize = 126;
/// and the fetches beside them, of so many renderers.
const RENDERERS: usize = 8;
const FETCHES_EACH: usize = 3;
const STALLED: usize = NAVIGATIONS + RENDERERS * FETCHES_EACH;

// As many as the tabs may have, and as this claim promises.
const _: () = assert!(NAVIGATIONS <= NAVIGATIONS_AT_ONCE_MAX && STALLED == 150);

/// Stalls in a place that depends on the path, says so, and waits until the client has gone.
fn stalling_server(events: mpsc::Sender<&'static str>) -> Server {
    const TLS_HANDSHAKE: u8 = 0x16;
    let events = Mutex::new(events);
    Server::raw(move |stream| {
        // The test may have ended.
        let note = |event| events.lock().expect("lock").send(event).unwrap_or_default();
        let mut first = [0];
        let length = stream.peek(&mut first).expect("peek");
        if length == 1 && first[0] != TLS_HANDSHAKE {
            let head = read_head(stream).unwrap_or_default();
            match head.split(' ').nth(1).unwrap_or_default() {
                "/head" => send(stream, "HTTP/1.1 200 OK\r\nContent-"),
                "/body" => send(stream, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"),
                "/chunk" => {
                    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
                    send(stream, format!("{head}5\r\nha"));
                }
                _ => {}
            }
        }
        note("stalled");
        wait_for_close(stream);
        note("closed");
    })
}

/// Navigations that stall in all the ways in which a server can.
fn stall_navigations(net: &mut Net, server: &Server) -> Vec<(NavigationId, PipeReader)> {
    let ways = [
        server.url("/silent"),
        server.url("/head"),
        server.url("/body"),
        server.url("/chunk"),
        format!("https://{}/", server.address),
    ];
    let urls = ways.iter().cycle().take(NAVIGATIONS);
    urls.map(|url| net.navigate(url)).collect()
}

fn stall_fetches(net: &Net, server: &Server) -> Vec<Renderer> {
    let stall = |_| {
        let renderer = net.open(&server.url("/"));
        for id in 0..FETCHES_EACH as u32 {
            renderer.fetch(id, &server.url("/body"));
        }
        renderer
    };
    (0..RENDERERS).map(stall).collect()
}

/// The body of a page, while the heads of others arrive.
fn load_among_others(net: &mut Net, url: &str) -> Vec<u8> {
    let (navigation, mut pipe) = net.navigate(url);
    loop {
        match next(net.receiver()) {
            FromNetwork::Head { navigation: n, .. } if n == navigation => break,
            FromNetwork::Head { .. } => {}
            other => panic!("no head: {other:?}"),
        }
    }
    let mut body = Vec::new();
    pipe.read_to_end(&mut body).expect("pipe");
    body
}

#[test]
fn a_hundred_and_fifty_stalled_connections_hold_nobody_up() {
    let (events, seen) = mpsc::channel();
    let stalling = stalling_server(events);
    let quick = Server::start(|_, _, stream| {
        respond(stream, "200 OK", "", b"quick");
        Then::Close
    });
    let mut net = Net::start();
    let navigations = stall_navigations(&mut net, &stalling);
    let _renderers = stall_fetches(&net, &stalling);
    for _ in 0..STALLED {
        assert_eq!(seen.recv_timeout(WATCHDOG), Ok("stalled"));
    }
    assert_eq!(load_among_others(&mut net, &quick.url("/")), b"quick");
    let renderer = net.open(&quick.url("/"));
    let loaded = renderer.load(1, &quick.url("/")).expect("loads");
    assert_eq!(loaded.body, b"quick");
    // A cancelled one ends at once, wherever it has stalled.
    for (navigation, _) in &navigations {
        let navigation = *navigation;
        let cancel = ToNetwork::Cancel { navigation };
        net.sender().send(cancel).expect("sent");
    }
    for _ in 0..NAVIGATIONS {
        assert_eq!(seen.recv_timeout(WATCHDOG), Ok("closed"));
    }
}
