//! A tab dies alone, whatever kills it. It keeps its last frame, address and history under a card
//! that names the cause. The other tabs go on, and a reload brings it back.

use nix::errno::Errno;
use nix::sys::ptrace::{self, Options};
use nix::sys::signal::Signal;
use nix::sys::wait::{Id, WaitPidFlag, waitid, waitpid};
use nix::unistd::Pid;
use std::io::{Read, Write};
use std::net::SocketAddr;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use testkit::picture::Picture;
use testkit::{Browser, Tab, process, server};

const PAGES: &[(&str, &str)] = &[
    (
        "/one",
        "<title>One</title><body style='margin:0;background:#00ff00'><p>one",
    ),
    (
        "/two",
        "<title>Two</title><body style='margin:0;background:#ffffff'><p>two",
    ),
    (
        "/moving",
        "<title>Moving</title><style>@keyframes go { from { margin-left: 0 } \
         to { margin-left: 600px } } div { width: 100px; height: 100px; background: #ff0000; \
         animation: go 1s linear infinite alternate }</style><body style='margin:0'><div></div>",
    ),
];

/// A browser with two tabs; the second one is shown and has a page behind it in its history.
fn two_tabs() -> (Browser, Tab, Tab, String) {
    let server = server::pages(PAGES);
    let mut browser = Browser::headless(&[]);
    let one = browser.open(&format!("http://{server}/one"));
    let two = browser.open(&format!("http://{server}/one"));
    browser.send(&format!("navigate {} http://{server}/two", two.id));
    browser.wait("the second page", |r| {
        r["record"] == "loaded" && r["url"].as_str().is_some_and(|url| url.ends_with("/two"))
    });
    let two = browser.tab(two.id);
    (browser, one, two, format!("http://{server}/two"))
}

/// Breaks the second tab and checks all that must hold afterwards.
fn dies_alone(breaks: impl FnOnce(&mut Browser, &Tab), cause: &str) {
    let (mut browser, one, two, url) = two_tabs();
    let before =
        browser.screenshot_until("the white page", |p| p.pixel(5, p.height - 5) == [255; 3]);
    breaks(&mut browser, &two);
    let crashed = browser.wait_for_tab("tab_crashed", &two);
    let said = crashed["cause"].as_str().expect("a cause").to_owned();
    assert!(
        said.contains(cause),
        "the card says {said:?}, not {cause:?}"
    );

    let state = browser.tab_state(two.id);
    assert_eq!(state["state"], "crashed");
    assert_eq!(state["url"], url.as_str());
    assert_eq!(state["title"], "Two");
    assert_eq!(state["can_go_back"], true);
    let dimmed = browser.screenshot_until("a dimmed page under a card", |p| {
        let is_light = |pixel: [u8; 3]| pixel.iter().all(|&value| value > 220);
        p.brightness(0..40, p.height - 40..p.height) < 200
            && p.count(400..880, 300..560, is_light) > 10_000
    });
    assert!(before != dimmed);

    assert_eq!(
        browser.tab(one.id),
        one,
        "the other tab has another process now"
    );
    assert_eq!(browser.tab_state(one.id)["state"], "live");
    browser.send(&format!("activate {}", one.id));
    browser.screenshot_until("the other tab", |p| p.pixel(5, p.height - 5) == [0, 255, 0]);

    browser.send(&format!("activate {}", two.id));
    browser.send(&format!("reload {}", two.id));
    browser.wait_for_tab("loaded", &two);
    let reloaded = browser.tab(two.id);
    assert_ne!(reloaded.pid, two.pid);
    browser.screenshot_until("the page again", |p| p.pixel(5, p.height - 5) == [255; 3]);
    assert!(browser.quit().success());
}

#[test]
fn a_killed_tab_dies_alone() {
    dies_alone(
        |_, tab| process::signal(tab.pid, Signal::SIGKILL),
        "SIGKILL",
    );
}

#[test]
fn a_segfault_sent_from_outside_is_a_crash() {
    dies_alone(
        |_, tab| process::signal(tab.pid, Signal::SIGSEGV),
        "SIGSEGV",
    );
}

#[test]
fn an_abort_sent_from_outside_is_a_crash() {
    dies_alone(
        |_, tab| process::signal(tab.pid, Signal::SIGABRT),
        "SIGABRT",
    );
}

#[test]
fn a_wild_write_is_a_crash() {
    dies_alone(
        |browser, tab| browser.send(&format!("break {} crash", tab.id)),
        "SIGSEGV",
    );
}

#[test]
fn an_abort_is_a_crash() {
    dies_alone(
        |browser, tab| browser.send(&format!("break {} abort", tab.id)),
        "SIGABRT",
    );
}

#[test]
fn a_panic_is_a_crash_that_names_its_message() {
    dies_alone(
        |browser, tab| browser.send(&format!("break {} panic", tab.id)),
        "a panic was asked for",
    );
}

#[test]
fn a_tab_that_wants_too_much_memory_dies_alone_and_says_so() {
    dies_alone(
        |browser, tab| browser.send(&format!("break {} memory", tab.id)),
        "out of memory",
    );
}

#[test]
fn the_record_of_a_memory_bomb_says_what_was_used_and_allowed() {
    let server = server::pages(PAGES);
    let mut browser = Browser::headless(&[]);
    let tab = browser.open(&format!("http://{server}/one"));
    browser.send(&format!("break {} memory", tab.id));
    let crash = browser.wait_for_tab("tab_crashed", &tab);
    let cause = crash["cause"].as_str().expect("a cause");
    // A machine with little to give, or the group's limit, may be met first.
    if !cause.starts_with("ran out of memory: a request for 16777216 bytes failed") {
        return println!("SKIP: it died of something else: {cause}");
    }
    let words: Vec<&str> = cause.split(' ').collect();
    let amounts: Vec<f64> = words
        .windows(2)
        .filter(|pair| pair[1] == "MiB")
        .map(|pair| pair[0].parse().expect("a number"))
        .collect();
    let [used, allowed] = amounts[..] else {
        panic!("{cause}");
    };
    assert!(allowed > 0.0 && allowed <= 1024.0, "{cause}");
    // The last step was refused; what is resident and not private is small.
    assert!(used > allowed / 2.0 && used < allowed + 256.0, "{cause}");
    let died = browser.wait("its death", |r| {
        r["record"] == "died" && r["role"] == "renderer"
    });
    assert_eq!(died["cause"], crash["cause"]);
    assert!(browser.quit().success());
}

#[test]
fn a_message_that_is_none_is_fatal_to_its_sender() {
    dies_alone(
        |browser, tab| browser.send(&format!("break {} bad-message", tab.id)),
        "BadEncoding",
    );
}

#[test]
fn a_typed_break_it_address_breaks_the_page_that_is_shown() {
    dies_alone(
        |browser, tab| browser.send(&format!("navigate {} bulkhead://crash", tab.id)),
        "SIGSEGV",
    );
}

#[test]
fn other_tabs_go_on_painting_while_one_dies() {
    let server = server::pages(PAGES);
    let mut browser = Browser::headless(&[]);
    let victim = browser.open(&format!("http://{server}/one"));
    let _moving = browser.open(&format!("http://{server}/moving"));
    process::signal(victim.pid, Signal::SIGKILL);
    browser.wait_for_tab("tab_crashed", &victim);
    let first = browser.screenshot();
    browser.screenshot_until("the next frame of the animation", |picture| {
        *picture != first
    });
    assert!(browser.quit().success());
}

#[test]
fn a_dead_gpu_process_is_replaced_and_no_tab_reloads() {
    let server = server::pages(PAGES);
    let mut browser = Browser::headless(&[]);
    let tab = browser.open(&format!("http://{server}/one"));
    let gpu = browser.pid_of("gpu");
    browser.forget_records();
    process::signal(gpu, Signal::SIGKILL);
    browser.wait("the gpu process's death", |r| {
        r["record"] == "died" && r["role"] == "gpu"
    });
    browser.wait("a new one", |r| {
        r["record"] == "sealed" && r["role"] == "gpu"
    });
    browser.wait_for("surface_live");
    browser.screenshot_until("the page", |p| p.pixel(5, p.height - 5) == [0, 255, 0]);
    assert_eq!(browser.tab(tab.id), tab);
    assert!(browser.quit().success());
}

#[test]
fn a_browser_whose_parent_ignores_dead_children_sees_its_own_die() {
    let server = server::pages(PAGES);
    let mut command = Command::new("env");
    command
        .arg("--ignore-signal=CHLD")
        .arg(testkit::executable());
    let folder = tempfile::tempdir().expect("a scratch folder");
    let mut browser = Browser::spawn(command, folder, &["--headless"]);
    let tab = browser.open(&format!("http://{server}/one"));
    process::signal(tab.pid, Signal::SIGKILL);
    browser.wait_for_tab("tab_crashed", &tab);
    browser.wait("the cause", |r| {
        r["record"] == "died" && r["pid"] == tab.pid
    });
    assert!(browser.quit().success());
}

#[test]
fn the_last_frame_of_a_dead_tab_outlives_the_gpu_process_too() {
    let server = server::pages(PAGES);
    let mut browser = Browser::headless(&[]);
    let tab = browser.open(&format!("http://{server}/one"));
    browser.send(&format!("kill {}", tab.id));
    browser.wait_for_tab("tab_crashed", &tab);
    let is_dimmed_green = |p: &Picture| {
        p.count(0..20, p.height - 20..p.height, |[r, g, b]| {
            g > r + 20 && g > b + 20
        }) > 100
    };
    browser.screenshot_until("the dimmed page", is_dimmed_green);
    let gpu = browser.pid_of("gpu");
    browser.forget_records();
    process::signal(gpu, Signal::SIGKILL);
    browser.wait("a new one", |r| {
        r["record"] == "sealed" && r["role"] == "gpu"
    });
    browser.wait_for("surface_live");
    browser.screenshot_until("the dimmed page again", is_dimmed_green);
    assert!(browser.quit().success());
}

#[test]
fn a_picture_that_cannot_be_had_is_answered() {
    let mut browser = Browser::headless(&[]);
    browser.open("bulkhead://welcome");
    let gpu = browser.pid_of("gpu");
    browser.forget_records();
    process::signal(gpu, Signal::SIGSTOP);
    let path = browser.file("png");
    browser.send(&format!("screenshot {}", path.display()));
    browser.state();
    process::signal(gpu, Signal::SIGKILL);
    let answer = browser.wait_for("screenshot");
    let error = answer["error"].as_str().expect("an error");
    assert!(error.contains("gpu process"), "{error}");
    browser.wait_until("there is a window again", |browser| {
        browser.try_screenshot().is_some()
    });
    assert!(browser.quit().success());
}

#[test]
fn a_dead_network_process_is_replaced_and_pages_load_again() {
    let server = server::pages(PAGES);
    let mut browser = Browser::headless(&[]);
    let tab = browser.open(&format!("http://{server}/one"));
    let network = browser.pid_of("network");
    process::signal(network, Signal::SIGSEGV);
    browser.wait("its death", |r| {
        r["record"] == "died" && r["role"] == "network"
    });
    browser.open(&format!("http://{server}/two"));
    assert_eq!(browser.tab(tab.id), tab);
    assert!(browser.quit().success());
}

#[test]
fn a_dead_shell_is_replaced_and_tabs_do_not_notice() {
    let server = server::pages(PAGES);
    let mut browser = Browser::headless(&[]);
    let tab = browser.open(&format!("http://{server}/one"));
    browser.screenshot_until("the strip", |p| {
        p.count(0..p.width, 0..84, |pixel| pixel.iter().all(|&v| v < 100)) > 100
    });
    // The strip may still say that the tab is loading: it is to be the one that stays.
    let last = std::cell::RefCell::new(browser.screenshot());
    let strip = browser.screenshot_until("a strip at rest", |p| {
        *p == last.replace(p.clone()) && p.pixel(100, 20) != p.pixel(600, 20)
    });
    let shell = browser.pid_of("shell");
    process::signal(shell, Signal::SIGKILL);
    browser.wait("its death", |r| {
        r["record"] == "died" && r["role"] == "shell"
    });
    browser.screenshot_until("the same strip", |p| {
        (0..strip.width).all(|x| p.pixel(x, 60) == strip.pixel(x, 60))
    });
    assert_eq!(browser.tab(tab.id), tab);
    assert!(browser.quit().success());
}

/// Answers `/half` with half a page and `/late` only when asked once more; never ends either.
fn slow_server() -> SocketAddr {
    let asked = AtomicBool::new(false);
    server::serve(move |head, stream| {
        let is_half = head.contains(" /half ");
        if is_half {
            let half = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>the first half";
            stream.write_all(half.as_bytes()).expect("somebody reads");
        }
        if is_half || !asked.swap(true, Ordering::SeqCst) {
            let _ = stream.read(&mut [0]);
        } else {
            server::respond(stream, "200 OK", "text/html", "<title>Late</title>");
        }
    })
}

#[test]
fn a_tab_killed_while_its_page_arrives_dies_alone() {
    let (pages, slow) = (server::pages(PAGES), slow_server());
    let mut browser = Browser::headless(&[]);
    let one = browser.open(&format!("http://{pages}/one"));
    browser.send(&format!("open http://{slow}/half"));
    let id = browser.wait_for("tab_opened")["tab"].as_u64();
    let id = id.expect("a tab's number");
    browser.wait("its commit", |r| {
        r["record"] == "committed" && r["tab"] == id
    });
    let half = browser.tab(id);
    process::signal(half.pid, Signal::SIGKILL);
    let crashed = browser.wait_for_tab("tab_crashed", &half);
    assert!(
        crashed["cause"]
            .as_str()
            .expect("a cause")
            .contains("SIGKILL"),
        "{crashed}"
    );
    assert_eq!(browser.tab(one.id), one);
    browser.send(&format!("navigate {id} http://{pages}/two"));
    browser.wait_for_tab("loaded", &half);
    assert!(browser.quit().success());
}

#[test]
fn a_network_process_killed_while_a_page_arrives_is_asked_again_or_the_page_is_cut() {
    let slow = slow_server();
    let mut browser = Browser::headless(&[]);
    browser.send(&format!("open http://{slow}/late"));
    browser.wait_until("the page is asked for", |browser| {
        let state = browser.state();
        let processes = state["processes"].as_array().expect("processes");
        let is_there = |p: &serde_json::Value| p["role"] == "network" && p["state"] == "running";
        processes.iter().any(is_there)
    });
    process::signal(browser.pid_of("network"), Signal::SIGKILL);
    browser.wait("its death", |r| {
        r["record"] == "died" && r["role"] == "network"
    });
    // Whether the server had been asked before that is chance: if not, it keeps the second request.
    browser.send(&format!("open http://{slow}/late"));
    browser.wait_for("loaded");
    browser.send(&format!("open http://{slow}/half"));
    browser.wait("its commit", |r| {
        r["record"] == "committed" && r["url"].as_str().is_some_and(|url| url.ends_with("/half"))
    });
    process::signal(browser.pid_of("network"), Signal::SIGKILL);
    browser.wait_for("incomplete");
    assert!(browser.quit().success());
}

/// A picture, and then another one.
fn moves(browser: &mut Browser) {
    browser.wait_until("the page moves", |browser| {
        let (first, second) = (browser.try_screenshot(), browser.try_screenshot());
        matches!((first, second), (Some(first), Some(second)) if first != second)
    });
}

#[test]
fn a_gpu_process_killed_in_mid_frame_is_replaced_each_time() {
    let server = server::pages(PAGES);
    let mut browser = Browser::headless(&[]);
    let tab = browser.open(&format!("http://{server}/moving"));
    for _ in 0..6 {
        moves(&mut browser);
        let gpu = browser.pid_of("gpu");
        process::signal(gpu, Signal::SIGKILL);
        browser.wait("its death", |r| r["record"] == "died" && r["pid"] == gpu);
    }
    moves(&mut browser);
    assert_eq!(browser.tab(tab.id), tab);
    assert!(browser.quit().success());
}

/// The gpu process sees its channel close before the broker knows of its death, and says so.
#[test]
fn a_tab_killed_in_mid_frame_has_not_hung_up() {
    let server = server::pages(PAGES);
    let mut browser = Browser::headless(&[]);
    browser.open(&format!("http://{server}/one"));
    for _ in 0..10 {
        let tab = browser.open(&format!("http://{server}/moving"));
        moves(&mut browser);
        process::signal(tab.pid, Signal::SIGKILL);
        let crashed = browser.wait_for_tab("tab_crashed", &tab);
        let cause = crashed["cause"].as_str().expect("a cause");
        assert!(cause.contains("SIGKILL"), "{cause}");
        browser.send(&format!("close {}", tab.id));
    }
    assert!(browser.quit().success());
}

#[test]
fn a_shell_killed_while_it_is_typed_into_is_replaced() {
    let server = server::pages(PAGES);
    let mut browser = Browser::headless(&[]);
    let tab = browser.open(&format!("http://{server}/one"));
    for _ in 0..3 {
        let shell = browser.pid_of("shell");
        browser.send("click 600 60");
        browser.send("type half an address");
        process::signal(shell, Signal::SIGKILL);
        browser.wait("its death", |r| r["record"] == "died" && r["pid"] == shell);
        browser.wait_until("there is another", |browser| {
            let state = browser.state();
            let processes = state["processes"].as_array().expect("processes");
            let is_there = |p: &serde_json::Value| p["role"] == "shell" && p["state"] == "running";
            processes.iter().any(is_there)
        });
    }
    assert_eq!(browser.tab(tab.id), tab);
    assert!(browser.quit().success());
}

#[test]
fn no_process_outlives_a_killed_broker() {
    let server = server::pages(PAGES);
    let mut browser = Browser::headless(&[]);
    browser.open(&format!("http://{server}/one"));
    let pids = browser.pids();
    assert!(pids.len() >= 5, "{pids:?}");
    process::signal(browser.pid(), Signal::SIGKILL);
    for pid in pids {
        process::wait_until_gone(pid);
    }
}

#[test]
fn no_process_outlives_a_broker_that_is_asked_to_end() {
    let mut browser = Browser::headless(&["bulkhead://welcome"]);
    browser.wait_for("loaded");
    let pids = browser.pids();
    process::signal(browser.pid(), Signal::SIGTERM);
    assert!(browser.wait_for_exit().success());
    for pid in pids {
        process::wait_until_gone(pid);
    }
}

#[test]
fn a_death_is_reported_before_the_process_can_be_waited_for() {
    let mut browser = Browser::headless(&[]);
    let tab = browser.open("data:text/html,<title>Mortal</title>");
    // The kernel keeps a dead process from its parent until whoever traces it has waited.
    let traced = Pid::from_raw(tab.pid);
    match ptrace::seize(traced, Options::empty()) {
        Ok(()) => {}
        Err(Errno::EPERM) => return eprintln!("SKIP: this user may not trace a sealed process"),
        Err(error) => panic!("ptrace: {error}"),
    }
    process::signal(tab.pid, Signal::SIGKILL);
    // Dead, and not waited for yet: what the kernel says of it now is what the browser is told.
    let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT;
    waitid(Id::Pid(traced), flags).expect("its end");
    let is_told = sandbox::exit_status(tab.pid.unsigned_abs()).is_ok_and(|status| status != 0);
    if is_told {
        let crashed = browser.wait_for_tab("tab_crashed", &tab);
        let cause = crashed["cause"].as_str().expect("a cause");
        assert!(cause.contains("SIGKILL"), "{cause}");
        browser.send(&format!("reload {}", tab.id));
        browser.wait_for_tab("loaded", &tab);
    } else {
        eprintln!("SKIP: this kernel does not tell this user how a sealed process ends");
    }
    waitpid(traced, None).expect("its end");
    // Now the browser waits for it, too.
    process::wait_until_gone(tab.pid);
    assert!(browser.quit().success());
}
