//! Claims about cookies: who gets them, and who sets them.

use super::server::{Server, respond};
use super::{Net, Renderer, next};
use protocol::fetch::{Destination, FetchOptions, FromNetwork, ToNetwork};
use protocol::ids::ContextId;
use protocol::network;
use protocol::site::Site;
use protocol::web::{Credentials, Mode};
use std::sync::{Arc, Mutex};
use url::Url;

/// The cookies of each request; none for one without.
type Seen = Arc<Mutex<Vec<Option<String>>>>;

/// Sets cookies at `/set`, and notes what comes.
fn server() -> (Server, Seen) {
    let seen = Seen::default();
    let noted = seen.clone();
    let server = Server::start(move |path, head, stream| {
        let head = head.to_ascii_lowercase();
        let cookies = head.split("\r\ncookie: ").nth(1);
        let cookies = cookies.and_then(|rest| rest.split("\r\n").next());
        noted.lock().expect("lock").push(cookies.map(str::to_owned));
        let headers = match path {
            "/set" => {
                "Set-Cookie: secret=1; HttpOnly\r\nSet-Cookie: strict=2; SameSite=Strict\r\n\
                 Set-Cookie: plain=3\r\nAccess-Control-Allow-Origin: *\r\n"
            }
            "/login" if cookies.is_none() => "Set-Cookie: in=1\r\nLocation: /login\r\n",
            _ => "Access-Control-Allow-Origin: *\r\n",
        };
        match headers.contains("Location") {
            true => respond(stream, "302 Found", headers, b""),
            false => respond(stream, "200 OK", headers, b"fine"),
        }
    });
    (server, seen)
}

fn last(seen: &Seen) -> Option<String> {
    seen.lock()
        .expect("lock")
        .last()
        .cloned()
        .expect("a request")
}

fn read(renderer: &Renderer) -> String {
    let sequence = 7;
    let ask = ToNetwork::ReadCookies { sequence };
    renderer.sender.send(ask).expect("sent");
    match next(&renderer.receiver) {
        FromNetwork::Cookies { sequence: 7, text } => text,
        other => panic!("{other:?}"),
    }
}

fn write(renderer: &Renderer, text: &str) {
    let text = text.to_owned();
    let message = ToNetwork::WriteCookie { text };
    renderer.sender.send(message).expect("sent");
}

const ALL: &str = "secret=1; strict=2; plain=3";

#[test]
fn cookies_come_back_to_their_site_and_go_to_no_other() {
    let (server, seen) = server();
    let mut net = Net::start();
    net.load(&server.url("/set")).expect("loads");
    assert_eq!(last(&seen), None);
    net.load(&server.url("/")).expect("loads");
    assert_eq!(last(&seen).as_deref(), Some(ALL));
    let own = net.open(&server.url("/"));
    own.load(1, &server.url("/")).expect("loads");
    assert_eq!(last(&seen).as_deref(), Some(ALL));
    let other = net.open("http://127.0.0.1:1/");
    for credentials in [Credentials::Include, Credentials::SameOrigin] {
        let options = FetchOptions {
            credentials,
            mode: Mode::NoCors,
            ..FetchOptions::default()
        };
        other.ask(1, &server.url("/"), Destination::Image, options);
        other.answer().expect("it is no document");
        assert_eq!(last(&seen), None, "{credentials:?}");
    }
    let none = FetchOptions {
        credentials: Credentials::Omit,
        ..FetchOptions::default()
    };
    own.ask(1, &server.url("/"), Destination::Image, none);
    own.answer().expect("loads");
    assert_eq!(last(&seen), None);
}

#[test]
fn contexts_share_no_cookies_and_what_is_closed_is_forgotten() {
    let (server, seen) = server();
    let mut net = Net::start();
    let context = ContextId(3);
    let open = network::ToNetwork::OpenContext { context };
    net.sender().send(open.clone()).expect("sent");
    net.load(&server.url("/set")).expect("loads");
    let own = net.open(&server.url("/"));
    net.context = context;
    net.load(&server.url("/")).expect("loads");
    assert_eq!(last(&seen), None);
    let other = net.open(&server.url("/"));
    assert_eq!(read(&other), "");
    write(&other, "inside=1");
    assert_eq!(read(&other), "inside=1");
    assert_eq!(read(&own), "strict=2; plain=3");
    let close = network::ToNetwork::CloseContext { context };
    net.sender().send(close).expect("sent");
    net.sender().send(open).expect("sent");
    net.load(&server.url("/")).expect("loads");
    assert_eq!(last(&seen), None);
}

#[test]
fn a_renderer_sees_what_scripts_see_of_its_own_site() {
    let (server, seen) = server();
    let mut net = Net::start();
    net.load(&server.url("/set")).expect("loads");
    let own = net.open(&server.url("/"));
    assert_eq!(read(&own), "strict=2; plain=3");
    write(&own, "secret=9");
    write(&own, "own=4; HttpOnly");
    write(&own, "plain=5");
    write(&own, "elsewhere=6; Domain=example.org");
    assert_eq!(read(&own), "strict=2; plain=5");
    own.load(1, &server.url("/")).expect("loads");
    assert_eq!(last(&seen).as_deref(), Some("secret=1; strict=2; plain=5"));
    let other = net.open("http://127.0.0.1:1/");
    assert_eq!(read(&other), "");
    write(&other, "plain=6");
    assert_eq!(read(&other), "plain=6");
    assert_eq!(read(&own), "strict=2; plain=5");
    let builtin = net.open("bulkhead://welcome");
    write(&builtin, "a=b");
    assert_eq!(read(&builtin), "");
}

#[test]
fn a_link_of_another_site_brings_no_strict_cookie() {
    let (server, seen) = server();
    let mut net = Net::start();
    net.load(&server.url("/set")).expect("loads");
    for (page, expected) in [
        (Some("http://127.0.0.1:1/".to_owned()), "secret=1; plain=3"),
        (Some(server.url("/page")), ALL),
        (None, ALL),
    ] {
        let initiator = page.map(|page| Site::of(&Url::parse(&page).expect("test URL"), 0));
        net.load_by(&server.url("/"), initiator).expect("loads");
        assert_eq!(last(&seen).as_deref(), Some(expected));
    }
}

#[test]
fn a_redirect_to_itself_that_sets_a_cookie_is_no_circle() {
    let (server, seen) = server();
    let mut net = Net::start();
    let loaded = net.load(&server.url("/login")).expect("it ends");
    assert_eq!(loaded.head.redirects, 1);
    assert_eq!(last(&seen).as_deref(), Some("in=1"));
}
