//! Claims about pages with scripts, through the loop.

use crate::tests::harness::Outside;
use protocol::input::{Button, InputEvent, Key, Modifiers};
use protocol::renderer::{FromRenderer, ToRenderer};

const RED: u32 = 0xff_0000;

fn title(outside: &mut Outside, wanted: &str) {
    outside.wait_said("the title", |message| match message {
        FromRenderer::Title { title, .. } if title == wanted => Some(()),
        _ => None,
    });
}

#[test]
fn a_script_changes_the_page_before_it_is_loaded() {
    let mut outside = Outside::page();
    outside.load(
        "<body style='margin:0'><div id=d style='width:100px;height:100px'></div>\
         <script>document.getElementById('d').style.background = '#ff0000'; document.title = \
         'set'</script>",
    );
    title(&mut outside, "set");
    outside.wait_pixels("red", |outside| outside.pixel(50, 50) == RED);
}

#[test]
fn text_in_a_picture_stays_a_node_and_is_painted_as_it_changes() {
    let mut outside = Outside::page();
    outside.load(
        "<body style='margin:0'><svg width=200 height=60 style='color:#f00'><text x=10 y=50 \
         font-size=60 id=t fill=currentColor></text></svg><script>const t = \
         document.getElementById('t'); t.textContent = 'WWW'; t.getBoundingClientRect(); \
         requestAnimationFrame(() => document.title = document.querySelector('svg text') === t && \
         t.textContent)</script>",
    );
    title(&mut outside, "WWW");
    outside.wait_pixels("red words", |outside| outside.pixels().contains(&RED));
}

#[test]
fn what_the_parser_brings_after_the_last_script_has_its_name_in_the_window() {
    let mut outside = Outside::page();
    outside.load("<body onload='document.title = later.tagName'><script>0</script><p id=later>p");
    title(&mut outside, "P");
    let mut outside = Outside::page();
    outside.load("<body onload='document.title = only.tagName'><p id=only>p");
    title(&mut outside, "P");
}

#[test]
fn what_the_parser_brings_later_is_what_was_defined_before() {
    let mut outside = Outside::page();
    outside.load(
        "<body><script>customElements.define('x-e', class extends HTMLElement { \
         connectedCallback() { this.textContent = this.id; } })</script><x-e id=one></x-e>\
         <script>const first = document.getElementById('one').textContent; \
         document.addEventListener('DOMContentLoaded', () => document.title = first + ' ' + \
         document.getElementById('two').textContent)</script><x-e id=two></x-e>",
    );
    title(&mut outside, "one two");
}

#[test]
fn scripts_run_in_order_and_the_events_of_loading_follow() {
    let mut outside = Outside::page();
    outside.commit(
        "http://site.test/",
        "text/html",
        b"<title>t</title><script>var o = []; document.addEventListener('DOMContentLoaded', () => \
        o.push('dcl')); \
          addEventListener('load', () => { o.push('load', document.readyState); document.title = \
          o.join(); });</script>\
          <script defer src=/defer.js></script><script \
          src=/one.js></script><script>o.push('two')</script>\
          <script async src=/async.js onerror='o.push(\"failed\")'></script><body>",
    );
    let mut urls = Vec::new();
    for _ in 0..3 {
        let (request, url) = outside.wait_fetch();
        let body: &[u8] = match url.rsplit('/').next() {
            Some("one.js") => b"o.push('one')",
            Some("defer.js") => b"o.push('defer')",
            _ => b"",
        };
        match body.is_empty() {
            true => outside.fail(request),
            false => outside.serve(request, &url, body),
        }
        urls.push(url);
    }
    assert_eq!(urls.len(), 3);
    outside.wait_said("the title", |message| match message {
        FromRenderer::Title { title, .. } if title.contains("load") => {
            let order: Vec<&str> = title.split(',').filter(|what| *what != "failed").collect();
            assert_eq!(order, ["one", "two", "defer", "dcl", "load", "complete"]);
            assert!(title.contains("failed"));
            Some(())
        }
        _ => None,
    });
    outside.wait_loaded();
}

#[test]
fn the_broker_hears_that_scripts_run_and_of_nothing_on_other_pages() {
    let mut outside = Outside::page();
    outside.load("<p>no script</p><noscript>x</noscript><script type='text/template'>y</script>");
    let is_scripted = |message: &FromRenderer| matches!(message, FromRenderer::Scripted { .. });
    assert!(!outside.said.iter().any(is_scripted));
    outside.load("<body onload='document.title = 1'>");
    outside.wait_said("Scripted", |message| is_scripted(message).then_some(()));
    title(&mut outside, "1");
}

#[test]
fn a_page_that_animates_itself_gets_a_frame_for_each_credit() {
    let mut outside = Outside::page();
    outside.load(
        "<body style='margin:0'><div id=d \
        style='position:absolute;width:10px;height:10px;background:#ff0000'></div>\
         <script>let x = 0; requestAnimationFrame(function step() { x += 20; \
         document.getElementById('d').style.left = x + 'px'; if (x < 200) \
         requestAnimationFrame(step); })</script>",
    );
    outside.wait_pixels("the end", |outside| outside.pixel(205, 5) == RED);
}

#[test]
fn a_click_of_the_user_reaches_the_page() {
    let mut outside = Outside::page();
    outside.load(
        "<body style='margin:0'><button id=b style='width:100px;height:50px'>b</button>\
         <script>document.getElementById('b').onclick = (e) => { document.title = 'clicked ' + \
         e.isTrusted; }</script>",
    );
    outside.click(20.0, 20.0);
    title(&mut outside, "clicked true");
}

#[test]
fn a_script_may_ask_for_another_page() {
    let mut outside = Outside::page();
    outside.load("<script>setTimeout(() => { location = '/next' }, 10)</script>");
    let url = outside.wait_said("Navigate", |message| match message {
        FromRenderer::Navigate {
            url,
            new_tab: false,
            ..
        } => Some(url.clone()),
        _ => None,
    });
    assert_eq!(url, "http://site.test/next");
}

#[test]
fn an_endless_script_is_stopped_and_the_page_goes_on() {
    let mut outside = Outside::page();
    outside.load("<body style='margin:0;background:#ff0000'><script>for (;;) {}</script>");
    outside.wait_said("Incomplete", |message| match message {
        FromRenderer::Incomplete { reason, .. } if reason.contains("stopped") => Some(()),
        _ => None,
    });
    outside.click(20.0, 20.0);
    assert_eq!(outside.pixel(50, 50), RED);
}

#[test]
fn the_broker_can_stop_a_script_in_the_middle_of_a_task_and_no_message_is_lost() {
    let mut outside = Outside::page();
    outside.load(
        "<body style='margin:0;background:#ff0000'><script>onmousedown = () => { for (;;) { try \
         { for (;;) {} } finally { continue; } } }; onkeyup = () => { document.title = 'runs' \
         }</script>",
    );
    let modifiers = Modifiers::default();
    let pressed = outside.begin_input(InputEvent::PointerDown {
        x: 20.0,
        y: 20.0,
        button: Button::Left,
        modifiers,
    });
    let key = outside.begin_input(InputEvent::KeyUp {
        key: Key::Enter,
        modifiers,
    });
    outside.send(ToRenderer::StopScript);
    outside.wait_done(pressed);
    outside.wait_done(key);
    outside.wait_said("ScriptStopped", |message| {
        matches!(message, FromRenderer::ScriptStopped { .. }).then_some(())
    });
    outside.wait_said("Incomplete", |message| match message {
        FromRenderer::Incomplete { reason, .. } if reason.contains("were stopped") => Some(()),
        _ => None,
    });
    assert_eq!(outside.pixel(50, 50), RED);
}

#[test]
fn a_document_that_comes_after_one_with_scripts_has_a_realm_of_its_own() {
    let mut outside = Outside::page();
    outside
        .load("<script>window.mark = 1; setInterval(() => { document.title = 'old' }, 1)</script>");
    title(&mut outside, "old");
    outside.load("<script>document.title = 'new ' + typeof mark</script>");
    title(&mut outside, "new undefined");
}
