//! Tests of what clients see, with a broker and documents that are made up.

mod bad_input;
mod contexts;
mod documents;
mod log;
mod looks;
mod rig;
mod screencast;
mod sockets;
mod table;
mod targets;
mod traffic;
