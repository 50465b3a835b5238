//! Origins, and which of them are safe from whoever listens on the way.
//!
//! Source: the HTML standard, "Origin"; Secure Contexts, "Is origin potentially trustworthy?";
//! Mixed Content, section 4.

use protocol::site::Site;
use std::net::IpAddr;
use url::{Host, Url};

/// The document that fetches are for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Initiator {
    /// Its address, without fragment and credentials.
    pub url: Url,
    /// Its origin, as headers name it.
    pub origin: String,
    /// The site of its channel.
    pub site: Site,
}

impl Initiator {
    /// The document at `url` if that is an address of the site.
    pub fn new(url: &str, site: &Site) -> Option<Initiator> {
        let mut url = Url::parse(url).ok()?;
        if !site.may_fetch() || Site::of(&url, 0) != *site {
            return None;
        }
        url.set_fragment(None);
        // Neither fails for http and https.
        let _ = url.set_username("");
        let _ = url.set_password(None);
        Some(Initiator {
            origin: origin_of(&url),
            url,
            site: site.clone(),
        })
    }

    /// Whether that address is of the same origin.
    pub fn is_same_origin(&self, url: &Url) -> bool {
        self.origin == origin_of(url)
    }

    /// Whether that address is of the same site.
    pub fn is_same_site(&self, url: &Url) -> bool {
        self.site == Site::of(url, 0)
    }

    /// Whether the document came over a connection that nobody could change.
    pub fn is_secure(&self) -> bool {
        is_trustworthy(&self.url)
    }
}

/// The origin of an http or https address, as headers name it.
pub fn origin_of(url: &Url) -> String {
    url.origin().ascii_serialization()
}

/// Whether nobody on the way can read or change what is sent there.
pub fn is_trustworthy(url: &Url) -> bool {
    url.scheme() == "https" || is_loopback(url)
}

/// Whether it is this very machine, whatever a name server says.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => is_localhost(name),
        None => false,
    }
}

/// The names that the resolver itself answers.
pub fn is_localhost(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    name == "localhost" || name.ends_with(".localhost")
}

/// The address that stands in a URL instead of a name.
pub fn literal(url: &Url) -> Option<IpAddr> {
    match url.host()? {
        Host::Ipv4(address) => Some(address.into()),
        Host::Ipv6(address) => Some(address.into()),
        Host::Domain(_) => None,
    }
}

/// Whether a page that came safely must not fetch that.
pub fn is_mixed(initiator: &Initiator, url: &Url) -> bool {
    initiator.url.scheme() == "https" && !is_trustworthy(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).expect("test URL")
    }

    fn initiator(at: &str) -> Initiator {
        Initiator::new(at, &Site::of(&url(at), 0)).expect("its own site")
    }

    #[test]
    fn a_document_outside_of_its_site_is_none() {
        let site = Site::of(&url("https://a.example.org/"), 0);
        for lie in [
            "https://example.com/",
            "http://a.example.org/",
            "https://example.org.evil.example/",
            "file:///etc/passwd",
            "data:text/html,x",
            "no url",
        ] {
            assert_eq!(Initiator::new(lie, &site), None, "{lie}");
        }
        let document = Initiator::new("https://u:p@b.example.org:8443/x?y#z", &site);
        let document = document.expect("the same site");
        assert_eq!(document.url.as_str(), "https://b.example.org:8443/x?y");
        assert_eq!(document.origin, "https://b.example.org:8443");
        let builtin = Site::of(&url("bulkhead://welcome"), 0);
        assert_eq!(Initiator::new("bulkhead://welcome", &builtin), None);
    }

    #[test]
    fn origins_are_scheme_host_and_port() {
        let document = initiator("https://www.example.org/a");
        assert!(document.is_same_origin(&url("https://www.example.org:443/b")));
        for other in [
            "https://example.org/",
            "http://www.example.org/",
            "https://www.example.org:8443/",
        ] {
            assert!(!document.is_same_origin(&url(other)), "{other}");
        }
        assert!(document.is_same_site(&url("https://cdn.example.org/")));
        assert!(!document.is_same_site(&url("https://example.com/")));
    }

    #[test]
    fn a_safe_page_fetches_nothing_over_an_open_line() {
        let (safe, open) = (
            initiator("https://example.org/"),
            initiator("http://example.org/"),
        );
        for (target, is_refused) in [
            ("http://example.org/", true),
            ("http://192.168.1.1/", true),
            ("https://example.com/", false),
            ("http://127.0.0.1:8000/", false),
            ("http://[::1]/", false),
            ("http://localhost/", false),
            ("http://app.localhost/", false),
            ("http://localhost.example.org/", true),
        ] {
            assert_eq!(is_mixed(&safe, &url(target)), is_refused, "{target}");
            assert!(!is_mixed(&open, &url(target)), "{target}");
        }
    }
}
