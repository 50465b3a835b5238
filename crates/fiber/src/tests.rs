//! Claims about fibers: whose turn it is, what they wait for, and how they end.

use super::*;
use nix::poll::PollFlags;
use std::cell::RefCell;
use std::os::fd::{AsFd, AsRawFd};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

const STACK_BYTES: usize = 128 * 1024;

type Notes = Rc<RefCell<Vec<&'static str>>>;

fn fiber(function: impl FnOnce() + 'static) -> Fiber {
    Fiber::new(Stack::new(STACK_BYTES).expect("memory"), function)
}

fn pause() {
    wait(&[], None).expect("in a fiber");
}

#[test]
fn fibers_take_turns() {
    let notes = Notes::default();
    let two_turns = |first, second| {
        let notes = notes.clone();
        fiber(move || {
            notes.borrow_mut().push(first);
            pause();
            notes.borrow_mut().push(second);
        })
    };
    let (mut a, mut b) = (two_turns("a1", "a2"), two_turns("b1", "b2"));
    assert_eq!([a.resume(), b.resume()], [Turn::Waits; 2]);
    assert_eq!([b.resume(), a.resume()], [Turn::Ended; 2]);
    assert_eq!(*notes.borrow(), ["a1", "b1", "b2", "a2"]);
}

#[test]
fn a_fiber_tells_what_it_waits_for() {
    let (reader, _writer) = io::pipe().expect("pipe");
    let number = reader.as_raw_fd();
    let until = Instant::now() + Duration::from_secs(1);
    let mut fiber = fiber(move || {
        let fds = [PollFd::new(reader.as_fd(), PollFlags::POLLIN)];
        wait(&fds, Some(until)).expect("in a fiber");
        pause();
    });
    assert!(fiber.waiting().is_none());
    fiber.resume();
    let waiting = fiber.waiting().expect("it waits");
    assert_eq!(waiting.until, Some(until));
    let fds: Vec<i32> = waiting
        .fds
        .iter()
        .map(|fd| fd.as_fd().as_raw_fd())
        .collect();
    assert_eq!(fds, [number]);
    fiber.resume();
    let waiting = fiber.waiting().expect("it waits");
    assert!(waiting.fds.is_empty() && waiting.until.is_none());
    assert_eq!(fiber.resume(), Turn::Ended);
    assert!(fiber.waiting().is_none());
}

#[test]
fn outside_of_a_fiber_there_is_nothing_to_end() {
    assert_eq!(wait(&[], None), Err(Outside));
    let mut fiber = fiber(pause);
    fiber.resume();
    assert_eq!(wait(&[], None), Err(Outside));
    fiber.resume();
    assert_eq!(wait(&[], None), Err(Outside));
}

#[test]
fn a_fiber_inside_a_fiber_ends_its_own_turns_only() {
    let mut outer = fiber(|| {
        let mut inner = fiber(pause);
        assert_eq!(inner.resume(), Turn::Waits);
        pause();
        assert_eq!(inner.resume(), Turn::Ended);
        pause();
    });
    assert_eq!(outer.resume(), Turn::Waits);
    assert_eq!(outer.resume(), Turn::Waits);
    assert_eq!(outer.resume(), Turn::Ended);
}

#[test]
fn a_stack_serves_one_fiber_after_another() {
    let mut stack = Some(Stack::new(STACK_BYTES).expect("memory"));
    for _ in 0..3 {
        let mut fiber = Fiber::new(stack.take().expect("given back"), pause);
        fiber.resume();
        fiber.resume();
        stack = fiber.into_stack();
    }
    let mut unended = Fiber::new(stack.expect("given back"), pause);
    unended.resume();
    assert!(unended.into_stack().is_none());
}

/// Notes its end, and tries to wait then.
struct Guest(Notes);

impl Drop for Guest {
    fn drop(&mut self) {
        let outcome = wait(&[], None);
        let note = match outcome {
            Ok(()) => "waited",
            Err(Outside) => "outside",
        };
        self.0.borrow_mut().push(note);
    }
}

#[test]
fn a_fiber_that_is_dropped_drops_what_it_holds() {
    let notes = Notes::default();
    let guest = Guest(notes.clone());
    let mut dropped = fiber(move || {
        let _guest = guest;
        pause();
    });
    dropped.resume();
    // Inside another fiber, whose turn the guest must not end.
    let mut outer = fiber(move || {
        drop(dropped);
        pause();
    });
    assert_eq!(outer.resume(), Turn::Waits);
    assert_eq!(*notes.borrow(), ["outside"]);
    assert_eq!(outer.resume(), Turn::Ended);
    drop(fiber(|| unreachable!("it had no turn")));
}

#[test]
fn a_panic_reaches_the_one_who_gave_the_turn() {
    let mut fiber = fiber(|| panic!("of the fiber"));
    let panic = catch_unwind(AssertUnwindSafe(|| fiber.resume())).expect_err("a panic");
    assert_eq!(panic.downcast_ref(), Some(&"of the fiber"));
    assert_eq!(wait(&[], None), Err(Outside));
    assert!(fiber.into_stack().is_some());
}
