//! The registrable domain of a host name, by the public suffix list.
//!
//! ```
//! use public_suffix::registrable_domain;
//!
//! assert_eq!(registrable_domain("forums.example.co.uk"), Some("example.co.uk"));
//! assert_eq!(registrable_domain("co.uk"), None);
//! ```
//!
//! The list is part of the program. `psl` holds it as generic code, which every crate that calls it
//! compiles anew, for more than a minute. This crate exists so that it is compiled only once.
#![forbid(unsafe_code)]

/// The registrable domain ("eTLD+1") of `host`: `example.co.uk` for `a.b.example.co.uk`; `None` for
/// a bare public suffix. Source: <https://publicsuffix.org/list/>.
pub fn registrable_domain(host: &str) -> Option<&str> {
    psl::domain_str(host)
}

#[cfg(test)]
mod tests {
    use super::registrable_domain;

    #[test]
    fn a_bare_public_suffix_has_no_registrable_domain() {
        assert_eq!(registrable_domain("co.uk"), None);
        assert_eq!(
            registrable_domain("a.b.example.co.uk"),
            Some("example.co.uk")
        );
    }
}
