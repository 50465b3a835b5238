//! What each process has loaded: the C runtime alone. The libraries of X are large, and what they
//! do when they are loaded is nobody's business but that of the process with the window.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use testkit::Browser;
use testkit::desk::{Desk, Shell};

/// What Rust's own runtime needs of glibc and gcc, by the start of their names.
const RUNTIME: [&str; 8] = [
    "ld",
    "ld-linux-x86-64",
    "libc",
    "libdl",
    "libgcc_s",
    "libm",
    "libpthread",
    "librt",
];

/// Whether a file of that name is one of those: `libm.so.6`, or `libm-2.31.so` before glibc 2.34.
fn is_runtime(name: &str) -> bool {
    RUNTIME.iter().any(|known| {
        let rest = name.strip_prefix(known);
        rest.is_some_and(|rest| rest.starts_with(".so") || rest.starts_with("-2."))
    })
}

/// The files of shared libraries that a process maps; none where it does not let us look.
fn libraries(pid: i32) -> Option<BTreeSet<String>> {
    let maps = match std::fs::read_to_string(format!("/proc/{pid}/maps")) {
        Ok(maps) => maps,
        Err(error) if error.kind() == ErrorKind::PermissionDenied => return None,
        Err(error) => panic!("process {pid}: {error}"),
    };
    let paths = maps
        .lines()
        .filter_map(|line| line.split_whitespace().nth(5));
    let names = paths.filter_map(|path| path.rsplit('/').next());
    let found: BTreeSet<String> = names
        .filter(|name| name.ends_with(".so") || name.contains(".so."))
        .map(str::to_owned)
        .collect();
    assert!(found.iter().any(|it| is_runtime(it)), "{pid}: {found:?}");
    Some(found)
}

/// The processes of the browser by role, with a spare renderer beside that of the page.
fn processes(browser: &mut Browser) -> Vec<(String, i32)> {
    let mut all = Vec::new();
    browser.wait_until("two renderers, and one of each other", |browser| {
        let state = browser.state();
        let running = state["processes"].as_array().expect("processes").iter();
        let running = running.filter(|it| it["state"] == "running" || it["state"] == "spare");
        let named = running.map(|process| {
            let role = process["role"].as_str().expect("a role").to_owned();
            let pid = process["pid"].as_i64().expect("a pid");
            (role, i32::try_from(pid).expect("a pid fits"))
        });
        all = named.collect();
        let count = |role: &str| all.iter().filter(|(of, _)| of == role).count();
        let one_each = ["broker", "gpu", "network", "shell"];
        count("renderer") == 2 && one_each.iter().all(|role| count(role) == 1)
    });
    all
}

/// Each process but those of the role `apart` maps the runtime alone; what those map.
fn check_all(browser: &mut Browser, apart: Option<&str>) -> BTreeSet<String> {
    let mut of_apart = BTreeSet::new();
    for (role, pid) in processes(browser) {
        let Some(found) = libraries(pid) else {
            println!("SKIP the {role} process: /proc shows its memory to root alone");
            continue;
        };
        if apart == Some(role.as_str()) {
            of_apart.extend(found);
            continue;
        }
        let foreign: Vec<_> = found.iter().filter(|name| !is_runtime(name)).collect();
        assert!(foreign.is_empty(), "the {role} process maps {foreign:?}");
    }
    of_apart
}

#[test]
fn without_a_window_every_process_maps_the_c_runtime_alone() {
    let mut browser = Browser::headless(&["bulkhead://ipc"]);
    browser.wait_for("loaded");
    check_all(&mut browser, None);
    assert!(browser.quit().success());
}

#[test]
fn with_a_window_on_x11_the_gpu_process_alone_maps_the_libraries_of_x() {
    let Some(desk) = Desk::x11("us") else {
        return;
    };
    let mut browser = desk.browser(&["bulkhead://ipc"]);
    browser.wait_for("loaded");
    let of_gpu = check_all(&mut browser, Some("gpu"));
    if !of_gpu.is_empty() {
        let is_xlib = |name: &String| name.starts_with("libX11.so.");
        assert!(of_gpu.iter().any(is_xlib), "{of_gpu:?}");
    }
    assert!(browser.quit().success());
}

#[test]
fn with_a_window_on_wayland_every_process_maps_the_c_runtime_alone() {
    let Some(desk) = Desk::wayland(Shell::Kiosk, "us") else {
        return;
    };
    let mut browser = desk.browser(&["bulkhead://ipc"]);
    browser.wait_for("loaded");
    check_all(&mut browser, None);
    assert!(browser.quit().success());
}
