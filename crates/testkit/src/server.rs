//! Servers on loopback for the pages of a test. Their threads end with the test process.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;

/// Serves every connection with `answer`, which is given the request's head; the connection is
/// closed after it. Returns the address as it stands in a URL.
pub fn serve(answer: impl Fn(&str, &mut TcpStream) + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let address = listener.local_addr().expect("an address");
    let answer = Arc::new(answer);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = Arc::clone(&answer);
            std::thread::spawn(move || {
                let mut stream = stream;
                let head = read_head(&mut stream);
                answer(&head, &mut stream);
            });
        }
    });
    address
}

/// Serves pages by path; anything else is 404.
pub fn pages(pages: &'static [(&'static str, &'static str)]) -> SocketAddr {
    serve(move |head, stream| {
        let path = head.split(' ').nth(1).unwrap_or("/");
        let path = path.split('?').next().unwrap_or(path);
        match pages.iter().find(|(name, _)| *name == path) {
            Some((_, body)) => respond(stream, "200 OK", "text/html; charset=utf-8", body),
            None => respond(
                stream,
                "404 Not Found",
                "text/html",
                "<title>404</title>no such page",
            ),
        }
    })
}

/// Writes a whole response.
pub fn respond(stream: &mut TcpStream, status: &str, content_type: &str, body: &str) {
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n",
        body.len()
    );
    // The browser may have gone on.
    let _ = stream
        .write_all(head.as_bytes())
        .and_then(|()| stream.write_all(body.as_bytes()));
}

/// The body that follows a head with a length; nothing after one without.
pub fn body_of(head: &str, stream: &mut impl Read) -> String {
    let head = head.to_ascii_lowercase();
    let length = head.split("content-length: ").nth(1);
    let length = length.and_then(|rest| rest.lines().next()?.trim().parse().ok());
    let mut body = Vec::new();
    // A client that goes in the middle has said no more.
    let _ = stream.take(length.unwrap_or(0)).read_to_end(&mut body);
    String::from_utf8_lossy(&body).into_owned()
}

/// A port on which nobody listens.
pub fn closed_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    listener.local_addr().expect("an address").port()
}

fn read_head(stream: &mut TcpStream) -> String {
    /// The type of a TLS record with a handshake message (RFC 8446, 5.1).
    const TLS_HANDSHAKE: u8 = 22;
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && head.len() < 65_536 {
        match stream.read(&mut byte) {
            // A server that speaks plain HTTP makes nothing of it and answers all the same.
            Ok(1) if head.is_empty() && byte[0] == TLS_HANDSHAKE => {
                let _ = stream.read(&mut [0; 16_384]);
                break;
            }
            Ok(1) => head.push(byte[0]),
            _ => break,
        }
    }
    String::from_utf8_lossy(&head).into_owned()
}
