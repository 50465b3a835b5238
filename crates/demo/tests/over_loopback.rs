//! The server over loopback, as clients of all manners see it.

use demo::Site;
use httpd::{CONNECTIONS_MAX, HEAD_BYTES_MAX, Running};
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// A connection that gives up rather than hang the test run.
fn connect(running: &Running) -> TcpStream {
    let socket = TcpStream::connect(running.address()).expect("the server listens");
    let watchdog = Some(Duration::from_secs(60));
    socket
        .set_read_timeout(watchdog)
        .expect("a time-out can be set");
    socket
        .set_write_timeout(watchdog)
        .expect("a time-out can be set");
    socket
}

fn ask(socket: &mut TcpStream, method: &str, path: &str, extra: &str) {
    let request = format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{extra}\r\n");
    socket
        .write_all(request.as_bytes())
        .expect("the request is taken");
}

fn read_head(socket: &mut TcpStream) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        socket.read_exact(&mut byte).expect("a whole head");
        head.push(byte[0]);
    }
    String::from_utf8(head).expect("a head is ASCII")
}

fn content_length(head: &str) -> usize {
    let value = head.split("Content-Length: ").nth(1).expect("a length");
    value
        .split("\r\n")
        .next()
        .expect("a line")
        .parse()
        .expect("a number")
}

fn read_body(socket: &mut TcpStream) -> (String, Vec<u8>) {
    let head = read_head(socket);
    let mut body = vec![0; content_length(&head)];
    socket.read_exact(&mut body).expect("the whole body");
    (head, body)
}

#[test]
fn a_client_that_has_closed_its_half_gets_its_answers() {
    let running = Running::start(Site).expect("a server");
    let mut socket = connect(&running);
    ask(&mut socket, "GET", "/article", "");
    ask(&mut socket, "GET", "/long", "");
    socket.shutdown(std::net::Shutdown::Write).expect("open");
    for _ in 0..2 {
        let (head, body) = read_body(&mut socket);
        assert!(
            head.starts_with("HTTP/1.1 200") && !body.is_empty(),
            "{head}"
        );
    }
    assert_eq!(read_rest(&mut socket), b"");
}

fn read_rest(socket: &mut TcpStream) -> Vec<u8> {
    let mut rest = Vec::new();
    socket.read_to_end(&mut rest).expect("a clean end");
    rest
}

#[test]
fn one_connection_serves_many_requests() {
    let running = Running::start(Site).expect("a server");
    let mut socket = connect(&running);
    for path in [
        "/",
        "/article",
        "/style.css",
        "/status/404",
        "/img/dusk.jpg",
    ] {
        ask(&mut socket, "GET", path, "");
        let (head, body) = read_body(&mut socket);
        assert!(head.contains("Connection: keep-alive"), "{head}");
        assert!(!body.is_empty(), "{path}");
    }
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let running = Running::start(Site).expect("a server");
    let mut socket = connect(&running);
    for number in 0..40 {
        ask(&mut socket, "GET", &format!("/echo?n={number}"), "");
    }
    for number in 0..40 {
        let (_, body) = read_body(&mut socket);
        let page = String::from_utf8(body).expect("UTF-8");
        assert!(
            page.contains(&format!("<td>n</td><td>{number}</td>")),
            "{page}"
        );
    }
}

#[test]
fn head_has_the_headers_of_get_and_no_body() {
    let running = Running::start(Site).expect("a server");
    let mut socket = connect(&running);
    ask(&mut socket, "GET", "/article", "");
    let (of_get, _) = read_body(&mut socket);
    ask(&mut socket, "HEAD", "/article", "");
    assert_eq!(read_head(&mut socket), of_get);
    ask(&mut socket, "HEAD", "/endless", "Connection: close\r\n");
    assert!(read_head(&mut socket).contains("Transfer-Encoding: chunked"));
    assert!(read_rest(&mut socket).is_empty());
}

#[test]
fn request_with_a_body_is_answered_and_the_connection_ended() {
    let running = Running::start(Site).expect("a server");
    let mut socket = connect(&running);
    ask(&mut socket, "POST", "/form", "Content-Length: 5\r\n");
    let (head, _) = read_body(&mut socket);
    assert!(
        head.starts_with("HTTP/1.1 405 ") && head.contains("Connection: close"),
        "{head}"
    );
    assert!(read_rest(&mut socket).is_empty());
}

#[test]
fn nonsense_is_refused_and_the_connection_ended() {
    let running = Running::start(Site).expect("a server");
    let mut socket = connect(&running);
    socket
        .write_all(b"\x16\x03\x01 this is not HTTP\r\n\r\n")
        .expect("taken");
    let (head, _) = read_body(&mut socket);
    assert!(head.starts_with("HTTP/1.1 400 "), "{head}");
    assert!(read_rest(&mut socket).is_empty());
}

#[test]
fn head_that_grows_without_end_is_refused() {
    let running = Running::start(Site).expect("a server");
    let mut socket = connect(&running);
    let head = format!("GET /{} HTTP/1.1\r\n", "a".repeat(HEAD_BYTES_MAX));
    socket.write_all(head.as_bytes()).expect("taken");
    assert!(read_head(&mut socket).starts_with("HTTP/1.1 431 "));
}

#[test]
fn cut_body_ends_before_its_promised_length() {
    let running = Running::start(Site).expect("a server");
    let mut socket = connect(&running);
    ask(&mut socket, "GET", "/cut", "");
    let promised = content_length(&read_head(&mut socket));
    let received = read_rest(&mut socket).len();
    assert!(
        0 < received && received < promised,
        "{received} of {promised}"
    );
}

#[test]
fn slow_page_arrives_whole_in_chunks_and_keeps_the_connection() {
    let running = Running::start(Site).expect("a server");
    let mut socket = connect(&running);
    ask(&mut socket, "GET", "/slow", "");
    assert!(read_head(&mut socket).contains("Transfer-Encoding: chunked"));
    let mut body = Vec::new();
    let mut byte = [0];
    while !body.ends_with(b"\r\n0\r\n\r\n") {
        socket.read_exact(&mut byte).expect("the whole body");
        body.push(byte[0]);
    }
    let page = String::from_utf8(body).expect("UTF-8");
    assert!(
        page.contains("Part 7 of 7") && page.contains("That was all."),
        "{page}"
    );
    ask(&mut socket, "GET", "/", "");
    assert!(read_head(&mut socket).starts_with("HTTP/1.1 200 "));
}

#[test]
fn old_client_gets_a_streamed_body_up_to_the_end_of_the_connection() {
    let running = Running::start(Site).expect("a server");
    let mut socket = connect(&running);
    socket
        .write_all(b"GET /huge HTTP/1.0\r\n\r\n")
        .expect("taken");
    let head = read_head(&mut socket);
    assert!(
        !head.contains("chunked") && head.contains("Connection: close"),
        "{head}"
    );
    assert!(read_rest(&mut socket).ends_with(b"</html>\n"));
}

#[test]
fn client_that_does_not_read_keeps_no_other_waiting() {
    let running = Running::start(Site).expect("a server");
    let mut stalled = connect(&running);
    ask(&mut stalled, "GET", "/huge", "");
    let mut endless = connect(&running);
    ask(&mut endless, "GET", "/endless", "");
    read_head(&mut endless);
    let mut socket = connect(&running);
    ask(&mut socket, "GET", "/", "");
    assert!(!read_body(&mut socket).1.is_empty());
}

#[test]
fn idle_connections_make_room_for_new_ones() {
    let running = Running::start(Site).expect("a server");
    let mut idle: Vec<TcpStream> = (0..CONNECTIONS_MAX + 8)
        .map(|_| connect(&running))
        .collect();
    let mut socket = connect(&running);
    ask(&mut socket, "GET", "/", "");
    assert!(!read_body(&mut socket).1.is_empty());
    // The first one has been idle longest and was closed.
    assert!(read_rest(&mut idle[0]).is_empty());
}

#[test]
fn dropping_the_stop_end_ends_the_server() {
    let running = Running::start(Site).expect("a server");
    let mut socket = connect(&running);
    ask(&mut socket, "GET", "/endless", "");
    read_head(&mut socket);
    drop(running);
    // Ends, by a clean end or a reset, or else the watchdog of the socket does.
    let mut rest = Vec::new();
    let end = socket.read_to_end(&mut rest);
    assert!(
        !matches!(&end, Err(e) if e.kind() == io::ErrorKind::WouldBlock),
        "{end:?}"
    );
}
