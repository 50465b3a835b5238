//! What a client can do to its neighbours on a real X server, and cannot do through the filter.

use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::thread::{self, JoinHandle};
use testkit::x11::Display;
use testkit::x11_attacks::{ALL, MALFORMED, X11Attack, X11Target};
use testkit::x11_client::{Answer, RawClient, request};
use x11_filter::filter::{Authority, Filter};
use x11_filter::policy;
use x11_filter::relay::{End, relay};
use x11_filter::server::connect;

/// A client behind the filter.
fn filtered(display: &str) -> (RawClient, JoinHandle<End>, UnixStream) {
    let (ours, near) = UnixStream::pair().expect("a socket pair");
    let (broker, control) = UnixStream::pair().expect("a socket pair");
    let server = connect(display).expect("the X server is there");
    let policy = policy::gpu_window().expect("the policy parses");
    let filter = Filter::new(policy, Authority::default());
    let relay = thread::spawn(move || relay(filter, near.as_fd(), server.as_fd(), control.as_fd()));
    let client = RawClient::over(ours).expect("the server accepts us");
    (client, relay, broker)
}

fn target(client: &mut RawClient, other: u32, major: u8) -> X11Target {
    let (own, gc) = (client.window(), client.own + 2);
    assert_eq!(client.ask(&request(55, 0, &[gc, own, 0])), Answer::Done);
    X11Target {
        root: client.root,
        own,
        gc,
        fresh: client.own + 3,
        other,
        major,
    }
}

fn major(attack: &X11Attack, client: &mut RawClient) -> Option<u8> {
    let Some(extension) = attack.extension else {
        return Some(0);
    };
    client.extension(extension)
}

#[test]
fn every_attack_that_works_without_the_filter_is_refused_by_it() {
    let Some(display) = Display::start() else {
        return;
    };
    // Keeps the server from starting anew when a test's client was its last one.
    let mut bystander = RawClient::connect(display.name());
    bystander.window();
    for attack in ALL {
        let mut victim = RawClient::connect(display.name());
        let other = victim.window();
        let mut free = RawClient::connect(display.name());
        let Some(major) = major(attack, &mut free) else {
            println!("SKIP {}: the server lacks the extension", attack.name);
            continue;
        };
        let at = target(&mut free, other, major);
        let answer = free.ask(&(attack.request)(&at));
        assert_eq!(answer, Answer::Done, "{}: the control", attack.name);
        drop((free, victim));

        let mut victim = RawClient::connect(display.name());
        let other = victim.window();
        let (mut held, relay, _broker) = filtered(display.name());
        if let Some(extension) = attack.extension {
            assert_eq!(held.extension(extension), None, "{}", attack.name);
        }
        let at = target(&mut held, other, major);
        let answer = held.ask(&(attack.request)(&at));
        assert_eq!(answer, Answer::Closed, "{}", attack.name);
        let End::Refused(refusal) = relay.join().expect("no panic") else {
            panic!("{} was not refused", attack.name);
        };
        let refusal = refusal.to_string();
        assert!(
            refusal.contains(attack.called),
            "{}: {refusal}",
            attack.name
        );
        // The victim has lost nothing: its window is there, and it is connected.
        assert_eq!(
            victim.ask(&request(3, 0, &[other])),
            Answer::Done,
            "{}",
            attack.name
        );
    }
}

#[test]
fn what_breaks_the_protocol_is_refused() {
    let Some(display) = Display::start() else {
        return;
    };
    let mut bystander = RawClient::connect(display.name());
    bystander.window();
    for (name, why, malformed) in MALFORMED {
        let (mut held, relay, _broker) = filtered(display.name());
        assert_eq!(held.ask(&malformed()), Answer::Closed, "{name}");
        let End::Refused(refusal) = relay.join().expect("no panic") else {
            panic!("{name} was not refused");
        };
        assert!(refusal.why.contains(why), "{name}: {refusal}");
    }
}
