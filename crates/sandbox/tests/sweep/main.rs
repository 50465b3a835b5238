//! Every system call number, in every role: what the text of the policy says, what the compiled
//! filter says in a small machine, and what the kernel does when the call is made.
//!
//! Never: makes a call that could do harm.

mod kernel;
mod machine;
mod machine_tests;
mod table;
mod text;

use kernel::{CallOutcome, Laboratory};
use machine::{KILL, NOTIFY};
use sandbox::{Feature, Role};
use std::path::PathBuf;
use std::sync::LazyLock;
use table::{OWN_PID, Sweep};
use text::{Convention, NONSENSE, NUMBERS};

static SWEEPS: LazyLock<Vec<Sweep>> = LazyLock::new(|| {
    std::thread::scope(|scope| {
        let sweeps = Role::ALL.map(|role| scope.spawn(move || table::sweep(role)));
        sweeps.map(|sweep| sweep.join().expect("sweeps")).into()
    })
});

#[test]
fn every_number_comes_in_every_role_to_what_the_table_says() {
    if !has_filters() {
        return;
    }
    let found = table::render(&SWEEPS);
    let table = std::fs::read_to_string(table_path()).unwrap_or_default();
    let missing = |a: &str, b: &str, mark: char| -> String {
        let lines = a.lines().filter(|line| !b.lines().any(|l| l == *line));
        lines.map(|line| format!("{mark} {line}\n")).collect()
    };
    assert!(
        found == table,
        "docs/system-calls.md is not what the kernel does (+):\n{}{}\
         if this is meant, give the reason in the policy and write the table anew with\n\
         cargo test --release -p sandbox --test sweep -- --ignored",
        missing(&table, &found, '-'),
        missing(&found, &table, '+'),
    );
}

#[test]
fn the_kernel_judges_every_listed_call_as_the_text_says() {
    if !has_filters() {
        return;
    }
    let surprises: Vec<&String> = SWEEPS.iter().flat_map(|s| &s.surprises).collect();
    assert!(surprises.is_empty(), "{surprises:#?}");
}

#[test]
fn every_x32_number_kills_in_every_role() {
    if has_filters() {
        assert_all_kill(Convention::X32);
    }
}

#[test]
fn every_i386_number_kills_in_every_role() {
    if !has_filters() {
        return;
    }
    let getpid = Laboratory::new().make(&[], Convention::I386, I386_GETPID, NONSENSE);
    if !matches!(getpid, CallOutcome::Returned(1..)) {
        println!("SKIP: this kernel has no calls by int 0x80 ({getpid:?})");
        return;
    }
    assert_all_kill(Convention::I386);
}

fn assert_all_kill(convention: Convention) {
    let laboratory = Laboratory::new();
    for role in Role::ALL {
        let filters = table::filters(role);
        for number in NUMBERS {
            let outcome = laboratory.make(&filters, convention, number, NONSENSE);
            assert_eq!(
                outcome,
                CallOutcome::Killed,
                "{role}: {convention:?} {number}"
            );
        }
    }
}

#[test]
fn the_compiled_filters_say_what_the_text_says_for_every_number_and_convention() {
    for role in Role::ALL {
        let rules = sandbox::policy::rules(role, OWN_PID).expect("parses");
        for (notify, default) in [(true, NOTIFY), (false, KILL)] {
            let programs = sandbox::compile(role, OWN_PID, notify).expect("compiles");
            let stack = machine::stack_of(&programs);
            let differences = text::differences(&rules, default, &stack);
            assert!(differences.is_empty(), "{role}: {differences:#?}");
        }
    }
}

#[test]
#[ignore = "writes into the source tree"]
fn write_the_table() {
    std::fs::write(table_path(), table::render(&SWEEPS)).expect("write");
}

fn table_path() -> PathBuf {
    PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/system-calls.md"
    ))
}

/// Whether filters can be installed here; says so if not.
fn has_filters() -> bool {
    static SECCOMP: LazyLock<sandbox::Availability> =
        LazyLock::new(|| sandbox::probe().feature(Feature::Seccomp));
    if !SECCOMP.is_available() {
        println!("SKIP: no filter can be installed here: {:?}", *SECCOMP);
    }
    SECCOMP.is_available()
}

const I386_GETPID: u32 = 20;
