//! Reads `<meta http-equiv=refresh>` and the `Refresh` header.
//!
//! Source: the HTML standard, "Shared declarative refresh steps".

use blitz_dom::{BaseDocument, local_name};
use url::Url;

/// A document that wants to be replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refresh {
    pub(crate) after_s: u32,
    pub(crate) url: Url,
}

/// The refresh of a document: that of its header, or else that of its first such element.
pub(crate) fn of(document: &BaseDocument, header: Option<&str>, url: &Url) -> Option<Refresh> {
    let mut base = None;
    let mut contents = Vec::new();
    document.visit(|_, node| {
        let Some(element) = node.element_data() else {
            return;
        };
        let equiv = element.attr(local_name!("http-equiv")).unwrap_or("");
        if element.name.local == local_name!("base") && base.is_none() {
            base = element.attr(local_name!("href")).map(str::to_owned);
        } else if element.name.local == local_name!("meta")
            && equiv.eq_ignore_ascii_case("refresh")
            && let Some(content) = element.attr(local_name!("content"))
        {
            contents.push(content.to_owned());
        }
    });
    let base = base.and_then(|base| url.join(&base).ok());
    let base = base.as_ref().unwrap_or(url);
    let contents = contents.iter().map(String::as_str);
    let mut all = header.into_iter().chain(contents);
    all.find_map(|content| parse(content, url, base))
}

fn parse(content: &str, url: &Url, base: &Url) -> Option<Refresh> {
    let is_space = |c: char| c.is_ascii_whitespace();
    let text = content.trim_start_matches(is_space);
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = &text[..text.len() - rest.len()];
    if digits.is_empty() && !rest.starts_with('.') {
        return None;
    }
    // Only digits: what does not fit is longer than anybody waits.
    let after_s = if digits.is_empty() {
        0
    } else {
        digits.parse().unwrap_or(u32::MAX)
    };
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    if !rest.is_empty() && !rest.starts_with(|c| matches!(c, ';' | ',') || is_space(c)) {
        return None;
    }
    let rest = rest.trim_start_matches(is_space);
    let rest = rest.strip_prefix([';', ',']).unwrap_or(rest);
    let rest = rest.trim_start_matches(is_space);
    if rest.is_empty() {
        let url = url.clone();
        return Some(Refresh { after_s, url });
    }
    let url = base.join(address(rest)).ok()?;
    // No script runs, and a script is no page.
    (url.scheme() != "javascript").then_some(Refresh { after_s, url })
}

/// The address in `url = 'address'`, of which all but the address may be missing.
fn address(text: &str) -> &str {
    let is_space = |c: char| c.is_ascii_whitespace();
    let named = text
        .get(..3)
        .filter(|word| word.eq_ignore_ascii_case("url"))
        .and_then(|_| text[3..].trim_start_matches(is_space).strip_prefix('='))
        .map(|rest| rest.trim_start_matches(is_space));
    let text = match named {
        Some(rest) => rest,
        None if text.starts_with(['u', 'U']) => return text,
        None => text,
    };
    match text.strip_prefix(['\'', '"']) {
        Some(quoted) => quoted.split(&text[..1]).next().unwrap_or(quoted),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(content: &str) -> Option<(u32, String)> {
        let url = Url::parse("http://h.test/dir/page").expect("test URL");
        let refresh = parse(content, &url, &url)?;
        Some((refresh.after_s, refresh.url.into()))
    }

    #[test]
    fn a_refresh_is_read_as_the_standard_says() {
        for (content, after, path) in [
            ("5", 5, "dir/page"),
            (" 0 ; url=a", 0, "dir/a"),
            ("0;URL='b'c", 0, "dir/b"),
            ("0;url=\"b", 0, "dir/b"),
            ("3.9,/c", 3, "c"),
            (".5; url = d", 0, "dir/d"),
            ("1 uri", 1, "dir/uri"),
            ("1;'e'f", 1, "dir/e"),
            ("99999999999", u32::MAX, "dir/page"),
        ] {
            let expected = (after, format!("http://h.test/{path}"));
            assert_eq!(read(content), Some(expected), "{content:?}");
        }
        for content in [
            "",
            "x",
            "-1",
            "5x",
            "0;url=http://[",
            "0;url=javascript:x()",
        ] {
            assert_eq!(read(content), None, "{content:?}");
        }
    }
}
