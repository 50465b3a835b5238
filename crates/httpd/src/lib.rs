//! A small HTTP/1.1 server: one thread, bounded connections, bodies in full, cut or streamed.
#![forbid(unsafe_code)]

mod connection;
mod request;
mod response;
mod server;

pub use connection::Handler;
pub use request::{HEAD_BYTES_MAX, Method, Request};
pub use response::{Body, HTML, Piece, Response, reason};
pub use server::{CONNECTIONS_MAX, Running, serve};
