//! The generated pages of the site: the long one, the streamed ones, and those in odd encodings.

use crate::html::{escape, page};
use std::time::Duration;

/// A long page with a heading and an anchor for each entry of the glossary.
pub fn long() -> String {
    let terms: Vec<(&str, &str)> = TERMS
        .lines()
        .filter_map(|line| line.split_once('|'))
        .collect();
    let mut body = String::from(
        "<h1 id=\"top\">Words of ships</h1>\n<p class=\"lead\">A long page, to scroll through or \
         to jump around in: every entry has its own anchor.</p>\n<ul class=\"contents\">\n",
    );
    for (term, _) in &terms {
        body.push_str(&format!(
            "<li><a href=\"#{}\">{}</a></li>\n",
            anchor(term),
            escape(term)
        ));
    }
    body.push_str("</ul>\n");
    for (number, (term, meaning)) in terms.iter().enumerate() {
        let (next, _) = terms[(number + 1) % terms.len()];
        body.push_str(&format!(
            "<section id=\"{}\">\n<h2>{}</h2>\n<p>{}</p>\n<p class=\"note\">Entry {} of {}. Next: \
             <a href=\"#{}\">{}</a>. <a href=\"#top\">To the top</a></p>\n</section>\n",
            anchor(term),
            escape(term),
            escape(meaning),
            number + 1,
            terms.len(),
            anchor(next),
            escape(next),
        ));
    }
    page("Words of ships", &body)
}

fn anchor(term: &str) -> String {
    term.to_lowercase()
        .replace(|character: char| !character.is_ascii_alphanumeric(), "-")
}

/// A page in ISO 8859-1.
pub fn latin1() -> Vec<u8> {
    let text = "<!DOCTYPE html>\n<html lang=\"de\">\n<head><title>Grüße in Latin-1</title>\
                <link rel=\"stylesheet\" href=\"/style.css\"></head>\n<body><main>\n\
                <h1>Grüße in Latin-1</h1>\n<p>Gruß, façade, naïve, mañana, smørrebrød, ½ £ 3.</p>\n\
                <p>The bytes of this page are ISO 8859-1, as its header says.</p>\n\
                </main></body>\n</html>\n";
    text.chars()
        .map(|character| u8::try_from(character).unwrap_or(b'?'))
        .collect()
}

/// Part `index` of the page that comes slowly.
pub fn slow_piece(index: usize) -> Option<Vec<u8>> {
    let last = SLOW_PARTS;
    let text = match index {
        0 => "<!DOCTYPE html>\n<html lang=\"en\">\n<head><title>Slow</title>\n\
              <link rel=\"stylesheet\" href=\"/style.css\"></head>\n<body>\n<main>\n\
              <h1>A page that takes its time</h1>\n"
            .to_owned(),
        part if part < last => {
            format!(
                "<p>Part {part} of {}, a quarter of a second after the previous one.</p>\n",
                last - 1
            )
        }
        part if part == last => "<p>That was all.</p>\n</main>\n</body>\n</html>\n".to_owned(),
        _ => return None,
    };
    Some(text.into_bytes())
}

/// Part `index` of the page that never ends.
pub fn endless_piece(index: u64) -> Vec<u8> {
    if index == 0 {
        return "<!DOCTYPE html>\n<html lang=\"en\">\n<head><title>Endless</title>\n\
                <link rel=\"stylesheet\" href=\"/style.css\"></head>\n<body>\n<main>\n\
                <h1>A page that never ends</h1>\n<p>The stop button ends it.</p>\n"
            .into();
    }
    format!("<p>Line {index}, and there is always another.</p>\n").into_bytes()
}

/// Part `index` of the page of several megabytes.
pub fn huge_piece(index: usize) -> Option<Vec<u8>> {
    if index > HUGE_PARTS {
        return None;
    }
    let mut part = String::with_capacity(HUGE_PARAGRAPHS * (HUGE_SENTENCES + 1) * SENTENCE.len());
    if index == 0 {
        part.push_str(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head><title>Huge</title>\n\
             <link rel=\"stylesheet\" href=\"/style.css\"></head>\n<body>\n<main>\n\
             <h1>Four megabytes of HTML</h1>\n",
        );
    } else {
        part.push_str(&format!("<h2>Part {index} of {HUGE_PARTS}</h2>\n"));
        for _ in 0..HUGE_PARAGRAPHS {
            part.push_str("<p>");
            part.push_str(&SENTENCE.repeat(HUGE_SENTENCES));
            part.push_str("</p>\n");
        }
    }
    if index == HUGE_PARTS {
        part.push_str("</main>\n</body>\n</html>\n");
    }
    Some(part.into_bytes())
}

/// A page with NUL bytes and with bytes that are not UTF-8, in text, in attributes and in the
/// title.
pub const NUL: &[u8] = b"<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\">\
<title>NUL \0 bytes</title></head>\n<body>\n<h1>NUL \0 and \xff\xfe bytes</h1>\n\
<p class=\"a\0b\">Before \0\0\0 after, \xc3\x28 broken, \xed\xa0\x80 a surrogate, \
\xf8\x88 too long.</p>\n\
<\0p>\n<p>This line is still shown.</p>\n</body>\n</html>\n";
/// Pause between the parts of the slow page.
pub const SLOW_PAUSE: Duration = Duration::from_millis(250);
/// Pause between the lines of the endless page: short enough to show progress, long enough to cost
/// nothing.
pub const ENDLESS_PAUSE: Duration = Duration::from_millis(100);
/// Parts of the slow page after its head.
const SLOW_PARTS: usize = 8;
/// Parts of the huge page after its head.
const HUGE_PARTS: usize = 64;
/// Paragraphs of one part of the huge page.
const HUGE_PARAGRAPHS: usize = 16;
/// Sentences of one paragraph of the huge page.
const HUGE_SENTENCES: usize = 50;
const SENTENCE: &str =
    "Every compartment has a door, and a door that is shut keeps the water where it is. ";
/// `term|meaning` lines.
const TERMS: &str = include_str!("../site/terms.txt");
