//! Sites: what a renderer is locked to. A site is a scheme and a registrable domain, so two hosts
//! of one owner may share a process and two owners never do.
//!
//! Source: Chromium's `docs/process_model_and_site_isolation.md`; the public suffix list by `psl`.

use crate::limits;
use crate::misbehaviour::{Misbehaviour, check_text};
use serde::{Deserialize, Serialize};
use std::fmt;
use url::{Host, Position, Url};

/// Whether a script of a document at that address may give it this other one, without loading
/// anything.
///
/// Source: the HTML standard, "can have its URL rewritten".
pub fn may_rewrite(document: &Url, target: &Url) -> bool {
    let origin = |url: &Url| {
        let (scheme, name, secret) = (url.scheme(), url.username(), url.password());
        let text = |part: &str| part.to_owned();
        let host = url.host_str().map(text);
        let credentials = (text(name), secret.map(text));
        (text(scheme), credentials, host, url.port())
    };
    if origin(document) != origin(target) {
        return false;
    }
    match document.scheme() {
        "http" | "https" => true,
        "file" => document.path() == target.path(),
        _ => document[..Position::AfterQuery] == target[..Position::AfterQuery],
    }
}

/// The unit of isolation, for instance `https://example.org`, `http://127.0.0.1:8000`,
/// `bulkhead://welcome`, `file:`. Two equal sites may share a process.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Site(String);

impl Site {
    /// The site of a committed URL. An opaque URL (`data:`) has a site of its own that holds
    /// `unique`, which the caller must never give twice.
    pub fn of(url: &Url, unique: u64) -> Site {
        let scheme = url.scheme();
        match (scheme, url.host()) {
            ("http" | "https", Some(Host::Domain(domain))) => Site::of_domain(url, domain),
            // An IP address is its own site, together with its port: on one address different
            // ports are often different owners.
            ("http" | "https", Some(host)) => Site(format!(
                "{scheme}://{host}:{}",
                url.port_or_known_default().unwrap_or(0)
            )),
            ("bulkhead", Some(host)) => Site(format!("bulkhead://{host}")),
            ("file", _) => Site("file:".to_owned()),
            _ => Site(format!("{scheme}:opaque-{unique}")),
        }
    }

    fn of_domain(url: &Url, domain: &str) -> Site {
        let scheme = url.scheme();
        let port = url.port_or_known_default().unwrap_or(0);
        let domain = domain.trim_end_matches('.');
        if domain == "localhost" || domain.ends_with(".localhost") {
            return Site(format!("{scheme}://{domain}:{port}"));
        }
        match public_suffix::registrable_domain(domain) {
            Some(registrable) => Site(format!("{scheme}://{registrable}")),
            // A bare public suffix or a single label: the host itself, with its port.
            None => Site(format!("{scheme}://{domain}:{port}")),
        }
    }

    /// The site in which the broker's error pages are shown, whatever URL failed.
    pub fn error_pages() -> Site {
        Site("bulkhead://error".to_owned())
    }

    /// Its text, for logs and for people.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its host, without scheme and port.
    pub fn host(&self) -> &str {
        let (_, host) = self.0.split_once("://").unwrap_or(("", &self.0));
        match host.rsplit_once(':') {
            // An IPv6 address has colons of its own.
            Some((name, port)) if !port.contains(']') => name,
            _ => host,
        }
    }

    /// Whether its documents come from the broker itself.
    pub fn is_builtin(&self) -> bool {
        self.0.starts_with("bulkhead://")
    }

    /// Whether its documents may fetch sub-resources over the network.
    pub fn may_fetch(&self) -> bool {
        self.0.starts_with("http://") || self.0.starts_with("https://")
    }

    pub(crate) fn check(&self) -> Result<(), Misbehaviour> {
        check_text(&self.0, limits::TEXT_BYTES_MAX)
    }
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(url: &str) -> String {
        Site::of(&Url::parse(url).expect("test URL"), 7)
            .as_str()
            .to_owned()
    }

    #[test]
    fn a_script_changes_no_more_of_an_address_than_it_may() {
        let may = |from: &str, to: &str| {
            let parse = |text: &str| Url::parse(text).expect("test URL");
            may_rewrite(&parse(from), &parse(to))
        };
        assert!(may("https://a.test/x", "https://a.test/y?z#w"));
        assert!(may("file:///a/b.html", "file:///a/b.html?x#y"));
        assert!(may("data:text/html,x", "data:text/html,x#y"));
        for (from, to) in [
            ("https://a.test/", "http://a.test/"),
            ("https://a.test/", "https://b.test/"),
            ("https://a.test/", "https://a.test:444/"),
            ("https://a.test/", "https://u:p@a.test/"),
            ("https://a.test/", "bulkhead://welcome"),
            ("file:///a/b.html", "file:///etc/passwd"),
            ("data:text/html,x", "data:text/html,y"),
            ("bulkhead://crashes", "bulkhead://crashes?x"),
        ] {
            assert!(!may(from, to), "{from} to {to}");
        }
    }

    #[test]
    fn a_host_is_named_without_scheme_and_port() {
        for (url, host) in [
            ("https://a.example.org:8443/x", "example.org"),
            ("http://127.0.0.1:8000/", "127.0.0.1"),
            ("http://[::1]:8000/", "[::1]"),
            ("http://localhost/", "localhost"),
            ("bulkhead://welcome", "welcome"),
        ] {
            let site = Site::of(&Url::parse(url).expect("test URL"), 0);
            assert_eq!(site.host(), host);
        }
    }

    #[test]
    fn hosts_of_one_registrable_domain_share_a_site() {
        assert_eq!(
            site("https://a.example.co.uk/x"),
            site("https://b.c.example.co.uk:8443/y")
        );
    }

    #[test]
    fn schemes_and_public_suffixes_separate() {
        assert_ne!(site("http://example.org/"), site("https://example.org/"));
        assert_ne!(
            site("https://one.github.io/"),
            site("https://two.github.io/")
        );
        assert_ne!(site("https://one.co.uk/"), site("https://two.co.uk/"));
    }

    #[test]
    fn addresses_and_localhost_are_separated_by_port() {
        assert_ne!(site("http://127.0.0.1:1/"), site("http://127.0.0.1:2/"));
        assert_ne!(site("http://[::1]:1/"), site("http://[::1]:2/"));
        assert_ne!(site("http://localhost:1/"), site("http://localhost:2/"));
        assert_ne!(site("http://127.0.0.1:1/"), site("http://localhost:1/"));
    }

    #[test]
    fn a_trailing_dot_makes_no_other_site() {
        assert_eq!(site("https://example.org./"), site("https://example.org/"));
    }

    #[test]
    fn opaque_urls_are_alone() {
        let url = Url::parse("data:text/html,hi").expect("test URL");
        assert_ne!(Site::of(&url, 1), Site::of(&url, 2));
    }
}
