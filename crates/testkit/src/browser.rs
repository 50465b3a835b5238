//! Starts the real binary, gives it commands through its control pipe, and waits for its records.
//!
//! Owns: the browser process and its scratch folder. Trusts: nothing. Never: sleeps.

use crate::picture::Picture;
use crate::{WATCHDOG, executable, process};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// A running browser.
pub struct Browser {
    child: Child,
    folder: tempfile::TempDir,
    records: Receiver<Value>,
    /// Records received and not yet waited for.
    pending: Vec<Value>,
    stderr: Arc<Mutex<String>>,
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
        let deadline = Instant::now() + WATCHDOG;
        // The pipe is made by the browser, so its first command may have to wait for it.
        while !path.exists() {
            assert!(
                Instant::now() < deadline,
                "no control pipe: {}",
                self.stderr()
            );
            assert!(
                self.child.try_wait().expect("wait").is_none(),
                "ended: {}",
                self.stderr()
            );
            std::thread::yield_now();
        }
        let mut pipe = std::fs::OpenOptions::new()
            .write(true)
            .open(path)
            .expect("the pipe opens");
        pipe.write_all(format!("{line}\n").as_bytes())
            .expect("the command is written");
    }

    /// The next record, not waited for before, for which `is_it` holds. Records before it stay for
    /// later waits.
    pub fn wait(&mut self, what: &str, mut is_it: impl FnMut(&Value) -> bool) -> Value {
        if let Some(found) = self.pending.iter().position(&mut is_it) {
            return self.pending.remove(found);
        }
        let deadline = Instant::now() + WATCHDOG;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.records.recv_timeout(left) {
                Ok(record) if is_it(&record) => return record,
                Ok(record) => self.pending.push(record),
                Err(error) => {
                    let why = match error {
                        RecvTimeoutError::Timeout => "the watchdog barked",
                        RecvTimeoutError::Disconnected => "the browser ended",
                    };
                    panic!(
                        "{why} while waiting for {what}\nrecords: {:#?}\nstderr: {}",
                        self.pending,
                        self.stderr()
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

    /// Looks until it is so.
    pub fn wait_until(&mut self, what: &str, mut is_so: impl FnMut(&mut Browser) -> bool) {
        let deadline = Instant::now() + WATCHDOG;
        while !is_so(self) {
            assert!(
                Instant::now() < deadline,
                "never so: {what}\n{}",
                self.stderr()
            );
        }
    }

    /// Takes pictures until one of them is as it should be.
    pub fn screenshot_until(&mut self, what: &str, is_it: impl Fn(&Picture) -> bool) -> Picture {
        let deadline = Instant::now() + WATCHDOG;
        loop {
            let picture = self.screenshot();
            if is_it(&picture) {
                return picture;
            }
            assert!(
                Instant::now() < deadline,
                "never seen: {what}\n{}",
                self.stderr()
            );
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

    /// The process of that role.
    pub fn pid_of(&mut self, role: &str) -> i32 {
        let state = self.state();
        let processes = state["processes"].as_array().expect("processes");
        let found = processes
            .iter()
            .find(|p| p["role"] == role)
            .expect("a process of that role");
        i32::try_from(found["pid"].as_i64().expect("a pid")).expect("a pid fits")
    }

    /// What it wrote to standard error so far.
    pub fn stderr(&self) -> String {
        self.stderr.lock().expect("the lock").clone()
    }

    /// A path in the scratch folder that nothing has used.
    pub fn file(&mut self, ending: &str) -> PathBuf {
        self.files += 1;
        self.folder.path().join(format!("{}.{ending}", self.files))
    }

    /// Ends it as the person would.
    pub fn quit(mut self) -> ExitStatus {
        self.send("quit");
        self.wait_for_exit()
    }

    /// Waits until it has ended.
    pub fn wait_for_exit(&mut self) -> ExitStatus {
        process::wait_until_gone(self.pid());
        self.child.wait().expect("wait")
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

fn collect(mut pipe: impl Read + Send + 'static) -> Arc<Mutex<String>> {
    let text = Arc::new(Mutex::new(String::new()));
    let shared = Arc::clone(&text);
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(count @ 1..) = pipe.read(&mut buffer) {
            let piece = String::from_utf8_lossy(&buffer[..count]).into_owned();
            shared.lock().expect("the lock").push_str(&piece);
        }
    });
    text
}
