//! A browser under attack: a bystander's tab that never stops moving, a tab or a service that turns
//! hostile, and what must be the same before and after.
//!
//! Owns: the browser. Trusts: records, `/proc` and pixels, and a child that reports its survival,
//! for that is the worse news. Never: believes a child that reports its own end.

use crate::lies::{self, Lie};
use nix::sys::signal::Signal;
use protocol::ids::Role;
use serde_json::Value;
use std::ffi::OsStr;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use testkit::{Browser, Tab, Watchdog, process, server};

/// Whether a request to another site than the pages' has ever come with a cookie. Every answer asks
/// the browser to keep one, under either name of the server.
static COOKIE_CAME: AtomicBool = AtomicBool::new(false);

/// Who turns hostile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Attacker {
    Gpu,
    Network,
    Renderer,
    Shell,
}

impl Attacker {
    pub const ALL: [Attacker; 4] = [
        Attacker::Gpu,
        Attacker::Network,
        Attacker::Renderer,
        Attacker::Shell,
    ];

    pub fn role(self) -> Role {
        match self {
            Attacker::Gpu => Role::Gpu,
            Attacker::Network => Role::Network,
            Attacker::Renderer => Role::Renderer,
            Attacker::Shell => Role::Shell,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Attacker::Gpu => "gpu",
            Attacker::Network => "network",
            Attacker::Renderer => "renderer",
            Attacker::Shell => "shell",
        }
    }
}

/// The outcome of a hostile action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The process is dead; the browser's record of why.
    Died(String),
    /// The action came back with this value and errno, and the process goes on.
    Returned(i64, i32),
}

/// The browser.
pub struct Rig {
    pub browser: Browser,
    server: SocketAddr,
    bystander: Tab,
}

/// What must be as before once an attack is over.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Inventory {
    /// Roles of all processes.
    roles: Vec<String>,
    /// Descriptors that the broker has open.
    descriptors: usize,
    /// Processes that the broker has as children, zombies too.
    children: usize,
    /// Lines of the broker's mount table.
    mounts: usize,
    /// Control groups of the browser's children.
    groups: usize,
}

impl Rig {
    pub fn new() -> Rig {
        Rig::of(Browser::headless(&[]))
    }

    /// Around a browser that has just been started.
    pub fn of(mut browser: Browser) -> Rig {
        let server = server::serve(answer);
        let bystander = browser.open(&format!("http://{server}/moving"));
        Rig {
            browser,
            server,
            bystander,
        }
    }

    /// Has `attacker` do the action of that name and gives the outcome.
    ///
    /// # Panics
    /// When the bystander suffers, or something is left behind.
    pub fn attack(&mut self, attacker: Attacker, name: &str) -> Outcome {
        let lie = lies::find(attacker, name);
        let is_shown = lie.is_some_and(|lie| lie.is_shown);
        let before = self.inventory_at_rest();
        let target = (attacker == Attacker::Renderer).then(|| self.open_target(is_shown));
        let heard = self.browser.stderr().len();
        let whom = target
            .as_ref()
            .map_or(attacker.name().to_owned(), |tab| tab.id.to_string());
        let server = self.server;
        let order = format!("break {whom} attack={name}@{server}");
        self.browser.send(&order);
        let flood = (name == lies::NEVER_READS).then_some(order);
        let outcome = self.outcome(attacker, target.as_ref(), name, heard, flood);
        self.activate_bystander();
        if let (Some(lie), Outcome::Returned(..)) = (lie, &outcome) {
            self.live_with(attacker, lie);
        }
        self.bystander_moves();
        if let Some(tab) = &target {
            self.browser.send(&format!("close {}", tab.id));
        }
        self.nothing_is_left(&before);
        let has_leaked = COOKIE_CAME.load(Ordering::Relaxed);
        assert!(!has_leaked, "{name}: a request came with a cookie");
        outcome
    }

    /// A page stops reading, and the network process sends it as many descriptors as the kernel
    /// takes. Other pages must get what they need, as far as that takes no descriptors of the same
    /// user: a picture takes some, and so does a new process. They must get all of it once that
    /// page is closed.
    pub fn conspire(&mut self, can_send: bool, can_start: bool) {
        let before = self.inventory_at_rest();
        let target = self.open_target(false);
        self.inventory_at_rest();
        for (whom, name) in [
            (target.id.to_string(), "frames-never-published"),
            ("network".to_owned(), "answers-with-descriptors"),
        ] {
            let heard = self.browser.stderr().len();
            let server = self.server;
            self.browser
                .send(&format!("break {whom} attack={name}@{server}"));
            self.browser
                .wait_for_stderr("it is done", |text| survived(&text[heard..], name));
        }
        if can_send {
            self.bystander_moves();
        }
        if can_start {
            self.end(Attacker::Network);
            self.others_load();
        }
        self.browser.send(&format!("close {}", target.id));
        if !can_start {
            self.bystander_moves();
            self.end(Attacker::Network);
        }
        self.others_load();
        self.bystander_moves();
        self.nothing_is_left(&before);
    }

    /// A page in a tab, on show or behind the bystander's.
    fn open_target(&mut self, is_shown: bool) -> Tab {
        let tab = self.browser.open(&format!("http://{}/target", self.server));
        if !is_shown {
            self.activate_bystander();
        }
        tab
    }

    fn activate_bystander(&mut self) {
        self.browser
            .send(&format!("activate {}", self.bystander.id));
    }

    /// What must hold while a liar goes on. A service that has turned hostile serves nobody, so it
    /// is ended: whom it lied to must then have all from its successor.
    fn live_with(&mut self, attacker: Attacker, lie: &Lie) {
        match attacker {
            Attacker::Gpu => self.end(attacker),
            Attacker::Network => {
                self.bystander_moves();
                self.end(attacker);
            }
            Attacker::Renderer | Attacker::Shell => {}
        }
        if lie.expected != lies::Expected::Refused {
            self.others_load();
        }
    }

    /// Ends a service from outside; the broker, which still obeys, starts another one.
    fn end(&mut self, role: Attacker) {
        let pid = self.browser.pid_of(role.name());
        process::signal(pid, Signal::SIGKILL);
        self.browser.wait("the liar's end", |record| {
            record["record"] == "died" && record["pid"] == pid
        });
    }

    /// Another page loads, with its resources.
    fn others_load(&mut self) {
        self.browser
            .send(&format!("open http://{}/styled", self.server));
        let id = self.browser.wait_for("tab_opened")["tab"].clone();
        let loaded = self.browser.wait("another page", |record| {
            record["record"] == "loaded" && record["tab"] == id
        });
        assert_eq!(loaded["failed_resources"], 0, "{loaded}");
        self.browser.send(&format!("close {id}"));
        self.activate_bystander();
    }

    fn outcome(
        &mut self,
        attacker: Attacker,
        target: Option<&Tab>,
        name: &str,
        heard: usize,
        flood: Option<String>,
    ) -> Outcome {
        let watchdog = Watchdog::start();
        let is_death = |record: &Value| match target {
            Some(tab) => record["record"] == "tab_crashed" && record["tab"] == tab.id,
            None => record["record"] == "died" && record["role"] == attacker.name(),
        };
        loop {
            if let Some(order) = &flood {
                (0..100).for_each(|_| self.browser.send(order));
            }
            if let Some(record) = self.browser.wait_briefly(is_death) {
                return Outcome::Died(record["cause"].as_str().expect("a cause").to_owned());
            }
            if let Some(outcome) = survived(&self.browser.stderr()[heard..], name) {
                return outcome;
            }
            watchdog.check(|| format!("nothing came of {name}\n{}", self.browser.stderr()));
        }
    }

    /// The bystander goes on painting, in the process that it had.
    pub fn bystander_moves(&mut self) {
        self.browser.wait_until("the bystander moves", |browser| {
            let first = browser.try_screenshot();
            let second = browser.try_screenshot();
            matches!((first, second), (Some(first), Some(second)) if first != second)
        });
        assert_eq!(self.browser.tab(self.bystander.id), self.bystander);
    }

    fn inventory(&mut self) -> Inventory {
        let pid = self.browser.pid();
        let state = self.browser.state();
        let processes = state["processes"].as_array().expect("processes");
        let is_settled = |p: &&Value| p["state"] == "running" || p["state"] == "spare";
        let mut roles: Vec<String> = processes
            .iter()
            .filter(is_settled)
            .map(|p| p["role"].as_str().expect("a role").to_owned())
            .collect();
        roles.sort();
        let lines = |path: String| {
            std::fs::read_to_string(path).map_or(0, |text| text.split_whitespace().count())
        };
        Inventory {
            roles,
            descriptors: state["descriptors"].as_array().expect("a list").len(),
            children: lines(format!("/proc/{pid}/task/{pid}/children")),
            mounts: lines(format!("/proc/{pid}/mountinfo")),
            groups: groups(pid),
        }
    }

    /// The inventory once every process that is kept in reserve is there.
    fn inventory_at_rest(&mut self) -> Inventory {
        self.browser
            .wait_until("the browser is at rest", |browser| {
                let state = browser.state();
                let processes = state["processes"].as_array().expect("processes");
                let is_spare = processes.iter().any(|p| p["state"] == "spare");
                let is_settled = |p: &Value| p["state"] == "running" || p["state"] == "spare";
                is_spare && processes.iter().all(is_settled)
            });
        self.inventory()
    }

    /// As many processes and descriptors as in a browser in which nothing has happened.
    pub fn is_like_any_other(&mut self) {
        static OTHER: OnceLock<Inventory> = OnceLock::new();
        let other = OTHER.get_or_init(|| Rig::new().inventory_at_rest());
        self.nothing_is_left(other);
    }

    fn nothing_is_left(&mut self, before: &Inventory) {
        let watchdog = Watchdog::start();
        loop {
            let now = self.inventory_at_rest();
            if now == *before {
                return;
            }
            let stderr = self.browser.stderr();
            watchdog.nap(|| format!("left behind: {before:?} became {now:?}\n{stderr}"));
        }
    }
}

/// The folders in all folders of control groups that are that browser's.
fn groups(pid: i32) -> usize {
    let prefix = format!("{}{pid}-", sandbox::cgroup::GROUP_PREFIX);
    let is_browsers = |name: &OsStr| name.to_string_lossy().starts_with(&prefix);
    let mut places = vec![(PathBuf::from("/sys/fs/cgroup"), false)];
    let mut count = 0;
    while let Some((place, is_own)) = places.pop() {
        for entry in std::fs::read_dir(place).into_iter().flatten().flatten() {
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                count += usize::from(is_own);
                places.push((entry.path(), is_own || is_browsers(&entry.file_name())));
            }
        }
    }
    count
}

/// The test's web server.
fn answer(head: &str, stream: &mut TcpStream) {
    let lower = head.to_ascii_lowercase();
    if lower.contains("\r\nhost: localhost") && lower.contains("\r\ncookie:") {
        COOKIE_CAME.store(true, Ordering::Relaxed);
    }
    let html = "text/html\r\nSet-Cookie: secret=1; HttpOnly";
    let ok = "200 OK";
    match head.split(' ').nth(1).unwrap_or("/") {
        "/moving" => server::respond(stream, ok, html, MOVING),
        "/styled" => server::respond(stream, ok, html, STYLED),
        "/style.css" => server::respond(stream, ok, "text/css", "p { color: red }"),
        "/target" => server::respond(stream, ok, html, "<title>Target</title>an ordinary page"),
        "/never" => {
            let _ = stream.read(&mut [0]);
        }
        "/endless" => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/css\r\n\r\n");
            while stream.write_all(&[b' '; 4096]).is_ok() {}
        }
        _ => server::respond(stream, "404 Not Found", html, "no such page"),
    }
}

const MOVING: &str = "<title>Moving</title><style>@keyframes go { from { margin-left: 0 } \
    to { margin-left: 600px } } div { width: 100px; height: 100px; background: #ff0000; \
    animation: go 1s linear infinite alternate }</style><body style='margin:0'><div></div>";

const STYLED: &str = "<title>Styled</title><link rel=stylesheet href=/style.css><p>with style";

/// Written by a child whose action came back, into its standard error, which the broker hands on.
pub fn say_survived(name: &str, value: i64, errno: i32) {
    let errno = if value == -1 { errno } else { 0 };
    let line = format!("survived {name}: {value} {errno}\n");
    // SAFETY: the bytes live until the call returns.
    unsafe { libc::write(2, line.as_ptr().cast(), line.len()) };
}

fn survived(stderr: &str, name: &str) -> Option<Outcome> {
    let start = format!("survived {name}: ");
    let (_, line) = testkit::whole_lines(stderr).find_map(|line| line.split_once(&start))?;
    let (value, errno) = line.split_once(' ')?;
    Some(Outcome::Returned(value.parse().ok()?, errno.parse().ok()?))
}
