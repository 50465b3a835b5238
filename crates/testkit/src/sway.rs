//! A sway without a screen: a compositor that tiles, draws frames, and changes scales when told.

use crate::wait;
use crate::x11::are_installed;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

const CONFIG: &str = "xwayland disable\noutput * mode 1200x900\n";

/// A running sway.
pub struct Sway {
    server: Child,
    folder: tempfile::TempDir,
    display: String,
}

impl Sway {
    /// Starts one, or says why the test has to be skipped.
    pub fn start() -> Option<Sway> {
        if !are_installed(&["sway", "swaymsg"]) {
            return None;
        }
        let folder = tempfile::tempdir().expect("a scratch folder");
        let config = folder.path().join("config");
        std::fs::write(&config, CONFIG).expect("written");
        let server = Command::new("sway")
            .arg("--config")
            .arg(&config)
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY")
            .env("XDG_RUNTIME_DIR", folder.path())
            .env("SWAYSOCK", folder.path().join("sway"))
            .env("WLR_BACKENDS", "headless")
            .env("WLR_RENDERER", "pixman")
            .env("WLR_LIBINPUT_NO_DEVICES", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("sway starts");
        let mut sway = Sway {
            server,
            folder,
            display: String::new(),
        };
        let listens = wait::until("sway listens or ends", || {
            let socket = sway
                .socket()
                .filter(|path| UnixStream::connect(path).is_ok());
            let has_ended = sway.server.try_wait().expect("a child").is_some();
            (socket.is_some() || has_ended).then_some(socket)
        });
        let Some(socket) = listens else {
            println!("SKIP: sway cannot run here");
            return None;
        };
        sway.display = socket.display().to_string();
        Some(sway)
    }

    /// The environment of its clients.
    pub fn variables(&self) -> [(&'static str, &str); 2] {
        let folder = self.folder.path().to_str().expect("text");
        [
            ("WAYLAND_DISPLAY", &self.display),
            ("XDG_RUNTIME_DIR", folder),
        ]
    }

    /// Gives its output that scale.
    pub fn set_scale(&self, scale: &str) {
        self.say(&["output", "*", "scale", scale]);
    }

    /// Says that to it.
    pub fn say(&self, words: &[&str]) {
        let status = Command::new("swaymsg")
            .arg("--socket")
            .arg(self.folder.path().join("sway"))
            .arg("--quiet")
            .args(words)
            .status();
        assert!(status.expect("swaymsg runs").success());
    }

    fn socket(&self) -> Option<PathBuf> {
        let entries = std::fs::read_dir(self.folder.path()).ok()?;
        let mut paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
        paths.find(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with("wayland-") && !name.ends_with(".lock")
        })
    }
}

impl Drop for Sway {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
