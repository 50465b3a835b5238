//! Text into HTML and form data into text.
//!
//! Owns: escaping. Trusts: nobody; whatever comes from a request passes [`escape`] on its way into
//! a page. Never: builds markup out of unescaped input.

/// Escapes text for element content and quoted attribute values.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

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

/// The fields of a query as a form sends them (`application/x-www-form-urlencoded`), decoded.
pub fn form_fields(query: &str) -> Vec<(String, String)> {
    query
        .split('&')
        .filter(|field| !field.is_empty())
        .map(|field| {
            let (name, value) = field.split_once('=').unwrap_or((field, ""));
            (form_decode(name), form_decode(value))
        })
        .collect()
}

fn form_decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = |index: usize| {
            bytes
                .get(index)
                .and_then(|byte| (*byte as char).to_digit(16))
        };
        match (bytes[at], hex(at + 1), hex(at + 2)) {
            (b'+', ..) => decoded.push(b' '),
            (b'%', Some(high), Some(low)) => {
                decoded.push((high * 16 + low) as u8);
                at += 2;
            }
            (byte, ..) => decoded.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_text_is_escaped() {
        assert_eq!(escape("<b a='\"'>&"), "&lt;b a=&#39;&quot;&#39;&gt;&amp;");
    }

    #[test]
    fn form_data_is_decoded_and_damage_is_kept_as_text() {
        assert_eq!(
            form_fields("a=1+2&b=%C3%BC&&c&d=100%&e=%zz&f=%ff"),
            [
                ("a", "1 2"),
                ("b", "ü"),
                ("c", ""),
                ("d", "100%"),
                ("e", "%zz"),
                ("f", "\u{fffd}")
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
    }
}
