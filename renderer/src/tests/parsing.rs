//! Claims about the parser: however a document arrives, its tree is the same and within its bounds.

use super::harness::bundled_fonts;
use crate::document::arrival::{Arrival, Progress, Reader};
use crate::document::body::Body;
use crate::document::mime;
use crate::document::sink::Budget;
use crate::document::stream::Stream;
use blitz_dom::node::NodeData;
use blitz_dom::{BaseDocument, DocumentConfig, NodeId};
use protocol::limits::{DOCUMENT_DEPTH_MAX, DOCUMENT_ELEMENTS_MAX};
use std::fmt::Write as _;
use std::io::Write as _;
use std::rc::Rc;
use std::time::{Duration, Instant};

const URL: &str = "http://site.test/dir/page";

/// Parses a document whose bytes come in pieces of these sizes, over and over.
fn arrived(bytes: &[u8], content_type: Option<&str>, sizes: &[usize]) -> BaseDocument {
    let (reader, mut writer) = std::io::pipe().expect("pipe");
    let mut arrival = Arrival::new(Body::of_pipe(reader.into()));
    let mut document = None;
    let mut sizes = sizes.iter().cycle();
    let mut rest = bytes;
    while !rest.is_empty() {
        let (piece, others) = rest.split_at(rest.len().min(*sizes.next().expect("a cycle")));
        writer.write_all(piece).expect("write");
        rest = others;
        arrival.body.read_available();
        advance(
            &mut arrival,
            &mut document,
            content_type,
            bytes.len().min(1024),
        );
    }
    drop(writer);
    arrival.body.read_available();
    advance(&mut arrival, &mut document, content_type, 0);
    document.expect("a document")
}

fn advance(
    arrival: &mut Arrival,
    document: &mut Option<BaseDocument>,
    content_type: Option<&str>,
    enough: usize,
) {
    if !arrival.has_begun() {
        if arrival.body.bytes().len() < enough {
            return;
        }
        let content = mime::content_type(content_type, arrival.body.bytes());
        let (reader, mark) = Reader::new(&content, arrival.body.bytes(), URL);
        *document = Some(open(arrival, reader, mark));
    }
    let far = Instant::now() + Duration::from_secs(3600);
    loop {
        let stream = arrival.stream().expect("begun");
        match stream
            .lend(document, || arrival.advance(far))
            .expect("lent")
        {
            Progress::Renamed(encoding) => {
                let reader = arrival.reader().expect("begun").again(encoding);
                *document = Some(open(arrival, reader, 0));
            }
            Progress::Ended => {
                stream.lend(document, || stream.finish());
                return;
            }
            // None is run here.
            Progress::Script(_) => {}
            Progress::Waiting | Progress::Busy => return,
        }
    }
}

fn open(arrival: &mut Arrival, reader: Reader, mark: usize) -> BaseDocument {
    let config = DocumentConfig {
        base_url: Some(URL.to_owned()),
        font_ctx: Some(bundled_fonts()),
        ..Default::default()
    };
    let (stream, document) =
        Stream::open(reader.markup(), config, Rc::new(Budget::default()), false);
    arrival.begin(reader, stream, mark);
    document
}

/// The tree of a document as text, with the contents of templates.
fn tree(document: &BaseDocument) -> String {
    let mut text = String::new();
    walk(document, |depth, node| {
        let node = document.get_node(node).expect("it is in the tree");
        let line = match &node.data {
            NodeData::Text(text) => format!("{:?}", text.content),
            NodeData::Comment { contents } => format!("<!-- {contents:?} -->"),
            NodeData::Element(element) => {
                let attribute = |a: &blitz_dom::Attribute| format!(" {:?}={:?}", a.name, a.value);
                let attributes: String = element.attrs().iter().map(attribute).collect();
                format!("<{:?}{attributes}>", element.name)
            }
            _ => "other".to_owned(),
        };
        let _ = writeln!(text, "{depth} {line}");
    });
    text
}

fn walk(document: &BaseDocument, mut visit: impl FnMut(usize, NodeId)) {
    let mut waiting = vec![(0, document.root_node().id)];
    while let Some((depth, id)) = waiting.pop() {
        visit(depth, id);
        let node = document.get_node(id).expect("it is in the tree");
        let inside = node.children.iter().rev().copied();
        let contents = node.element_data().and_then(|it| it.template_contents);
        waiting.extend(inside.chain(contents).map(|id| (depth + 1, id)));
    }
}

fn is_same_in_pieces(name: &str, bytes: &[u8], content_type: Option<&str>) {
    let whole = tree(&arrived(bytes, content_type, &[1 << 15]));
    let splits: [&[usize]; 5] = [&[1], &[7], &[1, 2, 3, 50, 1000], &[4096], &[16 * 1024]];
    for sizes in splits {
        let pieces = tree(&arrived(bytes, content_type, sizes));
        if pieces != whole {
            let (one, other) = whole
                .lines()
                .zip(pieces.lines())
                .find(|(one, other)| one != other)
                .unwrap_or(("", "one is longer"));
            panic!("{name} in pieces of {sizes:?}:\n{one}\n{other}");
        }
    }
}

/// Markup in which much can be split.
const MARKUP: [&str; 16] = [
    "<!doctype html><p class=a id='b\"' title=\"c&amp;d&notin;e&#x1F600;f&ampg\">\
     x&lt;y&nbsp;&notit;",
    "one\r\ntwo\rthree\n\r\n<pre>\r\n\r\nfour</pre><textarea>\r\n\r\nfive\r\n</textarea>",
    "a\0b<p\0q r\0=\0>c</p><!-- d--!> e --><!--f--><!>g<?php h ?>i<![CDATA[j]]>k",
    "<title>a &amp; </ti</title><style>p::before { content: '</b>&lt;' } @import ''</style><p>z",
    "<script>a<b && '<!--<script>x</script>-->' </scriptx></script><noscript><p>b</noscript>",
    "<b><i>1<p>2</b>3</i>4<a>5<a>6<table>7<tr>8<td>9<b>10</table>11</b>12<div><a>13</div>14",
    "<select name=s><option>a<option selected>b<optgroup label=g><option>c</select><select \
     multiple size=3><option selected>d<option selected>e</select><select><option disabled>f",
    "<input type=range min=3><input type=color value='#AbC123'><input type=submit><input \
     type=reset><input type=submit value=go><button>x</button><label>l<input type=checkbox>\
     </label>",
    "<svg viewBox='0 0 9 9'><style>.a { fill: red }</style><g><title>t</title><text x=1 y=5>words\
     </text></g><foreignObject><b>html</svg><math><mi>x</mi><annotation-xml encoding='text/html'>\
     <p>y</math>after",
    "<template><tr><td>a</td></tr><template><p>b</template></template><table><template><td>c\
     </template><caption>d<col><form><tr><td><input form=f></form></table><form id=f></form>",
    "<base href='http://other.test/x/'><base href='/y/'><a href=z>q</a><img src='http://['>\
     <form action='http://['><link rel=stylesheet href='http://['><body background=b>\
     <body class=c>",
    "<iframe srcdoc='<p>&amp;amp;&lt;b>'></iframe><object data='x'>y</object><details open>\
     <summary>s</summary>t</details><table border=3 cellpadding=4><td bgcolor=red>u</table>",
    "<frameset><frame src=x></frameset><noframes><p>y</noframes>",
    "<style media=print>p{}</style><style title=a>p{}</style><style title=b>q{}</style>\
     <link rel='alternate stylesheet' title=b href=b.css><link rel=stylesheet media=print href=c>",
    "žluťoučký kůň 日本語 😀 &copy; &#x80; &#0; &#xD800; &#9999999999; &unknown; &amp",
    "<plaintext></plaintext><p>not markup &amp; not an entity",
];

#[test]
fn pieces_of_every_size_give_the_same_tree() {
    for markup in MARKUP {
        is_same_in_pieces(markup, markup.as_bytes(), Some("text/html"));
        is_same_in_pieces(markup, markup.as_bytes(), Some("text/html; charset=utf-8"));
        is_same_in_pieces(markup, markup.as_bytes(), Some("text/plain"));
        is_same_in_pieces(markup, markup.as_bytes(), Some("application/xhtml+xml"));
    }
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/demo/site");
    for page in ["article", "form", "index", "break", "colors", "animated"] {
        let bytes = std::fs::read(format!("{folder}/{page}.html")).expect("a demo page");
        is_same_in_pieces(page, &bytes, Some("text/html"));
    }
    let warm_up = include_bytes!("../view/warm_up.html");
    is_same_in_pieces("warm-up", warm_up, None);
}

#[test]
fn pieces_of_every_encoding_give_the_same_tree() {
    let text = MARKUP[14];
    let utf_16 = |mark: &[u8], unit: fn(u16) -> [u8; 2]| {
        let units = text.encode_utf16().flat_map(unit);
        mark.iter().copied().chain(units).collect::<Vec<u8>>()
    };
    let little = utf_16(b"\xff\xfe", u16::to_le_bytes);
    let big = utf_16(b"\xfe\xff", u16::to_be_bytes);
    let whole = tree(&arrived(text.as_bytes(), Some("text/html"), &[1 << 15]));
    for (name, bytes) in [("little", &little), ("big", &big)] {
        assert_eq!(
            tree(&arrived(bytes, Some("text/html"), &[1 << 15])),
            whole,
            "{name}"
        );
        is_same_in_pieces(name, bytes, Some("text/html"));
    }
    let cut = &little[..little.len() - 1];
    is_same_in_pieces("half a unit", cut, Some("text/html"));
    is_same_in_pieces("half a pair", b"\xff\xfe\x3d\xd8", Some("text/html"));
    let jis = b"<meta charset=iso-2022-jp>\x1b$B$\"\x1b(B <p>x \x1b$B$$";
    is_same_in_pieces("a stateful encoding", jis, None);
    let late = format!(
        "{}é<meta charset=koi8-r>\u{c1}",
        "<!-- filling -->".repeat(200)
    );
    is_same_in_pieces("a late name", late.as_bytes(), Some("text/html"));
}

/// A small generator of numbers that are always the same.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }
}

/// Mixes parts of all pages, and damages some bytes.
fn mutated(dice: &mut Dice) -> Vec<u8> {
    let mut bytes = Vec::new();
    for _ in 0..1 + dice.below(12) {
        let source = MARKUP[dice.below(MARKUP.len())].as_bytes();
        let from = dice.below(source.len());
        let to = from + dice.below(source.len() - from) + 1;
        bytes.extend_from_slice(&source[from..to.min(source.len())]);
    }
    for _ in 0..dice.below(6) {
        let at = dice.below(bytes.len());
        match dice.below(3) {
            0 => bytes[at] = b"<>/&'\" =!-;\0\r\n"[dice.below(14)],
            1 => bytes[at] = dice.below(256) as u8,
            _ => drop(bytes.remove(at)),
        }
        if bytes.is_empty() {
            bytes.push(b'<');
        }
    }
    bytes
}

#[test]
fn pieces_of_random_markup_give_the_same_tree() {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    for round in 0..400 {
        let bytes = mutated(&mut dice);
        let kind = [
            "text/html",
            "application/xhtml+xml",
            "text/html; charset=koi8-r",
        ];
        is_same_in_pieces(&format!("round {round}"), &bytes, Some(kind[round % 3]));
    }
}

/// All pages of a folder, named by `BULKHEAD_PAGES`, and damaged ones made of them.
#[test]
#[ignore = "needs a folder of pages"]
fn pieces_of_real_pages_give_the_same_tree() {
    let folder = std::env::var("BULKHEAD_PAGES").expect("BULKHEAD_PAGES names a folder");
    let mut dice = Dice(1);
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let mut bytes = std::fs::read(&path).expect("a file");
        is_same_in_pieces(&path.display().to_string(), &bytes, Some("text/html"));
        for _ in 0..bytes.len() / 500 {
            let at = dice.below(bytes.len());
            bytes[at] = b"<>/&'\" =!-;\0\r\nbpait"[dice.below(19)];
        }
        is_same_in_pieces(&path.display().to_string(), &bytes, Some("text/html"));
    }
}

#[test]
fn no_tree_is_deeper_than_its_bound() {
    const TAGS: [&str; 18] = [
        "b",
        "i",
        "a",
        "p",
        "div",
        "table",
        "tr",
        "td",
        "template",
        "svg",
        "g",
        "foreignObject",
        "select",
        "li",
        "button",
        "nobr",
        "font",
        "h1",
    ];
    let mut dice = Dice(77);
    for round in 0..60 {
        let tags = 1 + dice.below(6);
        let kinds: Vec<&str> = (0..tags).map(|_| TAGS[dice.below(TAGS.len())]).collect();
        let closing = dice.below(6);
        let mut markup = String::new();
        for _ in 0..4_000 {
            let tag = kinds[dice.below(kinds.len())];
            let slash = if dice.below(10) < closing { "/" } else { "" };
            let _ = write!(markup, "<{slash}{tag}>x");
        }
        let document = arrived(markup.as_bytes(), Some("text/html"), &[1 << 15]);
        let mut deepest = 0;
        let mut height = 0;
        walk(&document, |depth, id| {
            let node = document.get_node(id).expect("it is in the tree");
            // The text of an element, and what holds the contents of its template.
            deepest = deepest.max(depth);
            height += usize::from(node.is_element());
        });
        // Each template is a step of its own, and what is in the last one.
        let bound = match kinds.contains(&"template") {
            true => 2 * DOCUMENT_DEPTH_MAX + 3,
            false => DOCUMENT_DEPTH_MAX + 1,
        };
        assert!(deepest <= bound, "round {round} of {kinds:?}: {deepest}");
        assert!(height <= DOCUMENT_ELEMENTS_MAX, "round {round}");
    }
}

#[test]
fn elements_that_multiply_stay_within_the_budget() {
    let open: String = (0..3_000).map(|n| format!("<b id={n}>")).collect();
    for (name, rest) in [
        ("paragraphs", "<p>x".repeat(5_000)),
        ("cells", "<table><td>x</table>".repeat(5_000)),
        ("crossings", "<p>x</b>".repeat(5_000)),
        ("cells of none", "<td><tr><b></table>x".repeat(5_000)),
    ] {
        let document = arrived(
            format!("{open}{rest}").as_bytes(),
            Some("text/html"),
            &[1 << 15],
        );
        let nodes = document.tree().iter().count();
        assert!(nodes < 3 * DOCUMENT_ELEMENTS_MAX, "{name}: {nodes} nodes");
    }
}

#[test]
fn a_style_element_of_a_template_has_no_sheet() {
    let markup = "<template><style>p { color: red }</style></template><style>q{}</style>";
    let document = arrived(markup.as_bytes(), Some("text/html"), &[3]);
    assert_eq!(document.author_stylesheets().count(), 1);
}
