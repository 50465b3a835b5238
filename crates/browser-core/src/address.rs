//! Turns what a user types into the address bar into a URL.

use protocol::error::LoadError;
use protocol::limits::URL_BYTES_MAX;
use url::Url;

/// What the address of a page's source begins with.
pub(crate) const VIEW_SOURCE: &str = "view-source:";

/// Whether that is the address of the empty page.
pub fn is_blank(url: &Url) -> bool {
    url.scheme() == "about" && url.path() == "blank"
}

/// The URL whose source an address shows; `None` for the address of a page.
pub fn source_of(url: &str) -> Option<&str> {
    url.strip_prefix(VIEW_SOURCE)
}

/// The address of a page's source.
pub(crate) fn of_source(page: &Url) -> Result<Url, LoadError> {
    let source = Url::parse(&format!("{VIEW_SOURCE}{page}"));
    let source = source
        .ok()
        .filter(|url| url.as_str().len() <= URL_BYTES_MAX);
    source.ok_or_else(|| LoadError::InvalidUrl {
        reason: "the address is too long".to_owned(),
    })
}

/// The URL that a typed address means: a full URL, or a host with or without port and path (then
/// `https`, or `http` for localhost and addresses), or an absolute path (`file:`). A word without a
/// dot is not an address: the error says that Bulkhead is not a search engine.
pub fn parse(text: &str) -> Result<Url, LoadError> {
    let text = text.trim();
    let invalid = |reason: &str| LoadError::InvalidUrl {
        reason: reason.to_owned(),
    };
    if text.is_empty() {
        return Err(invalid("the address is empty"));
    }
    if text.len() > URL_BYTES_MAX / 3 {
        return Err(invalid("the address is too long"));
    }
    if let Some(page) = source_of(text) {
        if source_of(page.trim_start()).is_some() {
            return Err(invalid("it asks for the source of a source"));
        }
        return of_source(&parse(page)?);
    }
    if text.starts_with('/') {
        return Url::from_file_path(text).map_err(|()| invalid("the path is not valid"));
    }
    if has_scheme(text) {
        let url = Url::parse(text).map_err(|e| invalid(&e.to_string()))?;
        return match url.scheme() {
            "http" | "https" | "file" | "data" | "bulkhead" => Ok(url),
            _ if is_blank(&url) => Ok(url),
            scheme => Err(LoadError::UnsupportedScheme {
                scheme: scheme.to_owned(),
            }),
        };
    }
    let host = text.split(['/', '?', '#']).next().unwrap_or("");
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    if text.contains(char::is_whitespace) {
        return Err(invalid(
            "it has spaces, and Bulkhead is not a search engine: type an address such as \
             example.org",
        ));
    }
    let is_local = name == "localhost" || name.ends_with(".localhost");
    if !name.contains('.') && !is_local && !name.starts_with('[') {
        return Err(invalid(&format!(
            "{name:?} has no dot, and Bulkhead is not a search engine: type an address such as \
             example.org, or http://{name}/ for a host with that name"
        )));
    }
    let is_address = name.starts_with('[') || name.parse::<std::net::Ipv4Addr>().is_ok();
    let scheme = if is_local || is_address {
        "http"
    } else {
        "https"
    };
    Url::parse(&format!("{scheme}://{text}")).map_err(|e| invalid(&e.to_string()))
}

/// Whether the text starts with a scheme rather than with `host:port`.
fn has_scheme(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    let is_port = rest.starts_with(|c: char| c.is_ascii_digit())
        && (scheme.contains('.') || scheme == "localhost");
    is_scheme && !is_port
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> String {
        parse(text).map_or_else(|e| e.code().to_owned(), String::from)
    }

    #[test]
    fn what_has_no_scheme_gets_the_likely_one() {
        assert_eq!(parsed("example.org"), "https://example.org/");
        assert_eq!(parsed(" example.org:81/a?b "), "https://example.org:81/a?b");
        assert_eq!(parsed("localhost:8000/x"), "http://localhost:8000/x");
        assert_eq!(parsed("127.0.0.1:8000"), "http://127.0.0.1:8000/");
        assert_eq!(parsed("[::1]:80/"), "http://[::1]/");
        assert_eq!(parsed("/etc/hostname"), "file:///etc/hostname");
    }

    #[test]
    fn words_and_sentences_are_no_addresses() {
        for text in ["", "word", "two words", "a.b c", "http://", "http://a b/"] {
            assert_eq!(parsed(text), "INVALID_URL", "{text:?}");
        }
    }

    #[test]
    fn the_source_of_a_page_has_an_address() {
        let source = "view-source:https://example.org/a?b";
        assert_eq!(parsed("view-source:example.org/a?b"), source);
        assert_eq!(parsed(source), source);
        assert_eq!(source_of(source), Some("https://example.org/a?b"));
        assert_eq!(
            parsed("view-source:/etc/hostname"),
            "view-source:file:///etc/hostname"
        );
        assert_eq!(parsed("view-source:view-source:a.b"), "INVALID_URL");
        assert_eq!(
            parsed("view-source:javascript:alert(1)"),
            "UNSUPPORTED_SCHEME"
        );
    }

    #[test]
    fn foreign_schemes_are_refused() {
        assert_eq!(parsed("gopher://example.org/"), "UNSUPPORTED_SCHEME");
        assert_eq!(parsed("javascript:alert(1)"), "UNSUPPORTED_SCHEME");
    }
}
