//! Claims about what scripts ask of the broker: dialogs, console, address and history.

use super::Scripted;
use super::on_stack;
use crate::tests::harness::{NAVIGATION, Outside};
use protocol::console::{ConsoleLevel, ConsoleLine};
use protocol::dialog::{DialogAnswer, DialogKind, DialogRequest};
use protocol::input::{InputEvent, Key, Modifiers};
use protocol::renderer::{FromRenderer, GoWithin, HistoryPlace, ToRenderer};

fn key(outside: &mut Outside) -> u32 {
    outside.begin_input(InputEvent::KeyDown {
        key: Key::Character('a'),
        modifiers: Modifiers::default(),
        repeat: false,
    })
}

fn wait_dialog(outside: &mut Outside) -> DialogRequest {
    outside.wait_said("a dialog", |message| match message {
        FromRenderer::Dialog { dialog, .. } => Some(dialog.clone()),
        _ => None,
    })
}

fn wait_title(outside: &mut Outside, wanted: &str) {
    outside.wait_said(wanted, |message| match message {
        FromRenderer::Title { title, .. } if title == wanted => Some(()),
        _ => None,
    });
}

fn wait_line(outside: &mut Outside) -> ConsoleLine {
    outside.wait_said("a line", |message| match message {
        FromRenderer::Console { line, .. } => Some(line.clone()),
        _ => None,
    })
}

fn accepted(text: &str) -> DialogAnswer {
    DialogAnswer {
        is_accepted: true,
        text: text.to_owned(),
        mute: false,
    }
}

#[test]
fn a_script_waits_for_its_dialog_and_what_comes_meanwhile_comes_after_it() {
    let mut outside = Outside::page();
    outside.load(
        "<script>let keys = 0; onkeydown = () => { keys++; if (keys === 1) document.title = \
         prompt('Name?', 'x') + confirm('Sure?') + keys; else document.title = 'key ' + keys; \
         }</script>",
    );
    let first = key(&mut outside);
    let dialog = wait_dialog(&mut outside);
    assert_eq!((dialog.kind, &*dialog.text), (DialogKind::Prompt, "Name?"));
    assert_eq!(dialog.default_text, "x");
    let second = key(&mut outside);
    // An answer to another question is none.
    for (request, text) in [(dialog.request + 9, "no"), (dialog.request, "yes ")] {
        let answer = accepted(text);
        outside.send(ToRenderer::AnswerDialog { request, answer });
    }
    let request = wait_dialog(&mut outside).request;
    let answer = DialogAnswer::default();
    outside.send(ToRenderer::AnswerDialog { request, answer });
    outside.wait_done(first);
    outside.wait_done(second);
    wait_title(&mut outside, "key 2");
}

#[test]
fn a_muted_page_asks_no_more() {
    let mut outside = Outside::page();
    outside.load("<script>onkeydown = () => { for (let n = 0; n < 5; n++) alert(n); }</script>");
    let pressed = key(&mut outside);
    let request = wait_dialog(&mut outside).request;
    let answer = DialogAnswer {
        mute: true,
        ..DialogAnswer::default()
    };
    outside.send(ToRenderer::AnswerDialog { request, answer });
    outside.wait_done(pressed);
    let is_dialog = |message: &FromRenderer| matches!(message, FromRenderer::Dialog { .. });
    assert!(!outside.said.iter().any(is_dialog));
}

#[test]
fn a_page_that_waits_can_be_stopped() {
    let mut outside = Outside::page();
    outside.load("<script>onkeydown = () => { for (;;) alert(); }</script>");
    let pressed = key(&mut outside);
    wait_dialog(&mut outside);
    outside.send(ToRenderer::StopScript);
    outside.wait_done(pressed);
}

#[test]
fn a_page_whose_broker_is_gone_ends_though_it_waits() {
    let mut outside = Outside::page();
    outside.load("<script>onkeydown = () => { alert(); }</script>");
    key(&mut outside);
    wait_dialog(&mut outside);
    drop(outside);
}

#[test]
fn a_page_is_asked_before_it_is_left() {
    for (script, stays) in [
        ("onbeforeunload = () => 'text'", true),
        ("onbeforeunload = () => {}", false),
        (
            "addEventListener('beforeunload', e => e.preventDefault())",
            true,
        ),
        (
            "addEventListener('beforeunload', e => { e.returnValue = 'x' })",
            true,
        ),
        ("onbeforeunload = () => { throw 1 }", false),
    ] {
        let mut outside = Outside::page();
        outside.load(&format!("<script>{script}</script>"));
        outside.wait_said("GuardsLeaving", |message| {
            let guards = FromRenderer::GuardsLeaving {
                navigation: NAVIGATION,
            };
            (*message == guards).then_some(())
        });
        let sequence = outside.next_number();
        outside.send(ToRenderer::AskLeave { sequence });
        let answer = outside.wait_said("an answer", |message| match message {
            FromRenderer::LeaveAnswer { stays, .. } => Some(*stays),
            _ => None,
        });
        assert_eq!(answer, stays, "{script}");
        outside.wait_done(sequence);
    }
}

#[test]
fn a_line_of_the_console_says_where_it_comes_from() {
    let mut outside = Outside::page();
    outside.commit(
        "http://site.test/page",
        "text/html",
        b"<script src=/a.js></script>",
    );
    let (request, url) = outside.wait_fetch();
    outside.serve(
        request,
        &url,
        b"\n\nfunction f() { console.warn('here'); }\nf();\nmissing();",
    );
    let line = wait_line(&mut outside);
    assert_eq!((line.level, &*line.text), (ConsoleLevel::Warn, "here"));
    assert_eq!((&*line.source, line.line), ("http://site.test/a.js", 3));
    let error = wait_line(&mut outside);
    assert_eq!(error.level, ConsoleLevel::Error);
    assert!(
        error.text.starts_with("Uncaught ReferenceError"),
        "{error:?}"
    );
    assert_eq!((&*error.source, error.line), ("http://site.test/a.js", 5));
}

#[test]
fn a_flood_of_lines_is_counted_even_if_nothing_follows() {
    let mut outside = Outside::page();
    outside.load("<script>for (let n = 0; n < 5000; n++) console.log(n);</script>");
    outside.wait_said("the count", |message| match message {
        FromRenderer::Console { line, .. } if line.left_out > 1_000 => Some(()),
        _ => None,
    });
}

#[test]
fn scripts_give_the_document_addresses_of_its_own_origin_and_hear_when_it_goes_back() {
    let mut outside = Outside::page();
    outside.load(
        "<a id=a href='x'>x</a><script>onpopstate = (e) => { document.title = 'popped ' + \
         location.href + JSON.stringify(e.state) + (e.state === history.state) }; \
         let refused = 0; for (const url of ['http://b.test/', 'https://site.test/', '//x/', \
         'file:///x']) try { history.pushState(1, '', url) } catch (e) { refused += e.name === \
         'SecurityError' } history.pushState({n: 1}, '', '/deep/er?q#h'); \
         document.title = [refused, location.href, history.length, \
         document.getElementById('a').href, history.state.n]</script>",
    );
    wait_title(
        &mut outside,
        "4,http://site.test/deep/er?q#h,1,http://site.test/deep/x,1",
    );
    let pushed = outside.wait_said("PushState", |message| match message {
        FromRenderer::PushState {
            url,
            state,
            replaces,
            ..
        } => Some((url.clone(), state.clone(), *replaces)),
        _ => None,
    });
    let url = "http://site.test/deep/er?q#h".to_owned();
    assert_eq!(pushed, (url, Some("{\"n\":1}".to_owned()), false));
    outside.send(ToRenderer::GoWithin(GoWithin {
        sequence: u32::MAX,
        navigation: NAVIGATION,
        url: "http://site.test/page".to_owned(),
        state: Some("[5]".to_owned()),
        place: HistoryPlace {
            index: 0,
            length: 2,
        },
        scroll_y: Some(0),
    }));
    wait_title(&mut outside, "popped http://site.test/page[5]true");
}

#[test]
fn addresses_that_change_too_often_are_left_out_with_a_word() {
    let mut outside = Outside::page();
    outside.load(
        "<script>for (let n = 0; n < 500; n++) history.replaceState(n, '', '?' + n);</script>",
    );
    let is_push = |message: &&FromRenderer| matches!(message, FromRenderer::PushState { .. });
    let pushes = outside.said.iter().filter(is_push).count();
    assert_eq!(pushes, protocol::limits::PAGE_NAVIGATIONS_MAX);
    assert_eq!(wait_line(&mut outside).level, ConsoleLevel::Warn);
}

/// What stands in the console after some code.
fn logged(code: &str) -> Vec<String> {
    let mut page = Scripted::new("<div id=d class='a b'></div>");
    page.say(code);
    let mut lines = page.log();
    lines.retain(|line| line != "undefined");
    lines
}

fn shows(cases: &'static [(&str, &str)]) {
    on_stack(move || {
        for (code, wanted) in cases {
            let code = format!("console.log({code})");
            let mut page = Scripted::new("<div id=d class='a b'></div>");
            page.view
                .with_script(|realm| realm.run(None, &code, "test"));
            assert_eq!(page.log(), [*wanted], "{code}");
        }
    });
}

#[test]
fn values_are_shown_as_a_browser_shows_them() {
    shows(&[
        (
            "'a', 1, -0, 1n, true, null, undefined",
            "a 1 -0 1n true null undefined",
        ),
        ("Symbol('s')", "Symbol(s)"),
        (
            "['a', \"it's\", [1, [2, [3, [4]]]]]",
            "(3) ['a', \"it's\", [1, [2, Array(2)]]]",
        ),
        ("{a: 1, 'b c': {d: null}}", "{a: 1, 'b c': {d: null}}"),
        ("{get a() { throw 1 }}", "{a: (...)}"),
        ("new (class Foo { x = 1 })()", "Foo {x: 1}"),
        ("Object.create(null)", "[Object: null prototype] {}"),
        ("new Map([['a', {b: 1}]])", "Map(1) {'a' => {b: 1}}"),
        ("new Set([1, 'x'])", "Set(2) {1, 'x'}"),
        ("new Uint8Array([1, 2])", "Uint8Array(2) [1, 2]"),
        ("new ArrayBuffer(8)", "ArrayBuffer(8)"),
        ("new Date(0)", "1970-01-01T00:00:00.000Z"),
        ("/a.b/gi", "/a.b/gi"),
        ("function f() {}, class C {}, () => 1", "ƒ f() class C ƒ ()"),
        (
            "document.getElementById('d')",
            "<div id=\"d\" class=\"a b\">",
        ),
        ("document", "#document"),
        (
            "(() => { const o = {}; o.o = o; return o })()",
            "{o: [Circular]}",
        ),
        ("new Proxy({}, { ownKeys() { throw 1 } })", "[?]"),
    ]);
}

#[test]
fn formats_have_the_specifiers_of_the_console() {
    shows(&[
        (
            "'%s is %d, %i, %f%%', 'x', 1.9, '2.9', 1.5",
            "x is 1, 2, 1.5%",
        ),
        ("'%c red %o', 'color: red', {a: 'x'}", " red {a: 'x'}"),
        ("'%s', 'a', 'b', {c: 1}", "a b {c: 1}"),
        ("'%s %s', 1", "1 %s"),
        ("'100%'", "100%"),
        ("'%d', {}", "NaN"),
    ]);
}

#[test]
fn the_methods_of_the_console_do_what_they_are_named_after() {
    on_stack(|| {
        let lines = logged(
            "console.assert(true, 'no'); console.assert(false, 'a', 1); console.count(); \
             console.count('x'); console.count('x'); console.countReset('x'); console.count('x'); \
             console.countReset('y'); console.timeEnd('z'); console.group('g'); \
             console.groupEnd(); \
             console.table([{a: 1, b: 'x'}, {a: 2}]); console.dir({a: 1}); console.debug('d'); \
             console.clear();",
        );
        let wanted = [
            "error: Assertion failed: a 1",
            "info: default: 1",
            "info: x: 1",
            "info: x: 2",
            "info: x: 1",
            "warn: Count for 'y' does not exist",
            "warn: Timer 'z' does not exist",
            "g",
            "(index)  a  b\n0        1  'x'\n1        2",
            "{a: 1}",
            "debug: d",
            "clear: The console was cleared",
        ];
        assert_eq!(lines, wanted);
        let lines = logged("function f() { console.trace('here'); } f();");
        assert!(lines[0].starts_with("here\n    at f (test:"), "{lines:?}");
        assert!(!lines[0].contains("prelude"), "{lines:?}");
    });
}

#[test]
fn what_is_shown_is_bounded_whatever_it_is() {
    on_stack(|| {
        let lines = logged(
            "let deep = 0; for (let n = 0; n < 1e4; n++) deep = {deep}; console.log(deep); \
             console.log(new Array(1e6).fill('x'.repeat(1e3))); console.log('x'.repeat(1e6)); \
             const wide = {}; for (let n = 0; n < 1e5; n++) wide['k' + n] = wide; \
             console.log(wide); \
             console.table(new Array(1e5).fill(wide));",
        );
        assert_eq!(lines.len(), 5);
        assert!(lines.iter().all(|line| line.len() < 9_000));
    });
}
