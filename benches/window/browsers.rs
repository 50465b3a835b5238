//! The browsers that are compared: ours, and Chromium where it is installed. Each is started with
//! one address on the bench's display.

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use protocol::geometry::Size;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;
use testkit::Browser;
use testkit::bench::chromium;

/// Which browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    Bulkhead,
    Chromium,
}

/// One that runs.
pub enum Running {
    Bulkhead(Box<Browser>),
    Chromium(Child, TempDir),
}

impl Which {
    /// Whether it can be started at all.
    pub fn is_installed(self) -> bool {
        self == Which::Bulkhead || chromium::program().is_some()
    }

    /// Starts it.
    pub fn start(self, display: &str, size: Size, url: &str) -> Running {
        match self {
            Which::Bulkhead => {
                let size = format!("{}x{}", size.width, size.height);
                let arguments = ["--size", &size, url];
                let variables = [("DISPLAY", display)];
                Running::Bulkhead(Box::new(Browser::start(&arguments, &variables)))
            }
            Which::Chromium => start_chromium(display, size, url),
        }
    }
}

impl Running {
    /// The process that presents.
    pub fn gpu_pid(&mut self) -> Option<i32> {
        match self {
            Running::Bulkhead(browser) => Some(browser.pid_of("gpu")),
            Running::Chromium(child, _) => gpu_process_of(child.id()),
        }
    }

    /// Ends it.
    pub fn quit(self) {
        match self {
            Running::Bulkhead(browser) => {
                browser.quit();
            }
            Running::Chromium(mut child, _profile) => {
                let group = Pid::from_raw(child.id() as i32);
                let _ = killpg(group, Signal::SIGTERM);
                let _ = child.wait();
                // What the main process has left behind.
                let _ = killpg(group, Signal::SIGKILL);
            }
        }
    }
}

fn start_chromium(display: &str, size: Size, url: &str) -> Running {
    let profile = tempfile::tempdir().expect("a scratch folder");
    let child = Command::new(chromium::program().expect("it is installed"))
        .args(chromium::arguments())
        .arg("--window-position=0,0")
        .arg(format!("--window-size={},{}", size.width, size.height))
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("--app={url}"))
        .env("DISPLAY", display)
        .env_remove("WAYLAND_DISPLAY")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // A group of its own, so that all of its processes can be ended.
        .process_group(0)
        .spawn()
        .expect("Chromium starts");
    Running::Chromium(child, profile)
}

fn gpu_process_of(group: u32) -> Option<i32> {
    let processes = std::fs::read_dir("/proc").ok()?;
    let mut pids = processes
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    pids.find(|pid| {
        let read = |name| std::fs::read_to_string(format!("/proc/{pid}/{name}"));
        let is_gpu = read("cmdline").is_ok_and(|line| line.contains("--type=gpu-process"));
        // proc_pid_stat(5): after the name come the state, the parent and the group.
        is_gpu
            && read("stat").is_ok_and(|stat| {
                let after_name = stat.rsplit(") ").next().unwrap_or("");
                after_name.split(' ').nth(2) == Some(&group.to_string())
            })
    })
}
