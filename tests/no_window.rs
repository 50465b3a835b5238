//! Displays that give no window: the browser says why and what to do, and ends with a status of its
//! own. It never runs on unseen.

use std::io::{Read, Write};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener, UnixStream};
use testkit::wayland::Registry;
use testkit::x11::Display;
use testkit::{Browser, NO_WINDOW, server};

const PAGES: &[(&str, &str)] = &[("/", "<title>Page</title><body style='background:#00ff00'>")];

/// Runs a browser with a window there until it ends by itself, and returns what it said.
fn refused(variables: &[(&str, &str)]) -> String {
    let mut browser = Browser::start(&["http://127.0.0.1:1/"], variables);
    let status = browser.wait_for_exit();
    let stderr = browser.stderr();
    assert_eq!(status.code(), Some(NO_WINDOW), "{status}: {stderr}");
    for word in ["no window can be opened", "DISPLAY", "--headless"] {
        assert!(stderr.contains(word), "no {word:?} in: {stderr}");
    }
    assert!(!stderr.contains("panicked"), "{stderr}");
    stderr
}

/// An X server of the test's own, on an abstract socket, which does that with each connection.
fn x_server(number: u32, serve: impl Fn(UnixStream) + Send + 'static) -> String {
    let number = number + std::process::id();
    let address = SocketAddr::from_abstract_name(format!("/tmp/.X11-unix/X{number}"));
    let listener = UnixListener::bind_addr(&address.expect("a name")).expect("the name is free");
    std::thread::spawn(move || listener.incoming().flatten().for_each(serve));
    format!(":{number}")
}

#[test]
fn sockets_that_are_not_there_or_dead_give_no_window() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let socket = folder.path().join("wayland-9");
    drop(UnixListener::bind(&socket).expect("a socket"));
    let nowhere = folder.path().join("none");
    for wayland in [&socket, &nowhere] {
        let wayland = wayland.to_str().expect("text");
        let said = refused(&[("DISPLAY", ":9999"), ("WAYLAND_DISPLAY", wayland)]);
        assert!(said.contains("there is no display"), "{said}");
    }
}

#[test]
fn an_x_server_that_refuses_this_user_gives_no_window() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let authority = folder.path().join("authority");
    // One entry for every display (family 0xffff): the cookie that the browser does not know.
    let mut entry = vec![0xff, 0xff, 0, 0, 0, 0, 0, 18];
    entry.extend(b"MIT-MAGIC-COOKIE-1\x00\x10sixteen bytes ok");
    std::fs::write(&authority, entry).expect("written");
    let authority = authority.to_str().expect("text");
    let Some(display) = Display::start_with(&["-auth", authority]) else {
        return;
    };
    let said = refused(&[("DISPLAY", display.name()), ("XAUTHORITY", "/nowhere")]);
    assert!(said.contains("XOpenDisplay"), "{said}");
}

#[test]
fn a_gpu_process_that_dies_at_every_start_ends_the_browser() {
    // It accepts the client and hangs up: Xlib ends the process.
    let display = x_server(20_000, |mut client| {
        let mut hello = [0; 12];
        if client.read_exact(&mut hello).is_ok() {
            let _ = client.write_all(&x_setup());
        }
    });
    let said = refused(&[("DISPLAY", &display)]);
    assert!(said.contains("the gpu process exited"), "{said}");
}

#[test]
fn a_compositor_that_hangs_up_gives_no_window() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let socket = folder.path().join("wayland-9");
    let listener = UnixListener::bind(&socket).expect("a socket");
    std::thread::spawn(move || listener.incoming().for_each(drop));
    refused(&[("WAYLAND_DISPLAY", socket.to_str().expect("text"))]);
}

#[test]
fn a_display_server_that_is_not_asked_for_is_not_used() {
    let Some(display) = Display::start() else {
        return;
    };
    let mut browser = Browser::start(
        &["--display-server", "wayland", "http://127.0.0.1:1/"],
        &[("DISPLAY", display.name())],
    );
    let status = browser.wait_for_exit();
    assert_eq!(status.code(), Some(NO_WINDOW), "{}", browser.stderr());
}

#[test]
fn beside_a_compositor_that_does_not_answer_the_x_server_gives_the_window() {
    let Some(display) = Display::start() else {
        return;
    };
    let folder = tempfile::tempdir().expect("a scratch folder");
    let socket = folder.path().join("wayland-9");
    let _listener = UnixListener::bind(&socket).expect("a socket");
    let url = format!("http://{}/", server::pages(PAGES));
    let variables = [
        ("DISPLAY", display.name()),
        ("WAYLAND_DISPLAY", "wayland-9"),
        ("XDG_RUNTIME_DIR", folder.path().to_str().expect("text")),
    ];
    let mut browser = Browser::start(&[&url], &variables);
    browser.wait_for("loaded");
    let window = display.window();
    display.see(&window, "the page", |p| p.pixel(600, 600) == [0, 255, 0]);
    assert!(browser.quit().success());
}

/// Compositors that lack something that the window needs, and what it is.
const POOR_COMPOSITORS: [(&[(&str, u32)], &str); 3] = [
    (&[("wl_compositor", 6), ("wl_shm", 1)], "xdg_wm_base"),
    (&[("wl_compositor", 6), ("xdg_wm_base", 5)], "wl_shm"),
    (
        &[("wl_compositor", 3), ("wl_shm", 1), ("xdg_wm_base", 5)],
        "wl_compositor of version 4",
    ),
];

#[test]
fn beside_a_compositor_that_lacks_something_the_x_server_gives_the_window() {
    let Some(display) = Display::start() else {
        return;
    };
    let url = format!("http://{}/", server::pages(PAGES));
    for (globals, _) in POOR_COMPOSITORS {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let socket = folder.path().join("wayland-9");
        Registry(globals).serve(&socket);
        let variables = [
            ("DISPLAY", display.name()),
            ("WAYLAND_DISPLAY", socket.to_str().expect("text")),
        ];
        let mut browser = Browser::start(&[&url], &variables);
        browser.wait_for("loaded");
        let window = display.window();
        display.see(&window, "the page", |p| p.pixel(600, 600) == [0, 255, 0]);
        assert!(browser.quit().success());
    }
}

#[test]
fn a_compositor_that_lacks_something_gives_no_window_and_it_is_named() {
    for (globals, lacking) in POOR_COMPOSITORS {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let socket = folder.path().join("wayland-9");
        Registry(globals).serve(&socket);
        let said = refused(&[("WAYLAND_DISPLAY", socket.to_str().expect("text"))]);
        assert!(said.contains(lacking), "no {lacking} in: {said}");
    }
}

/// A client is accepted: the answer of a server with one screen and one visual (X11 protocol,
/// encoding of the connection setup).
fn x_setup() -> Vec<u8> {
    let mut rest: Vec<u8> = Vec::new();
    let u32s = |rest: &mut Vec<u8>, values: &[u32]| {
        values
            .iter()
            .for_each(|value| rest.extend(value.to_le_bytes()));
    };
    // Release, base and mask of resource ids, motion buffer.
    u32s(&mut rest, &[0, 0x20_0000, 0x1f_ffff, 0]);
    // No vendor, requests of 65535 words, one screen, one format, little endian, keys 8 to 255.
    rest.extend([0, 0, 0xff, 0xff, 1, 1, 0, 0, 32, 32, 8, 255, 0, 0, 0, 0]);
    rest.extend([24, 32, 32, 0, 0, 0, 0, 0]);
    // Root, colormap, white, black, event mask; sizes in pixels and millimetres, installed maps.
    u32s(&mut rest, &[1, 2, 0xff_ffff, 0, 0]);
    u32s(
        &mut rest,
        &[800 << 16 | 600, 300 << 16 | 200, 1 << 16 | 1, 3],
    );
    // No backing store, depth 24, one depth with one visual (TrueColor).
    rest.extend([0, 0, 24, 1, 24, 0, 1, 0, 0, 0, 0, 0]);
    u32s(&mut rest, &[3]);
    rest.extend([4, 8, 0, 1]);
    u32s(&mut rest, &[0xff_0000, 0xff00, 0xff, 0]);
    let words = u16::try_from(rest.len() / 4).expect("a short answer");
    let mut answer = vec![1, 0, 11, 0, 0, 0];
    answer.extend(words.to_le_bytes());
    answer.extend(rest);
    answer
}
