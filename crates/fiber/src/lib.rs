//! Fibers: functions with a stack of their own that wait for descriptors without blocking their
//! thread.
//!
//! Owns: the stacks, and the one pointer by which code deep inside a fiber finds its fiber.
//! `corosensei` does the switching. Trusts: the function of a fiber, as any function is trusted.
//! Never: moves a fiber to another thread, polls a descriptor, or chooses which fiber runs: the
//! owner of the fibers does that.
//!
//! ```
//! use fiber::{Fiber, Stack, wait};
//!
//! let stack = Stack::new(64 * 1024).expect("memory");
//! let mut fiber = Fiber::new(stack, || {
//!     wait(&[], None).expect("inside a fiber");
//! });
//! assert!(fiber.resume().is_waiting());
//! assert!(!fiber.resume().is_waiting());
//! ```

use corosensei::stack::DefaultStack;
use corosensei::{Coroutine, CoroutineResult, Yielder};
use nix::poll::PollFd;
use std::cell::Cell;
use std::fmt;
use std::io;
use std::ptr::NonNull;
use std::rc::Rc;
use std::time::Instant;

/// Memory for one fiber at a time, above a page that nobody can touch: an overflow ends the
/// process.
pub struct Stack(DefaultStack);

impl Stack {
    /// Reserves a stack. Its pages cost memory from their first use on.
    ///
    /// # Errors
    /// There is no address space or memory left.
    pub fn new(bytes: usize) -> io::Result<Stack> {
        DefaultStack::new(bytes).map(Stack)
    }
}

impl fmt::Debug for Stack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Stack").finish_non_exhaustive()
    }
}

/// The caller of [`wait`] runs in no fiber.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outside;

/// What a fiber waits for: any event of one of the descriptors, or the instant.
#[derive(Clone, Copy, Debug)]
pub struct Waiting<'a> {
    /// The descriptors and their events.
    pub fds: &'a [PollFd<'a>],
    /// `None`: no time limit.
    pub until: Option<Instant>,
}

/// How a fiber stands after its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It waits for what [`Fiber::waiting`] tells.
    Waits,
    /// Its function has returned.
    Ended,
}

impl Turn {
    /// Whether the fiber wants another turn.
    pub fn is_waiting(self) -> bool {
        self == Turn::Waits
    }
}

/// A function that runs on a stack of its own, turn by turn.
pub struct Fiber {
    /// `None` only while it is dropped or taken apart.
    coroutine: Option<Coroutine<(), Request, ()>>,
    /// Where the function's yielder is, from its first turn to its end.
    yielder: Rc<Cell<Place>>,
    /// What the function waits for, on its own stack, from the end of a turn to the next one.
    request: Option<Request>,
}

/// The arguments of a call of [`wait`]. The slice is on the stack of the fiber, or is borrowed by
/// it, as long as the call has not returned.
#[derive(Clone, Copy)]
struct Request {
    fds: NonNull<[PollFd<'static>]>,
    until: Option<Instant>,
}

type Place = Option<NonNull<Yielder<(), Request>>>;

thread_local! {
    /// The yielder of the fiber that runs on this thread; `None` outside of all fibers.
    static RUNNING: Cell<Place> = const { Cell::new(None) };
}

/// Puts the outer fiber back when the inner one has had its turn, even if it panics.
struct Restore(Place);

impl Drop for Restore {
    fn drop(&mut self) {
        RUNNING.set(self.0);
    }
}

impl Fiber {
    /// A fiber that will run `function` on `stack`, from its first turn on.
    pub fn new(stack: Stack, function: impl FnOnce() + 'static) -> Fiber {
        let yielder = Rc::<Cell<Place>>::default();
        let place = yielder.clone();
        let coroutine = Coroutine::with_stack(stack.0, move |yielder: &Yielder<_, _>, ()| {
            place.set(Some(NonNull::from(yielder)));
            RUNNING.set(place.get());
            function();
        });
        Fiber {
            coroutine: Some(coroutine),
            yielder,
            request: None,
        }
    }

    /// Runs the function until it waits or returns. A panic of the function goes on in the caller.
    ///
    /// # Panics
    /// The fiber has ended already.
    pub fn resume(&mut self) -> Turn {
        self.request = None;
        let coroutine = self.coroutine.as_mut().expect("only a drop takes it");
        let _restore = Restore(RUNNING.replace(self.yielder.get()));
        match coroutine.resume(()) {
            CoroutineResult::Yield(request) => {
                self.request = Some(request);
                Turn::Waits
            }
            CoroutineResult::Return(()) => Turn::Ended,
        }
    }

    /// What it waits for; `None` before its first turn and after its end.
    pub fn waiting(&self) -> Option<Waiting<'_>> {
        let Request { fds, until } = self.request?;
        // SAFETY: the slice is borrowed by a call of `wait` that has not returned, because only
        // `resume` and `drop` let the fiber run on, and both need `self` mutably. Both clear the
        // request first. The lifetime that the caller gets ends with its borrow of `self`.
        let fds = unsafe { fds.as_ref() };
        Some(Waiting { fds, until })
    }

    /// The stack of a fiber that has ended, for the next one. `None`: it has not ended.
    pub fn into_stack(mut self) -> Option<Stack> {
        let coroutine = self.coroutine.take_if(|coroutine| coroutine.done())?;
        Some(Stack(coroutine.into_stack()))
    }
}

impl Drop for Fiber {
    /// Unwinds the stack of a function that has not returned. What it drops then is outside of the
    /// fiber: it blocks where it would have waited.
    fn drop(&mut self) {
        self.request = None;
        let _restore = Restore(RUNNING.replace(None));
        drop(self.coroutine.take());
    }
}

impl fmt::Debug for Fiber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fiber")
            .field("waiting", &self.waiting())
            .finish_non_exhaustive()
    }
}

/// Ends the turn of the calling fiber. Its owner sees what it waits for and decides when the call
/// returns; the caller must look for itself what has happened.
///
/// # Errors
/// The caller runs in no fiber, so it has to block.
pub fn wait(fds: &[PollFd<'_>], until: Option<Instant>) -> Result<(), Outside> {
    let yielder = RUNNING.get().ok_or(Outside)?;
    let request = Request {
        fds: NonNull::slice_from_raw_parts(NonNull::from(fds).cast(), fds.len()),
        until,
    };
    // SAFETY: `RUNNING` holds a yielder only while its function runs on this thread, and this call
    // is part of that function: a fiber never changes its thread (`Coroutine` is not `Send`), and
    // another fiber that runs, or a drop, has put itself there before and us back afterwards.
    unsafe { yielder.as_ref() }.suspend(request);
    Ok(())
}

#[cfg(test)]
mod tests;
