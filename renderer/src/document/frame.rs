//! What stands in the box of a frame that is not shown.

use crate::document::content::escape;
use url::Url;

/// Says whose page would stand here, with a link to it; nothing for what is no page of the web.
pub(crate) fn notice(url: &str) -> String {
    let host = Url::parse(url)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"));
    let Some(host) = host.as_ref().and_then(Url::host_str) else {
        return String::new();
    };
    format!(
        "<!doctype html><style>body {{ margin: 0; padding: 8px; background: #f1f3f5; color: \
         #2b3138; font: 13px/1.4 sans-serif; overflow-wrap: anywhere; }} p {{ margin: 0; }}\
         </style><p>A frame of {} is not shown: it is another site. \
         <a href=\"{}\" target=_blank>Open it in a tab</a></p>",
        escape(host),
        escape(url),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_page_of_the_web_is_named() {
        let text = notice("https://other.test/a?\"><b>");
        assert!(text.contains("A frame of other.test") && !text.contains("<b>"));
        assert_eq!(notice("about:blank"), "");
    }
}
