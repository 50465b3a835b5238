//! The page that is shown in place of one that cannot be loaded.

use crate::pages::template::render;
use askama::Template;
use protocol::error::LoadError;

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    code: &'a str,
    explanation: &'a str,
    url: &'a str,
    advice: &'a str,
}

/// The error page for that URL.
pub fn error_page(url: &str, error: &LoadError) -> String {
    render(&ErrorPage {
        code: error.code(),
        explanation: &error.to_string(),
        url,
        advice: advice(error),
    })
}

/// What the user can do about the error.
fn advice(error: &LoadError) -> &'static str {
    match error {
        LoadError::HostNotFound { .. } => "Check the spelling of the name.",
        LoadError::Resolver { .. } => {
            "Check the network connection and the name servers in /etc/resolv.conf."
        }
        LoadError::ConnectionRefused { .. } => "Check the port, and whether the server is running.",
        LoadError::ConnectionReset { .. }
        | LoadError::TimedOut { .. }
        | LoadError::BodyCutShort { .. }
        | LoadError::CutInChunk { .. }
        | LoadError::Transport { .. } => "Try again. If the error stays, the server has a problem.",
        LoadError::Tls { .. } => {
            "Nothing was sent to the server. If your own authority signed its certificate, start \
             Bulkhead with --ca-file."
        }
        LoadError::RedirectLoop
        | LoadError::TooManyRedirects { .. }
        | LoadError::InvalidResponse { .. }
        | LoadError::Blocked { .. }
        | LoadError::BodyTooLarge { .. } => "Only the site's owner can fix this.",
        LoadError::File { .. } => "Check the path and its permissions.",
        LoadError::InvalidUrl { .. }
        | LoadError::UnsupportedScheme { .. }
        | LoadError::NoSuchPage { .. } => "Type another address.",
        LoadError::UnsupportedContent { .. } => "Open this address with another program.",
        LoadError::Refused { .. } => "If you want to open it, type it into the address bar.",
        LoadError::Disconnected | LoadError::FailedByClient => {
            "Whoever drives this browser by the devtools protocol can let it through."
        }
        LoadError::NetworkProcessDied | LoadError::Offline | LoadError::Process { .. } => {
            "Reload the page to try again."
        }
        LoadError::Cancelled => "Reload the page to load it.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_pages_escape_what_a_url_smuggles_in() {
        let page = error_page(
            "http://x/<script>\"'",
            &LoadError::HostNotFound {
                host: "<b>x</b>".to_owned(),
            },
        );
        assert!(
            !page.contains("<script>") && !page.contains("<b>x"),
            "{page}"
        );
        assert!(
            page.contains("HOST_NOT_FOUND") && page.contains("&#60;b&#62;x"),
            "{page}"
        );
    }

    #[test]
    fn what_looks_like_a_placeholder_stays_text() {
        let page = error_page("http://x/{{ code }}{% raw %}", &LoadError::Cancelled);
        assert!(page.contains("http://x/{{ code }}{% raw %}"), "{page}");
        assert_eq!(page.matches("{{").count(), 1, "{page}");
    }
}
