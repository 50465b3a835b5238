//! The X11 filter between the gpu process and the X server: held like any child, replaced when it
//! dies, gone with its display.

use nix::sys::signal::Signal;
use std::io::Write;
use std::process::{Child, Command, Stdio};
use testkit::x11::Display;
use testkit::{Browser, process, wait};

/// A browser with its window on that display.
fn browser(variables: &[(&str, &str)]) -> Browser {
    let mut browser = Browser::start(&["bulkhead://processes"], variables);
    browser.wait_for("loaded");
    browser
}

fn tier_of(browser: &mut Browser, role: &str) -> Option<String> {
    let state = browser.state();
    let mut processes = state["processes"].as_array().expect("processes").iter();
    let found = processes.find(|p| p["role"] == role && p["state"] == "running")?;
    found["tier"].as_str().map(str::to_owned)
}

#[test]
fn the_filter_is_confined_like_any_child_and_the_window_has_no_other_way() {
    let Some(display) = Display::start() else {
        return;
    };
    let mut browser = browser(&[("DISPLAY", display.name())]);
    let tier = tier_of(&mut browser, "gpu").expect("it runs");
    assert_eq!(tier_of(&mut browser, "x11-filter"), Some(tier));
    let (gpu, filter) = (browser.pid_of("gpu"), browser.pid_of("x11-filter"));
    assert_eq!(process::status_field(filter, "Seccomp"), "2");
    // Whoever is connected to the server's socket has a peer there; the gpu process has one socket
    // beside its channels, and its peer is the filter's.
    let streams = |pid: i32| {
        let folder = std::fs::read_dir(format!("/proc/{pid}/fd"));
        folder.ok().map(|entries| {
            let targets = entries.filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok());
            targets
                .filter(|target| target.to_string_lossy().starts_with("socket:"))
                .count()
        })
    };
    if let (Some(of_gpu), Some(of_filter)) = (streams(gpu), streams(filter)) {
        assert!(of_gpu > 0);
        // Two channels to the broker, the window's connection, the server's.
        assert_eq!(of_filter, 4);
    } else {
        println!("SKIP the sockets: /proc shows them to root alone");
    }
    assert!(browser.quit().success());
}

#[test]
fn the_death_of_the_filter_brings_another_window() {
    let Some(display) = Display::start() else {
        return;
    };
    let mut browser = browser(&[("DISPLAY", display.name())]);
    for signal in [Signal::SIGKILL, Signal::SIGSEGV] {
        let (gpu, filter) = (browser.pid_of("gpu"), browser.pid_of("x11-filter"));
        process::signal(filter, signal);
        process::wait_until_gone(filter);
        process::wait_until_gone(gpu);
        browser.wait_until("another window", |browser| {
            tier_of(browser, "gpu").is_some() && tier_of(browser, "x11-filter").is_some()
        });
        let window = display.window();
        display.see(&window, "the page", |picture| {
            picture.pixel(600, 300) != picture.pixel(600, 10)
        });
    }
    assert!(browser.quit().success());
}

#[test]
fn the_death_of_the_gpu_process_ends_its_filter() {
    let Some(display) = Display::start() else {
        return;
    };
    let mut browser = browser(&[("DISPLAY", display.name())]);
    let (gpu, filter) = (browser.pid_of("gpu"), browser.pid_of("x11-filter"));
    process::signal(gpu, Signal::SIGKILL);
    process::wait_until_gone(filter);
    browser.wait_until("another window", |browser| {
        tier_of(browser, "gpu").is_some() && tier_of(browser, "x11-filter").is_some()
    });
    assert!(browser.quit().success());
}

#[test]
fn a_display_that_goes_away_ends_the_browser_in_order() {
    let Some(display) = Display::start() else {
        return;
    };
    let mut browser = browser(&[("DISPLAY", display.name())]);
    drop(display);
    assert!(browser.wait_for_exit().success());
}

#[test]
fn a_server_that_cannot_be_given_memory_shows_the_page_all_the_same() {
    // It says that it has MIT-SHM, but no descriptor travels over TCP.
    let Some(display) = Display::start_with(&["-listen", "tcp", "-ac"]) else {
        return;
    };
    let name = format!("127.0.0.1{}", display.name());
    let browser = browser(&[("DISPLAY", &name)]);
    let window = display.window();
    display.see(&window, "the page", |picture| {
        picture.pixel(600, 300) != picture.pixel(600, 10)
    });
    let said = browser.stderr();
    assert!(
        said.contains("no memory to share with the X server"),
        "{said}"
    );
    assert!(browser.quit().success());
}

#[test]
fn a_server_that_asks_for_a_secret_gets_the_users() {
    let secret = [7; 16];
    let folder = tempfile::tempdir().expect("a scratch folder");
    let path = folder.path().join("authority");
    let host = nix::unistd::gethostname()
        .expect("a name")
        .into_encoded_bytes();
    std::fs::write(&path, entry(&host, b"", &secret)).expect("written");
    let Some(server) = LockedDisplay::start(&path) else {
        println!("SKIP: no Xvfb here");
        return;
    };
    // The entry for a server of that number, as a login writes it.
    let number = server.name.trim_start_matches(':');
    let own = entry(&host, number.as_bytes(), &secret);
    std::fs::write(&path, own).expect("written");
    let path = path.to_str().expect("plain");
    let mut browser = browser(&[("DISPLAY", &server.name), ("XAUTHORITY", path)]);
    assert!(tier_of(&mut browser, "gpu").is_some());
    assert!(browser.quit().success());
}

/// An entry of an authority file: a server of this host.
fn entry(host: &[u8], number: &[u8], secret: &[u8]) -> Vec<u8> {
    let mut entry = 256_u16.to_be_bytes().to_vec();
    for part in [host, number, b"MIT-MAGIC-COOKIE-1", secret] {
        let length = u16::try_from(part.len()).expect("short");
        entry.write_all(&length.to_be_bytes()).expect("memory");
        entry.write_all(part).expect("memory");
    }
    entry
}

/// An Xvfb that lets in those with the secret alone.
struct LockedDisplay {
    server: Child,
    name: String,
}

impl LockedDisplay {
    fn start(authority: &std::path::Path) -> Option<LockedDisplay> {
        let mut command = Command::new("Xvfb");
        command.args([
            "-displayfd",
            "1",
            "-screen",
            "0",
            "1400x1000x24",
            "-nolisten",
            "tcp",
        ]);
        command.arg("-auth").arg(authority);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut server = command.spawn().ok()?;
        let mut number = String::new();
        let mut stdout = std::io::BufReader::new(server.stdout.take().expect("piped"));
        std::io::BufRead::read_line(&mut stdout, &mut number).expect("a number");
        let name = format!(":{}", number.trim());
        Some(LockedDisplay { server, name })
    }
}

impl Drop for LockedDisplay {
    fn drop(&mut self) {
        let _ = self.server.kill();
        wait::until("its end", || {
            self.server.try_wait().expect("a child").map(drop)
        });
    }
}
