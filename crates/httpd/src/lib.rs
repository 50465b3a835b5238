//! A small HTTP/1.1 server: one thread, bounded connections, and bodies that are sent whole, cut
//! short or streamed.
//!
//! ```
//! use httpd::{Handler, NoStream, Request, Response, Running};
//! use std::io::{Read, Write};
//! use std::net::TcpStream;
//!
//! struct Hello;
//!
//! impl Handler for Hello {
//!     type Stream = NoStream;
//!
//!     fn respond(&self, request: &Request) -> Response<NoStream> {
//!         Response::ok("text/plain", format!("hello {}", request.path).into_bytes())
//!     }
//! }
//!
//! let server = Running::start(Hello)?;
//! let mut client = TcpStream::connect(server.address())?;
//! client.write_all(b"GET /you HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
//! let mut answer = String::new();
//! client.read_to_string(&mut answer)?;
//! assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("\r\n\r\nhello /you"));
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! Trusts: no client; each request head is bounded and parsed by `httparse`. Never: reads a request
//! body, opens a file, connects anywhere, or lets one client keep another waiting.
#![forbid(unsafe_code)]

mod connection;
mod request;
mod response;
mod server;

pub use connection::Handler;
pub use request::{HEAD_BYTES_MAX, Method, Parsed, Request, parse};
pub use response::{Body, HTML, NoStream, Piece, Response, reason};
pub use server::{CONNECTIONS_MAX, Running, serve};
