//! A taken-over devtools process: it can do what the protocol can, and nothing more. What it says
//! beyond ends it alone, and another one takes its place on the same port.

use crate::lies::packets::{say, send, wait_for_the_end};
use child::Reach;
use libtest_mimic::{Failed, Trial};
use protocol::devtools::{ChildSignal, FromDevtools, Wish};
use protocol::fault::Fault;
use protocol::ids::TabId;
use protocol::input::InputEvent;
use protocol::traffic::{self, Change, Head, LoadNumber, Pattern, Rules};
use std::net::TcpStream;
use std::os::fd::{AsRawFd, RawFd};
use testkit::{Browser, server};

/// An order, and how the record of the end that follows reads; none: it goes on.
struct Lie {
    name: &'static str,
    ends: Option<&'static str>,
    /// By the channel to the broker, and that to the network process.
    tell: fn(RawFd, RawFd),
}

const LIES: &[Lie] = &[
    Lie {
        name: "devtools:no-message",
        ends: Some("BadEncoding"),
        tell: |control, _| send(control, &[250; 9], 0),
    },
    Lie {
        name: "devtools:nothing",
        ends: Some("BadEncoding"),
        tell: |control, _| send(control, &[], 0),
    },
    Lie {
        name: "devtools:a-descriptor",
        ends: Some("SurplusHandle"),
        tell: |control, _| {
            let message = FromDevtools::Inspecting { tab: TabId(1) };
            send(control, &ipc::codec::encode(&message).expect("it fits"), 1);
        },
    },
    Lie {
        name: "devtools:an-order-of-the-tests",
        ends: Some("ValueOutOfRange"),
        tell: |control, _| {
            let fault = Fault::Attack("x".to_owned());
            wish(control, Wish::Break(TabId(1), fault));
        },
    },
    Lie {
        name: "devtools:a-place-that-cannot-be",
        ends: Some("ValueOutOfRange"),
        tell: |control, _| {
            let event = InputEvent::PointerMove {
                x: f32::NAN,
                y: 0.0,
                modifiers: Default::default(),
            };
            wish(control, Wish::Input(TabId(1), event));
        },
    },
    Lie {
        name: "devtools:a-long-address",
        ends: Some("Oversized"),
        tell: |control, _| {
            let url = format!("http://a/{}", "x".repeat(33_000));
            wish(control, Wish::Navigate(TabId(1), url));
        },
    },
    Lie {
        name: "devtools:rules-without-end",
        ends: Some("Oversized"),
        tell: |control, _| {
            let pattern = Pattern {
                url: "*".repeat(1_000),
                kind: None,
                at_response: false,
            };
            let pauses = vec![pattern; 30];
            wish(
                control,
                requests(
                    TabId(1),
                    Some(Rules {
                        pauses,
                        ..Rules::default()
                    }),
                ),
            );
        },
    },
    Lie {
        name: "devtools:no-message-to-the-network",
        ends: Some("BadEncoding"),
        tell: |_, network| send(network, &[250; 9], 0),
    },
    Lie {
        name: "devtools:a-status-that-cannot-be",
        ends: Some("ValueOutOfRange"),
        tell: |_, network| {
            let head = Head {
                status: 7,
                phrase: String::new(),
                headers: Vec::new(),
            };
            let load = LoadNumber(1);
            say(network, &traffic::ToNetwork::Answer { load, head });
        },
    },
    Lie {
        name: "devtools:words-for-nobodys-loads",
        ends: None,
        tell: |_, network| {
            for number in [0, 1, u64::MAX] {
                let load = LoadNumber(number);
                let (bytes, change) = (vec![b'x'; 1_000], Change::default());
                say(network, &traffic::ToNetwork::Body { load, bytes });
                say(network, &traffic::ToNetwork::Go { load, change });
                say(network, &traffic::ToNetwork::TakeBody { load });
                say(network, &traffic::ToNetwork::Fail { load });
            }
        },
    },
    Lie {
        name: "devtools:a-foreign-process",
        ends: None,
        tell: |control, _| {
            // The broker, whose id is no child's, and process 1.
            let broker = std::os::unix::process::parent_id();
            for pid in [broker, 1, u32::MAX] {
                let signal = ChildSignal::Kill;
                wish(control, Wish::Signal { pid, signal });
                let fault = Fault::Crash;
                wish(control, Wish::BreakProcess { pid, fault });
            }
        },
    },
    Lie {
        name: "devtools:nobodys-tab",
        ends: None,
        tell: |control, _| {
            let tab = TabId(4_000_000);
            say(control, &FromDevtools::Inspecting { tab });
            for nobodys in [
                Wish::Close(tab),
                Wish::Activate(tab),
                Wish::Reload(tab),
                Wish::Picture(tab, None),
                Wish::Resize {
                    tab,
                    size: None,
                    scale: None,
                },
                Wish::GoToEntry(tab, 9),
                Wish::Input(tab, InputEvent::PointerLeave),
                requests(tab, Some(Rules::default())),
            ] {
                wish(control, nobodys);
            }
        },
    },
    Lie {
        name: "devtools:one-call-a-thousand-times",
        ends: None,
        tell: |control, _| {
            for _ in 0..1_000 {
                wish(control, Wish::Input(TabId(1), InputEvent::PointerLeave));
            }
        },
    },
    Lie {
        name: "devtools:a-call-on-no-list",
        ends: Some("socket"),
        tell: |_, _| {
            // SAFETY: takes numbers.
            unsafe { libc::syscall(libc::SYS_socket, libc::AF_UNIX, libc::SOCK_STREAM, 0) };
            wait_for_the_end();
        },
    },
];

fn requests(tab: TabId, rules: Option<Rules>) -> Wish {
    let sequence = 1;
    Wish::Requests {
        tab,
        sequence,
        rules,
    }
}

fn wish(control: RawFd, wish: Wish) {
    say(control, &FromDevtools::Call { call: 1, wish });
}

/// Tells the lie of that name, if there is one.
pub fn attack(name: &str, reach: &Reach<'_>) -> bool {
    let Some(lie) = LIES.iter().find(|lie| lie.name == name) else {
        return false;
    };
    let network = reach.fetch.first().map_or(-1, |fd| fd.as_raw_fd());
    (lie.tell)(reach.control.as_raw_fd(), network);
    true
}

pub fn trials() -> Vec<Trial> {
    let trials = LIES
        .iter()
        .map(|lie| Trial::test(lie.name, || try_out(lie)));
    trials.collect()
}

fn try_out(lie: &Lie) -> Result<(), Failed> {
    let site = server::pages(&[("/", "<!DOCTYPE html><title>bystander</title>")]);
    let mut browser = Browser::headless(&["--remote-debugging-port", "0"]);
    let address = browser.wait_for_stderr("the address", |text| {
        let (_, rest) = text.split_once("DevTools listening on ws://")?;
        rest.split_once('/').map(|(address, _)| address.to_owned())
    });
    browser.open(&format!("http://{site}/"));
    let devtools = sealed(&mut browser);
    let mut before = browser.pids();
    before.retain(|pid| *pid != devtools);
    browser.send(&format!("break devtools attack={}", lie.name));
    match lie.ends {
        Some(why) => {
            let died = browser.wait("the end of the liar", |record| {
                record["record"] == "died" && record["role"] == "devtools"
            });
            let cause = died["cause"].as_str().unwrap_or_default();
            let is_called = cause.contains(why) || why == "socket" && cause.contains("SIGSYS");
            assert!(is_called, "{}: {cause}", lie.name);
        }
        None => assert_eq!(sealed(&mut browser), devtools, "{}", lie.name),
    }
    sealed(&mut browser);
    let after = browser.pids();
    let is_alone = before.iter().all(|pid| after.contains(pid));
    assert!(is_alone, "{}: {before:?} became {after:?}", lie.name);
    assert!(browser.seen("tab_crashed").is_empty());
    TcpStream::connect(&address).expect("the port is there");
    assert!(browser.quit().success());
    Ok(())
}

/// The devtools process, once there is one that is held.
fn sealed(browser: &mut Browser) -> i32 {
    let mut found = 0;
    browser.wait_until("a devtools process that is held", |browser| {
        let state = browser.state();
        let mut processes = state["processes"].as_array().expect("processes").iter();
        let process = processes.find(|it| it["role"] == "devtools" && it["tier"] != "");
        let pid = process.and_then(|it| it["pid"].as_i64());
        found = pid.and_then(|pid| i32::try_from(pid).ok()).unwrap_or(0);
        found != 0
    });
    found
}
