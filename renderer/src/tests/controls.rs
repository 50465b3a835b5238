//! Claims about labels, selects, ranges, dates and the other controls of forms.

use super::harness::{Outside, commit};
use super::page::{PLAIN, navigate};
use protocol::document::BodySource;
use protocol::input::{Button, InputEvent, Key, Modifiers};
use std::io::Write;

const CTRL: Modifiers = Modifiers {
    ctrl: true,
    ..PLAIN
};

/// A page whose first line is a submit button, and whose second line has the control.
fn page(control: &str) -> Outside {
    let mut outside = Outside::page();
    outside.load(&format!(
        "<style>body {{ margin: 0 }} #go {{ display: block; width: 80px; height: 40px }}\
         label {{ display: block; height: 60px; font-size: 20px }}</style>\
         <form action=/f><input type=submit id=go>{control}</form>"
    ));
    outside
}

/// What the form sends now.
fn sent(outside: &mut Outside) -> String {
    outside.click(10.0, 20.0);
    let url = navigate(outside).0;
    url.trim_start_matches("http://site.test/f?").to_owned()
}

fn press(outside: &mut Outside, keys: &[Key]) {
    for key in keys {
        outside.key(*key, PLAIN);
    }
}

#[test]
fn a_click_on_a_label_gives_its_control_the_focus_once() {
    for kind in ["range", "number", "date"] {
        let mut outside = page(&format!(
            "<label>click me <input name=c type={kind}></label>"
        ));
        outside.click(5.0, 50.0);
        outside.key(Key::ArrowUp, PLAIN);
        let sent = sent(&mut outside);
        let wanted = match kind {
            "range" => "c=51",
            "number" => "c=1",
            _ => "c=20",
        };
        assert!(sent.starts_with(wanted), "{kind}: {sent}");
    }
}

#[test]
fn circles_of_labels_and_controls_come_to_an_end() {
    const TYPES: [&str; 14] = [
        "range",
        "color",
        "date",
        "month",
        "week",
        "time",
        "datetime-local",
        "number",
        "file",
        "image",
        "reset",
        "button",
        "hidden",
        "unheard",
    ];
    for kind in TYPES {
        for labels in [
            format!("<label>a b c<input type={kind}></label>"),
            format!("<label>a b c<input type={kind} style='display:none'></label>"),
            format!("<label for=x>a b c<input type={kind} id=x></label>"),
            format!(
                "<label for=x>a b c<input type={kind} id=y></label>\
                 <label for=y>a b c<input type={kind} id=x></label>"
            ),
            format!("<label for=outer id=inner>a b c<label id=outer><input type={kind}></label>"),
            format!("<label><div><label>a b c</label><input type={kind}></div></label>"),
        ] {
            let mut outside = page(&labels);
            for x in [5.0, 20.0, 60.0, 100.0, 160.0] {
                outside.click(x, 48.0);
                outside.click(x, 108.0);
            }
            outside.key(Key::Tab, PLAIN);
            outside.key(Key::Enter, PLAIN);
        }
    }
}

#[test]
fn a_circle_in_a_frame_comes_to_an_end() {
    let mut outside = Outside::page();
    outside.load(
        "<style>body { margin: 0 }</style><iframe style='border:none;width:300px;height:100px' \
         srcdoc='<body style=\"margin:0\"><label style=\"font-size:40px\">click me \
         <input type=range></label>'></iframe>",
    );
    outside.wait_pixels("the frame", super::page::has_dark_pixel);
    outside.click(20.0, 20.0);
    outside.click(280.0, 20.0);
}

#[test]
fn labels_of_boxes_buttons_and_selects_work_them() {
    let mut outside = page(
        "<label>one <input type=checkbox name=a></label><label for=b>two</label>\
         <input type=radio name=r id=b value=b><input type=radio name=r value=c checked>",
    );
    assert_eq!(sent(&mut outside), "r=c");
    outside.click(5.0, 50.0);
    outside.click(5.0, 110.0);
    assert_eq!(sent(&mut outside), "a=on&r=b");
    outside.click(5.0, 50.0);
    assert_eq!(sent(&mut outside), "r=b");
    let mut outside = page("<label>send <button name=x value=y>Go</button></label>");
    outside.click(5.0, 50.0);
    assert_eq!(navigate(&mut outside).0, "http://site.test/f?x=y");
}

#[test]
fn radio_buttons_of_one_name_in_two_forms_are_two_groups() {
    let mut outside = page(
        "<input type=radio name=r value=a checked></form><form>\
         <input type=radio name=r style='display:block;width:40px;height:40px'></form><form>",
    );
    outside.click(20.0, 90.0);
    assert_eq!(sent(&mut outside), "r=a");
}

#[test]
fn arrows_move_within_a_group_of_radio_buttons() {
    let mut outside = page(
        "<input type=radio name=r value=a checked><input type=radio name=r value=b disabled>\
         <input type=radio name=r value=c>",
    );
    press(&mut outside, &[Key::Tab, Key::Tab, Key::ArrowDown]);
    assert_eq!(sent(&mut outside), "r=c");
    press(&mut outside, &[Key::Tab, Key::Tab]);
    press(&mut outside, &[Key::ArrowDown]);
}

const MENU: &str = "<select name=s style='display:block;width:150px;height:30px'>\
    <option value=1>apple<option>banana<optgroup label=more><option disabled>blueberry\
    <option value=c selected>cherry</optgroup></select>";

#[test]
fn a_select_shows_its_choice_and_drops_down() {
    let mut outside = page(MENU);
    let closed = outside.pixels();
    outside.click(60.0, 55.0);
    outside.wait_pixels("the list", |o| o.pixels() != closed);
    // The list begins below; the second item is banana.
    outside.click(60.0, 70.0 + 1.0 + 20.0 + 10.0);
    assert_eq!(sent(&mut outside), "s=banana");
    // A press elsewhere closes it and does nothing else.
    outside.click(60.0, 55.0);
    outside.click(10.0, 20.0);
    assert_eq!(sent(&mut outside), "s=banana");
    // The option in the group: apple, banana, heading, blueberry, cherry.
    outside.click(60.0, 55.0);
    outside.click(60.0, 71.0 + 20.0 * 3.0 + 10.0);
    outside.click(60.0, 71.0 + 20.0 * 4.0 + 10.0);
    assert_eq!(sent(&mut outside), "s=c");
}

#[test]
fn a_select_is_worked_by_keys() {
    let mut outside = page(MENU);
    press(&mut outside, &[Key::Tab, Key::Tab, Key::ArrowUp]);
    assert_eq!(sent(&mut outside), "s=banana");
    press(&mut outside, &[Key::Tab, Key::Character('a')]);
    assert_eq!(sent(&mut outside), "s=1");
    press(&mut outside, &[Key::Tab, Key::Enter, Key::End, Key::Enter]);
    assert_eq!(sent(&mut outside), "s=c");
    press(
        &mut outside,
        &[Key::Tab, Key::Character(' '), Key::Home, Key::Escape],
    );
    assert_eq!(sent(&mut outside), "s=c");
    press(
        &mut outside,
        &[
            Key::Tab,
            Key::Character(' '),
            Key::Character('b'),
            Key::Enter,
        ],
    );
    assert_eq!(sent(&mut outside), "s=banana");
}

#[test]
fn a_disabled_select_stays_as_it_is() {
    let mut outside = page(&MENU.replace("<select", "<select disabled"));
    let closed = outside.pixels();
    outside.click(60.0, 55.0);
    press(&mut outside, &[Key::ArrowDown, Key::Enter]);
    assert_eq!(sent(&mut outside), "");
    assert_eq!(outside.pixels()[400 * 80..], closed[400 * 80..]);
}

#[test]
fn a_list_box_takes_several_choices() {
    let mut outside = page(
        "<select multiple name=s style='display:block;width:150px;height:90px;font-size:13px'>\
         <option>a<option>b<option disabled>c<option>d</select>",
    );
    let row = |row: f32| 41.0 + 17.0 * row + 8.0;
    outside.click(20.0, row(0.0));
    assert_eq!(sent(&mut outside), "s=a");
    outside.click_with(20.0, row(3.0), Button::Left, CTRL);
    outside.click_with(20.0, row(2.0), Button::Left, CTRL);
    assert_eq!(sent(&mut outside), "s=a&s=d");
    outside.click_with(20.0, row(0.0), Button::Left, CTRL);
    assert_eq!(sent(&mut outside), "s=d");
    outside.click(20.0, row(1.0));
    press(&mut outside, &[Key::ArrowUp]);
    assert_eq!(sent(&mut outside), "s=a");
}

#[test]
fn a_range_is_dragged_and_stepped() {
    let mut outside = page(
        "<input type=range name=r min=0 max=10 step=2 style='display:block;width:216px;\
         height:30px;margin:0'>",
    );
    assert_eq!(sent(&mut outside), "r=6");
    let at = |x: f32| InputEvent::PointerMove {
        x,
        y: 55.0,
        modifiers: PLAIN,
    };
    let button = Button::Left;
    outside.input(InputEvent::PointerDown {
        x: 8.0,
        y: 55.0,
        button,
        modifiers: PLAIN,
    });
    outside.input(at(90.0));
    outside.input(at(170.0));
    outside.input(InputEvent::PointerUp {
        x: 170.0,
        y: 55.0,
        button,
        modifiers: PLAIN,
    });
    outside.input(at(20.0));
    assert_eq!(sent(&mut outside), "r=8");
    press(&mut outside, &[Key::Tab, Key::End, Key::ArrowLeft]);
    assert_eq!(sent(&mut outside), "r=8");
}

#[test]
fn a_number_takes_numbers_and_steps() {
    let mut outside = page("<input type=number name=n min=1 step=.5 style='display:block'>");
    press(&mut outside, &[Key::Tab, Key::Tab]);
    outside.type_text("1x2");
    assert_eq!(sent(&mut outside), "n=12");
    press(
        &mut outside,
        &[Key::Tab, Key::ArrowUp, Key::ArrowUp, Key::ArrowDown],
    );
    assert_eq!(sent(&mut outside), "n=12.5");
    press(&mut outside, &[Key::Tab, Key::End]);
    outside.type_text("--");
    assert_eq!(sent(&mut outside), "n=");
}

#[test]
fn a_date_is_typed_and_stepped() {
    let mut outside = page("<input type=DATE name=d><input type=time name=t value=23:59>");
    press(&mut outside, &[Key::Tab, Key::Tab]);
    outside.type_text("2024-02-28a");
    press(&mut outside, &[Key::ArrowUp]);
    press(&mut outside, &[Key::Tab, Key::ArrowUp]);
    assert_eq!(sent(&mut outside), "d=2024-02-29&t=00%3A00");
    let mut outside = page("<input type=date name=d value=2024-13-01>");
    assert_eq!(sent(&mut outside), "d=");
}

#[test]
fn a_colour_is_chosen_from_a_palette() {
    let mut outside = page("<input type=color name=c value='#00FF00' style='display:block'>");
    assert_eq!(outside.pixel(20, 53), 0x00_ff00);
    assert_eq!(sent(&mut outside), "c=%2300ff00");
    outside.click(20.0, 53.0);
    press(&mut outside, &[Key::ArrowRight, Key::Enter]);
    assert_eq!(sent(&mut outside), "c=%2300ffff");
}

#[test]
fn a_password_shows_as_bullets() {
    let with = |value: &str| {
        let mut outside = Outside::page();
        outside.load(&format!(
            "<style>body {{ margin: 0 }} input {{ display: block; height: 30px; outline: none }}\
             </style><input type=Password value='{value}'><input>"
        ));
        outside
    };
    let masked = with("iiii").pixels();
    assert_eq!(masked, with("MW\u{e9}\u{4e2d}").pixels());
    assert_ne!(masked, with("iiiii").pixels());
    let mut outside = with("");
    press(&mut outside, &[Key::Tab]);
    outside.type_text("WXYZ");
    press(&mut outside, &[Key::Tab]);
    // The caret of the next field is the only difference.
    outside.wait_pixels("the bullets", |o| {
        o.pixels()[..400 * 33] == masked[..400 * 33]
    });
}

#[test]
fn a_password_is_not_copied() {
    let mut outside = page("<input type=password><input name=q>");
    press(&mut outside, &[Key::Tab, Key::Tab]);
    outside.type_text("secret");
    for key in ['a', 'c', 'x'] {
        outside.key(Key::Character(key), CTRL);
    }
    press(&mut outside, &[Key::Tab]);
    outside.key(Key::Character('v'), CTRL);
    assert_eq!(sent(&mut outside), "q=");
}

#[test]
fn a_placeholder_is_shown_while_a_field_is_empty_and_never_sent() {
    let with = |attribute: &str| {
        let field = "style='display:block;height:30px;outline:none'";
        page(&format!(
            "<input name=q {attribute} {field}><input name=z {field}>"
        ))
    };
    let mut outside = with("placeholder='Search it'");
    assert_ne!(outside.pixels(), with("").pixels());
    assert_eq!(sent(&mut outside), "q=&z=");
    outside.click(20.0, 55.0);
    outside.type_text("x");
    press(&mut outside, &[Key::Backspace]);
    assert_eq!(sent(&mut outside), "q=&z=");
    outside.click(20.0, 55.0);
    outside.type_text("x");
    outside.click(20.0, 90.0);
    assert_eq!(sent(&mut outside), "q=x&z=");
}

#[test]
fn a_reset_button_brings_back_what_the_page_gave() {
    let mut outside = page(
        "<input type=reset style='display:block;width:80px;height:40px'>\
         <input name=t value=old><input type=checkbox name=c checked>\
         <select name=s><option>a<option selected>b</select>",
    );
    press(&mut outside, &[Key::Tab, Key::Tab, Key::Tab]);
    outside.type_text("new");
    press(
        &mut outside,
        &[Key::Tab, Key::Character(' '), Key::Tab, Key::ArrowUp],
    );
    assert_eq!(sent(&mut outside), "t=newold&s=a");
    outside.click(10.0, 60.0);
    assert_eq!(sent(&mut outside), "t=old&c=on&s=b");
}

#[test]
fn a_reset_button_brings_back_ranges_and_colours() {
    let mut outside = page(
        "<input type=reset style='display:block;width:80px;height:40px'>\
         <input type=range name=r value=30><input type=range name=m>\
         <input type=color name=c value='#ABCDEF'><input type=color name=k>",
    );
    let given = "r=30&m=50&c=%23abcdef&k=%23000000";
    assert_eq!(sent(&mut outside), given);
    let (tab, open) = (Key::Tab, Key::Character(' '));
    let choose = [tab, open, Key::End, Key::Enter];
    press(&mut outside, &[tab, tab, tab, Key::End, tab, Key::Home]);
    press(&mut outside, &choose);
    press(&mut outside, &choose);
    let changed = sent(&mut outside);
    assert!(changed.starts_with("r=100&m=0&c=%23"), "{changed}");
    assert!(
        !changed.contains("abcdef") && !changed.contains("000000"),
        "{changed}"
    );
    outside.click(10.0, 60.0);
    assert_eq!(sent(&mut outside), given);
}

#[test]
fn choices_survive_the_rest_of_the_page() {
    let mut outside = Outside::page();
    let (reader, mut writer) = std::io::pipe().expect("pipe");
    outside.send_with(
        commit("http://site.test/", Some("text/html"), BodySource::Pipe, 0),
        vec![reader.into()],
    );
    let first = format!(
        "<style>body {{ margin: 0 }} #go {{ display: block; width: 80px; height: 40px }}</style>\
         <form action=/f><input type=submit id=go>{MENU}<input type=range name=r>\
         <div style='height:20px;background:#ff0000'></div>"
    );
    writer.write_all(first.as_bytes()).expect("write");
    outside.wait_pixels("the first part", |o| o.pixels().contains(&0xff_0000));
    press(
        &mut outside,
        &[Key::Tab, Key::Tab, Key::Home, Key::Tab, Key::End],
    );
    writer.write_all(b"<p>the end").expect("write");
    drop(writer);
    outside.wait_loaded();
    assert_eq!(sent(&mut outside), "s=1&r=100");
}
