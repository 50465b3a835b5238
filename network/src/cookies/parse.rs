//! One `Set-Cookie` header, or what a script assigns to `document.cookie`: what is kept of it.

use crate::web::origin::is_trustworthy;
use cookie::{Cookie, SameSite};
use std::time::{Duration, SystemTime};
use url::{Host, Url};

/// Most bytes of a name and a value.
const BYTES_MAX: usize = 4_096;
/// Most bytes of an attribute's value; a longer one is ignored.
const ATTRIBUTE_BYTES_MAX: usize = 1_024;
/// The longest that a cookie is kept.
const AGE_MAX: Duration = Duration::from_secs(400 * 24 * 60 * 60);

/// Which requests from elsewhere a cookie goes with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Same {
    /// All of them.
    None,
    /// Navigations. What a cookie says that says nothing.
    Lax,
    /// None.
    Strict,
}

/// A cookie, checked against the address that it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub name: String,
    pub value: String,
    /// In lower case, without a dot at its start.
    pub domain: String,
    /// Whether it is for that very host.
    pub is_host_only: bool,
    pub path: String,
    pub is_secure: bool,
    pub is_http_only: bool,
    pub same: Same,
    /// None: it is kept to the end of the run.
    pub until: Option<SystemTime>,
}

/// Reads a cookie that came from `url`; `None` if it is none that may be kept.
pub fn parse(text: &str, url: &Url, now: SystemTime) -> Option<Kept> {
    let is_control = |c: char| c.is_control() && c != '\t';
    if text.chars().any(is_control) {
        return None;
    }
    let text = text.trim();
    // The library refuses a cookie without a name, which the Web has.
    let pair = text.split(';').next().unwrap_or_default();
    let named = match pair.contains('=') {
        true => text.to_owned(),
        false => format!("={text}"),
    };
    let (name, value) = split(&named);
    if name.is_empty() && value.is_empty() || name.len() + value.len() > BYTES_MAX {
        return None;
    }
    let attributes = named.split_once(';').map_or("", |(_, rest)| rest);
    let attributes: Vec<&str> = attributes
        .split(';')
        .filter(|attribute| attribute.len() <= ATTRIBUTE_BYTES_MAX)
        .collect();
    let read = Cookie::parse(format!("x=x;{}", attributes.join(";"))).ok()?;
    let (domain, is_host_only) = domain(read.domain(), url)?;
    let path = read.path().filter(|path| path.starts_with('/'));
    let kept = Kept {
        domain,
        is_host_only,
        path: path.map_or_else(|| default_path(url), str::to_owned),
        is_secure: read.secure().unwrap_or(false),
        is_http_only: read.http_only().unwrap_or(false),
        same: match read.same_site() {
            Some(SameSite::None) => Same::None,
            Some(SameSite::Strict) => Same::Strict,
            Some(SameSite::Lax) | None => Same::Lax,
        },
        until: until(&read, now),
        name,
        value,
    };
    is_allowed(&kept, url).then_some(kept)
}

fn split(text: &str) -> (String, String) {
    let pair = text.split(';').next().unwrap_or_default();
    let (name, value) = pair.split_once('=').unwrap_or(("", pair));
    (name.trim().to_owned(), value.trim().to_owned())
}

/// For which hosts it is, and whether for one alone. `None`: not for those that it names.
fn domain(given: Option<&str>, url: &Url) -> Option<(String, bool)> {
    let host = url.host_str()?.trim_end_matches('.').to_ascii_lowercase();
    let given = given.map(|given| given.trim_start_matches('.').to_ascii_lowercase());
    let is_name = matches!(url.host(), Some(Host::Domain(_)));
    // A host that names itself is open to those below it, unless all the world is.
    let names_itself = is_name
        && given.as_deref() == Some(&*host)
        && public_suffix::registrable_domain(&host).is_some();
    let Some(given) = given.filter(|given| !given.is_empty() && *given != host) else {
        return Some((host, !names_itself));
    };
    let is_of_host = is_name
        && is_subdomain(&host, &given)
        && public_suffix::registrable_domain(&given).is_some();
    is_of_host.then_some((given, false))
}

/// Whether `host` lies below `domain`.
pub fn is_subdomain(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain)
        .is_some_and(|rest| rest.ends_with('.'))
}

/// The folder of the address.
fn default_path(url: &Url) -> String {
    let path = url.path();
    match path.rfind('/') {
        Some(0) | None => "/".to_owned(),
        Some(at) => path[..at].to_owned(),
    }
}

fn until(read: &Cookie<'_>, now: SystemTime) -> Option<SystemTime> {
    if let Some(age) = read.max_age() {
        let age = Duration::try_from(age).unwrap_or(Duration::ZERO);
        return Some(now + age.min(AGE_MAX));
    }
    let until = SystemTime::from(read.expires_datetime()?);
    Some(until.min(now + AGE_MAX))
}

/// What the cookie itself demands of where it comes from.
fn is_allowed(kept: &Kept, url: &Url) -> bool {
    if kept.is_secure && !is_trustworthy(url) || kept.same == Same::None && !kept.is_secure {
        return false;
    }
    let is_of_host = kept.is_secure && kept.is_host_only && kept.path == "/";
    let begins = |prefix: &str| {
        let start = match kept.name.is_empty() {
            true => kept.value.get(..prefix.len()),
            false => kept.name.get(..prefix.len()),
        };
        start.is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    match (begins("__Secure-"), begins("__Host-")) {
        // One without a name could be taken for one with such a name.
        (true, _) | (_, true) if kept.name.is_empty() => false,
        (true, _) => kept.is_secure,
        (_, true) => is_of_host,
        (false, false) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(text: &str, url: &str) -> Option<Kept> {
        let url = Url::parse(url).expect("test URL");
        parse(text, &url, SystemTime::UNIX_EPOCH)
    }

    const HOME: &str = "https://www.example.co.uk/a/b?c";

    #[test]
    fn a_cookie_says_for_whom_it_is() {
        for (text, domain, is_host_only, path) in [
            ("a=b", "www.example.co.uk", true, "/a"),
            ("a=b; Domain=www.example.co.uk", "www.example.co.uk", false, "/a"),
            ("a=b; Domain=", "www.example.co.uk", true, "/a"),
            ("a=b; Domain=.Example.co.uk; Path=/x", "example.co.uk", false, "/x"),
            ("a=b; path=x", "www.example.co.uk", true, "/a"),
        ] {
            let kept = kept(text, HOME).expect("a cookie");
            assert_eq!(
                (&*kept.domain, kept.is_host_only, &*kept.path),
                (domain, is_host_only, path),
                "{text}"
            );
        }
        for text in [
            "a=b; Domain=co.uk",
            "a=b; Domain=uk",
            "a=b; Domain=other.co.uk",
            "a=b; Domain=sub.www.example.co.uk",
            "a=b; Domain=ample.co.uk",
        ] {
            assert_eq!(kept(text, HOME), None, "{text}");
        }
        assert_eq!(kept("a=b; Domain=0.0.1", "http://127.0.0.1/"), None);
        assert_eq!(kept("a=b; Domain=github.io", "https://one.github.io/"), None);
    }

    #[test]
    fn a_cookie_says_how_it_is_kept() {
        let full = kept("a=\"b=c\"; Secure; HttpOnly; SameSite=Strict; Max-Age=60; x=y", HOME);
        let full = full.expect("a cookie");
        assert_eq!((&*full.name, &*full.value), ("a", "\"b=c\""));
        assert!(full.is_secure && full.is_http_only && full.same == Same::Strict);
        let in_a_minute = SystemTime::UNIX_EPOCH + Duration::from_secs(60);
        assert_eq!(full.until, Some(in_a_minute));
        let plain = kept("a=b", HOME).expect("a cookie");
        assert_eq!((plain.same, plain.until), (Same::Lax, None));
        let odd = kept("a=b; SameSite=odd", HOME).expect("a cookie");
        assert_eq!(odd.same, Same::Lax);
        let dated = kept("a=b; Expires=Thu, 01 Jan 1970 00:02:00 GMT", HOME).expect("a cookie");
        let later = SystemTime::UNIX_EPOCH + Duration::from_secs(120);
        assert_eq!(dated.until, Some(later));
        let ended = kept("a=b; Max-Age=-1; Expires=Thu, 01 Jan 1970 00:02:00 GMT", HOME);
        assert_eq!(ended.expect("a cookie").until, Some(SystemTime::UNIX_EPOCH));
        let long = kept("a=b; Max-Age=999999999999", HOME).expect("a cookie");
        assert_eq!(long.until, Some(SystemTime::UNIX_EPOCH + AGE_MAX));
        let nameless = kept("just a value", HOME).expect("a cookie");
        assert_eq!((&*nameless.name, &*nameless.value), ("", "just a value"));
    }

    #[test]
    fn what_a_cookie_demands_must_hold() {
        for (text, url, is_kept) in [
            ("a=b; Secure", "http://example.org/", false),
            ("a=b; Secure", "http://localhost/", true),
            ("a=b; SameSite=None", HOME, false),
            ("a=b; SameSite=None; Secure", HOME, true),
            ("__Secure-a=b", HOME, false),
            ("__secure-a=b; Secure", HOME, true),
            ("__Host-a=b; Secure; Path=/", HOME, true),
            ("__Host-a=b; Secure", HOME, false),
            ("__Host-a=b; Secure; Path=/; Domain=example.co.uk", HOME, false),
            ("=__Host-a=b; Secure; Path=/", HOME, false),
            ("a=b\u{1}", HOME, false),
            ("", HOME, false),
            ("=", HOME, false),
        ] {
            assert_eq!(kept(text, url).is_some(), is_kept, "{text} {url}");
        }
        let long = format!("a={}", "b".repeat(BYTES_MAX));
        assert_eq!(kept(&long, HOME), None);
    }
}
