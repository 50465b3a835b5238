//! A display that the test starts, and a hand to move its pointer and press its keys.

use crate::picture::Picture;
use crate::wait::Watchdog;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// A running Xvfb.
pub struct Display {
    server: Child,
    name: String,
}

impl Display {
    /// Starts one, or says why the test has to be skipped.
    pub fn start() -> Option<Display> {
        Display::start_with(&[])
    }

    /// Starts one with these arguments too, or says why the test has to be skipped.
    pub fn start_with(arguments: &[&str]) -> Option<Display> {
        if !are_installed(&["Xvfb", "xdotool", "import"]) {
            return None;
        }
        let mut server = Command::new("Xvfb")
            .args([
                "-displayfd",
                "1",
                "-screen",
                "0",
                "1400x1000x24",
                "-nolisten",
                "tcp",
                // Else the keyboard's layout is lost with the program that set it.
                "-noreset",
            ])
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb starts");
        let mut number = String::new();
        let stdout = server.stdout.take().expect("piped");
        BufReader::new(stdout)
            .read_line(&mut number)
            .expect("a display number");
        if number.trim().is_empty() {
            println!("SKIP: Xvfb cannot run here");
            let _ = server.wait();
            return None;
        }
        Some(Display {
            server,
            name: format!(":{}", number.trim()),
        })
    }

    /// What `DISPLAY` must be.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The server's process.
    pub fn server_pid(&self) -> i32 {
        i32::try_from(self.server.id()).expect("a pid fits")
    }

    /// Runs xdotool with these arguments and returns what it prints.
    pub fn xdotool(&self, arguments: &[&str]) -> String {
        let output = Command::new("xdotool")
            .args(arguments)
            .env("DISPLAY", &self.name)
            .output()
            .expect("xdotool runs");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Gives the display's keyboard that layout.
    pub fn set_layout(&self, layout: &str) {
        let status = Command::new("setxkbmap")
            .args(["-display", &self.name, layout])
            .status();
        assert!(status.expect("setxkbmap runs").success());
    }

    /// Looks at the window on the display itself until it is as it should be.
    pub fn see(&self, window: &str, what: &str, is_it: impl Fn(&Picture) -> bool) -> Picture {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let path = folder.path().join("window.png");
        let watchdog = Watchdog::start();
        loop {
            // ImageMagick's; it fails while the window is being made or resized.
            let grabbed = Command::new("import")
                .args(["-silent", "-window", window, "-depth", "8"])
                .arg(format!("PNG32:{}", path.display()))
                .env("DISPLAY", &self.name)
                .status()
                .expect("import runs");
            if grabbed.success() {
                let picture = Picture::read(&path);
                if is_it(&picture) {
                    return picture;
                }
            }
            watchdog.nap(|| format!("never seen in the window: {what}"));
        }
    }

    /// The browser's window: waits until it is there.
    pub fn window(&self) -> String {
        let found = self.xdotool(&["search", "--sync", "--onlyvisible", "--name", "Bulkhead"]);
        found.lines().next().expect("a window").to_owned()
    }
}

/// Whether these programs are there; says which one is not.
pub(crate) fn are_installed(tools: &[&str]) -> bool {
    tools.iter().all(|tool| {
        let found = Command::new("which").arg(tool).output();
        let is_there = found.is_ok_and(|output| output.status.success());
        if !is_there {
            println!("SKIP: {tool} is not installed");
        }
        is_there
    })
}

impl Drop for Display {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
