//! A tab or a service that uses too much, or computes without end, ends alone. Another tab goes on
//! painting all the while, in the same process.

use testkit::{Browser, Tab, server};

const PAGES: &[(&str, &str)] = &[
    (
        "/moving",
        "<title>Moving</title><style>@keyframes go { from { margin-left: 0 } \
         to { margin-left: 600px } } div { width: 100px; height: 100px; background: #ff0000; \
         animation: go 1s linear infinite alternate }</style><body style='margin:0'><div></div>",
    ),
    ("/one", "<title>One</title><p>one"),
];

/// A browser with an animated page in front and another behind it.
fn browser() -> (Browser, Tab, Tab) {
    let server = server::pages(PAGES);
    let mut browser = Browser::headless(&[]);
    let behind = browser.open(&format!("http://{server}/one"));
    let moving = browser.open(&format!("http://{server}/moving"));
    (browser, moving, behind)
}

fn moves(browser: &mut Browser, tab: &Tab) {
    browser.wait_until("the page moves", |browser| {
        let first = browser.try_screenshot();
        let second = browser.try_screenshot();
        matches!((first, second), (Some(first), Some(second)) if first != second)
    });
    assert_eq!(browser.tab(tab.id), *tab);
}

/// Breaks a service in that way and waits for the next one.
fn is_replaced(role: &str, fault: &str, cause: &str) {
    let (mut browser, moving, behind) = browser();
    let broken = browser.pid_of(role);
    browser.forget_records();
    browser.send(&format!("break {role} {fault}"));
    if role == "shell" {
        // It is silent only if there is something to answer.
        browser.send("click 640 60");
    } else if role == "network" {
        moves(&mut browser, &moving);
    }
    let died = browser.wait("its death", |r| r["record"] == "died" && r["role"] == role);
    let said = died["cause"].as_str().expect("a cause");
    assert!(said.contains(cause), "{said:?} is not {cause:?}");
    browser.wait("the next one", |r| {
        r["record"] == "sealed" && r["role"] == role
    });
    assert_ne!(browser.pid_of(role), broken);
    moves(&mut browser, &moving);
    browser.forget_records();
    browser.send(&format!("reload {}", behind.id));
    browser.wait_for_tab("loaded", &behind);
    assert!(browser.quit().success());
}

#[test]
fn a_gpu_process_that_computes_without_end_is_replaced() {
    is_replaced("gpu", "hang", "did not respond");
}

#[test]
fn a_network_process_that_computes_without_end_is_replaced() {
    is_replaced("network", "hang", "did not respond");
}

#[test]
fn a_shell_that_computes_without_end_is_replaced() {
    is_replaced("shell", "hang", "did not respond");
}

#[test]
fn a_gpu_process_that_wants_too_much_memory_is_replaced() {
    is_replaced("gpu", "memory", "memory");
}

#[test]
fn a_network_process_that_wants_too_much_memory_is_replaced() {
    is_replaced("network", "memory", "memory");
}

#[test]
fn a_shell_that_wants_too_much_memory_is_replaced() {
    is_replaced("shell", "memory", "memory");
}

#[test]
fn a_tab_that_computes_without_end_gets_a_card_and_the_person_ends_it() {
    let (mut browser, moving, behind) = browser();
    browser.send(&format!("break {} hang", behind.id));
    moves(&mut browser, &moving);
    browser.send(&format!("activate {}", behind.id));
    browser.send("click 640 500");
    browser.wait("the card", |r| {
        r["record"] == "slow" && r["tab"] == behind.id && r["card"] == true
    });
    browser.send(&format!("activate {}", moving.id));
    moves(&mut browser, &moving);
    browser.send(&format!("kill {}", behind.id));
    browser.wait_for_tab("tab_crashed", &behind);
    browser.forget_records();
    browser.send(&format!("reload {}", behind.id));
    browser.wait_for_tab("loaded", &behind);
    assert!(browser.quit().success());
}
