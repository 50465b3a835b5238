//! The Web's rules for what a page may fetch: pure functions, without a connection in sight.
//!
//! Trusts: neither pages nor servers. Never: decides by anything that a renderer says of itself
//! beyond its document's address, which lies within the site of its channel.

pub mod about;
pub mod answer;
pub mod cors;
pub mod orb;
pub mod origin;
pub mod preflights;
pub mod spaces;
pub mod types;
