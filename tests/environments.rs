//! Poorer machines: on each of them the browser works in the tier that is left, or tells the user
//! what to do.

use sandbox::Tier;
use std::path::Path;
use std::process::Output;
use testkit::NO_WINDOW;
use testkit::world::{Cover, User, World};

/// Whether a poorer machine can be made for that user; says why not.
fn can_be_made(what: &str, user: User, world: World) -> bool {
    match world.output(&["--version"]) {
        Ok(output) if output.status.success() => true,
        Ok(output) => {
            println!(
                "SKIP: {what}, {user:?}: the program does not start: {}",
                output.status
            );
            false
        }
        Err(error) => {
            println!("SKIP: {what}, {user:?}: {error}");
            false
        }
    }
}

/// Runs a page on that poorer machine, for every user, and compares the tier with that of this one
/// when some of its layers are gone.
fn works(what: &str, world: impl Fn(User) -> World, arguments: &[&str], has: (bool, bool)) {
    for user in User::all() {
        if !can_be_made(what, user, world(user)) {
            continue;
        }
        let plain = user.plain_tier();
        let namespaces = has.0 && matches!(plain, Tier::A | Tier::C);
        let landlock = has.1 && matches!(plain, Tier::A | Tier::B);
        let expected = Tier::of(namespaces, landlock, true);
        if !expected.is_enough_by_default() && arguments.is_empty() {
            println!("SKIP: {what}, {user:?}: this machine alone has tier {plain} only");
            continue;
        }
        let tier = world(user).tier(arguments);
        println!("{what}, {user:?}: tier {tier}");
        assert_eq!(tier, expected, "{what}, {user:?}");
    }
}

/// Runs the browser to its end, for every user; it must fail and say these things.
fn refuses(what: &str, world: impl Fn(User) -> World, arguments: &[&str], says: &[&str]) {
    refuses_with(&[1, 2], what, world, arguments, says);
}

/// As [`refuses`], with one of these exit statuses.
fn refuses_with(
    statuses: &[i32],
    what: &str,
    world: impl Fn(User) -> World,
    arguments: &[&str],
    says: &[&str],
) {
    for user in User::all() {
        if !can_be_made(what, user, world(user)) {
            continue;
        }
        let output = world(user).output(arguments).expect("it was made before");
        let stderr = stderr(&output);
        println!("{what}, {user:?}: {stderr}");
        assert!(
            output
                .status
                .code()
                .is_some_and(|code| statuses.contains(&code)),
            "{}: {stderr}",
            output.status
        );
        for word in says {
            assert!(stderr.contains(word), "{what}: no {word:?} in: {stderr}");
        }
        assert!(!stderr.contains("panicked"), "{stderr}");
    }
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

const ALL: (bool, bool) = (true, true);
const WELCOME: [&str; 4] = [
    "--headless",
    "--screenshot",
    "/tmp/none.png",
    "bulkhead://welcome",
];

#[test]
fn root_and_an_ordinary_user_get_what_the_machine_has() {
    works("unhindered", World::new, &[], ALL);
}

#[test]
fn without_user_namespaces_it_runs_at_tier_b() {
    let world = |user| World::new(user).without_user_namespaces();
    works("max_user_namespaces 0", world, &[], (false, true));
}

#[test]
fn where_a_filter_refuses_namespaces_it_runs_at_tier_b() {
    let world = |user| World::new(user).without_namespace_calls();
    works("namespace calls refused", world, &[], (false, true));
}

#[test]
fn where_landlock_is_refused_it_runs_at_tier_c() {
    for errno in [libc::ENOSYS, libc::EOPNOTSUPP] {
        let world = |user| World::new(user).without_landlock(errno);
        works("Landlock refused", world, &[], (true, false));
    }
}

#[test]
fn denied_setgroups_costs_no_tier() {
    let world = |user| World::new(user).in_user_namespace();
    works("setgroups denied", world, &[], ALL);
}

/// Neither namespaces nor Landlock.
fn filters_alone(user: User) -> World {
    World::new(user)
        .without_landlock(libc::EOPNOTSUPP)
        .without_namespace_calls()
}

#[test]
fn with_filters_alone_it_does_not_start_and_says_what_to_do() {
    let says = [
        "only tier D",
        "user namespaces (EPERM)",
        "Landlock (EOPNOTSUPP)",
        "max_user_namespaces",
        "lsm=",
        "--sandbox degraded",
    ];
    refuses("filters alone", filters_alone, &WELCOME, &says);
}

#[test]
fn with_filters_alone_it_runs_degraded_when_told_to() {
    let degraded = ["--sandbox", "degraded"];
    works("filters alone", filters_alone, &degraded, (false, false));
}

#[test]
fn a_degraded_sandbox_is_shown_in_the_window_and_said() {
    for user in User::all() {
        if !can_be_made("filters alone", user, filters_alone(user)) {
            continue;
        }
        let mut browser = filters_alone(user).browser(&["--sandbox", "degraded"]);
        browser.open("bulkhead://welcome");
        browser.screenshot_until("the banner", |picture| {
            picture.count(0..picture.width, 0..picture.height, |c| c == BANNER_COLOUR) > 500
        });
        browser.wait_for_stderr("a word about it", |said| said.find("degraded: tier D"));
        assert!(browser.quit().success());
    }
}

#[test]
fn without_system_call_filters_it_does_not_start_in_any_mode() {
    let says = ["CONFIG_SECCOMP_FILTER", "EINVAL", "seccomp"];
    let world = |user| World::new(user).without_seccomp();
    refuses("no seccomp", world, &WELCOME, &says);
    let degraded = [&["--sandbox", "degraded"], &WELCOME[..]].concat();
    refuses("no seccomp, degraded", world, &degraded, &says);
}

#[test]
fn without_a_writable_control_group_it_runs_and_says_so() {
    let world = |user| World::new(user).covering(&[Path::new("/sys/fs/cgroup")], Cover::ReadOnly);
    works("no control group", world, &[], ALL);
    for user in User::all() {
        if !can_be_made("no control group", user, world(user)) {
            continue;
        }
        let mut browser = world(user).browser(&["--log", "info"]);
        browser.open("bulkhead://welcome");
        browser.wait_for_stderr("a word about it", |said| said.find("no control group"));
        assert!(browser.quit().success());
    }
}

#[test]
fn with_256_descriptors_it_runs() {
    let world = |user| World::new(user).with_descriptors_max(256);
    works("256 descriptors", world, &[], ALL);
}

#[test]
fn without_a_usable_home_it_runs() {
    let unset = |user| World::new(user).variable("HOME", None);
    works("HOME unset", unset, &[], ALL);
    let absent = |user| World::new(user).variable("HOME", Some(Path::new("/nowhere/at/all")));
    works("HOME that is not there", absent, &[], ALL);
    let folder = tempfile::tempdir().expect("a scratch folder");
    let read_only = |user| {
        World::new(user)
            .variable("HOME", Some(folder.path()))
            .covering(&[folder.path()], Cover::ReadOnly)
    };
    works("read-only HOME", read_only, &[], ALL);
}

#[test]
fn without_shared_memory_in_the_file_system_it_runs() {
    let world = |user| World::new(user).covering(&[Path::new("/dev/shm")], Cover::ReadOnly);
    works("read-only /dev/shm", world, &[], ALL);
}

#[test]
fn with_a_display_that_is_not_there_it_says_what_to_do() {
    let world = |user| World::new(user).variable("DISPLAY", Some(Path::new(":9999")));
    let says = ["DISPLAY", "--headless"];
    let arguments = ["http://127.0.0.1:1/"];
    refuses_with(&[NO_WINDOW], "no display", world, &arguments, &says);
    works("no display, headless", world, &[], ALL);
}

/// `full` or read-only, with a picture to be written there and a tour that needs the folder.
fn refuses_to_write(what: &str, cover: Cover, picture_says: &str, tour_says: &str) {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let world = |user| {
        World::new(user)
            .variable("TMPDIR", Some(folder.path()))
            .covering(&[folder.path()], cover)
    };
    let picture = folder.path().join("a.png").display().to_string();
    let arguments = ["--headless", "--screenshot", &picture, "bulkhead://welcome"];
    refuses(what, world, &arguments, &[picture_says, &picture]);
    let shown = folder.path().display().to_string();
    refuses(what, world, &["tour"], &[tour_says, &shown]);
    works(what, world, &[], ALL);
}

#[test]
fn a_full_disk_is_named_when_a_picture_cannot_be_written() {
    let problem = "No space left on device";
    refuses_to_write("TMPDIR full", Cover::Full, problem, problem);
}

#[test]
fn a_read_only_disk_is_named_when_a_picture_cannot_be_written() {
    let problem = "Read-only file system";
    refuses_to_write("TMPDIR read-only", Cover::ReadOnly, problem, problem);
}

const BANNER_COLOUR: [u8; 3] = [0xfb, 0xe4, 0xe1];
