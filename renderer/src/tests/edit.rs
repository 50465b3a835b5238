//! Claims about copy, paste, select all and what a menu is told.

use super::harness::{Outside, SURFACE};
use super::page::PLAIN;
use protocol::clipboard::{Edit, Target};
use protocol::geometry::Size;
use protocol::ids::TabId;
use protocol::input::{Button, InputEvent, Key, Modifiers};
use protocol::limits::{CLIPBOARD_BYTES_MAX, SHELL_HEIGHT};
use protocol::renderer::{FromRenderer, ToRenderer};
use protocol::shell::{FromShell, Popup, PopupRow, ToShell};
use protocol::surface::SurfacePart;
use shm::{Region, WritableMap};

const SHIFT: Modifiers = Modifiers {
    shift: true,
    ..PLAIN
};

/// Asks for the selected text; `None` if there is more than a clipboard may hold.
fn copy(outside: &mut Outside, edit: Edit) -> Option<String> {
    let region = Region::create("test-copy", CLIPBOARD_BYTES_MAX).expect("region");
    let sequence = outside.next_number();
    let message = ToRenderer::Edit {
        surface: SURFACE,
        sequence,
        edit,
    };
    outside.send_with(message, vec![region.dup().expect("descriptor")]);
    outside.wait_done(sequence);
    let bytes = outside.wait_said("Copied", |message| match message {
        FromRenderer::Copied {
            sequence: answered,
            bytes,
        } if *answered == sequence => Some(*bytes as usize),
        _ => None,
    });
    let map = WritableMap::new(region.dup().expect("descriptor"), CLIPBOARD_BYTES_MAX);
    let mut text = map.expect("a map").read_all();
    if bytes > text.len() {
        return None;
    }
    text.truncate(bytes);
    Some(String::from_utf8(text).expect("text"))
}

fn paste(outside: &mut Outside, text: &str) {
    let region = Region::create_filled("test-paste", text.as_bytes()).expect("region");
    let bytes = u32::try_from(text.len()).expect("it fits");
    let sequence = outside.next_number();
    let message = ToRenderer::Edit {
        surface: SURFACE,
        sequence,
        edit: Edit::Paste { bytes },
    };
    outside.send_with(message, vec![region.read_only().expect("descriptor")]);
    outside.wait_done(sequence);
}

fn select_all(outside: &mut Outside) {
    let sequence = outside.next_number();
    outside.send(ToRenderer::Edit {
        surface: SURFACE,
        sequence,
        edit: Edit::SelectAll,
    });
    outside.wait_done(sequence);
}

fn inspect(outside: &mut Outside, at: Option<(f32, f32)>) -> Target {
    let sequence = outside.next_number();
    outside.send(ToRenderer::Inspect {
        surface: SURFACE,
        sequence,
        at,
    });
    outside.wait_done(sequence);
    outside.wait_said("Inspected", |message| match message {
        FromRenderer::Inspected { target, .. } => Some(target.clone()),
        _ => None,
    })
}

pub(super) fn all_of_it(outside: &mut Outside) -> Option<String> {
    select_all(outside);
    copy(outside, Edit::Copy)
}

#[test]
fn input_of_one_line_takes_text_without_its_line_breaks() {
    let mut outside = Outside::page();
    outside.load("<body style='margin:0'><input style='display:block;width:300px;height:40px'>");
    outside.click(20.0, 20.0);
    paste(&mut outside, "one\r\ntwo\tthree\u{7}\n");
    assert_eq!(all_of_it(&mut outside).as_deref(), Some("one two three"));
    assert_eq!(
        copy(&mut outside, Edit::Cut).as_deref(),
        Some("one two three")
    );
    assert_eq!(all_of_it(&mut outside).as_deref(), Some(""), "it is gone");
    paste(&mut outside, &"x".repeat(CLIPBOARD_BYTES_MAX));
    let text = all_of_it(&mut outside).expect("it is cut");
    assert!(text.len() >= 1024 && text.len() < CLIPBOARD_BYTES_MAX);
}

#[test]
fn text_area_keeps_line_breaks_and_selected_text_is_replaced() {
    let mut outside = Outside::page();
    outside.load(
        "<body style='margin:0'><textarea style='display:block;width:300px;height:90px'>\
         </textarea>",
    );
    outside.click(20.0, 20.0);
    paste(&mut outside, "one\ntwo");
    assert_eq!(all_of_it(&mut outside).as_deref(), Some("one\ntwo"));
    paste(&mut outside, "three");
    assert_eq!(all_of_it(&mut outside).as_deref(), Some("three"));
}

#[test]
fn keys_for_the_clipboard_that_arrive_all_the_same_change_nothing() {
    let mut outside = Outside::page();
    outside.load("<body style='margin:0'><input value=kept style='width:300px;height:40px'>");
    outside.click(20.0, 20.0);
    select_all(&mut outside);
    let ctrl = Modifiers {
        ctrl: true,
        ..PLAIN
    };
    for key in ['v', 'x', 'c', 'V'] {
        outside.key(Key::Character(key), ctrl);
    }
    assert_eq!(all_of_it(&mut outside).as_deref(), Some("kept"));
}

#[test]
fn password_is_copied_by_nobody_and_fixed_text_is_not_changed() {
    let mut outside = Outside::page();
    outside.load(
        "<style>body { margin: 0 } input { display: block; width: 300px; height: 40px }</style>\
         <input type=password value=secret><input readonly value=fixed>",
    );
    outside.click(20.0, 20.0);
    assert_eq!(all_of_it(&mut outside).as_deref(), Some(""));
    outside.click(20.0, 60.0);
    paste(&mut outside, "other");
    assert_eq!(all_of_it(&mut outside).as_deref(), Some("fixed"));
    assert_eq!(copy(&mut outside, Edit::Cut).as_deref(), Some("fixed"));
    assert_eq!(all_of_it(&mut outside).as_deref(), Some("fixed"));
}

#[test]
fn more_than_a_clipboard_may_hold_is_not_written_and_not_cut() {
    let mut outside = Outside::page();
    let text = "w ".repeat(CLIPBOARD_BYTES_MAX / 2 + 1);
    outside.load(&format!(
        "<body style='margin:0'><textarea style='width:300px;height:90px'>{text}</textarea>"
    ));
    outside.click(20.0, 20.0);
    select_all(&mut outside);
    assert_eq!(copy(&mut outside, Edit::Cut), None);
    assert_eq!(copy(&mut outside, Edit::Copy), None, "it is still there");
}

#[test]
fn all_text_of_a_page_is_selected() {
    let mut outside = Outside::page();
    outside.load("<body><p>first</p><ul><li>second</ul><div>last</div>");
    let text = all_of_it(&mut outside).expect("it fits");
    for word in ["first", "second", "last"] {
        assert!(text.contains(word), "{word} is not in {text:?}");
    }
}

#[test]
fn menu_is_told_what_lies_under_the_pointer_or_has_the_focus() {
    let mut outside = Outside::page();
    outside.load(
        "<style>body { margin: 0 } body > * { display: block; height: 40px }</style>\
         <a href=/there><img src='data:image/gif;base64,R0lGODlhAQABAAAAACw=' width=40 height=40>\
         </a><input style='width:300px' value=text><p>words</p>",
    );
    let there = Some("http://site.test/there".to_owned());
    let target = inspect(&mut outside, Some((20.0, 20.0)));
    assert_eq!(target.link, there);
    assert!(target.image.is_some() && !target.is_editable);
    let target = inspect(&mut outside, Some((20.0, 60.0)));
    assert!(target.is_editable && !target.has_selection && target.link.is_none());
    select_all(&mut outside);
    let target = inspect(&mut outside, None);
    assert!(
        target.is_editable && target.has_selection,
        "it has the focus"
    );
    assert!((40.0..90.0).contains(&target.y), "{target:?}");
    assert_eq!(inspect(&mut outside, Some((-5.0, 1.0e5))).link, None);
    outside.key(Key::Tab, SHIFT);
    assert_eq!(inspect(&mut outside, None).link, there);
}

/// Several letters in a row may be told at once.
fn wait_typed(outside: &mut Outside, text: &str) {
    let wanted = FromShell::Typed(text.to_owned());
    while outside.wait_typed(text) != wanted {}
}

#[test]
fn address_bar_tells_what_is_typed_or_pasted_and_opens_its_menu() {
    let mut outside = Outside::shell(Size::new(1280, SHELL_HEIGHT));
    outside.click(700.0, 60.0);
    outside.type_text("ab");
    wait_typed(&mut outside, "ab");
    paste(&mut outside, "cd");
    wait_typed(&mut outside, "abcd");
    outside.click_with(700.0, 60.0, Button::Right, PLAIN);
    let menu = outside.wait_asked("a menu");
    assert!(
        matches!(menu, FromShell::AddressMenu { x: 700.0, .. }),
        "{menu:?}"
    );
    outside.key(Key::Function(10), SHIFT);
    let menu = outside.wait_asked("a menu");
    assert!(matches!(menu, FromShell::AddressMenu { .. }), "{menu:?}");
    assert_eq!(copy(&mut outside, Edit::Copy).as_deref(), Some(""));
    assert_eq!(all_of_it(&mut outside).as_deref(), Some("abcd"));
}

#[test]
fn tab_is_dragged_to_the_place_under_the_pointer() {
    let mut outside = super::shell::shown(&super::shell::state());
    let at = |x: f32| InputEvent::PointerMove {
        x,
        y: 20.0,
        modifiers: PLAIN,
    };
    outside.input(at(60.0));
    outside.input(InputEvent::PointerDown {
        x: 60.0,
        y: 20.0,
        button: Button::Left,
        modifiers: PLAIN,
    });
    outside.input(at(63.0));
    outside.input(at(500.0));
    assert_eq!(outside.wait_asked("move"), FromShell::Move(TabId(1), 2));
    outside.input(at(505.0));
    outside.input(InputEvent::PointerUp {
        x: 505.0,
        y: 20.0,
        button: Button::Left,
        modifiers: PLAIN,
    });
    assert_eq!(outside.wait_asked("shown"), FromShell::Activate(TabId(1)));
    outside.click_with(60.0, 20.0, Button::Right, PLAIN);
    let menu = outside.wait_asked("a menu");
    assert!(
        matches!(menu, FromShell::TabMenu { tab: TabId(1), .. }),
        "{menu:?}"
    );
}

#[test]
fn popup_shows_its_rows_and_nothing_once_it_is_closed() {
    let mut outside = Outside::shell(Size::new(1280, SHELL_HEIGHT));
    let row = |text: &str, is_enabled| PopupRow {
        text: text.to_owned(),
        detail: "<b>Ctrl+X".to_owned(),
        is_enabled,
        begins_group: true,
    };
    outside.tell_shell(ToShell::Popup(Some(Popup {
        rows: vec![row("Cut", false), row("Paste", true)],
        selected: Some(1),
    })));
    outside.attach(SurfacePart::Popup, Size::new(300, 68));
    outside.wait_pixels("the selected row", |o| o.pixel(150, 40) == 0xdb_e8fb);
    outside.tell_shell(ToShell::Popup(None));
    outside.wait_pixels("nothing", |o| o.pixel(150, 40) == 0xff_ffff);
}
