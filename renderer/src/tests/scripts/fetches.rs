//! Claims about what scripts fetch, and about the classes around it.

use super::{Scripted, on_stack};
use crate::tests::harness::Outside;
use protocol::document::ResponseHead;
use protocol::error::LoadError;
use protocol::fetch::{Destination, FetchOptions, FromNetwork, ToNetwork};
use protocol::ids::RequestId;
use protocol::renderer::FromRenderer;
use protocol::web::{Credentials, Header, Mode, Redirect};

fn title(outside: &mut Outside, wanted: &str) {
    outside.wait_said(wanted, |message| match message {
        FromRenderer::Title { title, .. } if title == wanted => Some(()),
        _ => None,
    });
}

/// A page whose script has asked for something.
fn asked(
    script: &str,
) -> (
    Outside,
    RequestId,
    (String, Destination, FetchOptions),
    Vec<u8>,
) {
    let mut outside = Outside::page();
    let page = format!("<title>t</title><script>{script}</script>");
    outside.commit("http://site.test/page", "text/html", page.as_bytes());
    let (asked, body) = outside.wait_request();
    let ToNetwork::Fetch {
        request,
        url,
        destination,
        options,
    } = asked
    else {
        panic!("{asked:?}")
    };
    (outside, request, (url, destination, options), body)
}

fn header(name: &str, value: &str) -> Header {
    Header {
        name: name.to_owned(),
        value: value.to_owned(),
    }
}

fn respond(outside: &Outside, request: RequestId, status: u16, headers: &[Header], body: &[u8]) {
    let head = ResponseHead {
        final_url: "http://site.test/there#x".to_owned(),
        status,
        content_type: None,
        refresh: None,
        content_length: None,
        redirects: 1,
    };
    outside.answer(FromNetwork::Head { request, head });
    outside.answer(FromNetwork::Headers {
        request,
        is_cors: false,
        headers: headers.to_vec(),
    });
    for bytes in body.chunks(3) {
        let bytes = bytes.to_vec();
        outside.answer(FromNetwork::Body { request, bytes });
    }
    outside.answer(FromNetwork::End { request });
}

#[test]
fn a_page_fetches_and_reads_the_answer() {
    let (mut outside, request, (url, destination, options), _) = asked(
        "fetch('/data?x#y').then((r) => r.json().then((data) => { document.title = [r.status, r.ok, \
         r.type, r.url, r.redirected, r.headers.get('X-Own'), data.a].join(); }))",
    );
    assert_eq!(url, "http://site.test/data?x");
    assert_eq!(destination, Destination::Empty);
    assert_eq!(options.mode, Mode::Cors);
    assert_eq!(options.credentials, Credentials::SameOrigin);
    respond(
        &outside,
        request,
        404,
        &[header("x-own", "1")],
        b"{\"a\": \"\xc3\xa9\"}",
    );
    title(
        &mut outside,
        "404,false,basic,http://site.test/there,true,1,\u{e9}",
    );
}

#[test]
fn a_request_carries_what_the_page_gave_it() {
    let (mut outside, request, (_, _, options), body) = asked(
        "fetch(new Request('/', { method: 'put', headers: { 'X-Own': ' v ', Cookie: 'no' }, body: \
         JSON.stringify({ a: 1 }), credentials: 'include', redirect: 'error' })).then((r) => \
         r.text()).then((text) => { document.title = 'got ' + text; })",
    );
    assert_eq!(options.method, "PUT");
    let headers = [
        header("x-own", "v"),
        header("content-type", "text/plain;charset=UTF-8"),
    ];
    assert_eq!(options.headers, headers);
    assert_eq!(options.credentials, Credentials::Include);
    assert_eq!(options.redirect, Redirect::Error);
    assert_eq!(body, b"{\"a\":1}");
    respond(&outside, request, 200, &[], b"it");
    title(&mut outside, "got it");
}

#[test]
fn a_large_body_goes_in_pieces() {
    let (_, _, (_, _, options), body) =
        asked("fetch('/', { method: 'POST', body: new Uint8Array(200_000).fill(7) })");
    assert_eq!(options.body_bytes, Some(200_000));
    assert!(body.len() == 200_000 && body.iter().all(|byte| *byte == 7));
}

#[test]
fn a_failure_rejects_and_names_its_cause_on_the_console() {
    let (mut outside, request, ..) =
        asked("fetch('http://other.test/').catch((e) => { document.title = e.name + e.message; })");
    let reason = "blocked by CORS policy".to_owned();
    let error = LoadError::Blocked { reason };
    outside.answer(FromNetwork::Failed { request, error });
    title(&mut outside, "TypeErrorFailed to fetch");
}

#[test]
fn an_opaque_answer_says_nothing() {
    let (mut outside, request, ..) = asked(
        "fetch('http://other.test/', { mode: 'no-cors' }).then(async (r) => { document.title = \
         [r.type, r.status, r.url, (await r.text()).length, [...r.headers].length].join(); })",
    );
    outside.answer(FromNetwork::Opaque {
        request,
        is_redirect: false,
    });
    outside.answer(FromNetwork::End { request });
    title(&mut outside, "opaque,0,,0,0");
}

#[test]
fn a_fetch_can_be_aborted() {
    let (mut outside, ..) = asked(
        "const c = new AbortController(); fetch('/', { signal: c.signal }).catch((e) => { \
         document.title = e.name; }); setTimeout(() => c.abort(), 20);",
    );
    title(&mut outside, "AbortError");
}

#[test]
fn a_document_is_loaded_while_its_scripts_still_fetch() {
    let (mut outside, ..) = asked("fetch('/never'); document.title = 'begun'");
    title(&mut outside, "begun");
    outside.wait_loaded();
}

#[test]
fn the_old_way_of_asking_works_too() {
    let (mut outside, request, (url, _, options), body) = asked(
        "const x = new XMLHttpRequest(), log = []; x.onreadystatechange = () => \
         log.push(x.readyState); x.onload = () => { document.title = log.join('') + x.status + \
         x.responseText + x.getResponseHeader('x-own') + x.getAllResponseHeaders().length; }; \
         x.open('POST', '/old'); x.setRequestHeader('X-A', '1'); x.setRequestHeader('X-A', '2'); \
         x.send('body');",
    );
    assert_eq!(
        (&*url, &*options.method, &*body),
        ("http://site.test/old", "POST", &b"body"[..])
    );
    assert!(
        options.headers.contains(&header("x-a", "1, 2")),
        "{:?}",
        options.headers
    );
    respond(&outside, request, 200, &[header("x-own", "1")], b"text");
    title(&mut outside, "1234200text110");
}

#[test]
fn an_old_request_fails_or_gives_json() {
    let (mut outside, request, ..) = asked(
        "const x = new XMLHttpRequest(); x.responseType = 'json'; x.onerror = () => { \
         document.title = 'error ' + x.readyState + x.status; x.onload = () => { document.title = \
         'json ' + x.response.a; }; x.open('GET', '/2'); x.send(); }; x.open('GET', '/1'); \
         x.send(); try { new XMLHttpRequest().open('GET', '/', false); } catch (e) { \
         document.title = e.name; }",
    );
    title(&mut outside, "InvalidAccessError");
    let error = LoadError::Offline;
    outside.answer(FromNetwork::Failed { request, error });
    title(&mut outside, "error 40");
    let (again, _) = outside.wait_request();
    let ToNetwork::Fetch { request, .. } = again else {
        panic!("{again:?}")
    };
    respond(&outside, request, 200, &[], b"{\"a\": 5}");
    title(&mut outside, "json 5");
}

#[test]
fn a_page_shows_pictures_of_its_own_making() {
    // One red pixel, as BMP.
    let mut outside = Outside::page();
    outside.load(
        "<body style='margin:0'><img id=i width=100 height=100><script>const b = [66, 77, 58, 0, 0, \
         0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 24, 0, 0, 0, 0, 0, \
         4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 0]; \
         document.getElementById('i').src = URL.createObjectURL(new Blob([new Uint8Array(b)], \
         { type: 'image/bmp' }));</script>",
    );
    outside.wait_pixels("red", |outside| outside.pixel(50, 50) == 0xff_0000);
}

/// What a promise of the page comes to.
fn later(page: &mut Scripted, code: &str) -> String {
    let code = format!(
        "(async () => {{ {code} }})().then((v) => console.log(String(v)), (e) => console.log('' + e))"
    );
    let said = page.say(&code);
    page.pass();
    format!("{said}\n{}", page.log().join("\n"))
}

#[test]
fn headers_are_kept_as_the_web_has_them() {
    on_stack(|| {
        let mut page = Scripted::new("<p>");
        for (code, expected) in [
            (
                "const h = new Headers({ b: '2', A: ' 1 ' }); h.append('b', '3'); return [...h].join(';')",
                "a,1;b,2, 3",
            ),
            (
                "try { new Headers([['a b', '1']]) } catch (e) { return e.name }",
                "TypeError",
            ),
            (
                "try { new Headers([['a', '1\\n2']]) } catch (e) { return e.name }",
                "TypeError",
            ),
            (
                "const r = new Request('/', { headers: { cookie: 'a', host: 'b', x: 'c' } }); \
                 return [...r.headers.keys()].join()",
                "x",
            ),
            (
                "const r = new Request('/', { mode: 'no-cors', headers: { x: 'c', accept: 'd' } }); \
                 return [...r.headers.keys()].join()",
                "accept",
            ),
            (
                "try { new Request('/', { method: 'TRACE' }) } catch (e) { return e.name }",
                "TypeError",
            ),
            (
                "try { new Request('http://u:p@x/') } catch (e) { return e.name }",
                "TypeError",
            ),
            (
                "try { new Request('/', { body: 'x' }) } catch (e) { return e.name }",
                "TypeError",
            ),
            (
                "return new Request('/a', { method: 'post', body: 'x' }).method",
                "POST",
            ),
            (
                "return Response.json({}).headers.get('content-type')",
                "application/json",
            ),
            (
                "return Response.error().type + Response.redirect('/x').status",
                "error302",
            ),
            (
                "try { new Response('x', { status: 204 }) } catch (e) { return e.name }",
                "TypeError",
            ),
            (
                "try { new Response('x', { status: 99 }) } catch (e) { return e.name }",
                "RangeError",
            ),
        ] {
            assert_eq!(page.say(code), expected, "{code}");
        }
    });
}

#[test]
fn bodies_are_read_once_in_every_form() {
    on_stack(|| {
        let mut page = Scripted::new(
            "<form id=f><input name=a value=1><input type=checkbox name=b \
            checked><select name=c><option>x<option selected>y</select><textarea name=d>z</textarea>\
            <input name=e disabled value=no><button name=g value=no>g</button></form>",
        );
        for (code, expected) in [
            ("return await new Response('\u{e9}').text()", "\u{e9}"),
            (
                "return (await new Response('{\"a\":[1]}').json()).a[0]",
                "1",
            ),
            (
                "return (await new Response('abc').arrayBuffer()).byteLength",
                "3",
            ),
            (
                "const r = new Response('x'); await r.text(); try { await r.text() } catch (e) { \
                 return e.name + r.bodyUsed }",
                "TypeErrortrue",
            ),
            (
                "const r = new Response('x'), c = r.clone(); return await r.text() + await c.text()",
                "xx",
            ),
            (
                "const b = new Blob(['ab', new Uint8Array([99]), new Blob(['d'])], { type: 'A/B' }); \
                 return b.size + b.type + await b.slice(1, -1).text()",
                "4a/bbc",
            ),
            (
                "const f = new FormData(document.getElementById('f')); return [...f].join(';')",
                "a,1;b,on;c,y;d,z",
            ),
            (
                "const f = new FormData(); f.append('a', '1\\n2'); f.append('b', new File(['c'], 'n\
                 .txt', { type: 'text/x' })); const g = await new Response(f).formData(); const b = \
                 g.get('b'); return JSON.stringify(g.get('a')) + b.name + b.type + await b.text()",
                "\"1\\r\\n2\"n.txttext/xc",
            ),
            (
                "return (await new Response(new URLSearchParams('a=1&b=%20')).formData()).get('b') \
                 + '|'",
                " |",
            ),
            (
                "return await (await fetch('data:text/plain,hi')).text()",
                "hi",
            ),
            (
                "const u = URL.createObjectURL(new Blob(['own'])); const r = await (await \
                 fetch(u)).text(); URL.revokeObjectURL(u); try { await fetch(u) } catch (e) { \
                 return r + e.name }",
                "ownTypeError",
            ),
            (
                "try { await fetch('file:///etc/passwd') } catch (e) { return e.name }",
                "TypeError",
            ),
            (
                "const c = new AbortController(), s = AbortSignal.any([c.signal]); \
                 c.abort('why'); return s.aborted + s.reason",
                "truewhy",
            ),
            (
                "try { await fetch('/', { signal: AbortSignal.abort() }) } catch (e) { return e.name }",
                "AbortError",
            ),
        ] {
            let said = later(&mut page, code);
            let is_said = |line: &&str| !line.is_empty() && !line.starts_with("error:");
            let said = said.lines().rfind(is_said);
            assert_eq!(said, Some(expected), "{code}");
        }
    });
}
