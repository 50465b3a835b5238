//! A server on loopback that does what a test tells it.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// A server; its threads end with the test process.
pub struct Server {
    pub address: SocketAddr,
    connections: Arc<AtomicUsize>,
}

/// What a handler does next with the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    Close,
    KeepOpen,
}

impl Server {
    /// Calls `handler` with the path and the whole head of each request.
    pub fn start<H>(handler: H) -> Server
    where
        H: Fn(&str, &str, &mut TcpStream) -> Then + Send + Sync + 'static,
    {
        Server::raw(move |stream| {
            while let Some(head) = read_head(stream) {
                let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
                if handler(&path, &head, stream) == Then::Close {
                    return;
                }
            }
        })
    }

    /// Calls `handler` with each connection.
    pub fn raw<H>(handler: H) -> Server
    where
        H: Fn(&mut TcpStream) + Send + Sync + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").expect("bind");
        let address = listener.local_addr().expect("address");
        let connections = Arc::new(AtomicUsize::new(0));
        let handler = Arc::new(handler);
        thread::spawn({
            let connections = connections.clone();
            move || {
                for stream in listener.incoming() {
                    let mut stream = stream.expect("accept");
                    connections.fetch_add(1, Ordering::SeqCst);
                    let handler = handler.clone();
                    thread::spawn(move || handler(&mut stream));
                }
            }
        });
        Server {
            address,
            connections,
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// How many connections have been made.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

/// The head of the next request; none when the client has gone.
pub fn read_head(stream: &mut impl Read) -> Option<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) => head.push(byte[0]),
            _ => return None,
        }
    }
    Some(String::from_utf8(head).expect("ASCII"))
}

/// Sends a whole response. The client may be gone.
pub fn respond(stream: &mut impl Write, status: &str, headers: &str, body: &[u8]) -> Then {
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n{headers}\r\n");
    let _ = stream
        .write_all(head.as_bytes())
        .and_then(|()| stream.write_all(body));
    Then::KeepOpen
}

/// Sends bytes as they are. The client may be gone.
pub fn send(stream: &mut impl Write, bytes: impl AsRef<[u8]>) {
    let _ = stream.write_all(bytes.as_ref());
}

/// Waits until the client closes the connection.
pub fn wait_for_close(stream: &mut TcpStream) {
    let mut buffer = [0; 1024];
    while matches!(stream.read(&mut buffer), Ok(1..)) {}
}
