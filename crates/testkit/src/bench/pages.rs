//! The pages: a manual of 908 KB to scroll, and a small and a large page to point at. What the
//! observer looks for has a colour that nothing else has.

use crate::server;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::Path;

/// A block at the top of the manual: where it is seen, the page is.
pub const MARK: u32 = 0x00f0_157e;
/// A box.
pub const HOVER: u32 = 0x00e0_4010;
/// That box under the pointer.
pub const HOVERED: u32 = 0x0010_c040;
/// The companion of a check box that is not checked.
pub const UNCHECKED: u32 = 0x00b0_10d0;
/// The companion of a checked one.
pub const CHECKED: u32 = 0x0010_b0d0;

const MANUAL_BYTES: usize = 908_000;
const LARGE_BYTES: usize = 98_000;

/// Serves all pages; `own` is scrolled instead of the made manual.
pub fn serve(own: Option<&Path>) -> SocketAddr {
    let pages = [
        ("/manual", own.map_or_else(manual, marked)),
        (
            "/small",
            pointing("Small", "<p>A small page with a little text."),
        ),
        ("/large", pointing("Large", &boxes())),
        (
            "/spot",
            moving(
                "@keyframes go { from { margin-left: 0 } to { margin-left: 300px } } \
            div { width: 20px; height: 20px; background: #d02020; \
            animation: go 1s linear infinite alternate }",
            ),
        ),
        (
            "/flood",
            moving(
                "@keyframes go { from { background: #ffffff } to { background: #4060a0 } } \
            body { margin: 0 } div { height: 3000px; \
            animation: go 1s linear infinite alternate }",
            ),
        ),
    ];
    server::serve(move |head, stream| {
        let path = head.split(' ').nth(1).unwrap_or("/");
        let found = pages.iter().find(|(name, _)| *name == path);
        let (status, body) = match found {
            Some((_, body)) => ("200 OK", body.as_str()),
            None => ("404 Not Found", ""),
        };
        server::respond(stream, status, "text/html; charset=utf-8", body);
    })
}

/// A page of the user's, with the mark at its top.
fn marked(path: &Path) -> String {
    let bytes = std::fs::read(path).expect("the page can be read");
    let page = String::from_utf8_lossy(&bytes);
    let mark = format!("<div style='width: 40px; height: 40px; background: #{MARK:06x}'></div>");
    let body = page
        .find("<body")
        .and_then(|at| Some(at + page[at..].find('>')? + 1));
    let (head, rest) = page.split_at(body.unwrap_or(0));
    format!("{head}{mark}{rest}")
}

/// A reference as large programs have it: 60,000 elements. Chapters with running text, and long
/// lists of options, each a link with code in it.
fn manual() -> String {
    let mut page = format!(
        "<!doctype html><title>Manual</title><style>body {{ margin: 0; background: #fff; \
         font: 16px/1.4 sans-serif }} main {{ max-width: 800px; margin: 0 60px }} \
         code, pre {{ font-family: monospace; background: #f2f2ee }} pre {{ padding: 8px }} \
         h2 {{ border-bottom: 1px solid #ccc }} a:hover {{ color: #c00 }} \
         li:hover {{ background: #eef4fa }} .k {{ color: #007020 }} .n {{ color: #0e84b5 }} \
         #mark {{ width: 40px; height: 40px; background: #{MARK:06x} }}</style>\
         <div id=mark></div><main><h1>The manual</h1>"
    );
    let mut words = Words(1);
    for number in 1.. {
        if page.len() >= MANUAL_BYTES {
            break;
        }
        chapter(&mut page, &mut words, number);
    }
    page
}

fn chapter(page: &mut String, words: &mut Words, number: usize) {
    let (title, text) = (words.take(4), words.take(24));
    let (link, code) = (number / 2 + 1, words.take(1));
    let _ = write!(
        page,
        "<h2 id=c{number}>{number}. {title}</h2><p>{text} <a href='#c{link}'>{code}</a>.</p><ul>"
    );
    for _ in 0..16 {
        let (option, text) = (words.take(1), words.take(2));
        let _ = write!(
            page,
            "<li><p><a href=#x><code><span>{option}</span></code></a> <em>{text}</em></p></li>"
        );
    }
    page.push_str("</ul><pre>");
    for _ in 0..3 {
        for class in ["k", "n", "k"] {
            let _ = write!(page, "<span class={class}>{}</span> ", words.take(1));
        }
        page.push('\n');
    }
    page.push_str("</pre>");
}

fn pointing(title: &str, rest: &str) -> String {
    format!(
        "<!doctype html><title>{title}</title><style>body {{ margin: 0; background: #fff }} \
         #h {{ position: absolute; left: 40px; top: 60px; width: 200px; height: 80px; \
         background: #{HOVER:06x} }} #h:hover {{ background: #{HOVERED:06x} }} \
         #c {{ position: absolute; left: 300px; top: 60px; width: 60px; height: 60px }} \
         #d {{ position: absolute; left: 400px; top: 60px; width: 60px; height: 60px; \
         background: #{UNCHECKED:06x} }} #c:active ~ #d {{ background: #808080 }} \
         #c:checked ~ #d {{ background: #{CHECKED:06x} }} #rest {{ padding-top: 200px }} \
         .b {{ display: inline-block; width: 150px; margin: 4px; padding: 6px; \
         border: 1px solid #99a; border-radius: 5px; background: #f4f6fa }} \
         .k {{ background: #fdf3e3; border-color: #ca8 }} .b h3 {{ margin: 0; font-size: 15px }} \
         .b:hover {{ background: #fff }}</style>\
         <div id=h></div><input type=checkbox id=c><div id=d></div><div id=rest>{rest}</div>"
    )
}

/// As many styled boxes as make a page of 98 KB.
fn boxes() -> String {
    let mut text = String::new();
    let mut words = Words(7);
    while text.len() < LARGE_BYTES - 1_200 {
        let _ = write!(
            text,
            "<div class='b{}'><h3>{}</h3><span>{}</span></div>",
            if text.len().is_multiple_of(3) {
                " k"
            } else {
                ""
            },
            words.take(2),
            words.take(7),
        );
    }
    text
}

fn moving(style: &str) -> String {
    format!("<!doctype html><title>Moving</title><style>{style}</style><div></div>")
}

/// Words in an order that is the same in each run.
struct Words(u64);

impl Words {
    fn take(&mut self, count: usize) -> String {
        let mut text = String::new();
        for _ in 0..count {
            // Knuth's multiplier for a linear congruence (MMIX).
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let word = WORDS[(self.0 >> 33) as usize % WORDS.len()];
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(word);
        }
        text
    }
}

const WORDS: [&str; 32] = [
    "the",
    "server",
    "reads",
    "a",
    "value",
    "from",
    "its",
    "configuration",
    "and",
    "returns",
    "an",
    "error",
    "when",
    "no",
    "such",
    "module",
    "is",
    "loaded",
    "option",
    "directory",
    "of",
    "connection",
    "which",
    "sets",
    "table",
    "default",
    "to",
    "process",
    "request",
    "file",
    "index",
    "log",
];
