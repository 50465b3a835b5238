//! Every way to die leaves a record, although process 1 of a pid namespace ignores signals.

use crate::harness::{Claim, TestChild};
use sandbox::Role;
use sandbox::crash::{self, CrashRecord, MAIN_STACK_BYTES, StackOverflow};

pub const CLAIMS: &[Claim] = &[
    (
        "a_signal_from_outside_ends_a_child_with_a_record",
        signals_from_outside,
    ),
    (
        "a_fault_is_recorded_with_its_address",
        a_fault_is_recorded_with_its_address,
    ),
    ("an_abort_is_recorded", an_abort_is_recorded),
    ("a_stack_overflow_is_recorded", a_stack_overflow_is_recorded),
    (
        "a_panic_is_recorded_on_one_line",
        a_panic_is_recorded_on_one_line,
    ),
    (
        "a_crash_of_a_worker_thread_is_recorded",
        a_crash_of_a_worker_thread_is_recorded,
    ),
    ("a_kill_leaves_no_record", a_kill_leaves_no_record),
    (
        "a_crash_before_the_seal_is_recorded",
        a_crash_before_the_seal_is_recorded,
    ),
];

fn record_of(child: &mut TestChild) -> Option<CrashRecord> {
    child.stderr_text().lines().find_map(crash::parse)
}

/// The address at fault and the stack that was used up, by its record.
fn expect_signal(child: &mut TestChild, expected: i32) -> (Option<u64>, Option<StackOverflow>) {
    let status = child.end();
    assert!(libc::WIFEXITED(status), "{status:x}");
    assert_eq!(libc::WEXITSTATUS(status), 128 + expected);
    match record_of(child) {
        Some(CrashRecord::Signal {
            number,
            address,
            instruction_pointer,
            stack,
        }) => {
            assert_eq!(number, expected);
            assert_ne!(instruction_pointer, 0);
            (address, stack)
        }
        other => panic!("{other:?}"),
    }
}

fn signals_from_outside() {
    for role in Role::ALL {
        for signal in [
            libc::SIGSEGV,
            libc::SIGABRT,
            libc::SIGBUS,
            libc::SIGTERM,
            libc::SIGILL,
        ] {
            let mut child = TestChild::launch(role, "idle").sealed();
            child.signal(signal);
            assert_eq!(expect_signal(&mut child, signal), (None, None), "{role}");
        }
    }
}

fn a_fault_is_recorded_with_its_address() {
    let mut child = TestChild::launch(Role::Renderer, "segv").sealed();
    child.send("go", &[]);
    assert_eq!(expect_signal(&mut child, libc::SIGSEGV), (Some(16), None));
}

fn an_abort_is_recorded() {
    for role in Role::ALL {
        let mut child = TestChild::launch(role, "abort").sealed();
        child.send("go", &[]);
        expect_signal(&mut child, libc::SIGABRT);
    }
}

fn a_stack_overflow_is_recorded() {
    let mut child = TestChild::launch(Role::Renderer, "overflow").sealed();
    child.send("go", &[]);
    let (_, stack) = expect_signal(&mut child, libc::SIGSEGV);
    let Some(StackOverflow::Main { used }) = stack else {
        panic!("{stack:?}");
    };
    assert!(used.abs_diff(MAIN_STACK_BYTES) < 64 * 1024, "{used}");
}

fn a_panic_is_recorded_on_one_line() {
    for role in Role::ALL {
        let mut child = TestChild::launch(role, "panic").sealed();
        child.send("go", &[]);
        let status = child.end();
        assert_eq!(libc::WEXITSTATUS(status), 101, "{role}: {status:x}");
        match record_of(&mut child) {
            Some(CrashRecord::Panic { message }) => {
                assert!(message.starts_with("as asked at "), "{message}");
                assert!(message.contains("test_child.rs:"), "{message}");
            }
            other => panic!("{role}: {other:?}"),
        }
    }
}

fn a_crash_of_a_worker_thread_is_recorded() {
    for (action, stack) in [
        ("worker:segv", None),
        ("worker:overflow", Some(StackOverflow::Other)),
    ] {
        let mut child = TestChild::launch(Role::Network, action).sealed();
        child.send("go", &[]);
        let (address, found) = expect_signal(&mut child, libc::SIGSEGV);
        assert!(address.is_some(), "{action}");
        assert_eq!(found, stack, "{action}");
    }
}

fn a_kill_leaves_no_record() {
    let mut child = TestChild::launch(Role::Renderer, "idle").sealed();
    child.signal(libc::SIGKILL);
    let status = child.end();
    assert!(libc::WIFSIGNALED(status));
    assert_eq!(record_of(&mut child), None);
}

fn a_crash_before_the_seal_is_recorded() {
    let mut child = TestChild::launch(Role::Renderer, "unsealed").sealed();
    child.signal(libc::SIGSEGV);
    expect_signal(&mut child, libc::SIGSEGV);
}
