//! One round of our browser: the same steps as Chromium takes.

use crate::REST;
use nix::sys::signal::Signal;
use std::thread::sleep;
use std::time::Instant;
use testkit::{Browser, Tab, process};

/// A browser that was launched for a round, and the tab that was opened last.
pub struct Ours {
    browser: Browser,
    tab: Tab,
}

impl Ours {
    /// Starts it with a page; answers the milliseconds until that is loaded, too.
    pub fn launch(url: &str) -> (Ours, f64) {
        let start = Instant::now();
        let mut browser = Browser::headless(&[url]);
        let record = browser.wait_for("loaded");
        let time = ms_since(start);
        let tab = browser.tab(record["tab"].as_u64().expect("a tab's number"));
        (Ours { browser, tab }, time)
    }

    /// From the command for a new tab until its page is loaded.
    pub fn new_tab(&mut self, url: &str) -> f64 {
        let start = Instant::now();
        self.browser.send(&format!("open {url}"));
        let loaded = self.browser.wait_for("loaded");
        let time = ms_since(start);
        self.tab = self.browser.tab(loaded["tab"].as_u64().expect("a number"));
        time
    }

    /// From the death of the tab's renderer until it is reported.
    pub fn kill_tab(&mut self) -> f64 {
        let start = Instant::now();
        process::signal(self.tab.pid, Signal::SIGKILL);
        self.browser.wait_for_tab("tab_crashed", &self.tab);
        ms_since(start)
    }

    /// From the command until the page is loaded again.
    pub fn reload(&mut self) -> f64 {
        let start = Instant::now();
        self.browser.send(&format!("reload {}", self.tab.id));
        self.browser.wait_for_tab("loaded", &self.tab);
        ms_since(start)
    }

    /// From the death of the network process until a page is loaded.
    pub fn kill_network(&mut self, url: &str) -> f64 {
        let network = self.browser.pid_of("network");
        let start = Instant::now();
        process::signal(network, Signal::SIGKILL);
        let command = format!("navigate {} {url}", self.tab.id);
        self.browser.send(&command);
        self.browser.wait_for_tab("loaded", &self.tab);
        ms_since(start)
    }

    /// From the death of the gpu process until there is a picture again.
    pub fn kill_gpu(&mut self) -> f64 {
        self.browser.forget_records();
        let gpu = self.browser.pid_of("gpu");
        let start = Instant::now();
        process::signal(gpu, Signal::SIGKILL);
        self.browser.wait("another gpu process", |record| {
            record["record"] == "sealed" && record["role"] == "gpu"
        });
        self.browser.screenshot();
        ms_since(start)
    }

    /// The broker's process id.
    pub fn pid(&self) -> i32 {
        self.browser.pid()
    }

    pub fn quit(self) {
        self.browser.quit();
    }
}

/// Lets whatever a browser does ahead of need be done.
pub fn rest() {
    sleep(REST);
}

fn ms_since(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1000.0
}
