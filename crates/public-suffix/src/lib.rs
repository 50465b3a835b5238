//! The registrable domain of a host name, by the public suffix list.
//!
//! Owns: the one call into `psl`, whose whole list is generic code that each calling crate compiles
//! anew, for more than a minute. Here it is compiled once, and no change of another crate repeats
//! it. Trusts: nobody. Never: looks anything up at run time.
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
