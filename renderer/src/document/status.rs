//! The page in place of an answer that has a status and nothing else.

use crate::document::content::escape;

/// A page that names the status, if an empty body with it is not what it says by itself.
pub(crate) fn page(status: u16, url: &str) -> Option<String> {
    if status == 200 {
        return None;
    }
    let (name, explanation) = words(status);
    Some(format!(
        "<!doctype html><title>{status} {name}</title><style>body {{ font: 16px/1.5 sans-serif; \
         margin: 64px auto; max-width: 560px; padding: 0 24px; color: #2b3138; }} h1 {{ \
         font-size: 22px; }} code {{ font-family: monospace; overflow-wrap: anywhere; }}</style>\
         <h1>{explanation}</h1><p>The server\u{2019}s answer has the status {status} ({name}) and \
         no page.</p><p><code>{}</code></p>",
        escape(url),
    ))
}

/// The name of a status (RFC 9110, 15), and what it means to a user.
fn words(status: u16) -> (&'static str, &'static str) {
    match status {
        204 => ("No Content", "There is nothing to show"),
        205 => ("Reset Content", "There is nothing to show"),
        300..=399 => ("redirection", "The server does not say where this page is"),
        400 => ("Bad Request", "The server does not understand the request"),
        401 => ("Unauthorized", "The server wants a name and a password"),
        403 => ("Forbidden", "The server does not allow access to this page"),
        404 => ("Not Found", "There is no page at this address"),
        405 => (
            "Method Not Allowed",
            "The server does not allow this request",
        ),
        408 => (
            "Request Timeout",
            "The server waited too long for the request",
        ),
        410 => ("Gone", "This page no longer exists"),
        429 => ("Too Many Requests", "The server got too many requests"),
        451 => (
            "Unavailable For Legal Reasons",
            "The server may not show this page",
        ),
        status if status / 100 == 4 => ("client error", "The server refuses the request"),
        500 => ("Internal Server Error", "The server has failed"),
        501 => ("Not Implemented", "The server cannot do this"),
        502 => ("Bad Gateway", "A server behind this one has failed"),
        503 => ("Service Unavailable", "The server is not available now"),
        504 => (
            "Gateway Timeout",
            "A server behind this one does not respond",
        ),
        status if status / 100 == 5 => ("server error", "The server has failed"),
        _ => ("no page", "The server sent no page"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_named_in_plain_words() {
        let page = page(404, "http://h/<b>").expect("a page");
        assert!(page.contains("404 Not Found") && page.contains("no page at this address"));
        assert!(!page.contains("<b>"));
        assert_eq!(super::page(200, "http://h/"), None);
    }
}
