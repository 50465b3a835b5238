//! Claims about what scripts hear.

use super::Scripted;
use protocol::input::{Button, InputEvent, Key, Modifiers};

const MODIFIERS: Modifiers = Modifiers {
    shift: false,
    ctrl: false,
    alt: false,
    meta: false,
};

fn move_to(page: &mut Scripted, x: f32, y: f32) {
    page.input(InputEvent::PointerMove {
        x,
        y,
        modifiers: MODIFIERS,
    });
}

fn press(page: &mut Scripted, x: f32, y: f32) {
    page.input(InputEvent::PointerDown {
        x,
        y,
        button: Button::Left,
        modifiers: MODIFIERS,
    });
}

fn release(page: &mut Scripted, x: f32, y: f32) {
    page.input(InputEvent::PointerUp {
        x,
        y,
        button: Button::Left,
        modifiers: MODIFIERS,
    });
}

#[test]
fn events_go_down_and_up_in_order() {
    let mut page = Scripted::new("<body><div id=d><b id=b>x</b></div>");
    assert_eq!(
        page.say(
            "const out = [], d = document.getElementById('d'), b = document.getElementById('b'); \
             const on = (t, name, options) => t.addEventListener('ping', (e) => { \
             out.push(name + e.eventPhase + (e.currentTarget === t)); }, options); \
             on(window, 'w', true); on(document, 'D', true); on(d, 'd'); on(d, 'c', true); \
             on(b, 'b'); on(b, 'o', { once: true }); on(window, 'W'); \
             b.dispatchEvent(new Event('ping', { bubbles: true })); out.push('|'); \
             d.addEventListener('ping', (e) => e.stopPropagation()); \
             b.dispatchEvent(new Event('ping', { bubbles: true })); return out.join(' ')"
        ),
        "w1true D1true c1true b2true o2true d3true W3true | w1true D1true c1true b2true d3true"
    );
}

#[test]
fn events_can_be_prevented_and_listeners_removed() {
    let mut page = Scripted::new("<body>");
    assert_eq!(
        page.say(
            "let n = 0; const c = new AbortController(), f = (e) => { n++; e.preventDefault(); }; \
             addEventListener('x', f, { signal: c.signal }); addEventListener('x', f); \
             const e = () => dispatchEvent(new Event('x', { cancelable: true })); const out = \
             [e()]; \
             c.abort(); out.push(e()); addEventListener('x', f, { passive: true }); out.push(e()); \
             removeEventListener('x', f); out.push(e()); \
             const o = new EventTarget(); o.addEventListener('y', { handleEvent(e) { n += 10; } \
             }); \
             o.dispatchEvent(new CustomEvent('y', { detail: 5 })); return out + ' ' + n"
        ),
        "false,true,true,true 12"
    );
}

#[test]
fn handlers_in_markup_and_as_properties_run() {
    let mut page = Scripted::new(
        "<body><button id=b onclick='window.n = (window.n || 0) + 1; return false'>b</button>",
    );
    assert_eq!(
        page.say(
            "const b = document.getElementById('b'); b.click(); b.click(); const first = n; \
             b.onclick = () => { n += 10; }; b.click(); b.onclick = null; b.click(); \
             b.setAttribute('onclick', 'n += 100 + (event.type === \"click\") + (this.id === \
             \"b\")'); \
             b.click(); return first + ' ' + n + ' ' + typeof b.onclick"
        ),
        "2 114 function"
    );
}

#[test]
fn a_click_of_the_user_is_heard_and_does_its_work() {
    let mut page = Scripted::new(
        "<style>* { margin: 0 } label, button { display: block; width: 200px; height: 30px \
        }</style>\
         <button id=b>b</button><label id=l><input type=checkbox id=c>tick</label>\
         <script>const $ = (id) => document.getElementById(id), out = [];\
         for (const t of ['pointerdown', 'mousedown', 'pointerup', 'mouseup', 'click'])\
           $('b').addEventListener(t, (e) => out.push(t + e.isTrusted + e.clientX + e.button));\
         $('c').addEventListener('click', (e) => out.push('box ' + $('c').checked));\
         $('c').addEventListener('change', (e) => out.push('change ' + $('c').checked));\
         </script>",
    );
    page.click(10.0, 10.0);
    assert_eq!(
        page.say("return out.splice(0).join()"),
        "pointerdowntrue100,mousedowntrue100,pointeruptrue100,mouseuptrue100,clicktrue100"
    );
    page.click(100.0, 45.0);
    assert_eq!(
        page.say("return out.splice(0).join()"),
        "box true,change true"
    );
    page.say("$('c').onclick = () => false");
    page.click(100.0, 45.0);
    assert_eq!(
        page.say("return out.splice(0) + ' ' + $('c').checked"),
        "box false true"
    );
}

#[test]
fn a_box_that_is_clicked_changes_once() {
    let mut page = Scripted::new(
        "<style>* { margin: 0 } input { display: block; width: 30px; height: 30px }</style>\
         <input type=checkbox id=c><input type=radio name=r id=p><input type=radio name=r id=q>\
         <script>const $ = (id) => document.getElementById(id), out = [];\
         for (const t of ['input', 'change']) document.addEventListener(t, (e) => \
           out.push(t + e.target.id + e.target.checked));</script>",
    );
    let clicks = [(15.0, "c"), (45.0, "p"), (75.0, "q")];
    for (y, id) in clicks {
        page.click(15.0, y);
        assert_eq!(
            page.say("return out.splice(0).join()"),
            format!("input{id}true,change{id}true")
        );
    }
    page.say("$('c').onclick = $('p').onclick = () => false");
    page.click(15.0, 15.0);
    page.click(15.0, 45.0);
    assert_eq!(
        page.say("return out.splice(0) + [$('c'), $('p'), $('q')].map((it) => it.checked)"),
        "true,false,true"
    );
}

#[test]
fn typed_text_is_heard() {
    let mut page = Scripted::new(
        "<input id=i autofocus><script>const out = [], i = document.getElementById('i'); i.focus();\
         for (const t of ['keydown', 'keypress', 'input', 'keyup', 'change', 'blur', 'focus'])\
           i.addEventListener(t, (e) => out.push(t + (e.key ?? '') + i.value));\
         i.addEventListener('keydown', (e) => { if (e.key === 'x') e.preventDefault(); \
         });</script>",
    );
    page.type_text("ax");
    assert_eq!(
        page.say("return out.splice(0).join()"),
        "keydowna,keypressa,inputa,keyupaa,keydownxa,keyupxa"
    );
    page.say("i.blur()");
    assert_eq!(page.say("return out.splice(0).join()"), "changea,blura");
    page.say("i.focus()");
    page.key(Key::Enter);
    assert_eq!(
        page.say("return out.splice(0).join()"),
        "focusa,keydownEntera,keypressEntera,keyupEntera"
    );
}

#[test]
fn a_form_asks_before_it_is_sent() {
    let mut page = Scripted::new(
        "<form id=f action=/go><input id=i name=q value=1><button id=b>go</button></form><script>\
         let n = 0; const f = document.getElementById('f'); f.onsubmit = (e) => { n++; \
         window.by = e.submitter && e.submitter.id; return window.allow === true; };</script>",
    );
    page.say("document.getElementById('b').click()");
    page.say("document.getElementById('i').focus()");
    page.key(Key::Enter);
    assert_eq!(page.say("return n + by"), "2b");
    assert!(page.view.events.take_navigations().is_empty());
    page.say("allow = true; f.requestSubmit()");
    let gone = page.view.events.take_navigations();
    assert_eq!(gone[0].url.as_str(), "http://site.test/go?q=1");
}

#[test]
fn links_are_followed_unless_prevented() {
    let mut page =
        Scripted::new("<a id=a href=/there>x</a><a id=j href='javascript:window.ran = 1'>y</a>");
    page.say(
        "const a = document.getElementById('a'); a.onclick = () => false; a.click(); \
    a.onclick = null; a.click()",
    );
    let gone = page.view.events.take_navigations();
    assert_eq!(gone.len(), 1);
    assert_eq!(gone[0].url.path(), "/there");
    page.say("document.getElementById('j').click()");
    page.pass();
    assert_eq!(page.say("return ran"), "1");
    page.say("location.href = '/a'; location.hash = 'b'; location.assign('javascript:0')");
    let gone = page.view.events.take_navigations();
    let urls: Vec<&str> = gone.iter().map(|gone| gone.url.as_str()).collect();
    assert_eq!(urls, ["http://site.test/a", "http://site.test/page#b"]);
}

#[test]
fn timers_microtasks_and_frames_run_in_their_order() {
    let mut page = Scripted::new("<body>");
    page.say(
        "setTimeout(() => console.log('late'), 150); setTimeout((a) => console.log('soon', a), 0, \
        1); \
         const gone = setTimeout(() => console.log('never'), 1); clearTimeout(gone); \
         queueMicrotask(() => console.log('micro')); Promise.resolve().then(() => \
         console.log('then')); \
         let n = 0; const i = setInterval(() => { console.log('tick'); if (++n === 2) \
         clearInterval(i); }, 1); \
         requestAnimationFrame((t) => console.log('frame', typeof t)); console.log('now');",
    );
    // `say` has thrown away what was logged at once.
    let mut page2 = Scripted::new(
        "<script>setTimeout(() => console.log('late'), 30); setTimeout((a) => console.log('soon', \
        a), 0, 1);\
         queueMicrotask(() => console.log('micro')); Promise.resolve().then(() => \
         console.log('then'));\
         requestAnimationFrame((t) => console.log('frame', typeof t)); \
         console.log('now');</script>",
    );
    page2.pass();
    page2.view.run_frames();
    assert_eq!(
        page2.log(),
        ["now", "micro", "then", "soon 1", "late", "frame number"]
    );
    page.pass();
    assert_eq!(page.log(), ["soon 1", "tick", "tick", "late"]);
}

#[test]
fn errors_that_nobody_caught_are_told() {
    let mut page = Scripted::new(
        "<script>window.onerror = (m) => { console.log('handler', m); return true; };\
         addEventListener('unhandledrejection', (e) => { console.log('rejected', \
         e.reason.message); e.preventDefault(); });\
         </script><script>Promise.reject(new Error('p')); Promise.reject(1).catch(() => {}); \
         nothing.here</script>\
         <script>(</script><script>onerror = null; throw new Error('seen')</script>",
    );
    let log = page.log();
    assert_eq!(
        log[0],
        "handler Uncaught ReferenceError: nothing is not defined"
    );
    assert_eq!(log[1], "rejected p");
    assert!(
        log[2].starts_with("handler Uncaught SyntaxError"),
        "{log:?}"
    );
    assert!(log[3].starts_with("error: Uncaught Error: seen"), "{log:?}");
    assert_eq!(log.len(), 4);
}

#[test]
fn a_script_that_a_script_inserts_runs_once_and_one_in_markup_never() {
    let mut page = Scripted::new("<body>");
    page.say("window.ran = []");
    assert_eq!(
        page.say(
            "document.body.innerHTML = '<script>ran.push(1)<\\/script>'; \
             const s = document.createElement('script'); \
             s.textContent = 'ran.push(2, document.currentScript.id)'; s.id = 's'; \
             document.body.append(s); document.body.append(s); return ran.join()"
        ),
        "2,s"
    );
}

#[test]
fn an_element_that_captures_the_pointer_has_it_until_the_button_is_up() {
    let mut page = Scripted::new(
        "<style>* { margin: 0 } div { width: 100px; height: 50px }</style>\
         <div id=a></div><div id=b></div><script>const $ = (id) => document.getElementById(id);\
         const out = [], all = ['pointermove', 'pointerup', 'mouseup', 'pointerover', \
           'mouseout', 'gotpointercapture', 'lostpointercapture'];\
         for (const t of all) addEventListener(t, (e) => out.push(t + ' ' + e.target.id));\
         $('a').onpointerdown = (e) => { $('a').setPointerCapture(e.pointerId); \
           out.push($('a').hasPointerCapture(e.pointerId), $('b').hasPointerCapture(1)); }\
         </script>",
    );
    move_to(&mut page, 10.0, 10.0);
    assert_eq!(
        page.say("return out.splice(0).join()"),
        "pointerover a,pointermove a"
    );
    press(&mut page, 10.0, 10.0);
    move_to(&mut page, 10.0, 70.0);
    move_to(&mut page, 10.0, 80.0);
    assert_eq!(
        page.say("return out.splice(0).join()"),
        "true,false,gotpointercapture a,pointermove a,pointermove a"
    );
    release(&mut page, 10.0, 80.0);
    page.pass();
    move_to(&mut page, 10.0, 75.0);
    assert_eq!(
        page.say("return out.splice(0).join() + ' ' + $('a').hasPointerCapture(1)"),
        "pointerup a,mouseup a,lostpointercapture a,pointermove b false"
    );
    // Without a button there is nothing to capture, and an element may let go by itself or go.
    move_to(&mut page, 10.0, 10.0);
    press(&mut page, 10.0, 10.0);
    page.say("$('a').releasePointerCapture(1)");
    move_to(&mut page, 10.0, 70.0);
    release(&mut page, 10.0, 70.0);
    assert_eq!(
        page.say(
            "$('a').setPointerCapture(1); const said = []; \
             for (const f of [() => $('a').setPointerCapture(7), \
               () => document.createElement('p').setPointerCapture(1)]) \
               try { f(); } catch (e) { said.push(e.name); } \
             said.push(out.includes('gotpointercapture a'), $('a').hasPointerCapture(1)); \
             return said.join()"
        ),
        "NotFoundError,InvalidStateError,false,false"
    );
    move_to(&mut page, 10.0, 10.0);
    press(&mut page, 10.0, 10.0);
    page.say("out.length = 0; $('a').remove()");
    move_to(&mut page, 10.0, 20.0);
    release(&mut page, 10.0, 20.0);
    assert_eq!(
        page.say("return out.includes('pointermove b')"),
        "true",
        "what is gone has no pointer"
    );
}

#[test]
fn a_press_that_the_page_prevents_selects_nothing() {
    for kind in ["pointerdown", "mousedown"] {
        let mut page = Scripted::new(&format!(
            "<style>* {{ margin: 0; font: 20px sans-serif }}</style><p>some words to select</p>\
             <script>addEventListener('{kind}', (e) => {{ if (e.clientX > 5) \
             e.preventDefault(); }})</script>"
        ));
        for (from, is_selected) in [(10.0, false), (2.0, true)] {
            move_to(&mut page, from, 10.0);
            press(&mut page, from, 10.0);
            move_to(&mut page, 120.0, 10.0);
            release(&mut page, 120.0, 10.0);
            let text = page.view.page_selection_text();
            assert_eq!(text.is_some(), is_selected, "{kind} at {from}: {text:?}");
        }
    }
}

#[test]
fn what_is_not_shown_takes_no_focus() {
    let mut page = Scripted::new(
        "<style>* { margin: 0 } label { display: block; height: 30px }</style><label for=c>l\
         </label><input type=checkbox id=c style='display:none'>\
         <div style='display:none'><input id=d></div><p style='visibility:hidden'><input id=v></p>",
    );
    page.click(10.0, 10.0);
    assert_eq!(
        page.say(
            "const $ = (id) => document.getElementById(id), out = [$('c').checked]; \
             for (const id of ['c', 'd', 'v']) { $(id).focus(); \
             out.push(document.activeElement.tagName); } \
             for (const id of ['c', 'd', 'v']) { $(id).style = $(id).parentNode.style = ''; \
             $(id).focus(); out.push(document.activeElement.id); } return out.join()"
        ),
        "true,BODY,BODY,BODY,c,d,v"
    );
}

#[test]
fn what_tab_passes_by_takes_the_focus_from_a_script() {
    let mut page = Scripted::new(
        "<p tabindex=-1 id=p>p</p><p id=q>q</p><p tabindex=x id=x>x</p><p tabindex=0 id=o>o</p>\
         <table><tr id=r><td>r</table><button tabindex=-1 disabled id=b>b</button>\
         <input type=hidden tabindex=-1 id=h>",
    );
    assert_eq!(
        page.say(
            "const $ = (id) => document.getElementById(id), out = []; $('r').tabIndex = -1; \
             for (const id of ['p', 'q', 'x', 'o', 'r', 'b', 'h']) { $(id).focus(); \
             out.push(document.activeElement.id); document.activeElement.blur(); } \
             return out.join()"
        ),
        "p,,,o,r,,"
    );
    page.say("document.getElementById('p').focus()");
    page.key(Key::Tab);
    assert_eq!(page.say("return document.activeElement.id"), "o");
}

#[test]
fn a_second_click_is_told_as_a_double_one_whatever_becomes_of_it() {
    let mut page = Scripted::new(
        "<style>* { margin: 0 } body > * { display: block; width: 90px; height: 30px }</style>\
         <label id=l><input type=checkbox>l</label><button id=b>b</button><p id=p>p</p>\
         <script>const out = [];\
         for (const t of ['mousedown', 'click', 'dblclick']) \
           addEventListener(t, (e) => out.push(t + e.detail));\
         document.getElementById('p').onclick = () => false</script>",
    );
    for y in [15.0, 45.0, 75.0] {
        page.click(60.0, y);
        page.click(60.0, y);
        page.click(60.0, y);
        assert_eq!(
            page.say("return out.splice(0).filter((it) => it !== 'click0').join()"),
            "mousedown1,click1,mousedown2,click2,dblclick2,mousedown3,click3",
            "at {y}"
        );
    }
}
