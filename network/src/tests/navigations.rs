//! Claims about navigations: redirects, bodies, time-outs, and every way in which a server fails.

use super::server::{Server, Then, respond, send, wait_for_close};
use super::{Net, WATCHDOG, config};
use flate2::{Compression, write::GzEncoder};
use nix::sys::socket::{
    AddressFamily, Backlog, SockFlag, SockType, SockaddrIn, bind, getsockname, listen, socket,
};
use protocol::error::LoadError;
use protocol::limits::{DOCUMENT_BYTES_MAX, REDIRECTS_MAX};
use protocol::network::ToNetwork;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::mpsc;
use std::sync::{Arc, Mutex};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

#[test]
fn a_document_arrives_with_its_head() {
    let (tx, rx) = mpsc::channel();
    let tx = Mutex::new(tx);
    let server = Server::start(move |_, head, stream| {
        tx.lock()
            .expect("lock")
            .send(head.to_owned())
            .expect("listens");
        respond(
            stream,
            "200 OK",
            "Content-Type: text/html; charset=x\r\n",
            b"<p>Hello",
        )
    });
    let mut net = Net::start();
    let loaded = net.load(&server.url("/a?b=c#d")).expect("loads");
    assert_eq!(loaded.head.final_url, server.url("/a?b=c#d"));
    assert_eq!(loaded.head.status, 200);
    assert_eq!(
        loaded.head.content_type.as_deref(),
        Some("text/html; charset=x")
    );
    assert_eq!(loaded.head.content_length, Some(8));
    assert_eq!(loaded.head.redirects, 0);
    assert_eq!(loaded.body, b"<p>Hello");
    assert_eq!(loaded.error, None);
    let request = rx.recv_timeout(WATCHDOG).expect("request").to_lowercase();
    assert!(request.starts_with("get /a?b=c http/1.1\r\n"), "{request}");
    assert!(
        request.contains("\r\nuser-agent: bulkhead/test\r\n"),
        "{request}"
    );
    assert!(request.contains("\r\naccept: text/html,"), "{request}");
    assert!(
        request.contains("\r\naccept-encoding: gzip\r\n"),
        "{request}"
    );
}

#[test]
fn error_pages_of_servers_are_ordinary_documents() {
    let server = Server::start(|path, _, stream| match path {
        "/404" => respond(stream, "404 Not Found", "", b"nothing here"),
        _ => respond(stream, "500 Oops", "", b"broken"),
    });
    let mut net = Net::start();
    let missing = net.load(&server.url("/404")).expect("loads");
    assert_eq!(
        (missing.head.status, missing.body.as_slice()),
        (404, &b"nothing here"[..])
    );
    let broken = net.load(&server.url("/500")).expect("loads");
    assert_eq!(
        (broken.head.status, broken.body.as_slice()),
        (500, &b"broken"[..])
    );
}

/// `/N` redirects to `/N-1`, `/0` answers.
fn countdown() -> Server {
    Server::start(
        |path, _, stream| match path.trim_start_matches('/').parse::<u32>() {
            Ok(0) | Err(_) => respond(stream, "200 OK", "", b"there"),
            Ok(n) => respond(
                stream,
                "302 Found",
                &format!("Location: {}\r\n", n - 1),
                b"",
            ),
        },
    )
}

#[test]
fn redirects_are_followed_to_the_final_url_with_the_fragment() {
    let server = countdown();
    let loaded = Net::start().load(&server.url("/3#part")).expect("loads");
    assert_eq!(loaded.head.final_url, server.url("/0#part"));
    assert_eq!(loaded.head.redirects, 3);
    assert_eq!(loaded.body, b"there");
}

#[test]
fn a_redirect_may_bring_its_own_fragment() {
    let server = Server::start(|path, _, stream| match path {
        "/a" => respond(stream, "301 Moved", "Location: /b#new\r\n", b""),
        _ => respond(stream, "200 OK", "", b""),
    });
    let loaded = Net::start().load(&server.url("/a#old")).expect("loads");
    assert_eq!(loaded.head.final_url, server.url("/b#new"));
}

#[test]
fn twenty_redirects_are_followed_and_twenty_one_are_not() {
    let server = countdown();
    let mut net = Net::start();
    let loaded = net
        .load(&server.url(&format!("/{REDIRECTS_MAX}")))
        .expect("loads");
    assert_eq!(loaded.head.redirects, REDIRECTS_MAX);
    let error = net.failure(&server.url(&format!("/{}", REDIRECTS_MAX + 1)));
    assert_eq!(
        error,
        LoadError::TooManyRedirects {
            limit: REDIRECTS_MAX
        }
    );
}

#[test]
fn a_loop_of_redirects_is_named() {
    let server = Server::start(|path, _, stream| {
        let to = if path == "/a" { "/b" } else { "/a" };
        respond(stream, "307 Temporary", &format!("Location: {to}\r\n"), b"")
    });
    assert_eq!(
        Net::start().failure(&server.url("/a#x")),
        LoadError::RedirectLoop
    );
}

#[test]
fn a_redirect_to_a_foreign_scheme_is_refused() {
    let server = Server::start(|path, _, stream| {
        let to = path.trim_start_matches('/');
        respond(
            stream,
            "302 Found",
            &format!("Location: {to}:///etc/passwd\r\n"),
            b"",
        )
    });
    let mut net = Net::start();
    for scheme in ["file", "bulkhead", "ftp"] {
        let error = net.failure(&server.url(&format!("/{scheme}")));
        assert_eq!(
            error,
            LoadError::UnsupportedScheme {
                scheme: scheme.to_owned()
            }
        );
    }
    let error = net.failure("file:///etc/passwd");
    assert_eq!(
        error,
        LoadError::UnsupportedScheme {
            scheme: "file".to_owned()
        }
    );
}

#[test]
fn a_redirect_status_without_a_location_is_shown_as_it_is() {
    let server = Server::start(|_, _, stream| respond(stream, "302 Found", "", b"look around"));
    let loaded = Net::start().load(&server.url("/")).expect("loads");
    assert_eq!(
        (loaded.head.status, loaded.body.as_slice()),
        (302, &b"look around"[..])
    );
}

#[test]
fn what_is_no_url_is_refused() {
    let mut net = Net::start();
    for url in ["", "example", "http://", "http://a b/", "http://[::1"] {
        assert!(
            matches!(net.failure(url), LoadError::InvalidUrl { .. }),
            "{url}"
        );
    }
    let long = format!("http://{}/", "a".repeat(300));
    assert!(matches!(net.failure(&long), LoadError::InvalidUrl { .. }));
}

#[test]
fn gzip_is_decoded() {
    let text = "the same again and again ".repeat(4000);
    let body = gzip(text.as_bytes());
    let server = Server::start(move |_, _, stream| {
        respond(stream, "200 OK", "Content-Encoding: gzip\r\n", &body)
    });
    let loaded = Net::start().load(&server.url("/")).expect("loads");
    assert_eq!(loaded.head.content_length, None);
    assert!(loaded.body == text.as_bytes());
    assert_eq!(loaded.error, None);
}

#[test]
fn a_gzip_bomb_is_cut_at_the_limit() {
    let body = gzip(&vec![0; DOCUMENT_BYTES_MAX + 1]);
    let server = Server::start(move |_, _, stream| {
        respond(stream, "200 OK", "Content-Encoding: gzip\r\n", &body)
    });
    let loaded = Net::start().load(&server.url("/")).expect("has a head");
    assert_eq!(loaded.body.len(), DOCUMENT_BYTES_MAX);
    let limit = DOCUMENT_BYTES_MAX as u64;
    assert_eq!(loaded.error, Some(LoadError::BodyTooLarge { limit }));
}

#[test]
fn damaged_gzip_is_named() {
    let server = Server::start(|_, _, stream| {
        respond(
            stream,
            "200 OK",
            "Content-Encoding: gzip\r\n",
            b"this is not gzip at all",
        )
    });
    let loaded = Net::start().load(&server.url("/")).expect("has a head");
    assert!(
        matches!(loaded.error, Some(LoadError::InvalidResponse { .. })),
        "{:?}",
        loaded.error
    );
}

#[test]
fn a_connection_closed_before_the_answer_is_a_reset() {
    let server = Server::start(|_, _, _| Then::Close);
    let error = Net::start().failure(&server.url("/"));
    assert_eq!(
        error,
        LoadError::ConnectionReset {
            host: server.address.to_string()
        }
    );
}

#[test]
fn a_body_shorter_than_promised_is_cut_short() {
    let server = Server::start(|path, _, stream| {
        let head = match path {
            "/length" => "Content-Length: 1000\r\n\r\nonly this",
            "/chunked" => "Transfer-Encoding: chunked\r\n\r\n9\r\nonly this\r\n",
            _ => "Transfer-Encoding: chunked\r\n\r\n64\r\nonly this",
        };
        send(stream, format!("HTTP/1.1 200 OK\r\n{head}"));
        Then::Close
    });
    let mut net = Net::start();
    let in_chunk = LoadError::CutInChunk { received: 9 };
    let of_promised = LoadError::BodyCutShort {
        received: 9,
        expected: 1000,
    };
    for (path, error) in [
        ("/length", of_promised),
        ("/chunked", in_chunk.clone()),
        ("/chunk", in_chunk),
    ] {
        let loaded = net.load(&server.url(path)).expect("has a head");
        assert_eq!(loaded.body, b"only this", "{path}");
        assert_eq!(loaded.error, Some(error), "{path}");
    }
}

#[test]
fn a_gzip_body_cut_in_the_middle_is_cut_short() {
    let body = gzip(&"many words ".repeat(10_000).into_bytes());
    let server = Server::start(move |_, _, stream| {
        send(
            stream,
            "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n",
        );
        send(stream, &body[..body.len() - 12]);
        Then::Close
    });
    let loaded = Net::start().load(&server.url("/")).expect("has a head");
    assert!(
        matches!(loaded.error, Some(LoadError::BodyCutShort { .. })),
        "{:?}",
        loaded.error
    );
}

#[test]
fn a_body_without_a_length_ends_with_the_connection() {
    let server = Server::start(|_, _, stream| {
        send(stream, "HTTP/1.0 200 OK\r\n\r\nold style");
        Then::Close
    });
    let loaded = Net::start().load(&server.url("/")).expect("loads");
    assert_eq!(
        (loaded.body.as_slice(), loaded.error),
        (&b"old style"[..], None)
    );
}

/// A port that is taken, on which nobody listens.
fn deaf_port(backlog: Option<i32>) -> (OwnedFd, SocketAddr) {
    let fd = socket(
        AddressFamily::Inet,
        SockType::Stream,
        SockFlag::SOCK_CLOEXEC,
        None,
    )
    .expect("socket");
    bind(fd.as_raw_fd(), &SockaddrIn::new(127, 0, 0, 1, 0)).expect("bind");
    if let Some(backlog) = backlog {
        listen(&fd, Backlog::new(backlog).expect("backlog")).expect("listen");
    }
    let name: SockaddrIn = getsockname(fd.as_raw_fd()).expect("name");
    (fd, SocketAddr::from(([127, 0, 0, 1], name.port())))
}

#[test]
fn a_port_on_which_nobody_listens_refuses() {
    let (_fd, address) = deaf_port(None);
    let error = Net::start().failure(&format!("http://{address}/"));
    assert_eq!(
        error,
        LoadError::ConnectionRefused {
            host: address.to_string()
        }
    );
}

#[test]
fn a_host_that_does_not_take_the_connection_times_out() {
    let (_fd, address) = deaf_port(Some(0));
    // Fills the queue of connections that nobody accepts; from then on the kernel answers no more.
    let _filler = TcpStream::connect(address).expect("the first fits");
    let mut net = Net::with(&{
        let mut c = config();
        c.connect_timeout_ms = 100;
        c
    });
    let error = net.failure(&format!("http://{address}/"));
    let phase = crate::failure::CONNECTING.to_owned();
    assert_eq!(
        error,
        LoadError::TimedOut {
            host: address.to_string(),
            phase
        }
    );
}

#[test]
fn a_server_that_does_not_answer_times_out() {
    let server = Server::start(|path, _, stream| {
        if path == "/body" {
            send(stream, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
        }
        wait_for_close(stream);
        Then::Close
    });
    let mut net = Net::with(&{
        let mut c = config();
        c.read_timeout_ms = 200;
        c
    });
    let host = server.address.to_string();
    let error = net.failure(&server.url("/"));
    let phase = crate::failure::RESPONSE.to_owned();
    assert_eq!(
        error,
        LoadError::TimedOut {
            host: host.clone(),
            phase
        }
    );
    let loaded = net.load(&server.url("/body")).expect("has a head");
    let phase = crate::failure::BODY.to_owned();
    assert_eq!(loaded.body, b"half");
    assert_eq!(loaded.error, Some(LoadError::TimedOut { host, phase }));
}

#[test]
fn what_is_not_http_is_an_invalid_response() {
    let server = Server::start(|path, _, stream| {
        match path {
            "/garbage" => send(stream, "\0\u{1}\u{2}\u{3} what is this\r\n\r\n"),
            "/ssh" => send(stream, "SSH-2.0-OpenSSH_9.9\r\n"),
            "/status" => send(stream, "HTTP/1.1 banana\r\n\r\n"),
            "/length" => send(stream, "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n"),
            "/huge" => send(
                stream,
                format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "x".repeat(70_000)),
            ),
            _ => {
                send(stream, "HTTP/1.1 200 OK\r\n");
                while stream.write_all(b"X-Endless: yes\r\n").is_ok() {}
            }
        }
        Then::Close
    });
    let mut net = Net::start();
    for path in [
        "/garbage", "/ssh", "/status", "/length", "/huge", "/endless",
    ] {
        let error = net.failure(&server.url(path));
        assert!(
            matches!(error, LoadError::InvalidResponse { .. }),
            "{path}: {error:?}"
        );
    }
}

#[test]
fn a_damaged_chunk_is_an_invalid_response() {
    let server = Server::start(|_, _, stream| {
        send(
            stream,
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
        );
        Then::Close
    });
    let loaded = Net::start().load(&server.url("/")).expect("has a head");
    assert!(
        matches!(loaded.error, Some(LoadError::InvalidResponse { .. })),
        "{:?}",
        loaded.error
    );
}

#[test]
fn the_first_bytes_are_in_the_pipe_before_the_server_sends_the_rest() {
    let (go, gate) = mpsc::channel::<()>();
    let gate = Mutex::new(gate);
    let server = Server::start(move |_, _, stream| {
        send(stream, "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nfirst");
        gate.lock()
            .expect("lock")
            .recv_timeout(WATCHDOG)
            .expect("the test goes on");
        send(stream, "second");
        Then::Close
    });
    let mut net = Net::start();
    let (navigation, mut pipe) = net.navigate(&server.url("/"));
    net.head(navigation);
    let mut first = [0; 5];
    pipe.read_exact(&mut first).expect("pipe");
    assert_eq!(&first, b"first");
    go.send(()).expect("the server waits");
    let mut rest = Vec::new();
    pipe.read_to_end(&mut rest).expect("pipe");
    assert_eq!(rest, b"second");
    assert_eq!(net.body_end(navigation), (11, None));
}

#[test]
fn a_cancelled_navigation_closes_its_connection_and_says_no_more() {
    let (events, seen) = mpsc::channel();
    let events = Arc::new(Mutex::new(events));
    let server = Server::start(move |path, _, stream| {
        if path == "/next" {
            return respond(stream, "200 OK", "", b"next");
        }
        if path == "/body" {
            send(stream, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
        }
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
    let mut net = Net::start();
    for path in ["/head", "/body"] {
        let (navigation, _pipe) = net.navigate(&server.url(path));
        if path == "/body" {
            net.head(navigation);
        }
        assert_eq!(seen.recv_timeout(WATCHDOG), Ok("arrived"));
        net.sender()
            .send(ToNetwork::Cancel { navigation })
            .expect("sent");
        assert_eq!(seen.recv_timeout(WATCHDOG), Ok("closed"));
        // `load` fails on any message of another navigation.
        assert_eq!(net.load(&server.url("/next")).expect("loads").body, b"next");
    }
}

#[test]
fn a_renderer_that_is_gone_ends_its_navigation() {
    let server = Server::start(|_, _, stream| {
        send(stream, "HTTP/1.1 200 OK\r\n\r\n");
        while stream.write_all(&[b'x'; 4096]).is_ok() {}
        Then::Close
    });
    let mut net = Net::start();
    let (navigation, pipe) = net.navigate(&server.url("/"));
    net.head(navigation);
    drop(pipe);
    assert_eq!(net.body_end(navigation).1, Some(LoadError::Cancelled));
}

#[test]
fn names_and_passwords_go_to_the_server_and_not_into_the_address() {
    let server = Server::start(|_, head, stream| {
        let line = head
            .lines()
            .find(|line| line.to_lowercase().starts_with("authorization:"));
        respond(stream, "200 OK", "", line.unwrap_or_default().as_bytes())
    });
    let url = format!("http://me:secret@{}/", server.address);
    let loaded = Net::start().load(&url).expect("loads");
    assert_eq!(loaded.head.final_url, server.url("/"));
    let line = String::from_utf8(loaded.body).expect("ASCII");
    assert!(line.ends_with(" Basic bWU6c2VjcmV0"), "{line}");
}
