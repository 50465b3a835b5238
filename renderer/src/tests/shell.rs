//! Claims about the shell.

use super::harness::Outside;
use protocol::appearance::Percent;
use protocol::geometry::Size;
use protocol::ids::TabId;
use protocol::input::{Button, InputEvent, Key, Modifiers};
use protocol::limits::SHELL_HEIGHT;
use protocol::shell::{
    Card, CardButton, FromShell, Security, ShellState, TabMark, TabView, ToShell,
};
use protocol::surface::SurfacePart;

const PLAIN: Modifiers = Modifiers {
    shift: false,
    ctrl: false,
    alt: false,
    meta: false,
};
const STRIP: Size = Size::new(1280, SHELL_HEIGHT);

fn tab(id: u32, title: &str, mark: TabMark) -> TabView {
    TabView {
        tab: TabId(id),
        title: title.to_owned(),
        mark,
    }
}

pub(crate) fn state() -> ShellState {
    ShellState {
        tabs: vec![
            tab(1, "Welcome to Bulkhead", TabMark::Ready),
            tab(
                2,
                "<b>An article</b> with a title that is far too long",
                TabMark::Ready,
            ),
            tab(3, "Crashed", TabMark::Crashed),
        ],
        active: Some(TabId(2)),
        url: "http://127.0.0.1:8000/article".to_owned(),
        host: "127.0.0.1".to_owned(),
        security: Security::Plain,
        can_go_back: true,
        can_go_forward: false,
        loading: false,
        zoom: Percent::HUNDRED,
        find: None,
        hover_link: None,
        notice: None,
        banner: None,
        blocked_popup: None,
        can_stop_script: false,
        card: None,
    }
}

pub(super) fn shown(state: &ShellState) -> Outside {
    let mut outside = Outside::shell(STRIP);
    outside.tell_shell(ToShell::State(Box::new(state.clone())));
    // The active tab is white where the strip behind it is not.
    outside.wait_pixels("the strip", |o| o.pixel(240, 33) == 0xff_ffff);
    outside
}

/// Where the tabs, their close buttons and the buttons below them are.
const TAB_1: (f32, f32) = (60.0, 20.0);
const CLOSE_2: (f32, f32) = (431.0, 20.0);
const BACK: (f32, f32) = (24.0, 60.0);
const FORWARD: (f32, f32) = (58.0, 60.0);
const RELOAD: (f32, f32) = (92.0, 60.0);
const ADDRESS: (f32, f32) = (700.0, 60.0);

#[test]
fn clicks_are_commands() {
    let mut outside = shown(&state());
    outside.click(CLOSE_2.0, CLOSE_2.1);
    assert_eq!(outside.wait_asked("close"), FromShell::Close(TabId(2)));
    outside.click(TAB_1.0, TAB_1.1);
    assert_eq!(
        outside.wait_asked("activate"),
        FromShell::Activate(TabId(1))
    );
    outside.click_with(TAB_1.0, TAB_1.1, Button::Middle, PLAIN);
    assert_eq!(outside.wait_asked("close"), FromShell::Close(TabId(1)));
    outside.click(BACK.0, BACK.1);
    assert_eq!(outside.wait_asked("back"), FromShell::Back);
    outside.click(FORWARD.0, FORWARD.1);
    outside.click(RELOAD.0, RELOAD.1);
    assert_eq!(
        outside.wait_asked("reload"),
        FromShell::Reload,
        "forward is greyed"
    );
    let plus = 6.0 + 3.0 * 221.0 + 18.0;
    outside.click(plus, 20.0);
    assert_eq!(outside.wait_asked("new tab"), FromShell::NewTab);
}

#[test]
fn reload_becomes_stop_while_loading() {
    let mut outside = shown(&state());
    outside.tell_shell(ToShell::State(Box::new(ShellState {
        loading: true,
        ..state()
    })));
    outside.wait_pixels("any frame", |_| true);
    loop {
        outside.click(RELOAD.0, RELOAD.1);
        match outside.wait_asked("stop") {
            FromShell::Stop => break,
            other => assert_eq!(other, FromShell::Reload, "the state is on its way"),
        }
    }
}

#[test]
fn typed_text_is_gone_to() {
    let mut outside = shown(&state());
    outside.click(ADDRESS.0, ADDRESS.1);
    outside.type_text("example.org/a b");
    outside.key(Key::Enter, PLAIN);
    assert_eq!(
        outside.wait_asked("go"),
        FromShell::Go("example.org/a b".to_owned())
    );
}

#[test]
fn typed_text_survives_a_new_state_and_escape_brings_the_url_back() {
    let mut outside = shown(&state());
    outside.click(ADDRESS.0, ADDRESS.1);
    outside.type_text("half");
    let mut changed = state();
    changed.url = "http://127.0.0.1:8000/other".to_owned();
    changed.tabs.remove(0);
    outside.tell_shell(ToShell::State(Box::new(changed)));
    outside.wait_pixels("the new tabs", |o| o.pixel(20, 33) == 0xff_ffff);
    outside.type_text(" typed");
    outside.key(Key::Enter, PLAIN);
    assert_eq!(
        outside.wait_asked("go"),
        FromShell::Go("half typed".to_owned())
    );
    outside.click(ADDRESS.0, ADDRESS.1);
    outside.type_text("x");
    outside.key(Key::Escape, PLAIN);
    outside.key(Key::End, PLAIN);
    outside.type_text("!");
    outside.key(Key::Enter, PLAIN);
    assert_eq!(
        outside.wait_asked("go"),
        FromShell::Go("http://127.0.0.1:8000/other!".to_owned())
    );
}

#[test]
fn what_is_typed_is_completed_until_the_user_takes_it_back() {
    let mut outside = shown(&state());
    let complete = |outside: &mut Outside, typed: &str, rest: &str| {
        let (typed, rest) = (typed.to_owned(), rest.to_owned());
        outside.tell_shell(ToShell::Complete { typed, rest });
    };
    let told = |outside: &mut Outside, text: &str| {
        while outside.wait_typed("the text") != FromShell::Typed(text.to_owned()) {}
    };
    let go = |outside: &mut Outside| {
        outside.key(Key::Enter, PLAIN);
        outside.wait_asked("go")
    };
    outside.click(ADDRESS.0, ADDRESS.1);
    outside.type_text("ex");
    told(&mut outside, "ex");
    complete(&mut outside, "ex", "ample.org");
    outside.wait_pixels("the rest, selected", |o| {
        (300..700).any(|x| o.pixel(x, 60) == 0xb4_d5ff)
    });
    // What is typed next replaces it, and it is completed at once where it still fits.
    outside.type_text("am");
    told(&mut outside, "exam");
    assert_eq!(go(&mut outside), FromShell::Go("example.org".to_owned()));

    outside.click(ADDRESS.0, ADDRESS.1);
    outside.type_text("ex");
    told(&mut outside, "ex");
    complete(&mut outside, "ex", "ample.org");
    outside.key(Key::Backspace, PLAIN);
    told(&mut outside, "ex");
    complete(&mut outside, "ex", "ample.org");
    assert_eq!(go(&mut outside), FromShell::Go("ex".to_owned()));

    outside.click(ADDRESS.0, ADDRESS.1);
    outside.type_text("ex");
    complete(&mut outside, "e", "late");
    outside.type_text("it");
    assert_eq!(go(&mut outside), FromShell::Go("exit".to_owned()));

    outside.click(ADDRESS.0, ADDRESS.1);
    outside.type_text("ex");
    told(&mut outside, "ex");
    complete(&mut outside, "ex", "ample.org");
    outside.key(Key::Escape, PLAIN);
    outside.key(Key::End, PLAIN);
    outside.type_text("!");
    assert_eq!(go(&mut outside), FromShell::Go(format!("{}!", state().url)));
}

#[test]
fn focusing_the_address_selects_all_of_it() {
    let mut outside = shown(&state());
    outside.tell_shell(ToShell::FocusAddress);
    outside.wait_pixels("the selection", |o| {
        (300..700).any(|x| o.pixel(x, 60) == 0xb4_d5ff)
    });
    outside.type_text("new");
    outside.key(Key::Enter, PLAIN);
    assert_eq!(outside.wait_asked("go"), FromShell::Go("new".to_owned()));
}

#[test]
fn losing_the_keyboard_shows_the_url_again() {
    let mut outside = shown(&state());
    outside.click(ADDRESS.0, ADDRESS.1);
    outside.type_text("left behind");
    outside.input(InputEvent::Focus(false));
    outside.click(ADDRESS.0, ADDRESS.1);
    outside.key(Key::End, PLAIN);
    outside.key(Key::Enter, PLAIN);
    assert_eq!(
        outside.wait_asked("go"),
        FromShell::Go("http://127.0.0.1:8000/article".to_owned())
    );
}

#[test]
fn a_card_has_its_buttons() {
    let mut outside = Outside::shell(STRIP);
    outside.attach(SurfacePart::Card, Size::new(480, 320));
    let card = Card {
        tab: TabId(3),
        heading: "This tab has crashed".to_owned(),
        cause: "Signal 11 (SIGSEGV) at address 0x10".to_owned(),
        details: vec!["renderer p7, pid 4711".to_owned()],
        buttons: vec![CardButton::Reload, CardButton::Close],
    };
    let state = ShellState {
        card: Some(card),
        ..state()
    };
    outside.tell_shell(ToShell::State(Box::new(state)));
    let blue = 0x1a_6dd6;
    outside.wait_pixels("the first button", |o| o.pixels().contains(&blue));
    let at = outside
        .pixels()
        .iter()
        .position(|p| *p == blue)
        .expect("seen") as u32;
    outside.click((at % 480) as f32 + 10.0, (at / 480) as f32 + 15.0);
    assert_eq!(
        outside.wait_asked("reload"),
        FromShell::CardButton(TabId(3), CardButton::Reload)
    );
}

/// Forty tabs in a window that has room for five, and the place of the fifth and of the buttons
/// that roll them.
fn many_tabs() -> Outside {
    let mut outside = Outside::shell(Size::new(500, SHELL_HEIGHT));
    let mut state = state();
    state.tabs = (0..40)
        .map(|id| tab(id, "A page", TabMark::Ready))
        .collect();
    state.active = Some(TabId(0));
    outside.tell_shell(ToShell::State(Box::new(state)));
    outside.wait_pixels("the strip", |o| o.pixel(70, 34) == 0xff_ffff);
    outside
}
const FIFTH: (f32, f32) = (6.0 + 52.0 + 70.0 * 4.5, 20.0);
const EARLIER: (f32, f32) = (6.0 + 26.0, 20.0);
const LATER: (f32, f32) = (6.0 + 52.0 + 350.0 + 26.0, 20.0);

#[test]
fn many_tabs_in_a_narrow_window_stay_clickable() {
    let mut outside = many_tabs();
    outside.click(FIFTH.0, FIFTH.1);
    let asked = outside.wait_asked("the fifth");
    assert_eq!(asked, FromShell::Activate(TabId(4)));
    for _ in 0..20 {
        outside.click(LATER.0, LATER.1);
    }
    outside.click(FIFTH.0, FIFTH.1);
    let asked = outside.wait_asked("the last tab");
    assert_eq!(asked, FromShell::Activate(TabId(39)));
    outside.click(EARLIER.0, EARLIER.1);
    outside.click(FIFTH.0, FIFTH.1);
    let asked = outside.wait_asked("one before");
    assert_eq!(asked, FromShell::Activate(TabId(35)));
}

#[test]
fn the_wheel_rolls_many_tabs() {
    let mut outside = many_tabs();
    outside.input(InputEvent::Wheel {
        x: FIFTH.0,
        y: FIFTH.1,
        delta_x: 0.0,
        delta_y: 90.0,
        modifiers: PLAIN,
    });
    outside.click(FIFTH.0, FIFTH.1);
    let asked = outside.wait_asked("three further");
    assert_eq!(asked, FromShell::Activate(TabId(7)));
}
