//! Starts the real binary, gives it commands through its control pipe, and waits for its records.
//!
//! Owns: the browser process and its scratch folder. Never: waits without a watchdog.

use crate::picture::Picture;
use crate::process;
use crate::program::executable;
use crate::wait::Watchdog;
use nix::sys::inotify::{AddWatchFlags, InitFlags, Inotify};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A running browser.
pub struct Browser {
    child: Child,
    folder: tempfile::TempDir,
    records: Receiver<Value>,
    /// Records received and not yet waited for.
    pending: Vec<Value>,
    stderr: Arc<Stderr>,
    files: u32,
}

/// A tab as the browser says it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Tab {
    /// Its number.
    pub id: u64,
    /// Its process.
    pub pid: i32,
}

/// Runs the browser to its end with these arguments.
pub fn run(arguments: &[&str]) -> Output {
    Command::new(executable())
        .args(arguments)
        .stdin(Stdio::null())
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .output()
        .expect("the browser starts")
}

impl Browser {
    /// A headless browser.
    pub fn headless(arguments: &[&str]) -> Browser {
        let mut all = vec!["--headless"];
        all.extend(arguments);
        Browser::start(&all, &[])
    }

    /// A browser with these arguments and variables beside those of the harness.
    pub fn start(arguments: &[&str], variables: &[(&str, &str)]) -> Browser {
        let mut command = Command::new(executable());
        command
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY")
            .envs(variables.iter().copied());
        let folder = tempfile::tempdir().expect("a scratch folder");
        Browser::spawn(command, folder, arguments)
    }

    /// A browser by a command made ready for it, with a scratch folder that it can write to.
    pub fn spawn(mut command: Command, folder: tempfile::TempDir, arguments: &[&str]) -> Browser {
        let fifo = folder.path().join("control");
        command
            .args(["--record", "-", "--control-fifo"])
            .arg(&fifo)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().expect("the browser starts");
        let records = read_records(child.stdout.take().expect("piped"));
        let stderr = collect(child.stderr.take().expect("piped"));
        Browser {
            child,
            folder,
            records,
            pending: Vec::new(),
            stderr,
            files: 0,
        }
    }

    /// The broker's process id.
    pub fn pid(&self) -> i32 {
        i32::try_from(self.child.id()).expect("a pid fits")
    }

    /// Writes one line into the control pipe.
    pub fn send(&mut self, line: &str) {
        let path = self.folder.path().join("control");
        // The browser makes the pipe, so the first command may have to wait for it.
        if !path.exists() {
            self.wait_for_pipe(&path);
        }
        let mut pipe = std::fs::OpenOptions::new()
            .write(true)
            .open(path)
            .expect("the pipe opens");
        pipe.write_all(format!("{line}\n").as_bytes())
            .expect("the command is written");
    }

    fn wait_for_pipe(&self, path: &Path) {
        let created = Inotify::init(InitFlags::IN_CLOEXEC | InitFlags::IN_NONBLOCK);
        let created = created.expect("a folder can be watched");
        created
            .add_watch(self.folder.path(), AddWatchFlags::IN_CREATE)
            .expect("the scratch folder can be watched");
        let end = process::pidfd(self.pid()).expect("the test has not waited for its end yet");
        let watchdog = Watchdog::start();
        while !path.exists() {
            let why = || format!("no control pipe: {}", self.stderr());
            let [_, has_ended] = watchdog.poll([created.as_fd(), end.as_fd()], why);
            assert!(!has_ended, "the browser ended: {}", self.whole_stderr());
            // Which file it was does not matter: the loop looks for the one it needs.
            let _ = created.read_events();
        }
    }

    /// The next record, not waited for before, for which `is_it` holds. Records before it stay for
    /// later waits.
    pub fn wait(&mut self, what: &str, mut is_it: impl FnMut(&Value) -> bool) -> Value {
        if let Some(found) = self.pending.iter().position(&mut is_it) {
            return self.pending.remove(found);
        }
        let watchdog = Watchdog::start();
        loop {
            match self.records.recv_timeout(watchdog.left()) {
                Ok(record) if is_it(&record) => return record,
                Ok(record) => self.pending.push(record),
                Err(error) => {
                    let (why, stderr) = match error {
                        RecvTimeoutError::Timeout => ("the watchdog barked", self.stderr()),
                        RecvTimeoutError::Disconnected => {
                            ("the browser ended", self.whole_stderr())
                        }
                    };
                    panic!(
                        "{why} while waiting for {what}\nrecords: {:#?}\nstderr: {stderr}",
                        self.pending,
                    );
                }
            }
        }
    }

    /// [`Browser::wait`] for a moment only.
    pub fn wait_briefly(&mut self, mut is_it: impl FnMut(&Value) -> bool) -> Option<Value> {
        if let Some(found) = self.pending.iter().position(&mut is_it) {
            return Some(self.pending.remove(found));
        }
        let record = self.records.recv_timeout(Duration::from_millis(5)).ok()?;
        if is_it(&record) {
            return Some(record);
        }
        self.pending.push(record);
        None
    }

    /// Waits for a record of that name.
    pub fn wait_for(&mut self, name: &str) -> Value {
        self.wait(name, |record| record["record"] == name)
    }

    /// Waits for a record of that name about that tab.
    pub fn wait_for_tab(&mut self, name: &str, tab: &Tab) -> Value {
        self.wait(name, |record| {
            record["record"] == name && record["tab"] == tab.id
        })
    }

    /// The records of that name that have come and were not waited for.
    pub fn seen(&self, name: &str) -> Vec<&Value> {
        let is_it = |record: &&Value| record["record"] == name;
        self.pending.iter().filter(is_it).collect()
    }

    /// Forgets the records so far: what is waited for next must happen from now on.
    pub fn forget_records(&mut self) {
        // What has been written is in the channel or on its way; a state command is answered after
        // it.
        self.state();
        self.pending.clear();
    }

    /// Opens a tab and waits until it is loaded.
    pub fn open(&mut self, url: &str) -> Tab {
        self.send(&format!("open {url}"));
        let opened = self.wait_for("tab_opened");
        let id = opened["tab"].as_u64().expect("a tab's number");
        self.wait("the tab is loaded", |record| {
            record["record"] == "loaded" && record["tab"] == id
        });
        self.tab(id)
    }

    /// The tab with that number.
    pub fn tab(&mut self, id: u64) -> Tab {
        let pid = self.tab_state(id)["pid"]
            .as_i64()
            .expect("the tab has a process");
        Tab {
            id,
            pid: i32::try_from(pid).expect("a pid fits"),
        }
    }

    /// What the browser says of that tab.
    pub fn tab_state(&mut self, id: u64) -> Value {
        let state = self.state();
        let tabs = state["tabs"].as_array().expect("tabs");
        tabs.iter()
            .find(|tab| tab["tab"] == id)
            .expect("the tab is there")
            .clone()
    }

    /// What the browser says of itself.
    pub fn state(&mut self) -> Value {
        let path = self.file("json");
        let shown = path.display().to_string();
        self.send(&format!("state {shown}"));
        let answer = self.wait("the state", |record| {
            record["record"] == "state" && record["path"] == shown.as_str()
        });
        assert_eq!(answer.get("error"), None);
        let text = std::fs::read_to_string(path).expect("the state is there");
        serde_json::from_str(&text).expect("the state is JSON")
    }

    /// A picture of the window.
    pub fn screenshot(&mut self) -> Picture {
        self.try_screenshot().expect("there is a window")
    }

    /// A picture of the window, if there is a window at the moment.
    pub fn try_screenshot(&mut self) -> Option<Picture> {
        let path = self.file("png");
        let shown = path.display().to_string();
        self.send(&format!("screenshot {shown}"));
        let answer = self.wait("the picture", |record| {
            record["record"] == "screenshot" && record["path"] == shown.as_str()
        });
        answer.get("error").is_none().then(|| Picture::read(&path))
    }

    /// Copies the whole page by its keys, while `is_on_show` says so of the state. They are pressed
    /// again now and then: a page that gives way to another in the middle of it copies nothing.
    pub fn copy(&mut self, is_on_show: impl Fn(&Value) -> bool) -> bool {
        const LOOKS: u32 = 100;
        self.forget_records();
        let watchdog = Watchdog::start();
        let mut looks = 0..;
        while is_on_show(&self.state()) {
            if !self.seen("copied").is_empty() {
                return true;
            }
            if looks
                .next()
                .is_some_and(|look: u32| look.is_multiple_of(LOOKS))
            {
                self.send("key ctrl+a");
                self.send("key ctrl+c");
            }
            watchdog.nap(|| format!("nothing is copied\n{}", self.stderr()));
        }
        false
    }

    /// Looks until it is so.
    pub fn wait_until(&mut self, what: &str, mut is_so: impl FnMut(&mut Browser) -> bool) {
        let watchdog = Watchdog::start();
        while !is_so(self) {
            watchdog.nap(|| format!("never so: {what}\n{}", self.stderr()));
        }
    }

    /// Waits until `find` finds something in what the browser wrote to standard error.
    pub fn wait_for_stderr<T>(&self, what: &str, find: impl Fn(&str) -> Option<T>) -> T {
        let watchdog = Watchdog::start();
        let mut written = self.stderr.lock();
        loop {
            if let Some(found) = find(&written.text) {
                return found;
            }
            let text = || format!("{what}: not in standard error:\n{}", written.text);
            watchdog.check(text);
            assert!(!written.has_ended, "the browser ended; {}", text());
            let waited = self.stderr.more.wait_timeout(written, watchdog.left());
            written = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Takes pictures until one of them is as it should be.
    pub fn screenshot_until(&mut self, what: &str, is_it: impl Fn(&Picture) -> bool) -> Picture {
        let watchdog = Watchdog::start();
        loop {
            let picture = self.screenshot();
            if is_it(&picture) {
                return picture;
            }
            watchdog.nap(|| format!("never seen: {what}\n{}", self.stderr()));
        }
    }

    /// The ids of all processes of this browser, the broker's first.
    pub fn pids(&mut self) -> Vec<i32> {
        let state = self.state();
        let processes = state["processes"].as_array().expect("processes");
        let pids = processes.iter().map(|p| p["pid"].as_i64().expect("a pid"));
        pids.map(|pid| i32::try_from(pid).expect("a pid fits"))
            .collect()
    }

    /// The process of that role, once it has started: on a loaded machine it may not be sealed when
    /// the first page is loaded.
    pub fn pid_of(&mut self, role: &str) -> i32 {
        let mut pid = None;
        self.wait_until("a process of that role", |browser| {
            let state = browser.state();
            let mut processes = state["processes"].as_array().expect("processes").iter();
            let is_it = |it: &&Value| it["role"] == role && it["state"] != "starting";
            pid = processes.find(is_it).and_then(|it| it["pid"].as_i64());
            pid.is_some()
        });
        i32::try_from(pid.expect("waited for")).expect("a pid fits")
    }

    /// What it wrote to standard error so far.
    pub fn stderr(&self) -> String {
        self.stderr.lock().text.clone()
    }

    /// A path in the scratch folder that nothing has used.
    pub fn file(&mut self, ending: &str) -> PathBuf {
        self.files += 1;
        self.folder.path().join(format!("{}.{ending}", self.files))
    }

    /// Ends it as a user would.
    pub fn quit(mut self) -> ExitStatus {
        self.send("quit");
        self.wait_for_exit()
    }

    /// Waits until it has ended, and all that it said has been read.
    pub fn wait_for_exit(&mut self) -> ExitStatus {
        process::wait_until_gone(self.pid());
        let status = self.child.wait().expect("wait");
        self.whole_stderr();
        status
    }

    /// All that it wrote to standard error, once nothing can write there any more. A process ends
    /// before the thread that reads has read its last words.
    fn whole_stderr(&self) -> String {
        let watchdog = Watchdog::start();
        let mut written = self.stderr.lock();
        while !written.has_ended {
            watchdog.check(|| format!("standard error stays open:\n{}", written.text));
            let waited = self.stderr.more.wait_timeout(written, watchdog.left());
            written = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        written.text.clone()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Already ended where the test ended it.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("standard error of the browser:\n{}", self.stderr());
        }
    }
}

/// The lines of a text that is still being written, without the one that is not finished.
pub fn whole_lines(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive('\n')
        .filter_map(|line| line.strip_suffix('\n'))
}

fn read_records(stdout: impl Read + Send + 'static) -> Receiver<Value> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            if let Ok(value) = serde_json::from_str(&line)
                && sender.send(value).is_err()
            {
                return;
            }
        }
    });
    receiver
}

/// Standard error of the browser, filled by a thread.
#[derive(Default)]
struct Stderr {
    written: Mutex<Written>,
    /// Signalled after each change of `written`.
    more: Condvar,
}

#[derive(Default)]
struct Written {
    text: String,
    has_ended: bool,
}

impl Stderr {
    /// A test that fails with the lock in its hand still shows what was written.
    fn lock(&self) -> MutexGuard<'_, Written> {
        let locked = self.written.lock();
        locked.unwrap_or_else(PoisonError::into_inner)
    }
}

fn collect(mut pipe: impl Read + Send + 'static) -> Arc<Stderr> {
    let stderr = Arc::new(Stderr::default());
    let shared = Arc::clone(&stderr);
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(count @ 1..) = pipe.read(&mut buffer) {
            let piece = String::from_utf8_lossy(&buffer[..count]).into_owned();
            shared.lock().text += &piece;
            shared.more.notify_all();
        }
        shared.lock().has_ended = true;
        shared.more.notify_all();
    });
    stderr
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str) -> Browser {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        let folder = tempfile::tempdir().expect("a scratch folder");
        Browser::spawn(command, folder, &[])
    }

    #[test]
    fn a_command_waits_for_the_pipe_that_the_browser_makes() {
        // The harness adds `--record - --control-fifo PATH`, which are $0 to $3.
        let mut browser = sh("sleep 0.1; mkfifo \"$3\"; read line < \"$3\"; echo \"$line\" >&2");
        browser.send("open x");
        browser.wait_for_stderr("the command", |text| text.find("open x"));
        assert!(browser.wait_for_exit().success());
    }

    #[test]
    #[should_panic(expected = "the browser ended: gone early")]
    fn a_command_to_a_browser_that_ends_without_a_pipe_fails_the_test_at_once() {
        sh("sleep 0.1; printf 'gone early' >&2").send("open x");
    }

    #[test]
    #[should_panic(expected = "the browser ended; the word: not in standard error")]
    fn a_word_that_never_comes_fails_the_test_when_the_browser_has_ended() {
        sh("echo other >&2").wait_for_stderr("the word", |text| text.find("word"));
    }
}
