//! Cookies: in memory, for one run of the browser, apart for each site that is shown.
//!
//! Owns: all cookies. Trusts: neither servers nor renderers. Never: gives a cookie to another place
//! than it is for, or one that is `HttpOnly` to a renderer; or uses in a page of one site what was
//! kept for another.
//!
//! Source: RFC 6265bis (draft 15), sections 5.4 to 5.8. Cookies are apart by the site at the top of
//! the tab, scheme and all, which no standard demands: see the decision.

mod jar;
mod parse;

pub use jar::{By, Jar};
