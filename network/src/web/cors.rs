//! Whether another origin allows that a page reads its answer, and what must be asked first.
//!
//! Source: the Fetch standard, "HTTP CORS protocol". Texts as Chromium words them, since pages'
//! authors look for those.

use protocol::limits::TEXT_BYTES_MAX;
use protocol::web::{Header, is_safelisted_method, is_token};
use std::collections::BTreeSet;
use std::time::Duration;
use ureq::http::HeaderMap;

/// How long leave holds if the answer does not say.
const AGE_DEFAULT: Duration = Duration::from_secs(5);
/// The longest that it may say; Chromium's bound.
const AGE_MAX: Duration = Duration::from_secs(7_200);
/// Most names in one list of an answer.
const NAMES_MAX: usize = 256;

const ALLOW_ORIGIN: &str = "access-control-allow-origin";
const ALLOW_CREDENTIALS: &str = "access-control-allow-credentials";
const ALLOW_METHODS: &str = "access-control-allow-methods";
const ALLOW_HEADERS: &str = "access-control-allow-headers";
const ALLOW_PRIVATE: &str = "access-control-allow-private-network";

/// The names of the page's headers for which another origin has to be asked, in order.
pub fn unsafe_headers(headers: &[Header]) -> Vec<String> {
    const SAFE_BYTES_MAX: usize = 1024;
    let (mut asked, mut others, mut bytes) = (BTreeSet::new(), BTreeSet::new(), 0);
    for header in headers {
        match header.is_safelisted() {
            true => {
                bytes += header.value.len();
                others.insert(header.name.clone());
            }
            false => drop(asked.insert(header.name.clone())),
        }
    }
    if bytes > SAFE_BYTES_MAX {
        asked.extend(others);
    }
    asked.into_iter().collect()
}

/// Whether the request must not be sent to another origin before that was asked.
pub fn needs_preflight(method: &str, unsafe_headers: &[String]) -> bool {
    !is_safelisted_method(method) || !unsafe_headers.is_empty()
}

/// Whether the answer may be read by a document of `origin`; says why not.
pub fn check(headers: &HeaderMap, origin: &str, has_credentials: bool) -> Result<(), String> {
    let allowed: Vec<_> = headers.get_all(ALLOW_ORIGIN).iter().collect();
    let value = match allowed.as_slice() {
        [] => {
            return Err(
                "No 'Access-Control-Allow-Origin' header is present on the requested \
                        resource."
                    .to_owned(),
            );
        }
        [value] => String::from_utf8_lossy(value.as_bytes()).trim().to_owned(),
        _ => {
            return Err(
                "The 'Access-Control-Allow-Origin' header contains multiple values, but \
                        only one is allowed."
                    .to_owned(),
            );
        }
    };
    if value == "*" && !has_credentials {
        return Ok(());
    }
    if value == "*" {
        return Err(
            "The value of the 'Access-Control-Allow-Origin' header in the response must \
                    not be the wildcard '*' when the request's credentials mode is 'include'."
                .to_owned(),
        );
    }
    if value != origin {
        return Err(format!(
            "The 'Access-Control-Allow-Origin' header has a value '{}' that is not equal to the \
             supplied origin.",
            cut(&value)
        ));
    }
    let allows = headers.get_all(ALLOW_CREDENTIALS).iter().next();
    match has_credentials && allows.is_none_or(|value| value.as_bytes() != b"true") {
        true => Err(
            "The value of the 'Access-Control-Allow-Credentials' header in the response \
                     must be 'true' when the request's credentials mode is 'include'."
                .to_owned(),
        ),
        false => Ok(()),
    }
}

/// What the answer to a preflight allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leave {
    /// Methods; `*` for any, of a request without credentials.
    methods: BTreeSet<String>,
    /// Headers in lower case; likewise.
    headers: BTreeSet<String>,
    has_credentials: bool,
    /// For how long.
    pub age: Duration,
}

impl Leave {
    /// Reads the answer to a preflight, which has passed [`check`].
    pub fn of(answer: &HeaderMap, has_credentials: bool) -> Result<Leave, String> {
        let methods = names(answer, ALLOW_METHODS)?;
        let headers = names(answer, ALLOW_HEADERS)?;
        let age = answer.get("access-control-max-age");
        let age = age.and_then(|age| age.to_str().ok()?.trim().parse().ok());
        Ok(Leave {
            methods: methods.into_iter().collect(),
            headers: headers
                .into_iter()
                .map(|name| name.to_ascii_lowercase())
                .collect(),
            has_credentials,
            age: age.map_or(AGE_DEFAULT, Duration::from_secs).min(AGE_MAX),
        })
    }

    /// Whether that request may be sent; says why not.
    pub fn check(&self, method: &str, headers: &[String]) -> Result<(), String> {
        let any = |names: &BTreeSet<String>| !self.has_credentials && names.contains("*");
        let is_allowed = is_safelisted_method(method) || self.methods.contains(method);
        if !is_allowed && !any(&self.methods) {
            return Err(format!(
                "Method {method} is not allowed by Access-Control-Allow-Methods in preflight \
                 response."
            ));
        }
        let missing = headers.iter().find(|name| {
            let is_any = any(&self.headers) && *name != "authorization";
            !is_any && !self.headers.contains(*name)
        });
        match missing {
            Some(name) => Err(format!(
                "Request header field {name} is not allowed by Access-Control-Allow-Headers in \
                 preflight response."
            )),
            None => Ok(()),
        }
    }
}

/// Whether the answer to a preflight allows what is far away to reach what is near.
pub fn allows_private(answer: &HeaderMap) -> bool {
    let value = answer.get(ALLOW_PRIVATE);
    value.is_some_and(|value| value.as_bytes() == b"true")
}

/// The names of a list; says which header is none.
pub fn names(headers: &HeaderMap, list: &str) -> Result<Vec<String>, String> {
    let mut names = Vec::new();
    for value in headers.get_all(list) {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        let parts = value.split(',').map(str::trim);
        for name in parts.filter(|name| !name.is_empty()) {
            if !is_token(name) || names.len() >= NAMES_MAX {
                return Err(format!("Cannot parse {list} response header field."));
            }
            names.push(name.to_owned());
        }
    }
    Ok(names)
}

fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(TEXT_BYTES_MAX / 16)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use ureq::http::HeaderName;

    const ORIGIN: &str = "https://a.example";

    fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            let name: HeaderName = name.parse().expect("a name");
            headers.append(name, value.parse().expect("a value"));
        }
        headers
    }

    #[test]
    fn only_the_origin_itself_or_a_star_without_credentials_is_leave() {
        for (origin, credentials, has_credentials, is_allowed) in [
            ("*", "", false, true),
            ("*", "true", true, false),
            (ORIGIN, "", false, true),
            (ORIGIN, "", true, false),
            (ORIGIN, "True", true, false),
            (ORIGIN, "true", true, true),
            ("https://a.example/", "", false, false),
            ("https://A.example", "", false, false),
            ("https://a.example.evil", "", false, false),
            ("null", "", false, false),
            ("https://a.example, https://b.example", "", false, false),
        ] {
            let answer = headers(&[(ALLOW_ORIGIN, origin), (ALLOW_CREDENTIALS, credentials)]);
            let checked = check(&answer, ORIGIN, has_credentials);
            assert_eq!(
                checked.is_ok(),
                is_allowed,
                "{origin} {credentials}: {checked:?}"
            );
        }
        let none = check(&HeaderMap::new(), ORIGIN, false);
        assert!(
            none.expect_err("refused")
                .starts_with("No 'Access-Control-Allow-Origin'")
        );
        let twice = headers(&[(ALLOW_ORIGIN, "*"), (ALLOW_ORIGIN, ORIGIN)]);
        assert!(check(&twice, ORIGIN, false).is_err());
        assert!(check(&headers(&[(ALLOW_ORIGIN, "null")]), "null", false).is_ok());
    }

    fn leave(pairs: &[(&str, &str)], has_credentials: bool) -> Leave {
        Leave::of(&headers(pairs), has_credentials).expect("lists of tokens")
    }

    #[test]
    fn leave_names_methods_and_headers() {
        let own = ["x-own".to_owned()];
        let login = ["authorization".to_owned()];
        let some = leave(
            &[(ALLOW_METHODS, "PUT, PATCH"), (ALLOW_HEADERS, "X-Own")],
            true,
        );
        for (method, names, is_allowed) in [
            ("PUT", &own[..], true),
            ("POST", &own, true),
            ("DELETE", &own, false),
            ("patch", &own, false),
            ("PUT", &login, false),
        ] {
            let checked = some.check(method, names);
            assert_eq!(checked.is_ok(), is_allowed, "{method}: {checked:?}");
        }
        let star = [(ALLOW_METHODS, "*"), (ALLOW_HEADERS, "*")];
        assert!(leave(&star, false).check("DELETE", &own).is_ok());
        assert!(
            leave(&star, false).check("GET", &login).is_err(),
            "no star for a login"
        );
        assert!(
            leave(&star, true).check("DELETE", &[]).is_err(),
            "no star with cookies"
        );
        assert!(Leave::of(&headers(&[(ALLOW_HEADERS, "a b")]), false).is_err());
    }

    #[test]
    fn leave_ends() {
        const AGE: &str = "access-control-max-age";
        for (age, seconds) in [
            ("600", 600),
            ("1000000", 7_200),
            ("-5", 5),
            ("x", 5),
            ("0", 0),
        ] {
            assert_eq!(leave(&[(AGE, age)], false).age.as_secs(), seconds, "{age}");
        }
        assert_eq!(leave(&[], false).age, AGE_DEFAULT);
    }

    #[test]
    fn what_a_form_could_not_send_is_asked_for_first() {
        let one = |name: &str, value: &str| {
            [Header {
                name: name.to_owned(),
                value: value.to_owned(),
            }]
        };
        let json = unsafe_headers(&one("content-type", "application/json"));
        assert_eq!(json, ["content-type"]);
        assert!(needs_preflight("POST", &json));
        assert!(needs_preflight("PUT", &[]));
        let plain = unsafe_headers(&one("content-type", "text/plain"));
        assert!(!needs_preflight("POST", &plain));
    }

    #[test]
    fn private_networks_open_only_by_saying_so() {
        assert!(allows_private(&headers(&[(ALLOW_PRIVATE, "true")])));
        assert!(!allows_private(&headers(&[(ALLOW_PRIVATE, "*")])));
        assert!(!allows_private(&HeaderMap::new()));
    }
}
