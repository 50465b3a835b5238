//! What a response says it is, and whether it may be used as that.
//!
//! Source: the Fetch standard, "X-Content-Type-Options" and "Should response to request be blocked
//! due to its MIME type?"; the MIME Sniffing standard.

use data_url::mime::Mime;
use protocol::web::Destination;
use ureq::http::HeaderMap;

/// The MIME type without its parameters, in lower case; `None` if there is none.
pub fn essence(headers: &HeaderMap) -> Option<String> {
    let last = headers.get_all("content-type").iter().last()?;
    let mime: Mime = last.to_str().ok()?.parse().ok()?;
    let essence = format!("{}/{}", mime.type_, mime.subtype).to_ascii_lowercase();
    (essence != "*/*").then_some(essence)
}

/// Whether the server forbids to take it for anything else.
pub fn has_nosniff(headers: &HeaderMap) -> bool {
    let first = headers.get("x-content-type-options");
    let first = first.and_then(|value| value.to_str().ok());
    let first = first.and_then(|value| value.split(',').next());
    first.is_some_and(|value| value.trim().eq_ignore_ascii_case("nosniff"))
}

/// Whether it is the type of a script.
pub fn is_script(essence: &str) -> bool {
    matches!(
        essence,
        "application/ecmascript"
            | "application/javascript"
            | "application/x-ecmascript"
            | "application/x-javascript"
            | "text/ecmascript"
            | "text/javascript"
            | "text/javascript1.0"
            | "text/javascript1.1"
            | "text/javascript1.2"
            | "text/javascript1.3"
            | "text/javascript1.4"
            | "text/javascript1.5"
            | "text/jscript"
            | "text/livescript"
            | "text/x-ecmascript"
            | "text/x-javascript"
    )
}

/// Whether it is the type of JSON.
pub fn is_json(essence: &str) -> bool {
    matches!(essence, "application/json" | "text/json") || essence.ends_with("+json")
}

/// Whether it is the type of a document's markup. A picture of SVG is none.
pub fn is_markup(essence: &str) -> bool {
    let is_xml = matches!(essence, "text/xml" | "application/xml") || essence.ends_with("+xml");
    essence == "text/html" || is_xml && essence != "image/svg+xml"
}

/// Why the response cannot be used for that, by its type alone.
pub fn refusal(destination: Destination, headers: &HeaderMap) -> Option<String> {
    let essence = essence(headers);
    let named = essence.as_deref().unwrap_or_default();
    let has_nosniff = has_nosniff(headers);
    let is_wrong = match destination {
        Destination::Script if has_nosniff => !is_script(named),
        Destination::Script => {
            let kind = named.split('/').next().unwrap_or_default();
            matches!(kind, "image" | "audio" | "video") || named == "text/csv"
        }
        Destination::Style if has_nosniff => named != "text/css",
        _ => false,
    };
    let used = match destination {
        Destination::Script => "run as a script",
        _ => "used as a style sheet",
    };
    let why = match has_nosniff {
        true => " and strict MIME type checking (nosniff) is on",
        false => "",
    };
    is_wrong.then(|| format!("it cannot be {used}: its MIME type is '{named}'{why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    pub fn headers(content_type: &str, nosniff: bool) -> HeaderMap {
        let mut headers = HeaderMap::new();
        if !content_type.is_empty() {
            headers.insert("content-type", content_type.parse().expect("a value"));
        }
        if nosniff {
            headers.insert(
                "x-content-type-options",
                "NoSniff".parse().expect("a value"),
            );
        }
        headers
    }

    #[test]
    fn a_wrong_type_is_no_script_and_no_style_sheet() {
        use Destination::{Image, Script, Style};
        for (destination, content_type, nosniff, is_refused) in [
            (Script, "text/javascript; charset=utf-8", true, false),
            (Script, "Application/JavaScript", true, false),
            (Script, "text/plain", true, true),
            (Script, "", true, true),
            (Script, "text/plain", false, false),
            (Script, "", false, false),
            (Script, "image/png", false, true),
            (Script, "text/csv", false, true),
            (Style, "text/css", true, false),
            (Style, "text/plain", true, true),
            (Style, "text/plain", false, false),
            (Image, "text/plain", true, false),
        ] {
            let headers = headers(content_type, nosniff);
            let refusal = refusal(destination, &headers);
            assert_eq!(
                refusal.is_some(),
                is_refused,
                "{destination:?} {content_type} {nosniff}: {refusal:?}"
            );
        }
    }

    #[test]
    fn types_are_known_by_their_essence() {
        assert!(is_json("application/problem+json") && is_json("application/json"));
        assert!(is_markup("application/xhtml+xml") && is_markup("text/html"));
        assert!(!is_markup("image/svg+xml") && !is_json("text/javascript"));
        assert_eq!(
            essence(&headers("Text/HTML;x=y", false)).as_deref(),
            Some("text/html")
        );
        assert_eq!(essence(&headers("nonsense", false)), None);
    }
}
