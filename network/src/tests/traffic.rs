//! Claims about what clients of devtools see of requests, and do with them.

use super::server::{Server, respond};
use super::{Net, TAB, next};
use ipc::{Endpoint, Receiver, Sender};
use protocol::fetch::{self, Destination, FetchOptions};
use protocol::ids::{ContextId, ProcessId, RequestId, TabId};
use protocol::misbehaviour::Misbehaviour;
use protocol::network;
use protocol::traffic::{
    Change, CookieWish, FromNetwork, Head, Kind, LoadNumber, Pattern, Rules, ToNetwork,
};
use protocol::web::Header;
use std::io::Read;

const DEVTOOLS: ProcessId = ProcessId(900);

/// The devtools process's end.
struct Looker {
    sender: Sender<ToNetwork>,
    receiver: Receiver<FromNetwork>,
}

impl Looker {
    fn connect(net: &Net) -> Looker {
        let (near, far) = Endpoint::<ToNetwork, FromNetwork>::pair().expect("pair");
        let message = network::ToNetwork::OpenTraffic { process: DEVTOOLS };
        net.sender()
            .send_with(message, vec![far.into_fd()])
            .expect("sent");
        let (sender, receiver) = near.split();
        Looker { sender, receiver }
    }

    /// With these rules in force.
    fn with(net: &Net, rules: Rules) -> Looker {
        let looker = Looker::connect(net);
        looker.rule(net, TAB, Some(rules));
        looker
    }

    fn rule(&self, net: &Net, tab: TabId, rules: Option<Rules>) {
        let message = network::ToNetwork::Requests {
            tab,
            sequence: 5,
            rules,
        };
        net.sender().send(message).expect("sent");
        assert_eq!(self.next(), FromNetwork::Ruled { sequence: 5 });
    }

    fn next(&self) -> FromNetwork {
        next(&self.receiver)
    }

    fn say(&self, message: ToNetwork) {
        self.sender.send(message).expect("sent");
    }

    fn go(&self, load: LoadNumber, change: Change) {
        self.say(ToNetwork::Go { load, change });
    }

    /// The next request, its headers, and whether it waits.
    fn request(&self) -> (LoadNumber, String, Vec<Header>, bool) {
        let (load, url) = match self.next() {
            FromNetwork::Request { load, url, .. } => (load, url),
            other => panic!("no request: {other:?}"),
        };
        loop {
            match self.next() {
                FromNetwork::RequestBody { .. } => {}
                FromNetwork::RequestHeaders {
                    headers, is_paused, ..
                } => return (load, url, headers, is_paused),
                other => panic!("no headers: {other:?}"),
            }
        }
    }

    fn response(&self) -> (Head, bool) {
        match self.next() {
            FromNetwork::Response {
                head, is_paused, ..
            } => (head, is_paused),
            other => panic!("no response: {other:?}"),
        }
    }

    /// What comes until the load is over: the body, and why it failed.
    fn rest(&self) -> (Vec<u8>, Option<String>) {
        let mut body = Vec::new();
        loop {
            match self.next() {
                FromNetwork::Body { bytes, .. } => body.extend(bytes),
                FromNetwork::End { bytes, .. } => {
                    assert_eq!(bytes, body.len() as u64);
                    return (body, None);
                }
                FromNetwork::Failed { error, .. } => return (body, Some(error.code().to_owned())),
                other => panic!("{other:?}"),
            }
        }
    }
}

/// Answers with the head of the request.
fn echo() -> Server {
    Server::start(|path, head, stream| match path {
        "/away" => respond(stream, "302 Found", "Location: /here\r\n", b""),
        _ => respond(stream, "200 OK", "X-Said: yes\r\n", head.as_bytes()),
    })
}

fn pauses(at_response: bool) -> Rules {
    Rules {
        pauses: vec![Pattern {
            url: "*".to_owned(),
            kind: None,
            at_response,
        }],
        ..Rules::default()
    }
}

fn header(name: &str, value: &str) -> Header {
    Header {
        name: name.to_owned(),
        value: value.to_owned(),
    }
}

fn value<'a>(headers: &'a [Header], name: &str) -> Option<&'a str> {
    let header = headers.iter().find(|it| it.name == name);
    header.map(|it| it.value.as_str())
}

fn head(status: u16) -> Head {
    Head {
        status,
        phrase: String::new(),
        headers: vec![header("content-type", "text/html")],
    }
}

fn read_all(mut pipe: impl Read) -> String {
    let mut text = String::new();
    pipe.read_to_string(&mut text).expect("text");
    text
}

#[test]
fn a_document_is_told_of_over_its_redirects_with_head_and_body() {
    let (server, mut net) = (echo(), Net::start());
    let looker = Looker::with(&net, Rules::default());
    let (navigation, pipe) = net.navigate(&server.url("/away"));
    let first = looker.next();
    let FromNetwork::Request {
        load,
        tab: TAB,
        navigation: its,
        kind: Kind::Document,
        url,
        method,
        body_bytes: None,
    } = first
    else {
        panic!("{first:?}");
    };
    assert_eq!(
        (its, &*url, &*method),
        (navigation, &*server.url("/away"), "GET")
    );
    let headers = looker.next();
    let FromNetwork::RequestHeaders {
        headers,
        is_paused: false,
        ..
    } = headers
    else {
        panic!("{headers:?}");
    };
    assert!(value(&headers, "accept").is_some_and(|it| it.starts_with("text/html")));
    let (redirect, _) = looker.response();
    assert_eq!(
        (redirect.status, value(&redirect.headers, "location")),
        (302, Some("/here"))
    );
    let (again, url, _, _) = looker.request();
    assert_eq!((again, url), (load, server.url("/here")));
    let (response, _) = looker.response();
    assert_eq!((response.status, &*response.phrase), (200, "OK"));
    assert_eq!(value(&response.headers, "x-said"), Some("yes"));
    let (body, error) = looker.rest();
    assert_eq!((read_all(pipe).into_bytes(), error), (body, None));
    net.head(navigation);
}

#[test]
fn loads_of_other_tabs_are_not_told_and_a_failure_is() {
    let (server, mut net) = (echo(), Net::start());
    let looker = Looker::connect(&net);
    looker.rule(&net, TabId(99), Some(Rules::default()));
    let (navigation, pipe) = net.navigate(&server.url("/"));
    read_all(pipe);
    net.head(navigation);
    looker.rule(&net, TabId(99), None);
    looker.rule(
        &net,
        TAB,
        Some(Rules {
            is_offline: true,
            ..Rules::default()
        }),
    );
    net.navigate(&server.url("/"));
    looker.request();
    assert_eq!(looker.rest().1.as_deref(), Some("DISCONNECTED"));
}

#[test]
fn a_paused_request_goes_on_as_the_client_changes_it() {
    let (server, mut net) = (echo(), Net::start());
    let mut rules = pauses(false);
    rules.headers = vec![header("x-every", "1")];
    let looker = Looker::with(&net, rules);
    let (_, pipe) = net.navigate(&server.url("/asked"));
    let (load, _, headers, is_paused) = looker.request();
    assert!(is_paused);
    assert_eq!(value(&headers, "x-every"), Some("1"));
    let bytes = b"sent".to_vec();
    looker.say(ToNetwork::Body { load, bytes });
    let change = Change {
        url: Some(server.url("/other")),
        method: Some("POST".to_owned()),
        headers: Some(vec![header("x-own", "2"), header("content-length", "900")]),
        has_body: true,
        ..Change::default()
    };
    looker.go(load, change);
    let said = read_all(pipe).to_ascii_lowercase();
    assert!(said.starts_with("post /other http/1.1\r\n"), "{said}");
    assert!(
        said.contains("x-own: 2\r\n") && !said.contains("x-every"),
        "{said}"
    );
    assert!(
        said.contains("content-length: 4\r\n") && !said.contains("900"),
        "{said}"
    );
    looker.response();
}

#[test]
fn cookies_do_not_go_to_another_place_that_a_client_has_chosen() {
    let (server, other, mut net) = (echo(), echo(), Net::start());
    let looker = Looker::with(&net, pauses(false));
    let wish = CookieWish::Set {
        url: server.url("/"),
        text: "secret=1; Path=/".to_owned(),
        for_host: false,
    };
    looker.say(ToNetwork::Cookies {
        call: 1,
        context: ContextId::DEFAULT,
        wish,
    });
    let is_done = true;
    assert_eq!(looker.next(), FromNetwork::Done { call: 1, is_done });
    for (place, has_cookie) in [(&server, true), (&other, false)] {
        let (_, pipe) = net.navigate(&server.url("/asked"));
        let (load, ..) = looker.request();
        let url = Some(place.url("/chosen"));
        let change = Change {
            url,
            ..Change::default()
        };
        looker.go(load, change);
        assert_eq!(read_all(pipe).contains("secret=1"), has_cookie);
        looker.response();
        looker.rest();
    }
}

#[test]
fn a_client_answers_in_place_of_the_server() {
    let mut net = Net::start();
    let looker = Looker::with(&net, pauses(false));
    let (navigation, pipe) = net.navigate("http://nobody.invalid/");
    let (load, ..) = looker.request();
    for piece in ["<p>", "mine"] {
        let bytes = piece.as_bytes().to_vec();
        looker.say(ToNetwork::Body { load, bytes });
    }
    let head = head(418);
    looker.say(ToNetwork::Answer { load, head });
    assert_eq!(net.head(navigation).status, 418);
    assert_eq!(read_all(pipe), "<p>mine");
    assert_eq!(looker.response().0.status, 418);
    assert_eq!(looker.rest().0, b"<p>mine");
}

#[test]
fn what_a_client_answers_a_page_must_keep_the_webs_rules() {
    let (server, net) = (echo(), Net::start());
    let looker = Looker::with(&net, pauses(false));
    let renderer = net.open("http://page.test/");
    let other = server.url("/data");
    renderer.ask(
        3,
        &other,
        Destination::Empty,
        FetchOptions {
            mode: protocol::web::Mode::Cors,
            ..FetchOptions::default()
        },
    );
    let (load, ..) = looker.request();
    let head = head(200);
    looker.say(ToNetwork::Answer { load, head });
    match next(&renderer.receiver) {
        fetch::FromNetwork::Failed {
            request: RequestId(3),
            error,
        } => {
            assert_eq!(error.code(), "BLOCKED");
        }
        reached => panic!("{reached:?}"),
    }
}

#[test]
fn at_the_response_a_client_reads_the_body_and_changes_the_head() {
    let (server, mut net) = (echo(), Net::start());
    let looker = Looker::with(&net, pauses(true));
    let (navigation, pipe) = net.navigate(&server.url("/asked"));
    let (load, _, _, is_paused) = looker.request();
    assert!(!is_paused);
    assert!(looker.response().1);
    looker.say(ToNetwork::TakeBody { load });
    let mut body = Vec::new();
    loop {
        match looker.next() {
            FromNetwork::Body { bytes, .. } => body.extend(bytes),
            FromNetwork::Taken { is_whole: true, .. } => break,
            other => panic!("{other:?}"),
        }
    }
    assert!(body.starts_with(b"GET /asked "));
    let head = Some(head(203));
    looker.go(
        load,
        Change {
            head,
            ..Change::default()
        },
    );
    assert_eq!(net.head(navigation).status, 203);
    assert_eq!(read_all(pipe).into_bytes(), body);
}

#[test]
fn a_client_has_a_request_fail() {
    let (server, mut net) = (echo(), Net::start());
    let looker = Looker::with(&net, pauses(false));
    net.navigate(&server.url("/"));
    let (load, ..) = looker.request();
    looker.say(ToNetwork::Fail { load });
    assert_eq!(looker.rest().1.as_deref(), Some("FAILED_BY_CLIENT"));
    // A word for a load that is over is nothing.
    looker.say(ToNetwork::Fail { load });
    looker.go(LoadNumber(77), Change::default());
    looker.rule(&net, TAB, None);
}

#[test]
fn paused_loads_go_on_when_the_devtools_process_goes() {
    let (server, mut net) = (echo(), Net::start());
    let looker = Looker::with(&net, pauses(false));
    let (_, pipe) = net.navigate(&server.url("/asked"));
    let (_, _, _, is_paused) = looker.request();
    assert!(is_paused);
    drop(looker);
    assert!(read_all(pipe).starts_with("GET /asked "));
    // The next one is not paused: rules end with the channel.
    let (_, pipe) = net.navigate(&server.url("/next"));
    assert!(read_all(pipe).starts_with("GET /next "));
}

#[test]
fn a_paused_load_is_cancelled_at_once() {
    let (server, mut net) = (echo(), Net::start());
    let looker = Looker::with(&net, pauses(false));
    let (navigation, pipe) = net.navigate(&server.url("/"));
    looker.request();
    net.sender()
        .send(network::ToNetwork::Cancel { navigation })
        .expect("sent");
    assert_eq!(read_all(pipe), "");
    assert_eq!(looker.rest().1.as_deref(), Some("CANCELLED"));
}

#[test]
fn a_client_finds_the_cookies_of_each_context_apart() {
    let (server, mut net) = (echo(), Net::start());
    let (first, second) = (ContextId(1), ContextId(2));
    let looker = Looker::connect(&net);
    let ask = |context, wish| {
        looker.say(ToNetwork::Cookies {
            call: 1,
            context,
            wish,
        });
        looker.next()
    };
    let set = || CookieWish::Set {
        url: server.url("/"),
        text: "mark=1; Path=/".to_owned(),
        for_host: false,
    };
    let done = |is_done| FromNetwork::Done { call: 1, is_done };
    let open = |context| network::ToNetwork::OpenContext { context };
    net.sender().send(open(first)).expect("sent");
    net.sender().send(open(second)).expect("sent");
    net.context = first;
    let has_mark = |net: &mut Net| {
        let loaded = net.load(&server.url("/")).expect("loads");
        String::from_utf8_lossy(&loaded.body).contains("mark=1")
    };
    // What is loaded comes after the contexts.
    assert!(!has_mark(&mut net));
    assert_eq!(ask(first, set()), done(true));
    assert!(has_mark(&mut net));
    for other in [second, ContextId::DEFAULT] {
        net.context = other;
        assert!(!has_mark(&mut net));
    }
    let close = network::ToNetwork::CloseContext { context: first };
    net.sender().send(close).expect("sent");
    assert!(!has_mark(&mut net));
    assert_eq!(ask(first, set()), done(false), "it is closed");
    let none = FromNetwork::Cookies {
        call: 1,
        cookies: Vec::new(),
        is_last: true,
    };
    assert_eq!(ask(first, CookieWish::Get { url: None }), none);
}

#[test]
fn cookies_are_listed_set_and_dropped() {
    let net = Net::start();
    let looker = Looker::connect(&net);
    let ask = |wish| {
        looker.say(ToNetwork::Cookies {
            call: 1,
            context: ContextId::DEFAULT,
            wish,
        });
        looker.next()
    };
    let set = |url: &str, text: &str| CookieWish::Set {
        url: url.to_owned(),
        text: text.to_owned(),
        for_host: false,
    };
    let done = |is_done| FromNetwork::Done { call: 1, is_done };
    let url = "http://shop.example/cart";
    assert_eq!(
        ask(set(url, "a=1; Path=/; HttpOnly; Max-Age=60")),
        done(true)
    );
    assert_eq!(
        ask(set(url, "b=2; Path=/; Domain=.shop.example")),
        done(true)
    );
    assert_eq!(ask(set("http://else.example/", "c=3; Path=/")), done(true));
    assert_eq!(ask(set(url, "d=4; Domain=bank.example")), done(false));
    let list = |url: Option<&str>| {
        let url = url.map(str::to_owned);
        match ask(CookieWish::Get { url }) {
            FromNetwork::Cookies {
                cookies,
                is_last: true,
                ..
            } => cookies,
            other => panic!("{other:?}"),
        }
    };
    let its = list(Some(url));
    assert_eq!(its.len(), 2);
    let a = its.iter().find(|it| it.name == "a").expect("a");
    assert!(a.is_http_only && a.expires_s.is_some() && a.domain == "shop.example");
    let b = its.iter().find(|it| it.name == "b").expect("b");
    assert!(!b.is_http_only && b.expires_s.is_none() && b.domain == ".shop.example");
    assert_eq!(list(None).len(), 3);
    let delete = CookieWish::Delete {
        name: "b".to_owned(),
        url: Some(url.to_owned()),
        domain: None,
        path: None,
    };
    assert_eq!(ask(delete), done(true));
    assert_eq!(list(Some(url)).len(), 1);
    assert_eq!(ask(CookieWish::Clear), done(true));
    assert_eq!(list(None), []);
}

#[test]
fn a_devtools_process_that_breaks_the_protocol_is_reported_and_cut_off() {
    let (server, mut net) = (echo(), Net::start());
    let looker = Looker::with(&net, pauses(false));
    let (navigation, pipe) = net.navigate(&server.url("/asked"));
    let (load, ..) = looker.request();
    looker.say(ToNetwork::Answer {
        load,
        head: head(7),
    });
    let expected = network::FromNetwork::ClientMisbehaved {
        process: DEVTOOLS,
        misbehaviour: Misbehaviour::ValueOutOfRange,
    };
    assert_eq!(next(net.receiver()), expected);
    net.head(navigation);
    assert!(read_all(pipe).starts_with("GET /asked "));
}
