//! A desk of one display system that the test starts: an X server, or a Wayland compositor whose
//! screen, pointer and keyboard an X server plays.

use crate::browser::Browser;
use crate::picture::Picture;
use crate::wait;
use crate::x11::{Display, are_installed};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

const SOCKET: &str = "wayland-test";

/// An X server, with a compositor on it where the desk is a Wayland one.
pub struct Desk {
    /// Dropped first: it lives on the display.
    compositor: Option<Compositor>,
    display: Display,
}

/// A running weston on an X server.
pub struct Compositor {
    server: Child,
    folder: tempfile::TempDir,
}

/// The screen of a compositor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Screen {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// Pixels for a unit.
    pub scale: u32,
}

const SCREEN: Screen = Screen {
    width: 1280,
    height: 800,
    scale: 1,
};

/// What a compositor does with windows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shell {
    /// Each is as large as the screen, without a frame.
    Kiosk,
    /// They lie about, each with the frame that it draws itself.
    Desktop,
}

impl Desk {
    /// An X server, or says why the test has to be skipped.
    pub fn x11(layout: &str) -> Option<Desk> {
        let display = Display::start()?;
        display.set_layout(layout);
        Some(Desk {
            compositor: None,
            display,
        })
    }

    /// A compositor, or says why the test has to be skipped.
    pub fn wayland(shell: Shell, layout: &str) -> Option<Desk> {
        Desk::scaled(shell, layout, 1)
    }

    /// A compositor whose screen has that scale.
    pub fn scaled(shell: Shell, layout: &str, scale: u32) -> Option<Desk> {
        let mut desk = Desk::x11(layout)?;
        let screen = Screen { scale, ..SCREEN };
        desk.compositor = Some(Compositor::start(shell, &desk.display, screen)?);
        Some(desk)
    }

    /// The X server.
    pub fn display(&self) -> &Display {
        &self.display
    }

    /// Whether it is a Wayland desk.
    pub fn is_wayland(&self) -> bool {
        self.compositor.is_some()
    }

    /// Starts a browser whose only display is this desk's.
    pub fn browser(&self, arguments: &[&str]) -> Browser {
        let Some(compositor) = &self.compositor else {
            return Browser::start(arguments, &[("DISPLAY", self.display.name())]);
        };
        Browser::start(arguments, &compositor.variables())
    }

    /// The browser's window as the X server names it: the whole screen, on Wayland. Its lower left
    /// corner must have one colour.
    pub fn window(&self) -> String {
        if self.is_wayland() {
            self.find_pointer();
            "root".to_owned()
        } else {
            self.display.window()
        }
    }

    /// Brings the compositor's pointer to where the X server's is. weston takes moves for relative
    /// ones, and may have missed where the pointer was first.
    fn find_pointer(&self) {
        self.see("root", "the pointer where it was moved", |picture| {
            let colour = picture.pixel(18, 768);
            let is_there = picture.count(20..32, 770..790, |c| c != colour) > 20;
            if !is_there {
                for place in [["1279", "799"], ["0", "0"], ["20", "770"]] {
                    self.display.xdotool(&["mousemove", place[0], place[1]]);
                }
            }
            is_there
        });
    }

    /// Moves the pointer to that place of the window.
    pub fn move_pointer(&self, window: &str, x: i32, y: i32) {
        let (x, y) = (x.to_string(), y.to_string());
        if window == "root" {
            self.display.xdotool(&["mousemove", &x, &y]);
        } else {
            self.display
                .xdotool(&["mousemove", "--window", window, &x, &y]);
        }
    }

    /// Gives the window the keyboard, where nobody else does.
    pub fn focus(&self, window: &str) {
        if window != "root" {
            self.display.xdotool(&["windowfocus", window]);
        }
    }

    /// Looks at the window until it is as it should be.
    pub fn see(&self, window: &str, what: &str, is_it: impl Fn(&Picture) -> bool) -> Picture {
        self.display.see(window, what, is_it)
    }

    /// Kills the display server that the browser is on.
    pub fn die(mut self) {
        // The X server of an X11 desk ends with the desk.
        if let Some(compositor) = self.compositor.as_mut() {
            compositor.kill();
        }
    }
}

impl Compositor {
    /// Starts one, or says why that cannot be.
    pub fn start(shell: Shell, display: &Display, screen: Screen) -> Option<Compositor> {
        if !are_installed(&["weston"]) {
            return None;
        }
        let folder = tempfile::tempdir().expect("a scratch folder");
        let config = folder.path().join("weston.ini");
        std::fs::write(&config, CONFIG).expect("written");
        let shell = match shell {
            Shell::Kiosk => "kiosk-shell.so",
            Shell::Desktop => "desktop-shell.so",
        };
        let server = Command::new("weston")
            .arg("--backend=x11-backend.so")
            .arg(format!("--width={}", screen.width / screen.scale))
            .arg(format!("--height={}", screen.height / screen.scale))
            .arg(format!("--scale={}", screen.scale))
            .args([format!("--shell={shell}"), format!("--socket={SOCKET}")])
            .arg(format!("--config={}", config.display()))
            .env("DISPLAY", display.name())
            .env("XDG_RUNTIME_DIR", folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("weston starts");
        let compositor = Compositor { server, folder };
        let socket: PathBuf = compositor.folder.path().join(SOCKET);
        wait::until("weston listens", || UnixStream::connect(&socket).ok());
        Some(compositor)
    }

    /// The environment of its clients.
    pub fn variables(&self) -> [(&'static str, &str); 2] {
        let folder = self.folder.path().to_str().expect("text");
        [("WAYLAND_DISPLAY", SOCKET), ("XDG_RUNTIME_DIR", folder)]
    }

    fn kill(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl Drop for Compositor {
    fn drop(&mut self) {
        self.kill();
    }
}

/// No screen saver, no panel, nothing that moves by itself.
const CONFIG: &str = "[core]\nidle-time=0\n[shell]\npanel-position=none\n\
                      background-color=0xff204060\nanimation=none\nstartup-animation=none\n";
