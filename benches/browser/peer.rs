//! Chromium, driven by puppeteer-core in a process of node, by one line a command.

use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use testkit::bench::chromium;

/// The driver. Ends Chromium and itself when it is dropped.
pub struct Peer {
    driver: Child,
    commands: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Peer {
    /// Starts the driver, or says what is missing.
    pub fn start() -> Result<Peer, String> {
        Peer::with(&[])
    }

    /// Starts a driver that gives Chromium these arguments as well.
    pub fn with(arguments: &[&str]) -> Result<Peer, String> {
        let program = chromium::program().ok_or("no Chromium is installed")?;
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../benches/browser/chromium.cjs");
        let mut driver = Command::new("node")
            .arg(script)
            .arg(program_path(program))
            .args(chromium::arguments())
            .args(arguments)
            .env("NODE_PATH", node_path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("node does not start ({error})"))?;
        let commands = driver.stdin.take();
        let answers = BufReader::new(driver.stdout.take().expect("piped"));
        let mut peer = Peer {
            driver,
            commands,
            answers,
        };
        peer.answer()
            .map_err(|_| "node finds no puppeteer-core (npm install puppeteer-core)")?;
        Ok(peer)
    }

    /// Has it do that, and answers the milliseconds that it took.
    ///
    /// # Panics
    /// When Chromium or the driver fails: the bench has no figures then.
    pub fn time(&mut self, command: &str) -> f64 {
        let answer = self.ask(command);
        answer["ms"]
            .as_f64()
            .unwrap_or_else(|| panic!("{command}: {answer}"))
    }

    /// Has it do that.
    ///
    /// # Panics
    /// As for [`Peer::time`].
    pub fn ask(&mut self, command: &str) -> Value {
        let pipe = self.commands.as_mut().expect("open until the end");
        writeln!(pipe, "{command}").expect("the driver runs");
        let answer = self.answer().expect("the driver answers");
        assert_eq!(answer.get("error"), None, "{command}");
        answer
    }

    fn answer(&mut self) -> Result<Value, String> {
        let mut line = String::new();
        match self.answers.read_line(&mut line) {
            Ok(1..) => serde_json::from_str(&line).map_err(|error| error.to_string()),
            _ => Err("it has ended".to_owned()),
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // The end of its commands ends it.
        drop(self.commands.take());
        let _ = self.driver.wait();
    }
}

/// puppeteer-core wants a path.
fn program_path(program: &str) -> String {
    let found = Command::new("which").arg(program).output();
    let path = found.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    path.unwrap_or_else(|_| program.to_owned())
}

/// Where node looks for packages: where it was told to, and where npm puts those for all users.
fn node_path() -> String {
    let mut folders = Vec::new();
    folders.extend(std::env::var("NODE_PATH").ok());
    if let Ok(output) = Command::new("npm").args(["root", "-g"]).output() {
        folders.push(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    }
    folders.join(":")
}
