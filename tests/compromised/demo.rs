//! The demo server under attack. It has no control channel to take an order from, so a signal turns
//! it hostile.

use libtest_mimic::{Failed, Trial};
use nix::sys::signal::Signal;
use testkit::x11::Display;
use testkit::{Browser, process};

/// Makes this process, the demo server, one that calls what is on no list when it is signalled.
pub fn arm() {
    // SAFETY: the handler makes one raw call and touches nothing else.
    unsafe { libc::signal(libc::SIGUSR1, turn_hostile as *const () as usize) };
}

extern "C" fn turn_hostile(_: i32) {
    // SAFETY: takes numbers.
    unsafe { libc::syscall(libc::SYS_socket, libc::AF_UNIX, libc::SOCK_STREAM, 0) };
}

pub fn trials() -> Vec<Trial> {
    let name = "demo::a_call_on_no_list_ends_the_demo_server_alone";
    vec![Trial::test(name, a_refused_call_ends_it)]
}

fn a_refused_call_ends_it() -> Result<(), Failed> {
    // The demo starts for a user who opens a window and names no page.
    let Some(display) = Display::start() else {
        println!("SKIP: no X server here");
        return Ok(());
    };
    let mut browser = Browser::start(&[], &[("DISPLAY", display.name())]);
    browser.wait_until("a demo server that is held", |browser| {
        demo(browser).is_some_and(|process| process["tier"] != "")
    });
    browser.wait_until("the demo's tabs", |browser| {
        let state = browser.state();
        let tabs = state["tabs"].as_array().expect("tabs");
        tabs.len() == 6 && tabs.iter().all(|tab| tab["state"] == "live")
    });
    let server = browser.pid_of("demo");
    let mut before = browser.pids();
    before.retain(|pid| *pid != server);
    process::signal(server, Signal::SIGUSR1);
    browser.wait_until("the end of the demo server", |browser| {
        demo(browser).is_none()
    });
    browser.wait_for_stderr("the refused call", |log| {
        let call = log.find("refused system call: socket(AF_UNIX, SOCK_STREAM, 0)");
        call.or_else(|| log.find("SIGSYS"))
    });
    let after = browser.pids();
    let is_alone = before.iter().all(|pid| after.contains(pid));
    assert!(is_alone, "{before:?} became {after:?}");
    assert!(browser.quit().success());
    Ok(())
}

fn demo(browser: &mut Browser) -> Option<serde_json::Value> {
    let state = browser.state();
    let mut processes = state["processes"].as_array().expect("processes").iter();
    processes.find(|it| it["role"] == "demo").cloned()
}
