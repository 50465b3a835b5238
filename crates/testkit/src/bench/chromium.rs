//! Chromium, where it is installed: the browser that ours is compared with.

use nix::unistd::Uid;
use std::process::Command;

/// The names under which distributions install it.
const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// The program's name, if it is installed.
pub fn program() -> Option<&'static str> {
    let installed = |name: &&str| {
        let found = Command::new("which").arg(name).output();
        found.is_ok_and(|output| output.status.success())
    };
    NAMES.into_iter().find(installed)
}

/// What it needs to start at all and to start quietly. Root gets it only without its sandbox.
pub fn arguments() -> Vec<&'static str> {
    let mut arguments = vec![
        "--no-first-run",
        "--no-default-browser-check",
        "--disable-component-update",
        "--disable-sync",
        "--password-store=basic",
    ];
    if Uid::effective().is_root() {
        arguments.push("--no-sandbox");
    }
    arguments
}
