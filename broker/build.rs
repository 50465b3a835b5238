//! Makes the pages of `bulkhead://book` from the chapters in `docs/book/src`.

use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, html};
use std::error::Error;
use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new("../docs/book/src");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut chapters = String::from("&[\n");
    for (file, title) in listed(&fs::read_to_string(folder.join("SUMMARY.md"))?) {
        let html = chapter(folder, &fs::read_to_string(folder.join(&file))?)?;
        let name = name_of(&file);
        writeln!(
            chapters,
            "Chapter {{ name: {name:?}, title: {title:?}, html: {html:?} }},"
        )?;
    }
    chapters.push(']');
    fs::write(Path::new(&env::var("OUT_DIR")?).join("book.rs"), chapters)?;
    Ok(())
}

/// The chapters that the summary links to, in its order: file and title.
fn listed(summary: &str) -> Vec<(String, String)> {
    let mut listed: Vec<(String, String)> = Vec::new();
    let mut inside = false;
    for event in Parser::new(summary) {
        match event {
            Event::Start(Tag::Link { dest_url, .. }) => {
                listed.push((dest_url.to_string(), String::new()));
                inside = true;
            }
            Event::End(TagEnd::Link) => inside = false,
            Event::Text(text) if inside => {
                if let Some((_, title)) = listed.last_mut() {
                    title.push_str(&text);
                }
            }
            _ => {}
        }
    }
    listed
}

/// What a chapter is called in its address; the first one is the book itself.
fn name_of(file: &str) -> &str {
    let name = file.strip_suffix(".md").unwrap_or(file);
    if name == "README" { "" } else { name }
}

/// A chapter as HTML. Drawings stand in it; links to chapters lead to their pages.
fn chapter(folder: &Path, text: &str) -> Result<String, Box<dyn Error>> {
    let mut events = Vec::new();
    let mut is_drawing = false;
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Image { dest_url, .. }) => {
                let drawing = fs::read_to_string(folder.join(&*dest_url))?;
                events.push(Event::InlineHtml(drawing.into()));
                is_drawing = true;
            }
            Event::End(TagEnd::Image) => is_drawing = false,
            // What would be said in place of the drawing.
            _ if is_drawing => {}
            Event::Start(Tag::Link {
                link_type,
                dest_url,
                title,
                id,
            }) => events.push(Event::Start(Tag::Link {
                link_type,
                dest_url: address(&dest_url),
                title,
                id,
            })),
            other => events.push(other),
        }
    }
    let mut page = String::new();
    html::push_html(&mut page, events.into_iter());
    Ok(page)
}

fn address(link: &str) -> CowStr<'static> {
    match link.strip_suffix(".md") {
        Some(_) => format!("bulkhead://book/{}", name_of(link)).into(),
        None => link.to_owned().into(),
    }
}
