//! Claims about lengths that layout cannot hold: they are clamped, and the page is shown.

use super::harness::bundled_fonts;
use crate::load::fetcher::Fetcher;
use crate::view::View;
use anyrender::ImageRenderer;
use anyrender_vello_cpu::VelloCpuImageRenderer;
use proptest::prelude::*;
use protocol::geometry::Size;

/// Lays out and paints a page, as in the real process.
fn show(html: &str) {
    let size = Size::new(400, 300);
    let mut fetcher = Fetcher::default();
    let mut view = View::new(bundled_fonts(), &fetcher);
    view.set_size(size);
    view.show(html, "http://site.test/");
    view.settle(&mut fetcher);
    view.set_size(Size::new(300, 200));
    view.settle(&mut fetcher);
    let size = Size::new(300, 200);
    let mut pixels = vec![0; size.frame_bytes().expect("small")];
    let mut painter = VelloCpuImageRenderer::new(size.width, size.height);
    painter.render(|scene| view.paint(scene, size), &mut pixels);
}

/// Before and after a length, or several.
const PROPERTIES: [&str; 44] = [
    "padding:*",
    "padding-left:*",
    "margin:*",
    "margin-left:*",
    "margin-right:*",
    "width:*",
    "height:*",
    "min-width:*",
    "max-width:*",
    "text-indent:*",
    "letter-spacing:*",
    "word-spacing:*",
    "border:solid red;border-width:*",
    "transform:translateX(*)",
    "transform:scale(*)",
    "font-size:*",
    "line-height:*",
    "display:grid;gap:*",
    "display:flex;gap:*",
    "position:relative;left:*",
    "position:absolute;top:*",
    "outline:solid;outline-offset:*",
    "outline:solid red *",
    "border-radius:*",
    "box-shadow:0 0 * red",
    "background-size:*",
    "columns:*",
    "border-spacing:*",
    "vertical-align:*",
    "tab-size:*",
    "flex-basis:*",
    "display:grid;grid-template-columns:*",
    "inset:*",
    "float:left;margin-left:*",
    "float:left;width:*",
    "aspect-ratio:*",
    "text-shadow:1px * red",
    "background:linear-gradient(red,blue *)",
    "scale:*",
    "translate:*",
    "zoom:*",
    "display:inline-block;width:*",
    "display:table-cell;padding:*",
    "display:list-item;margin-left:*",
];

fn length() -> impl Strategy<Value = String> {
    let number = prop_oneof![
        any::<f32>().prop_filter("finite", |number| number.is_finite()),
        (0i32..39, any::<bool>()).prop_map(|(exponent, is_negative)| {
            10f32.powi(exponent) * if is_negative { -1.0 } else { 1.0 }
        }),
        Just(f32::MAX),
        Just(f32::MIN),
        Just(33_554_432.0),
        Just(8_388_607.9),
    ];
    (number, 0..9usize).prop_map(|(number, form)| match form {
        0 | 1 => format!("{number}px"),
        2 => format!("{number}em"),
        3 => format!("{number}%"),
        4 => format!("calc({number}px * 1e9)"),
        5 => format!("{number}"),
        6 => format!("{number}vw"),
        7 => "calc(infinity * 1px)".to_owned(),
        _ => "calc(-infinity * 1px + 50%)".to_owned(),
    })
}

fn page(declaration: &str, shape: usize) -> String {
    match shape {
        0 => format!("<p style='{declaration}'>long text to break <b>over</b> lines"),
        1 => format!(
            "<style>td, input, textarea, li {{ {declaration} }}</style><table border=1><tr><td>\
             long <span>text to</span> break<td>x</table><input><textarea></textarea><ul><li>a</ul>"
        ),
        2 => format!(
            "<div style='display:flex'><div style='{declaration}'>a b c</div><div>d</div></div>\
             <div style='{declaration}'>a<div style='{declaration}'>a b</div></div>"
        ),
        3 => format!("<style>p::before {{ content: 'a b'; {declaration} }}</style><p>c d e"),
        _ => format!(
            "<style>@media (max-width: 350px) {{ p {{ {declaration} }} }}</style><p>narrow text"
        ),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]
    #[test]
    fn any_length_of_any_property_is_shown_in_some_way(
        property in proptest::sample::select(&PROPERTIES[..]),
        length in length(),
        shape in 0..5usize,
    ) {
        show(&page(&property.replace('*', &length), shape));
    }
}

#[test]
fn the_largest_lengths_of_each_property_are_shown_in_some_way() {
    for property in PROPERTIES {
        for length in [
            "3e38px",
            "1e8px",
            "33554432vw",
            "1e39%",
            "calc(1e9px * 1e9)",
            "-1e8em",
        ] {
            for shape in 0..5 {
                show(&page(&property.replace('*', length), shape));
            }
        }
    }
}

#[test]
fn attributes_are_clamped_as_styles_are() {
    for value in [
        "1e38",
        "99999999999999999999",
        "3.4028235e38",
        "2147483647",
        "100%",
        "-5",
    ] {
        show(&format!(
            "<table border={value} cellpadding={value} cellspacing={value} width={value}><tr>\
             <td width={value} height={value}>text to break</table><img width={value} \
             height={value} hspace={value} border={value}><hr size={value} width={value}>\
             <input size={value}><textarea rows={value} cols={value}></textarea>\
             <select size={value}><option>a</select><font size={value}>x</font>\
             <body leftmargin={value}><svg width={value} height={value}></svg>text and text"
        ));
    }
}

#[test]
fn boxes_in_boxes_do_not_add_up_to_what_layout_cannot_hold() {
    for declaration in [
        "width:1000%",
        "min-width:300%",
        "padding-left:100000px",
        "margin-left:4000000px",
        "padding:0 500%",
        "font-size:10em;width:10em",
    ] {
        let boxes = format!("<div style='{declaration}'>a b c").repeat(200);
        show(&boxes);
    }
}

#[test]
fn the_size_of_an_svg_image_is_clamped() {
    let image = "%3csvg xmlns='http://www.w3.org/2000/svg' width='1e38' height='1e38'/%3e";
    show(&format!("<img src=\"data:image/svg+xml,{image}\"><p>text"));
    show("<svg width=1e38 height=1e38 viewBox='0 0 1e38 1e38'><rect width=1e38 height=1 /></svg>");
}
