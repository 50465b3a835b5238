//! Serves the documentation packages' pages to both browsers: pages from files may load nothing
//! else in Bulkhead.

use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::path::{Component, Path};
use testkit::server;

/// Where Debian packages have their documentation.
pub const ROOT: &str = "/usr/share/doc";

/// Starts the server.
pub fn serve() -> SocketAddr {
    server::serve(|head, stream| {
        let path = head.split(' ').nth(1).unwrap_or("/");
        let path = path.split(['?', '#']).next().unwrap_or(path);
        answer(stream, Path::new(path.trim_start_matches('/')));
    })
}

fn answer(stream: &mut TcpStream, path: &Path) {
    let is_below = path
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    let file = is_below.then(|| std::fs::read(Path::new(ROOT).join(path)));
    let (status, body) = match file {
        Some(Ok(bytes)) => ("200 OK", bytes),
        _ => ("404 Not Found", Vec::new()),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        content_type(path),
        body.len()
    );
    // The browser may have gone on.
    let _ = stream
        .write_all(head.as_bytes())
        .and_then(|()| stream.write_all(&body));
}

fn content_type(path: &Path) -> &'static str {
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("html" | "htm") => "text/html",
        Some("css") => "text/css",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("gif") => "image/gif",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("woff") => "font/woff",
        Some("js") => "text/javascript",
        _ => "application/octet-stream",
    }
}
