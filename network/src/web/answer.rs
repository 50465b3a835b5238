//! Which headers of a response a script sees.
//!
//! Source: the Fetch standard, "Basic filtered response" and "CORS filtered response".

use crate::web::cors;
use protocol::limits::RESPONSE_HEADER_BYTES_MAX;
use protocol::web::Header;
use ureq::http::HeaderMap;

/// Those of the document's own origin: all but the cookies.
pub fn basic(headers: &HeaderMap) -> Vec<Header> {
    listed(headers, |name| !is_of_cookies(name))
}

/// Those of another origin that allows that its answer is read: a few, and what it exposes.
pub fn cors(headers: &HeaderMap, has_credentials: bool) -> Vec<Header> {
    let exposed = cors::names(headers, "access-control-expose-headers").unwrap_or_default();
    let exposes_all = !has_credentials && exposed.iter().any(|name| name == "*");
    let is_exposed = |name: &str| {
        exposes_all
            || matches!(
                name,
                "cache-control"
                    | "content-language"
                    | "content-length"
                    | "content-type"
                    | "expires"
                    | "last-modified"
                    | "pragma"
            )
            || exposed
                .iter()
                .any(|exposed| exposed.eq_ignore_ascii_case(name))
    };
    listed(headers, |name| !is_of_cookies(name) && is_exposed(name))
}

fn is_of_cookies(name: &str) -> bool {
    matches!(name, "set-cookie" | "set-cookie2")
}

/// Those that are meant, as many as fit; characters each stand for a byte.
pub fn listed(headers: &HeaderMap, is_meant: impl Fn(&str) -> bool) -> Vec<Header> {
    let mut left = RESPONSE_HEADER_BYTES_MAX / 2;
    let mut seen = Vec::new();
    for (name, value) in headers {
        let name = name.as_str();
        let bytes = name.len() + value.len();
        if !is_meant(name) || bytes > left {
            continue;
        }
        left -= bytes;
        seen.push(Header {
            name: name.to_owned(),
            value: value.as_bytes().iter().map(|byte| *byte as char).collect(),
        });
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;
    use ureq::http::HeaderName;

    fn names(headers: &[Header]) -> Vec<&str> {
        headers.iter().map(|header| &*header.name).collect()
    }

    fn headers(exposed: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("content-type", "text/plain"),
            ("set-cookie", "secret=1"),
            ("set-cookie2", "secret=1"),
            ("x-own", "1"),
            ("x-other", "2"),
            ("access-control-expose-headers", exposed),
        ] {
            let name: HeaderName = name.parse().expect("a name");
            headers.append(name, value.parse().expect("a value"));
        }
        headers
    }

    #[test]
    fn no_script_sees_cookies() {
        let own = basic(&headers(""));
        assert!(names(&own).contains(&"x-own") && !names(&own).contains(&"set-cookie"));
        let exposed = cors(&headers("set-cookie, Set-Cookie2, *"), false);
        assert!(
            !names(&exposed)
                .iter()
                .any(|name| name.starts_with("set-cookie"))
        );
    }

    #[test]
    fn another_origin_says_what_is_seen() {
        assert_eq!(names(&cors(&headers(""), false)), ["content-type"]);
        let some = cors(&headers("X-Own"), false);
        assert_eq!(names(&some), ["content-type", "x-own"]);
        assert_eq!(names(&cors(&headers("*"), true)), ["content-type"]);
        assert!(names(&cors(&headers("*"), false)).contains(&"x-other"));
    }

    #[test]
    fn headers_beyond_the_bound_are_left_out() {
        let mut many = HeaderMap::new();
        many.insert(
            "x-large",
            "x".repeat(RESPONSE_HEADER_BYTES_MAX)
                .parse()
                .expect("a value"),
        );
        many.insert("x-small", "x".parse().expect("a value"));
        assert_eq!(names(&basic(&many)), ["x-small"]);
    }
}
