//! `bulkhead://book`: the chapters of `docs/book`, which are made into HTML when Bulkhead is built.
//!
//! Trusts: those chapters. They are our own, and no value is filled into them.

use super::template::render;
use askama::Template;
use protocol::error::LoadError;

/// A chapter, as `build.rs` writes it down.
struct Chapter {
    /// The last part of its address.
    name: &'static str,
    title: &'static str,
    html: &'static str,
}

/// All of them, in their order.
const CHAPTERS: &[Chapter] = include!(concat!(env!("OUT_DIR"), "/book.rs"));

#[derive(Template)]
#[template(path = "book.html")]
struct Book {
    here: &'static str,
    chapters: &'static [Chapter],
    chapter: &'static Chapter,
}

/// The page of that path under `bulkhead://book`.
///
/// # Errors
/// There is no chapter of that name.
pub(super) fn build(path: &str) -> Result<String, LoadError> {
    let found = CHAPTERS.iter().find(|chapter| chapter.name == path);
    let chapter = found.ok_or_else(|| LoadError::NoSuchPage {
        name: format!("book/{path}"),
    })?;
    Ok(render(&Book {
        here: "book",
        chapters: CHAPTERS,
        chapter,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_chapter_is_a_page_that_leads_to_the_next_one() {
        for pair in CHAPTERS.windows(2) {
            let page = build(pair[0].name).expect("a chapter");
            assert!(page.contains("<h1>"), "{page}");
            let link = format!("href=\"bulkhead://book/{}\">Next: ", pair[1].name);
            assert!(page.contains(&link), "no {link}");
            assert!(page.ends_with("</html>"));
        }
    }

    #[test]
    fn no_link_leads_to_a_file() {
        for chapter in CHAPTERS {
            assert!(!chapter.html.contains(".md\""), "{}", chapter.name);
            assert!(!chapter.html.contains("<img"), "{}", chapter.name);
        }
    }

    #[test]
    fn a_chapter_that_does_not_exist_is_named() {
        let error = build("nothing").expect_err("there is none");
        assert!(matches!(error, LoadError::NoSuchPage { name } if name == "book/nothing"));
    }
}
