//! Claims about when scripts run while a document arrives, and what they write into it.

use super::{Scripted, on_stack};
use crate::tests::harness::{Outside, commit};
use protocol::document::BodySource;
use protocol::renderer::FromRenderer;
use std::io::{PipeWriter, Write};

const RED: u32 = 0xff_0000;
const BLUE: u32 = 0x00_00ff;
const SCRIPT: &str = "text/javascript";

/// A file that the page asks for: its path, type and text.
type File<'a> = (&'a str, &'a str, &'a str);

/// Loads a page, answers what it asks for, and returns its title once that begins with `end`.
/// What is not among the files fails.
pub(super) fn title_of(html: &str, files: &[File<'_>]) -> String {
    let mut outside = Outside::page();
    let html = format!("<!DOCTYPE html>{html}");
    outside.commit("http://site.test/page", "text/html", html.as_bytes());
    serve(&mut outside, files);
    outside.wait_said("an end", end_of)
}

fn end_of(message: &FromRenderer) -> Option<String> {
    match message {
        FromRenderer::Title { title, .. } => title.strip_prefix("end ").map(str::to_owned),
        _ => None,
    }
}

/// Answers fetches until the page has named its end.
fn serve(outside: &mut Outside, files: &[File<'_>]) {
    while let Some((request, url)) = outside.wait_fetch_or(|message| end_of(message).is_some()) {
        let path = url.strip_prefix("http://site.test").unwrap_or(&url);
        match files.iter().find(|(name, _, _)| *name == path) {
            Some((_, kind, text)) => {
                outside.serve_as(request, &url, Some(kind), text.as_bytes());
            }
            None => outside.fail(request),
        }
    }
}

/// A page that arrives as it is written.
fn streamed() -> (Outside, PipeWriter) {
    let outside = Outside::page();
    let (reader, writer) = std::io::pipe().expect("pipe");
    let body = BodySource::Pipe;
    outside.send_with(
        commit("http://site.test/page", Some("text/html"), body, 0),
        vec![reader.into()],
    );
    (outside, writer)
}

#[test]
fn the_parser_waits_for_a_script_and_goes_on_behind_it() {
    let found = title_of(
        "<p id=before><script src=/a.js></script><p id=after><script>\
         log.push(!!document.getElementById('after'), \
         document.currentScript.id); document.title = 'end ' + log</script>",
        &[(
            "/a.js",
            SCRIPT,
            "var log = [!!document.getElementById('before'), document.getElementById('after'), \
             document.currentScript.src, document.readyState]",
        )],
    );
    assert_eq!(found, "true,,http://site.test/a.js,loading,true,");
}

#[test]
fn what_stands_before_a_script_that_never_comes_is_shown_and_answers() {
    let (mut outside, mut writer) = streamed();
    writer
        .write_all(
            b"<!DOCTYPE html><body style='margin:0;background:#ff0000'><script>\
              onclick = () => { document.body.style.background = '#0000ff' }</script>\
              <script src=/never.js></script><p>behind",
        )
        .expect("written");
    let (request, _) = outside.wait_fetch();
    outside.wait_pixels("what is before it", |outside| outside.pixel(50, 50) == RED);
    outside.click(20.0, 20.0);
    outside.wait_pixels("the click's", |outside| outside.pixel(50, 50) == BLUE);
    outside.fail(request);
    drop(writer);
    outside.wait_loaded();
}

#[test]
fn a_script_waits_for_the_style_sheets_before_it() {
    let found = title_of(
        "<link rel=stylesheet href=/s.css><p id=p>x<script>document.title = 'end ' + \
         getComputedStyle(document.getElementById('p')).color</script>",
        &[("/s.css", "text/css", "p { color: rgb(1, 2, 3) }")],
    );
    assert_eq!(found, "rgb(1, 2, 3)");
}

#[test]
fn what_a_script_writes_stands_behind_it_and_before_the_rest() {
    let found = title_of(
        "<body><i>1</i><script>document.write('<i id=w>2</i><scr' + 'ipt>document.write(\"<i>3</i>\
         \"); var now = !!document.getElementById(\"w\")</scr' + 'ipt><i>4</i>'); \
         document.write('<i>5'); var seen = document.querySelectorAll('i').length</script></i>\
         <i>6</i><script>document.title = 'end ' + now + seen + \
         [...document.querySelectorAll('i')].map((i) => i.textContent).join('')</script>",
        &[],
    );
    assert_eq!(found, "true5123456");
}

#[test]
fn a_written_script_that_is_elsewhere_holds_up_what_is_written_behind_it() {
    let found = title_of(
        "<body><script>document.write('<scr' + 'ipt src=/w.js></scr' + 'ipt><b>4</b>'); \
         document.write('<b>5</b>'); var early = document.querySelectorAll('b').length</script>\
         <b>6</b><script>document.title = 'end ' + early + \
         [...document.querySelectorAll('b')].map((b) => \
         b.textContent).join('')</script>",
        &[(
            "/w.js",
            SCRIPT,
            "document.write('<b>1</b><script>document.write(\"<b>2</b>\")</' + 'script><b>3</b>')",
        )],
    );
    assert_eq!(found, "0123456");
}

#[test]
fn what_is_written_without_a_place_for_it_has_no_effect() {
    let found = title_of(
        "<body><p>kept<script defer src=/d.js></script><script>onload = () => { \
         document.write('gone'); setTimeout(() => { document.write('gone'); document.title = \
         'end ' + document.querySelectorAll('p').length + document.body.innerHTML.includes(\
         'go' + 'ne<') }) }</script>",
        &[("/d.js", SCRIPT, "document.write('<p>gone</p>')")],
    );
    assert_eq!(found, "1false");
}

#[test]
fn endless_writing_is_refused_and_the_page_goes_on() {
    let found = title_of(
        "<body><script>var n = 0; try { for (;;) { document.write('<p>text'); n++ } } catch (e) \
         { document.body.textContent = ''; setTimeout(() => { document.title = 'end ' + e.name + \
         (n > 1000) }, 50) }</script>",
        &[],
    );
    assert_eq!(found, "QuotaExceededErrortrue");
    let found = title_of(
        "<body><script>var n = 0; function w() { if (n++ < 1e6) document.write('<scr' + \
         'ipt>w()</scr' + 'ipt>') } w()</script><script>document.title = 'end ' + n</script>",
        &[],
    );
    assert_eq!(found, "21");
}

#[test]
fn a_script_may_take_away_what_the_parser_works_on() {
    for (page, wanted) in [
        (
            "<body><div><script>document.currentScript.remove()</script><p>x</div><p>y",
            "2",
        ),
        (
            "<body><div id=d><script>document.getElementById('d').remove()</script><p>x</div><p>y",
            "1",
        ),
        ("<body><script>document.body.remove()</script><p>x", "0"),
        (
            "<head><script>document.documentElement.remove()</script></head><body><p>x",
            "0",
        ),
        (
            "<body><table><tr><td><script>document.body.innerHTML = ''</script>a<td>b</table><p>x",
            "1",
        ),
        (
            "<body><b><p><script>document.querySelector('b').replaceWith('x')</script>1</b>2<p>3",
            "2",
        ),
        (
            "<body><select><script>document.querySelector('select').remove()</script>\
             <option>1</select>\
          <p>x",
            "1",
        ),
    ] {
        let found = title_of(
            &format!(
                "<script>setTimeout(function end() {{ if (document.readyState !== 'complete') \
                 return setTimeout(end, 5); const p = document.querySelectorAll('p').length; \
                 document.documentElement || document.append(document.createElement('html')); \
                 const t = document.createElement('title'); t.textContent = 'end ' + p; \
                 document.documentElement.append(t); }})</script>{page}"
            ),
            &[],
        );
        assert_eq!(found, wanted, "{page}");
    }
}

#[test]
fn scripts_run_in_the_order_of_the_web() {
    let found = title_of(
        "<script>var o = []; for (const k of ['DOMContentLoaded', 'readystatechange']) \
         document.addEventListener(k, () => o.push(k[0] + document.readyState[0])); onload = () => \
         { o.push('load'); document.title = 'end ' + o }</script>\
         <script defer src=/1.js onload='o.push(\"l1\")'></script>\
         <script type=module>o.push('m1')</script><script type=module src=/m.js></script>\
         <script>const s = document.createElement('script'); s.text = 'o.push(\"i\")'; \
         document.head.append(s); o.push('inline')</script><script defer src=/2.js></script>\
         <script src=/none.js onerror='o.push(\"e\")'></script><script src=/empty.js \
         onload='o.push(\"l0\")'></script><body><div id=d></div><script>\
         document.getElementById('d').innerHTML = \
         '<script>o.push(\"never\")</scr' + 'ipt><img>'; o.push('end')</script>",
        &[
            ("/1.js", SCRIPT, "o.push(1)"),
            ("/2.js", SCRIPT, "o.push(2)"),
            ("/m.js", SCRIPT, "o.push('m2')"),
            ("/empty.js", SCRIPT, ""),
        ],
    );
    assert_eq!(found, "i,inline,e,l0,end,ri,1,l1,m1,m2,2,Di,rc,load");
}

#[test]
fn pictures_and_sheets_say_that_they_have_come_or_failed() {
    let svg = "<svg xmlns='http://www.w3.org/2000/svg' width='2' height='2'/>";
    let found = title_of(
        "<head><script>var o = []</script><link rel=stylesheet href=/s.css onload='o.push(\"s\")' \
         onerror='o.push(\"no s\")'><link rel=stylesheet href=/none.css onerror='o.push(\"e\")' \
         onload='o.push(\"no e\")'><body><img src=/a.svg onload='o.push(\"a\")'><img \
         src=/none.png onload='o.push(\"no n\")' onerror='o.push(\"n\")'><img src=/text.png \
         onerror='o.push(\"t\")'><script>(() => { for (const [name, says] of [['/b.svg', 'b'], \
         ['/no.svg', 'c']]) { const i = new Image(); \
         i.onload = () => o.push(says); i.onerror = () => \
         o.push(says + 'x'); i.src = name; } })(); onload = () => setTimeout(function end() { if \
         (o.length < 7) return setTimeout(end, 5); document.title = 'end ' + o.sort() })</script>",
        &[
            ("/s.css", "text/css", "p { color: red }"),
            ("/a.svg", "image/svg+xml", svg),
            ("/b.svg", "image/svg+xml", svg),
            ("/text.png", "image/png", "no picture"),
        ],
    );
    assert_eq!(found, "a,b,cx,e,n,s,t");
}

#[test]
fn bad_scripts_leave_the_page_as_the_web_does() {
    let large = format!("/*{}*/ o.push('large')", "x".repeat(3 << 20));
    let huge = format!("/*{}*/ o.push('huge')", "x".repeat(21 << 20));
    let handlers = "<i onclick='a('></i>".repeat(10_000);
    let page = format!(
        "<meta charset=windows-1252><script>var o = []; onerror = (m) => {{ \
         o.push(m.split(':')[0].replace('Uncaught ', '')) }}</script>\
         <script>o.push('before'); syntax error here</script><script src=/picture.js \
         onerror='o.push(\"type\")'></script><script>{large}</script>\
         <script>{huge}</script><script \
         src=/document.js></script><script src=/header.js></script><script charset=koi8-r \
         src=/attribute.js></script><script src=/mark.js charset=koi8-r></script>\
         <script src='http://['></script><script type=importmap>{{</script><script \
         type=importmap src=/map></script><script type='text/x-other'>o.push('other')</script>\
         <script nomodule>o.push('nomodule')</script><script type=module>import 'bare'</script>\
         <script type=module>import '/type.js'</script><script type=module>let a; let a</script>\
         <body>{handlers}<script>onload = () => {{ document.title = 'end ' + o }}</script>"
    );
    let mut outside = Outside::page();
    outside.commit("http://site.test/page", "text/html", page.as_bytes());
    while let Some((request, url)) = outside.wait_fetch_or(|message| end_of(message).is_some()) {
        let (kind, bytes): (&str, &[u8]) = match url.rsplit('/').next().unwrap_or_default() {
            "picture.js" => ("image/png", b"o.push('picture')"),
            "document.js" => (SCRIPT, b"o.push('\xe9')"),
            "header.js" => ("text/javascript; charset=utf-8", b"o.push('\xc3\xa9')"),
            "attribute.js" => (SCRIPT, b"o.push('\xc1')"),
            "mark.js" => (SCRIPT, b"\xef\xbb\xbfo.push('\xc3\xa9')"),
            "type.js" => ("text/plain", b"o.push('plain')"),
            _ => {
                outside.fail(request);
                continue;
            }
        };
        outside.serve_as(request, &url, Some(kind), bytes);
    }
    let found = outside.wait_said("an end", end_of);
    let wanted = "SyntaxError,type,large,\u{e9},\u{e9},\u{430},\u{e9},TypeError,SyntaxError";
    assert_eq!(found, wanted);
}

#[test]
fn a_document_that_is_opened_anew_becomes_what_is_written() {
    on_stack(|| {
        let mut page = Scripted::new("<!doctype html><p id=old>old");
        page.realm.host.ready_state.set("complete");
        page.say(
            "document.open(); document.write('<!doctype html><title>new</title><p id=q>one');\
            document.write('<script>globalThis.ran = document.querySelector(\"#q\").id</script>');\
            document.close(); return ''",
        );
        let said = "return [document.title, document.querySelector('#old'), ran, \
            document.documentElement.isConnected, document.doctype.name].join()";
        assert_eq!(page.say(said), "new,,q,true,html");
        page.pass();
        page.say(
            "globalThis.loads = 0; addEventListener('load', () => loads++); \
            setTimeout(() => { document.open(); document.write('<b>late</b>') }, 0); return ''",
        );
        page.pass();
        assert_eq!(
            page.say("return document.body.innerHTML + loads"),
            "<b>late</b>1"
        );
    });
}
