//! Claims about what a page may fetch from elsewhere. The renderer here obeys no rule: whatever it
//! says, the network process decides.

use super::server::{Server, respond};
use super::{Net, Renderer, next};
use protocol::error::LoadError;
use protocol::fetch::{Destination, FetchOptions, FromNetwork, ToNetwork};
use protocol::ids::RequestId;
use protocol::limits::REQUEST_BODY_CHUNK_BYTES_MAX;
use protocol::misbehaviour::Misbehaviour;
use protocol::web::{Credentials, Header, Mode, Redirect};
use std::io::Read;
use std::sync::{Arc, Mutex};

/// A site on loopback that is none of the test's servers.
const PAGE: &str = "http://127.0.0.1:1/page?secret";
const ORIGIN: &str = "http://127.0.0.1:1";

/// The heads that a server has seen.
type Heads = Arc<Mutex<Vec<String>>>;

/// Answers everything with these headers and that body, and notes what was asked.
fn server(headers: &'static str, body: &'static [u8]) -> (Server, Heads) {
    let heads = Heads::default();
    let seen = heads.clone();
    let server = Server::start(move |path, head, stream| {
        let head = head.to_ascii_lowercase();
        let length = head.split("content-length: ").nth(1);
        let length = length.and_then(|rest| rest.split("\r\n").next()?.parse().ok());
        let mut sent = vec![0; length.unwrap_or(0)];
        stream.read_exact(&mut sent).expect("a body");
        let note = format!("{head}{}", String::from_utf8_lossy(&sent));
        seen.lock().expect("lock").push(note);
        match path {
            "/away" => {
                let headers = format!("{headers}Location: /there\r\n");
                respond(stream, "302 Found", &headers, b"")
            }
            _ => respond(stream, "200 OK", headers, body),
        }
    });
    (server, heads)
}

fn take(heads: &Heads) -> Vec<String> {
    std::mem::take(&mut *heads.lock().expect("lock"))
}

fn cors() -> FetchOptions {
    FetchOptions {
        mode: Mode::Cors,
        credentials: Credentials::SameOrigin,
        ..FetchOptions::default()
    }
}

fn own_header(options: FetchOptions) -> FetchOptions {
    FetchOptions {
        headers: vec![Header {
            name: "x-own".to_owned(),
            value: "1".to_owned(),
        }],
        ..options
    }
}

fn by_script(renderer: &Renderer, url: &str, options: FetchOptions) -> Result<String, String> {
    renderer.ask(1, url, Destination::Empty, options);
    match renderer.answer() {
        Ok(loaded) => Ok(String::from_utf8(loaded.body).expect("text")),
        Err(LoadError::Blocked { reason }) => Err(reason),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn a_document_of_another_site_is_reported() {
    let net = Net::start();
    for lie in [
        "http://127.0.0.1:2/",
        "https://example.org/",
        "file:///",
        "nonsense",
    ] {
        let renderer = net.open(PAGE);
        renderer.show(lie);
        net.expect_accusation(&renderer, Misbehaviour::ForeignOrigin);
        renderer.expect_closed();
    }
    let renderer = net.open_silent(PAGE);
    renderer.fetch(1, "http://127.0.0.1:1/");
    net.expect_accusation(&renderer, Misbehaviour::WrongState);
}

#[test]
fn a_page_reads_what_another_origin_allows_and_nothing_else() {
    let (silent, _) = server("", b"secret");
    let (open, heads) = server(
        "Access-Control-Allow-Origin: *\r\nX-Own: 1\r\nSet-Cookie: a=b\r\n\
         Access-Control-Expose-Headers: X-Own\r\nX-Hidden: 1\r\n",
        b"for all",
    );
    let net = Net::start();
    let page = net.open(PAGE);
    let why = by_script(&page, &silent.url("/"), cors()).expect_err("no leave");
    let expected = format!(
        "Access to fetch at '{}' from origin '{ORIGIN}' has been blocked by CORS policy: No \
         'Access-Control-Allow-Origin' header is present on the requested resource.",
        silent.url("/")
    );
    assert_eq!(why, expected);
    page.ask(1, &open.url("/"), Destination::Empty, cors());
    let loaded = page.answer().expect("leave for all");
    assert_eq!(loaded.body, b"for all");
    let names: Vec<_> = loaded.headers.iter().map(|header| &*header.name).collect();
    assert_eq!(names, ["content-length", "x-own"]);
    let head = &take(&heads)[0];
    assert!(
        head.contains(&format!("\r\norigin: {ORIGIN}\r\n")),
        "{head}"
    );
    assert!(
        head.contains(&format!("\r\nreferer: {ORIGIN}/\r\n")),
        "{head}"
    );
    for metadata in ["site: cross-site", "mode: cors", "dest: empty"] {
        assert!(
            head.contains(&format!("\r\nsec-fetch-{metadata}\r\n")),
            "{head}"
        );
    }
    let with_cookies = FetchOptions {
        credentials: Credentials::Include,
        ..cors()
    };
    let why = by_script(&page, &open.url("/"), with_cookies).expect_err("no star with cookies");
    assert!(why.contains("wildcard"), "{why}");
    let own = FetchOptions {
        mode: Mode::SameOrigin,
        ..FetchOptions::default()
    };
    let why = by_script(&page, &open.url("/"), own).expect_err("another origin");
    assert!(why.contains("same-origin"), "{why}");
}

#[test]
fn what_no_form_could_send_is_asked_for_first() {
    let (silent, refused) = server("Access-Control-Allow-Origin: *\r\n", b"x");
    let (open, heads) = server(
        "Access-Control-Allow-Origin: http://127.0.0.1:1\r\n\
         Access-Control-Allow-Methods: PUT\r\nAccess-Control-Allow-Headers: x-own\r\n",
        b"done",
    );
    let net = Net::start();
    let page = net.open(PAGE);
    let put = own_header(FetchOptions {
        method: "PUT".to_owned(),
        ..cors()
    });
    let why = by_script(&page, &silent.url("/"), put.clone()).expect_err("no leave");
    assert!(why.contains("Method PUT is not allowed"), "{why}");
    let seen = take(&refused);
    assert_eq!(seen.len(), 1, "the request itself was sent: {seen:?}");
    assert!(seen[0].starts_with("options / "), "{}", seen[0]);
    for _ in 0..2 {
        assert_eq!(
            by_script(&page, &open.url("/"), put.clone()),
            Ok("done".to_owned())
        );
    }
    let seen = take(&heads);
    let methods: Vec<_> = seen.iter().map(|head| head.split(' ').next()).collect();
    assert_eq!(
        methods,
        [Some("options"), Some("put"), Some("put")],
        "leave is remembered"
    );
    assert!(
        seen[0].contains("access-control-request-method: put\r\n"),
        "{}",
        seen[0]
    );
    assert!(
        seen[0].contains("access-control-request-headers: x-own\r\n"),
        "{}",
        seen[0]
    );
    assert!(!seen[0].contains("\r\nx-own:"), "{}", seen[0]);
    assert!(seen[1].contains("\r\nx-own: 1\r\n"), "{}", seen[1]);
}

#[test]
fn documents_and_data_of_other_sites_reach_no_renderer() {
    let (html, _) = server("Content-Type: text/html\r\n", b"<p>secret");
    let (json, _) = server("Content-Type: application/json\r\n", b"{\"secret\": 1}");
    let net = Net::start();
    let page = net.open(PAGE);
    for server in [&html, &json] {
        for destination in [
            Destination::Font,
            Destination::Image,
            Destination::Other,
            Destination::Script,
            Destination::Style,
        ] {
            page.ask(1, &server.url("/"), destination, FetchOptions::default());
            let error = page.answer().expect_err("blocked");
            let LoadError::Blocked { reason } = error else {
                panic!("{error}")
            };
            assert!(reason.contains("ORB"), "{destination:?}: {reason}");
        }
        // Scripts get an answer that says nothing.
        page.ask(
            1,
            &server.url("/"),
            Destination::Empty,
            FetchOptions::default(),
        );
        let (request, is_redirect) = (RequestId(1), false);
        let opaque = FromNetwork::Opaque {
            request,
            is_redirect,
        };
        assert_eq!(next(&page.receiver), opaque);
        assert_eq!(next(&page.receiver), FromNetwork::End { request });
        let own = net.open(&server.url("/"));
        own.fetch(1, &server.url("/"));
        assert!(own.answer().is_ok(), "its own site's");
    }
}

#[test]
fn fonts_and_scripts_of_others_follow_their_rules() {
    let (font, _) = server("", b"wOF2....");
    let (open_font, _) = server("Access-Control-Allow-Origin: *\r\n", b"wOF2....");
    let (text, _) = server(
        "Content-Type: text/plain\r\nX-Content-Type-Options: nosniff\r\n",
        b"run()",
    );
    let net = Net::start();
    let page = net.open(PAGE);
    let no_cors = FetchOptions::default;
    let load = |server: &Server, destination, options| {
        page.ask(1, &server.url("/"), destination, options);
        page.answer().map(|loaded| loaded.body)
    };
    assert!(load(&font, Destination::Font, cors()).is_err());
    assert!(
        load(&font, Destination::Image, no_cors()).is_err(),
        "under a false name"
    );
    assert_eq!(
        load(&open_font, Destination::Font, cors()),
        Ok(b"wOF2....".to_vec())
    );
    assert!(load(&text, Destination::Style, no_cors()).is_err());
    let own = net.open(&text.url("/"));
    own.ask(1, &text.url("/"), Destination::Script, no_cors());
    let error = own
        .answer()
        .expect_err("nosniff holds for its own site too");
    assert!(error.to_string().contains("nosniff"), "{error}");
}

#[test]
fn a_redirect_from_one_foreign_origin_to_another_hides_the_page() {
    let (second, heads) = server("Access-Control-Allow-Origin: *\r\n", b"there");
    let target = second.url("/there");
    let first = Server::start(move |_, _, stream| {
        let headers = format!("Access-Control-Allow-Origin: *\r\nLocation: {target}\r\n");
        respond(stream, "302 Found", &headers, b"")
    });
    let net = Net::start();
    let page = net.open(PAGE);
    assert_eq!(
        by_script(&page, &first.url("/"), cors()),
        Ok("there".to_owned())
    );
    let head = &take(&heads)[0];
    assert!(head.contains("\r\norigin: null\r\n"), "{head}");
}

#[test]
fn redirects_are_followed_hidden_or_a_failure() {
    let (own, heads) = server("", b"there");
    let net = Net::start();
    let page = net.open(&own.url("/"));
    let with = |redirect| FetchOptions {
        method: "POST".to_owned(),
        redirect,
        ..cors()
    };
    let url = own.url("/away");
    assert_eq!(
        by_script(&page, &url, with(Redirect::Follow)),
        Ok("there".to_owned())
    );
    let seen = take(&heads);
    assert!(
        seen[0].starts_with("post /away") && seen[1].starts_with("get /there"),
        "{seen:?}"
    );
    assert!(by_script(&page, &url, with(Redirect::Error)).is_err());
    page.ask(1, &url, Destination::Empty, with(Redirect::Manual));
    let (request, is_redirect) = (RequestId(1), true);
    let opaque = FromNetwork::Opaque {
        request,
        is_redirect,
    };
    assert_eq!(next(&page.receiver), opaque);
}

#[test]
fn a_public_page_does_not_reach_this_machine() {
    let (near, heads) = server("Access-Control-Allow-Origin: *\r\n", b"secret");
    let net = Net::start();
    for (page, why) in [
        ("http://public.example/", "not a secure context"),
        (
            "https://public.example/",
            "Access-Control-Allow-Private-Network",
        ),
    ] {
        let page = net.open(page);
        for options in [FetchOptions::default(), cors()] {
            let refused = by_script(&page, &near.url("/"), options).expect_err("too near");
            assert!(refused.contains(why), "{refused}");
        }
    }
    let seen = take(&heads);
    assert_eq!(seen.len(), 2, "{seen:?}");
    for question in seen {
        assert!(question.starts_with("options / "), "{question}");
        assert!(question.contains("access-control-request-private-network: true\r\n"));
    }
    // Nothing tells whether anybody listens.
    let closed = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let closed = closed.local_addr().expect("an address");
    let page = net.open("http://public.example/");
    let refused = by_script(&page, &format!("http://{closed}/"), cors()).expect_err("too near");
    assert!(refused.contains("not a secure context"), "{refused}");
}

#[test]
fn a_public_page_reaches_a_private_network_that_allows_it() {
    let (near, heads) = server(
        "Access-Control-Allow-Origin: https://public.example\r\n\
         Access-Control-Allow-Private-Network: true\r\n",
        b"for you",
    );
    let net = Net::start();
    let page = net.open("https://public.example/");
    assert_eq!(
        by_script(&page, &near.url("/"), cors()),
        Ok("for you".to_owned())
    );
    let seen = take(&heads);
    assert!(
        seen[0].starts_with("options / ") && seen[1].starts_with("get / "),
        "{seen:?}"
    );
    // A connection of the pool makes no difference to a page that has no leave.
    let other = net.open("http://public.example/");
    assert!(by_script(&other, &near.url("/"), cors()).is_err());
}

#[test]
fn a_safe_page_fetches_nothing_over_an_open_line() {
    let net = Net::start();
    let page = net.open("https://public.example/");
    let refused = by_script(&page, "http://other.example/", cors()).expect_err("mixed content");
    assert!(refused.starts_with("Mixed Content:"), "{refused}");
}

#[test]
fn a_body_comes_in_pieces_and_is_sent_whole() {
    let (own, heads) = server("", b"done");
    let net = Net::start();
    let page = net.open(&own.url("/"));
    let body = "x".repeat(3 * REQUEST_BODY_CHUNK_BYTES_MAX / 2);
    let post = |bytes: usize| FetchOptions {
        method: "POST".to_owned(),
        body_bytes: Some(bytes as u32),
        ..cors()
    };
    page.ask(1, &own.url("/"), Destination::Empty, post(body.len()));
    for piece in body.as_bytes().chunks(REQUEST_BODY_CHUNK_BYTES_MAX) {
        let (request, bytes) = (RequestId(1), piece.to_vec());
        page.sender
            .send(ToNetwork::Body { request, bytes })
            .expect("sent");
    }
    assert_eq!(page.answer().expect("loads").body, b"done");
    assert_eq!(
        by_script(&page, &own.url("/"), post(0)),
        Ok("done".to_owned())
    );
    let seen = take(&heads);
    assert!(seen[0].starts_with("post / ") && seen[0].ends_with(&body));
    assert!(seen[1].contains("content-length: 0\r\n"), "{}", seen[1]);
    // What was promised has to come before anything else.
    page.ask(1, &own.url("/"), Destination::Empty, post(5));
    page.fetch(2, &own.url("/"));
    net.expect_accusation(&page, Misbehaviour::WrongState);
}

#[test]
fn forbidden_headers_end_the_renderer() {
    let (own, heads) = server("", b"x");
    let net = Net::start();
    for name in ["cookie", "origin", "host", "sec-fetch-site"] {
        let page = net.open(&own.url("/"));
        let mut options = own_header(cors());
        name.clone_into(&mut options.headers[0].name);
        page.ask(1, &own.url("/"), Destination::Empty, options);
        net.expect_accusation(&page, Misbehaviour::ForbiddenRequest);
    }
    assert_eq!(take(&heads), Vec::<String>::new());
}
