//! Text into HTML: whatever comes from a request passes [`escape`] on its way into a page.

pub use html_escape::encode_quoted_attribute as escape;

/// A page of the site around `body`, which is trusted HTML. `title` is text.
pub fn page(title: &str, body: &str) -> String {
    let title = escape(title);
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <title>{title}</title>\n<link rel=\"stylesheet\" href=\"/style.css\">\n</head>\n<body>\n\
         <main>\n<p class=\"home\"><a href=\"/\">Demo site</a></p>\n{body}\n</main>\n</body>\n\
         </html>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_text_is_escaped() {
        assert_eq!(escape("<b a='\"'>&"), "&lt;b a=&#x27;&quot;&#x27;&gt;&amp;");
    }
}
