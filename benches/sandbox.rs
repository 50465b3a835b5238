//! What the sandbox costs, measured on children that it really holds: this program launches itself
//! through `sandbox::launch`, beside a plain `posix_spawn` of itself. Everything that is compared
//! is measured in turns, round by round, so that a busy moment hits all of it.
//! `cargo bench --bench sandbox`; with `-- --goals` it fails where a goal is missed.

#[path = "../crates/sandbox/tests/held/harness.rs"]
#[allow(dead_code, reason = "the sandbox's tests use all of it")]
mod harness;
#[path = "../crates/sandbox/tests/held/target.rs"]
#[allow(dead_code, reason = "the bench attacks nothing")]
mod target;

use harness::{SUPPORT, TestChild};
use sandbox::{Availability, Feature, Namespace, Role, Support, Verdict};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::os::fd::{AsRawFd, OwnedFd};
use std::process::ExitCode;
use std::{io, ptr};

const ROUNDS: usize = 101;
const CALL_ROUNDS: usize = 21;
const CALLS: u32 = 200_000;
const CHANNEL: i32 = 3;

/// Goals, which the printed lines name.
const RATIO_MAX: f64 = 3.0;
const RENDERER_CALLS_MAX: usize = 31;
const RENDERER_CALLS_AFTER_START_MAX: usize = 25;

fn main() -> ExitCode {
    let began = now();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["--type=plain"] => return plain_main(began),
        ["--type=test-child", role, action] => return test_child_main(began, role, action),
        _ => {}
    }
    println!(
        "{}; children reach tier {}. What only root can have (user ids of their own) is off for \
         others. On a busy machine all waits grow by whole time slices: repeat when it is quiet.",
        harness::who(),
        SUPPORT.tier()
    );
    let mut missed = lists();
    let (plain, slow) = starts();
    missed.extend(slow);
    layers();
    namespaces();
    in_process(plain);
    calls();
    println!("\ngoals missed: {}", missed.len());
    missed.iter().for_each(|goal| println!("  {goal}"));
    // Times depend on what else the machine does, so only who asks is told by the exit status.
    if words.contains(&"--goals") && !missed.is_empty() {
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

// --- What is measured ---

/// How many calls each role may make. Gives the goals that are missed.
fn lists() -> Vec<String> {
    let mut missed = Vec::new();
    println!("\nallowed system calls");
    for role in Role::ALL {
        let rules = sandbox::policy::rules(role, 1).expect("embedded policies parse");
        let names = |wanted: fn(Verdict) -> bool| -> BTreeSet<&str> {
            let wanted = rules.iter().filter(|rule| wanted(rule.verdict));
            wanted.map(|rule| rule.call.as_str()).collect()
        };
        let allowed = names(|verdict| verdict == Verdict::Allow);
        let answered = names(|verdict| verdict != Verdict::Allow);
        let goal = if role == Role::Renderer {
            // It has one list, put on when its start is over: the same number counts twice.
            let mut word = |max| {
                if allowed.len() <= max {
                    return "met";
                }
                missed.push(format!("{} calls for a renderer, not {max}", allowed.len()));
                "MISSED"
            };
            format!(
                "   (goals: at most {RENDERER_CALLS_MAX}: {}; {RENDERER_CALLS_AFTER_START_MAX} \
                 after start: {})",
                word(RENDERER_CALLS_MAX),
                word(RENDERER_CALLS_AFTER_START_MAX)
            )
        } else {
            String::new()
        };
        println!(
            "  {:48} {:3} allowed, {:3} answered with an error{goal}",
            role.name(),
            allowed.len(),
            answered.len()
        );
    }
    missed
}

/// Spawn to answer, spawn to sealed, and the stages of both. Gives the median of the former, and
/// the goals that are missed.
fn starts() -> (f64, Vec<String>) {
    let mut missed = Vec::new();
    let mut plain: [Vec<u64>; 3] = Default::default();
    let mut sealed: [[Vec<u64>; 5]; Role::ALL.len()] = Default::default();
    for _ in 0..ROUNDS {
        push(&mut plain, spawn_plain());
        for (role, times) in Role::ALL.into_iter().zip(&mut sealed) {
            push(times, launch(role, &SUPPORT, false));
        }
    }
    println!("\nstart of this program until it has answered");
    let [total, call, main] = plain;
    let base = line("plain posix_spawn", total, None);
    for (role, [total, ..]) in Role::ALL.into_iter().zip(&sealed) {
        let what = format!("launch to sealed, {role}");
        let median = line(&what, total.clone(), Some(base));
        if median > base * RATIO_MAX {
            missed.push(format!("{what}: more than {RATIO_MAX} times a plain spawn"));
        }
    }
    println!("\nits stages (goal: launch to sealed at most {RATIO_MAX} times a plain spawn)");
    line("plain: posix_spawn() returns: executed", call, None);
    line("plain: then until its main begins", main, None);
    let [_, launched, main, seal, told] = sealed[Role::Renderer as usize].clone();
    line("renderer: launch() returns: executed", launched, None);
    line("renderer: then until its main begins", main, None);
    line("renderer: seal()", seal, None);
    line("renderer: then until the launcher knows", told, None);
    (base, missed)
}

/// Launch to sealed of a renderer with each layer left off in turn.
fn layers() {
    let off = |features: &[Feature]| {
        let mut support = SUPPORT.clone();
        for feature in features {
            support.set_feature(*feature, Availability::Unavailable(libc::ENOSYS));
        }
        support
    };
    let filter = [Feature::Seccomp, Feature::CallNotifications];
    let mut variants = vec![("nothing", off(&[]), false)];
    variants.push(("the filter", off(&filter), false));
    variants.push(("Landlock", off(&[Feature::Landlock]), false));
    variants.push(("the nesting limit", off(&[Feature::NestingLimit]), false));
    variants.push(("the keyring", off(&[Feature::Keyring]), false));
    variants.push(("core scheduling", off(&[Feature::CoreScheduling]), false));
    let speculation = [Feature::StoreBypass, Feature::IndirectBranch];
    variants.push(("speculation control", off(&speculation), false));
    variants.push((
        "deny write+execute",
        off(&[Feature::DenyWriteExecute]),
        false,
    ));
    variants.push(("the distinct user id", off(&[Feature::DistinctUid]), false));
    variants.push(("the network namespace", off(&[]), true));
    let mut support = SUPPORT.clone();
    for namespace in Namespace::ALL {
        support.set_namespace(namespace, Availability::Unavailable(libc::ENOSYS));
    }
    variants.push(("all namespaces", support.clone(), false));
    for feature in Feature::ALL {
        support.set_feature(feature, Availability::Unavailable(libc::ENOSYS));
    }
    variants.push(("all of these", support, false));
    let mut times = vec![Vec::new(); variants.len()];
    for _ in 0..ROUNDS {
        for ((_, support, host_network), times) in variants.iter().zip(&mut times) {
            times.push(launch(Role::Renderer, support, *host_network)[0]);
        }
    }
    println!("\nlaunch to sealed of a renderer without …");
    let mut whole = None;
    for ((name, ..), times) in variants.iter().zip(times) {
        let median = line(name, times, whole);
        whole = whole.or(Some(median));
    }
}

/// A clone that ends at once, in new namespaces; each beside a user namespace, as `launch` does it.
fn namespaces() {
    let mut variants = vec![("none: plain fork".to_owned(), 0)];
    if SUPPORT.has_namespaces() {
        let user = Namespace::User.flag();
        variants.push(("user".to_owned(), user));
        let mut all = user;
        for namespace in Namespace::ALL.into_iter().skip(1) {
            all |= namespace.flag();
            let name = format!("user and {}", namespace.link_name());
            variants.push((name, user | namespace.flag()));
        }
        variants.push(("all seven".to_owned(), all));
    }
    let mut times = vec![Vec::new(); variants.len()];
    for _ in 0..ROUNDS {
        for ((_, flags), times) in variants.iter().zip(&mut times) {
            times.push(clone_until_end(*flags));
        }
    }
    println!("\nclone into new namespaces until its end");
    let mut base = None;
    for ((name, _), times) in variants.into_iter().zip(times) {
        let median = line(&name, times, base);
        base = base.or(Some(median));
    }
}

/// What goes on within one process: compiling the filter, the look from outside.
fn in_process(plain: f64) {
    println!("\nin the launcher or the child, once for each child; beside a plain spawn");
    for role in Role::ALL {
        let times = (0..ROUNDS).map(|_| {
            time(|| {
                sandbox::compile(role, 1, true).expect("embedded policies compile");
            })
        });
        line(
            &format!("compile the filter, {role}"),
            times.collect(),
            Some(plain),
        );
    }
    for role in Role::ALL {
        let child = TestChild::launch(role, "seal").sealed();
        let times = (0..ROUNDS).map(|_| {
            time(|| {
                let report = child.report(&SUPPORT);
                assert!(report.is_sufficient(), "{report}");
            })
        });
        line(
            &format!("verify from outside, {role}"),
            times.collect(),
            Some(plain),
        );
    }
}

/// One call in a sealed renderer with its filter, and in one that differs in the filter alone.
fn calls() {
    let mut without = SUPPORT.clone();
    for feature in [Feature::Seccomp, Feature::CallNotifications] {
        without.set_feature(feature, Availability::Unavailable(libc::ENOSYS));
    }
    let measure = |support: &Support| -> Vec<Vec<u64>> {
        let mut child = TestChild::launch_with(Role::Renderer, support, "calls");
        let (text, fds) = child.receive();
        assert!(text.starts_with("sealed"), "{text}");
        child.send("go", &[]);
        let (text, _) = child.receive();
        child.kill();
        drop(fds);
        let rows = text.split(';').map(|row| {
            row.split(' ')
                .map(|n| n.parse().expect("a number"))
                .collect()
        });
        rows.collect()
    };
    let (bare, filtered) = (measure(&without), measure(&SUPPORT));
    println!("\none system call in a renderer, without its filter and with it");
    for ((name, _), (bare, filtered)) in CALL_KINDS.iter().zip(bare.into_iter().zip(filtered)) {
        let base = call_line(&format!("{name}, no filter"), bare, None);
        call_line(&format!("{name}, filter"), filtered, Some(base));
    }
}

/// By number, the order in which the filter asks. The kernel remembers which numbers a filter
/// allows whatever the arguments and does not run it for those.
const CALL_KINDS: &[(&str, fn())] = &[
    ("read, first of all, no condition", || {
        raw(libc::SYS_read, [-1, 0, 0])
    }),
    ("getrandom, last of all, no condition", || {
        raw(libc::SYS_getrandom, [0, 0, 0xff])
    }),
    ("mprotect, second with conditions", || {
        raw(libc::SYS_mprotect, [0, 0, 1])
    }),
    ("tgkill, last with conditions", || {
        let pid = i64::from(std::process::id());
        raw(libc::SYS_tgkill, [pid, -1, i64::from(libc::SIGABRT)])
    }),
];

// --- Output ---

fn push<const N: usize>(all: &mut [Vec<u64>; N], round: [u64; N]) {
    for (times, time) in all.iter_mut().zip(round) {
        times.push(time);
    }
}

/// Prints one line, gives the median in nanoseconds; `base` is another line's.
fn line(what: &str, times: Vec<u64>, base: Option<f64>) -> f64 {
    print_line(what, times, base, ("ms", 1e6))
}

fn call_line(what: &str, times: Vec<u64>, base: Option<f64>) -> f64 {
    print_line(what, times, base, ("ns", f64::from(CALLS)))
}

fn print_line(what: &str, mut times: Vec<u64>, base: Option<f64>, unit: (&str, f64)) -> f64 {
    times.sort_unstable();
    let value = |at: usize| times[at] as f64 / unit.1;
    let median = times[times.len() / 2] as f64;
    let ratio = base.map_or(String::new(), |base| {
        format!("{:5.2} times, ", median / base)
    });
    println!(
        "  {what:48} median {:8.3} {}   ({ratio}min {:.3}, max {:.3}, {} rounds)",
        value(times.len() / 2),
        unit.0,
        value(0),
        value(times.len() - 1),
        times.len()
    );
    median
}

// --- The measured ---

/// Nanoseconds of a clock that is the same in all processes.
fn now() -> u64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: one valid slot.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut time) };
    time.tv_sec.cast_unsigned() * 1_000_000_000 + time.tv_nsec.cast_unsigned()
}

fn time(work: impl FnOnce()) -> u64 {
    let start = now();
    work();
    now() - start
}

/// From the call to the answer; to the return of `posix_spawn`; from there to its main.
fn spawn_plain() -> [u64; 3] {
    let start = now();
    let (read, write) = harness::pipe();
    let arguments = [c"plain".as_ptr(), c"--type=plain".as_ptr(), ptr::null()];
    let environment = [ptr::null_mut()];
    let mut pid = 0;
    // SAFETY: plain old data that `posix_spawn_file_actions_init` fills in; lists of C strings that
    // end with a null pointer; the descriptor is open.
    let result = unsafe {
        let mut actions: libc::posix_spawn_file_actions_t = std::mem::zeroed();
        libc::posix_spawn_file_actions_init(&raw mut actions);
        libc::posix_spawn_file_actions_adddup2(&raw mut actions, write.as_raw_fd(), CHANNEL);
        let result = libc::posix_spawn(
            &raw mut pid,
            c"/proc/self/exe".as_ptr(),
            &raw const actions,
            ptr::null(),
            arguments.as_ptr().cast(),
            environment.as_ptr(),
        );
        libc::posix_spawn_file_actions_destroy(&raw mut actions);
        result
    };
    assert_eq!(result, 0, "{}", io::Error::from_raw_os_error(result));
    let spawned = now();
    drop(write);
    let mut main = [0; 8];
    File::from(read)
        .read_exact(&mut main)
        .expect("the child answers");
    let end = now();
    // SAFETY: the process is ours; a null status is allowed.
    unsafe { libc::waitpid(pid, ptr::null_mut(), 0) };
    let main = u64::from_ne_bytes(main);
    [end - start, spawned - start, main.saturating_sub(spawned)]
}

/// The child of [`spawn_plain`]: answers with the time of its first line.
fn plain_main(began: u64) -> ExitCode {
    // SAFETY: eight valid bytes.
    unsafe { libc::write(CHANNEL, began.to_ne_bytes().as_ptr().cast(), 8) };
    ExitCode::SUCCESS
}

/// From the call to the word that it is sealed; to the return of `launch`; from there to its main;
/// `seal` itself; from there to the word.
fn launch(role: Role, support: &Support, host_network: bool) -> [u64; 5] {
    let exe = File::open("/proc/self/exe").expect("the program can be opened");
    let start = now();
    let child = TestChild::launch_exe(role, support, exe_fd(&exe), "seal", |mut spec| {
        spec.host_network = host_network;
        spec
    });
    let mut child = child.expect("a child can be launched");
    let launched = now();
    let (text, _listener) = child.receive();
    let end = now();
    let stamps: Vec<u64> = text
        .split(' ')
        .filter_map(|word| word.parse().ok())
        .collect();
    let [main, before, after] = stamps.as_slice() else {
        panic!("{text}: {}", child.stderr_text())
    };
    [
        end - start,
        launched - start,
        main.saturating_sub(launched),
        after - before,
        end - after,
    ]
}

fn exe_fd(exe: &File) -> std::os::fd::BorrowedFd<'_> {
    std::os::fd::AsFd::as_fd(exe)
}

/// The child of [`launch`]: seals itself, tells when, and makes calls if it was launched for that.
fn test_child_main(began: u64, role: &str, action: &str) -> ExitCode {
    let role = Role::from_name(role).expect("the bench names a role");
    let before = now();
    let sealed = match sandbox::seal(role) {
        Ok(sealed) => sealed,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    let after = now();
    let canaries = harness::write_canaries(&sealed.canaries);
    say(
        &format!("sealed {began} {before} {after}{canaries}"),
        sealed.call_notifications,
    );
    harness::wait_for(&[CHANNEL]);
    if action == "calls" && harness::receive(CHANNEL).is_ok() {
        let rows = CALL_KINDS.iter().map(|(_, call)| {
            let rounds = (0..CALL_ROUNDS).map(|_| {
                time(|| {
                    for _ in 0..CALLS {
                        call();
                    }
                })
                .to_string()
            });
            rounds.collect::<Vec<_>>().join(" ")
        });
        say(&rows.collect::<Vec<_>>().join(";"), None);
        harness::wait_for(&[CHANNEL]);
    }
    ExitCode::SUCCESS
}

fn say(text: &str, listener: Option<OwnedFd>) {
    let fds: Vec<_> = listener.iter().map(std::os::fd::AsFd::as_fd).collect();
    // The launcher may have seen enough and be gone.
    let _ = harness::send(CHANNEL, text, &fds);
}

fn raw(number: libc::c_long, arguments: [libc::c_long; 3]) {
    let [a, b, c] = arguments;
    // SAFETY: all of the calls above are given arguments with which they do nothing.
    unsafe { libc::syscall(number, a, b, c) };
}

fn clone_until_end(flags: u64) -> u64 {
    time(|| {
        let flags = flags as libc::c_long | libc::c_long::from(libc::SIGCHLD);
        // SAFETY: without a stack of its own the child is a copy, and it ends at once.
        let pid = unsafe { libc::syscall(libc::SYS_clone, flags, 0, 0, 0, 0) };
        if pid == 0 {
            // SAFETY: takes a number and does not return.
            unsafe { libc::_exit(0) };
        }
        assert!(pid > 0, "{}", io::Error::last_os_error());
        // SAFETY: the process is ours; a null status is allowed.
        unsafe { libc::waitpid(pid as i32, ptr::null_mut(), 0) };
    })
}
