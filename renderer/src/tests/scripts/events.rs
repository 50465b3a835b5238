//! Claims about what scripts hear.

use super::Scripted;
use protocol::input::Key;

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
