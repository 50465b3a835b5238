//! A taken-over gpu process and its connection to the X server: what it asks for beyond its window
//! ends the process, and the record names the request.

use child::Reach;
use libtest_mimic::{Failed, Trial};
use std::os::fd::AsRawFd;
use testkit::x11::Display;
use testkit::x11_attacks::{self, MALFORMED, X11Attack, X11Target};
use testkit::x11_client::{Answer, RawClient, request};
use testkit::{Browser, process};

/// Attacks of one browser: a gpu process may die only so often before the browser goes on without.
const ATTACKS_OF_A_BROWSER: usize = 3;
/// Browsers of one X server.
const BROWSERS_OF_A_TRIAL: usize = 4;

/// An attack as the trial gives it: its name, and the request.
struct Order {
    name: String,
    called: &'static str,
    bytes: Vec<u8>,
}

/// Makes the attack `x11:HEX`: says these bytes on the connection to the display.
pub fn attack(name: &str, reach: &Reach<'_>) -> bool {
    let Some(hexadecimal) = name.strip_prefix("x11:") else {
        return false;
    };
    let digits: Vec<u8> = hexadecimal
        .chars()
        .map(|digit| digit.to_digit(16).expect("a digit") as u8)
        .collect();
    let bytes: Vec<u8> = digits
        .chunks(2)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect();
    let display = reach.display.expect("a window").as_raw_fd();
    // SAFETY: the bytes live until the call returns.
    let sent = unsafe { libc::write(display, bytes.as_ptr().cast(), bytes.len()) };
    assert_eq!(usize::try_from(sent), Ok(bytes.len()));
    crate::lies::packets::wait_for_the_end();
}

pub fn trials() -> Vec<Trial> {
    let count = ATTACKS_OF_A_BROWSER * BROWSERS_OF_A_TRIAL;
    let groups = x11_attacks::ALL.chunks(count).enumerate();
    let requests = groups.map(|(number, group)| {
        let title = format!("display::requests_to_the_x_server_{number}");
        Trial::test(title, move || try_requests(group))
    });
    let malformed = "display::requests_that_break_the_protocol";
    let connection = "display::no_new_connection_to_the_x_server";
    requests
        .chain([
            Trial::test(malformed, try_malformed),
            Trial::test(connection, try_connections),
        ])
        .collect()
}

fn try_requests(group: &[X11Attack]) -> Result<(), Failed> {
    let Some(display) = Display::start() else {
        return Ok(());
    };
    let mut victim = RawClient::connect(display.name());
    let other = victim.window();
    let mut orders = Vec::new();
    for attack in group {
        let major = attack.extension.map(|name| victim.extension(name));
        let Some(major) = major.unwrap_or(Some(0)) else {
            println!("SKIP {}: the server lacks the extension", attack.name);
            continue;
        };
        // An id of nobody's, where the attack names one of its own.
        let nobodys = 0x0fff_0000;
        let target = X11Target {
            root: victim.root,
            own: nobodys,
            gc: nobodys,
            fresh: nobodys,
            other,
            major,
        };
        orders.push(Order {
            name: attack.name.to_owned(),
            called: attack.called,
            bytes: (attack.request)(&target),
        });
    }
    try_all(&display, &orders);
    assert_eq!(victim.ask(&request(3, 0, &[other])), Answer::Done);
    Ok(())
}

fn try_malformed() -> Result<(), Failed> {
    let Some(display) = Display::start() else {
        return Ok(());
    };
    let orders = MALFORMED.iter().map(|(name, why, bytes)| Order {
        name: (*name).to_owned(),
        called: why,
        bytes: bytes(),
    });
    try_all(&display, &orders.collect::<Vec<_>>());
    Ok(())
}

fn try_all(display: &Display, orders: &[Order]) {
    // Keeps the server from starting anew when a browser was its last client.
    let mut bystander = RawClient::connect(display.name());
    bystander.window();
    for orders in orders.chunks(ATTACKS_OF_A_BROWSER) {
        let mut browser = browser(display);
        for order in orders {
            let (gpu, filter) = (browser.pid_of("gpu"), browser.pid_of("x11-filter"));
            let hexadecimal: Vec<String> = order
                .bytes
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect();
            browser.send(&format!("break gpu attack=x11:{}", hexadecimal.concat()));
            let died = browser.wait(&order.name, |record| {
                record["record"] == "died" && record["pid"] == gpu
            });
            let cause = died["cause"].as_str().expect("a cause");
            let is_named = cause.starts_with("asked the X server for what is not allowed: ");
            assert!(
                is_named && cause.contains(order.called),
                "{}: {cause}",
                order.name
            );
            process::wait_until_gone(filter);
            wait_for_window(&mut browser, gpu);
        }
        assert!(browser.quit().success());
    }
}

/// A socket is refused, so neither the name in the file system nor the abstract one can be reached.
fn try_connections() -> Result<(), Failed> {
    let Some(display) = Display::start() else {
        return Ok(());
    };
    let mut browser = browser(&display);
    for attack in ["connect-x11", "socket-unix"] {
        let gpu = browser.pid_of("gpu");
        browser.send(&format!("break gpu attack={attack}@"));
        let died = browser.wait(attack, |record| {
            record["record"] == "died" && record["pid"] == gpu
        });
        let cause = died["cause"].as_str().expect("a cause");
        let is_named = cause.starts_with("tried to call socket(AF_UNIX");
        assert!(is_named || cause.contains("SIGSYS"), "{attack}: {cause}");
        wait_for_window(&mut browser, gpu);
    }
    assert!(browser.quit().success());
    Ok(())
}

/// A browser with a window that is there.
fn browser(display: &Display) -> Browser {
    let mut browser = Browser::start(&["bulkhead://ipc"], &[("DISPLAY", display.name())]);
    wait_for_window(&mut browser, 0);
    browser
}

/// Waits for another gpu process than that one, with its filter, and for its window.
fn wait_for_window(browser: &mut Browser, old: i32) {
    browser.wait_until("a window", |browser| {
        let state = browser.state();
        let processes = state["processes"].as_array().expect("processes");
        let runs = |role: &str| {
            let mut all = processes.iter();
            all.any(|p| p["role"] == role && p["state"] == "running" && p["pid"] != old)
        };
        runs("gpu") && runs("x11-filter")
    });
    browser.wait_until("a picture of it", |browser| {
        browser.try_screenshot().is_some()
    });
}
