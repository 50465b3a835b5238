//! The demo site's hostile pages, each started by the user in the real browser: what becomes of it,
//! and that the animation of another tab goes on meanwhile. And the thief, who steals nothing.

use demo::Site;
use httpd::Running;
use std::io::{Read, Seek, SeekFrom};
use testkit::{Browser, Tab, Watchdog, server};

/// Says in its title how many frames it has had.
const CALM: &[(&str, &str)] = &[(
    "/",
    "<title>0</title>calm<script>let n = 0; const go = () => { if (++n % 10 === 0) \
     document.title = n; requestAnimationFrame(go); }; requestAnimationFrame(go);</script>",
)];

/// What becomes of an attack.
enum Outcome {
    /// The script is refused, and its title says so from then on.
    Says(&'static [&'static str]),
    /// The tab is marked as slow, and only its end ends the script.
    Slow,
    /// The tab is marked as slow, and the user stops the script.
    Stopped,
    /// It waits for the answer to a dialog.
    Asks,
    /// The browser refuses something and says so.
    Refused(&'static str),
    /// It goes from page to page.
    Moves,
}
use Outcome::{Asks, Moves, Refused, Says, Slow, Stopped};

/// Starts that attack beside a calm tab, and looks at both.
fn worst(name: &str, outcome: &Outcome) {
    let site = Running::start(Site).expect("a server");
    let mut browser = Browser::headless(&[]);
    let calm = browser.open(&format!("http://{}/", server::pages(CALM)));
    let tab = browser.open(&site.url(&format!("/attack/{name}")));
    browser.send("key Enter");
    comes_to(&mut browser, &tab, outcome);
    goes_on(&mut browser, &calm);
    let tabs = browser.state()["tabs"].as_array().expect("tabs").len();
    assert!(tabs <= 3, "one click opened {} tabs", tabs - 2);
    // The strip still has the user's word; a page may be asked once whether it is left.
    browser.send(&format!("close {}", tab.id));
    let end = browser.wait("the end of the tab, or a question", |record| {
        let is_question = record["record"] == "dialog" && record["kind"] == "leave";
        (is_question || record["record"] == "tab_closed") && record["tab"] == tab.id
    });
    if end["record"] == "dialog" {
        browser.send(&format!("dialog {} accept", tab.id));
        browser.wait_for_tab("tab_closed", &tab);
    }
    assert_eq!(browser.tab(calm.id), calm, "the calm tab has its process");
    let stderr = browser.stderr();
    assert!(!stderr.contains("panicked"), "{stderr}");
    assert!(browser.quit().success());
}

fn comes_to(browser: &mut Browser, tab: &Tab, outcome: &Outcome) {
    match outcome {
        Says(words) => browser.wait_until("the page says what came of it", |browser| {
            let title = browser.tab_state(tab.id)["title"].clone();
            let title = title.as_str().unwrap_or_default();
            words.iter().all(|word| title.contains(word))
        }),
        Slow => be_slow(browser, tab),
        Stopped => {
            be_slow(browser, tab);
            browser.send(&format!("stop-script {}", tab.id));
            browser.wait_for_tab("script_stopped", tab);
            assert_eq!(browser.tab(tab.id), *tab, "its page stays");
        }
        Asks => {
            browser.wait_for_tab("dialog", tab);
        }
        Moves => {
            for _ in 0..3 {
                browser.wait("another page", |record| {
                    let url = record["url"].as_str().unwrap_or_default();
                    record["record"] == "committed" && url.contains("?again=")
                });
            }
        }
        Refused(words) => {
            browser.wait("a refusal", |record| {
                let reason = record["reason"].as_str().unwrap_or_default();
                record["record"] == "refused" && reason.contains(words)
            });
        }
    }
}

/// Uses the page until the browser says that it does not answer. What is typed before the attack
/// has begun is answered.
fn be_slow(browser: &mut Browser, tab: &Tab) {
    let watchdog = Watchdog::start();
    loop {
        browser.send("key a");
        for _ in 0..100 {
            watchdog.check(|| format!("never slow\n{}", browser.stderr()));
            let slow = browser
                .wait_briefly(|record| record["record"] == "slow" && record["tab"] == tab.id);
            if slow.is_some() {
                return;
            }
        }
    }
}

/// Brings that tab to the front and waits for thirty frames of its animation.
fn goes_on(browser: &mut Browser, calm: &Tab) {
    let frames = |browser: &mut Browser| -> u64 {
        let title = browser.tab_state(calm.id)["title"].clone();
        title
            .as_str()
            .and_then(|it| it.parse().ok())
            .expect("a count")
    };
    browser.send(&format!("activate {}", calm.id));
    let before = frames(browser);
    browser.wait_until("frames of the calm tab", |browser| {
        frames(browser) >= before + 30
    });
}

macro_rules! attacks {
    ($($test:ident: $name:literal comes to $outcome:expr;)*) => {
        $(#[test]
        fn $test() {
            worst($name, &$outcome);
        })*

        #[test]
        fn every_attack_of_the_demo_site_is_made() {
            let made = [$($name),*];
            for name in demo::attacks() {
                assert!(made.contains(&name), "{name} is not tried");
            }
        }
    };
}

attacks! {
    a_false_address_bar: "bar" comes to Says(&["My bank"]);
    a_page_that_wants_the_clipboard: "clipboard" comes to Says(&["nothing was read"]);
    a_flood_of_the_console: "console" comes to Says(&["200000 lines written"]);
    dialogs_without_end: "dialogs" comes to Asks;
    a_flood_of_history: "history" comes to Says(&["entries"]);
    endless_layout: "layout" comes to Stopped;
    a_page_that_cannot_be_left: "leaving" comes to Says(&["armed"]);
    an_endless_loop: "loop" comes to Stopped;
    all_memory: "memory" comes to Says(&["refused after", "out of memory"]);
    a_flood_of_messages: "messages" comes to Says(&["refused after 1000 messages"]);
    one_endless_call: "native" comes to Slow;
    a_flood_of_navigations: "navigations" comes to Moves;
    elements_without_end: "nodes" comes to Says(&["refused after", "QuotaExceededError"]);
    a_flood_of_pictures: "pictures" comes to Says(&["4000 pictures asked for"]);
    a_grabbed_pointer: "pointer" comes to Says(&["grabbed"]);
    popups: "popups" comes to Refused("without a click or key of the user");
    recursion: "recursion" comes to Says(&["refused at depth", "RangeError"]);
    a_regular_expression: "regex" comes to Stopped;
    a_flood_of_requests: "requests" comes to Says(&["5000 requests begun"]);
    a_flood_of_storage: "storage" comes to Says(&["refused after", "QuotaExceededError"]);
    a_million_timers: "timers" comes to Says(&["refused after 10000 timers"]);
    a_flood_of_titles: "titles" comes to Says(&["title 1"]);
    an_endless_document: "write" comes to Says(&["pieces"]);
}

#[test]
fn a_thief_reads_no_password_of_another_site() {
    const PASSWORD: &str = "Tr0ub4dor-quite-unheard-of";
    let site = Running::start(Site).expect("a server");
    let mut browser = Browser::headless(&[]);
    let thief = browser.open(&site.url("/steal"));
    // The link to the vault is the third of the page.
    for key in ["Tab", "Tab", "Tab", "Enter"] {
        browser.send(&format!("key {key}"));
    }
    let opened = browser.wait_for("tab_opened");
    let vault = opened["tab"].as_u64().expect("a number");
    browser.wait("the vault", |record| {
        record["record"] == "loaded" && record["tab"] == vault
    });
    let vault = browser.tab(vault);
    assert_ne!(vault.pid, thief.pid);
    browser.send(&format!("type {PASSWORD}"));
    browser.send("key Enter");
    wait_for_title(&mut browser, &vault, |title| {
        title == "The vault: signed in"
    });
    browser.send(&format!("activate {}", thief.id));
    browser.send("key Tab");
    browser.send("key Enter");
    wait_for_title(&mut browser, &thief, |title| title.contains("tried"));
    assert_eq!(browser.tab(thief.id), thief);
    assert_eq!(browser.tab(vault.id), vault);
    let board = text_of_the_page(&mut browser);
    assert!(board.contains("ways tried, 0 read something."), "{board}");
    assert!(!board.contains(PASSWORD), "{board}");
    let holds = |pid| memory_holds(pid, PASSWORD);
    match (holds(vault.pid), holds(thief.pid)) {
        (Some(vault), Some(thief)) => {
            assert!(vault, "the search finds what is there");
            assert!(
                !thief,
                "the password is in the memory of the thief's process"
            );
        }
        _ => println!("SKIP the search of memory: /proc shows it to root alone"),
    }
    assert!(browser.quit().success());
}

fn wait_for_title(browser: &mut Browser, tab: &Tab, is_it: impl Fn(&str) -> bool) {
    browser.wait_until("the title", |browser| {
        let title = &browser.tab_state(tab.id)["title"];
        title.as_str().is_some_and(&is_it)
    });
}

/// All text of the page that is shown.
fn text_of_the_page(browser: &mut Browser) -> String {
    browser.send(&format!("click 4 {}", protocol::limits::SHELL_HEIGHT + 4));
    browser.send("key ctrl+a");
    browser.send("key ctrl+c");
    browser.wait_for("copied");
    let state = browser.state();
    state["clipboard"].as_str().expect("a text").to_owned()
}

/// Whether the text stands anywhere in the memory of the process, in bytes or in UTF-16. Nothing
/// where the memory may not be looked at.
fn memory_holds(pid: i32, text: &str) -> Option<bool> {
    const PIECE: usize = 4 << 20;
    let bytes = text.as_bytes().to_vec();
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let maps = std::fs::read_to_string(format!("/proc/{pid}/maps")).ok()?;
    let mut memory = std::fs::File::open(format!("/proc/{pid}/mem")).ok()?;
    let mut piece = vec![0; PIECE + wide.len()];
    let mut searched = 0;
    for line in maps.lines() {
        let range = line
            .split(' ')
            .next()
            .and_then(|range| range.split_once('-'));
        let (start, end) = range.expect("a range");
        let number = |digits| u64::from_str_radix(digits, 16).expect("a number");
        let (mut at, end) = (number(start), number(end));
        while at < end {
            let left = usize::try_from(end - at).expect("it fits").min(piece.len());
            let is_read = memory.seek(SeekFrom::Start(at)).is_ok()
                && memory.read_exact(&mut piece[..left]).is_ok();
            if !is_read {
                // Not to be read by anybody, such as the guard of a stack.
                break;
            }
            searched += left;
            let found = |needle: &[u8]| {
                let finder = memchr::memmem::Finder::new(needle);
                finder.find(&piece[..left]).is_some()
            };
            if found(&bytes) || found(&wide) {
                return Some(true);
            }
            // What stands across the end of a piece is found in the next one.
            at += u64::try_from(left.min(PIECE)).expect("it fits");
        }
    }
    (searched > 0).then_some(false)
}
