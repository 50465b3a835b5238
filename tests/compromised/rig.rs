//! A browser under attack: a bystander's tab that never stops moving, a tab or a service that turns
//! hostile, and what must be the same before and after.
//!
//! Owns: the browser. Trusts: records, `/proc`, and pixels. Never: takes a child's word for its own
//! end; that it has survived is only believed where that is the worse news.

use crate::harness::{Browser, Tab, WATCHDOG, server};
use sandbox::Policy;
use serde_json::Value;
use std::path::PathBuf;
use std::time::Instant;

const PAGES: &[(&str, &str)] = &[
    (
        "/moving",
        "<title>Moving</title><style>@keyframes go { from { margin-left: 0 } \
         to { margin-left: 600px } } div { width: 100px; height: 100px; background: #ff0000; \
         animation: go 1s linear infinite alternate }</style><body style='margin:0'><div></div>",
    ),
    ("/target", "<title>Target</title>an ordinary page"),
];

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

    /// What holds it.
    pub fn policy(self) -> Policy {
        match self {
            Attacker::Gpu => Policy::Gpu,
            Attacker::Network => Policy::Network,
            Attacker::Renderer => Policy::Renderer,
            Attacker::Shell => Policy::Shell,
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

/// What a hostile action came to.
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
    server: std::net::SocketAddr,
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
        let server = server::pages(PAGES);
        let mut browser = Browser::headless(&[]);
        let bystander = browser.open(&format!("http://{server}/moving"));
        Rig {
            browser,
            server,
            bystander,
        }
    }

    /// Has `attacker` do the action of that name and tells what it came to.
    ///
    /// # Panics
    /// When the bystander suffers, or something is left behind.
    pub fn attack(&mut self, attacker: Attacker, name: &str) -> Outcome {
        let before = self.inventory_at_rest();
        let target = (attacker == Attacker::Renderer).then(|| self.open_target());
        let heard = self.browser.stderr().len();
        let whom = target
            .as_ref()
            .map_or(attacker.name().to_owned(), |tab| tab.id.to_string());
        self.browser.send(&format!("break {whom} attack={name}"));
        let outcome = self.outcome(attacker, target.as_ref(), name, heard);
        self.bystander_moves();
        if let Some(tab) = &target {
            self.browser.send(&format!("close {}", tab.id));
        }
        self.nothing_is_left(&before);
        outcome
    }

    /// A page in a tab that is not the one on show.
    pub fn open_target(&mut self) -> Tab {
        let tab = self.browser.open(&format!("http://{}/target", self.server));
        self.browser
            .send(&format!("activate {}", self.bystander.id));
        tab
    }

    fn outcome(
        &mut self,
        attacker: Attacker,
        target: Option<&Tab>,
        name: &str,
        heard: usize,
    ) -> Outcome {
        let deadline = Instant::now() + WATCHDOG;
        let is_death = |record: &Value| match target {
            Some(tab) => record["record"] == "tab_crashed" && record["tab"] == tab.id,
            None => record["record"] == "died" && record["role"] == attacker.name(),
        };
        loop {
            if let Some(record) = self.browser.wait_briefly(is_death) {
                return Outcome::Died(record["cause"].as_str().expect("a cause").to_owned());
            }
            if let Some(outcome) = survived(&self.browser.stderr()[heard..], name) {
                return outcome;
            }
            let stderr = self.browser.stderr();
            assert!(
                Instant::now() < deadline,
                "nothing came of {name}\n{stderr}"
            );
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

    fn nothing_is_left(&mut self, before: &Inventory) {
        let deadline = Instant::now() + WATCHDOG;
        loop {
            let now = self.inventory_at_rest();
            if now == *before {
                return;
            }
            assert!(
                Instant::now() < deadline,
                "left behind: {before:?} became {now:?}\n{}",
                self.browser.stderr()
            );
        }
    }
}

/// The folders in all folders of control groups that are that browser's.
fn groups(pid: i32) -> usize {
    let name = format!("{}{pid}", sandbox::cgroup::GROUP_PREFIX);
    let mut places = vec![(PathBuf::from("/sys/fs/cgroup"), false)];
    let mut count = 0;
    while let Some((place, is_own)) = places.pop() {
        for entry in std::fs::read_dir(place).into_iter().flatten().flatten() {
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                count += usize::from(is_own);
                places.push((entry.path(), is_own || *entry.file_name() == *name));
            }
        }
    }
    count
}

/// Written by a child whose action came back, into its standard error, which the broker hands on.
pub fn say_survived(name: &str, value: i64, errno: i32) {
    let errno = if value == -1 { errno } else { 0 };
    let line = format!("survived {name}: {value} {errno}\n");
    // SAFETY: the bytes live until the call returns.
    unsafe { libc::write(2, line.as_ptr().cast(), line.len()) };
}

fn survived(stderr: &str, name: &str) -> Option<Outcome> {
    let start = format!("survived {name}: ");
    let line = stderr.lines().find_map(|line| line.split_once(&start))?.1;
    let (value, errno) = line.split_once(' ')?;
    Some(Outcome::Returned(value.parse().ok()?, errno.parse().ok()?))
}
