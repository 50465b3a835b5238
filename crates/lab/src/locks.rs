//! Synchronisation between two processes, in memory that they share: a mutex, a semaphore, a futex.
//!
//! Owns: the calls of pthread_mutex, sem and futex. Trusts: both processes to use each place for
//! the same kind of lock. Never: leaves a name behind; all are unnamed.
//!
//! Sources: pthread_mutexattr_setpshared(3), pthread_mutexattr_setrobust(3), sem_init(3), futex(2).
#![allow(unsafe_code, reason = "pthread, sem and futex calls")]

use crate::memory::Shared;
use crate::process::named;
use nix::errno::Errno;
use std::io;
use std::mem::MaybeUninit;
use std::sync::atomic::AtomicU32;

/// Bytes that any of these needs.
pub const LOCK_BYTES: usize = 64;

/// A pthread mutex shared by processes, and robust: the death of its holder unlocks it.
pub struct Mutex(*mut libc::pthread_mutex_t);

impl Mutex {
    /// A new mutex at that offset.
    pub fn new(memory: &Shared, offset: usize) -> io::Result<Mutex> {
        let place = memory
            .at(offset, LOCK_BYTES)
            .cast::<libc::pthread_mutex_t>();
        assert!(place.is_aligned() && size_of::<libc::pthread_mutex_t>() <= LOCK_BYTES);
        let mut attributes = MaybeUninit::<libc::pthread_mutexattr_t>::uninit();
        let attributes = attributes.as_mut_ptr();
        // SAFETY: the attributes are initialised first and destroyed last; the place is in the
        // mapping, which the callers keep for as long as the mutex.
        unsafe {
            check(
                "pthread_mutexattr_init",
                libc::pthread_mutexattr_init(attributes),
            )?;
            let shared = libc::PTHREAD_PROCESS_SHARED;
            check(
                "setpshared",
                libc::pthread_mutexattr_setpshared(attributes, shared),
            )?;
            let robust = libc::PTHREAD_MUTEX_ROBUST;
            check(
                "setrobust",
                libc::pthread_mutexattr_setrobust(attributes, robust),
            )?;
            check(
                "pthread_mutex_init",
                libc::pthread_mutex_init(place, attributes),
            )?;
            libc::pthread_mutexattr_destroy(attributes);
        }
        Ok(Mutex(place))
    }

    /// Locks the mutex. Returns whether its last holder died with it.
    pub fn lock(&self) -> io::Result<bool> {
        // SAFETY: initialised in `new`, in a mapping that lives.
        match unsafe { libc::pthread_mutex_lock(self.0) } {
            0 => Ok(false),
            libc::EOWNERDEAD => {
                // SAFETY: as above, and it is held by this process.
                check("consistent", unsafe {
                    libc::pthread_mutex_consistent(self.0)
                })?;
                Ok(true)
            }
            code => Err(named("pthread_mutex_lock", Errno::from_raw(code))),
        }
    }

    /// Unlocks the mutex.
    pub fn unlock(&self) {
        // SAFETY: as in `lock`.
        unsafe { libc::pthread_mutex_unlock(self.0) };
    }
}

/// A semaphore shared by processes.
pub struct Semaphore(*mut libc::sem_t);

impl Semaphore {
    /// A new semaphore at that offset, with that value.
    pub fn new(memory: &Shared, offset: usize, value: u32) -> io::Result<Semaphore> {
        let place = memory.at(offset, LOCK_BYTES).cast::<libc::sem_t>();
        assert!(place.is_aligned() && size_of::<libc::sem_t>() <= LOCK_BYTES);
        // SAFETY: the place is in the mapping, which the callers keep for as long as it.
        let result = unsafe { libc::sem_init(place, 1, value) };
        Errno::result(result).map_err(|errno| named("sem_init", errno))?;
        Ok(Semaphore(place))
    }

    /// Waits until the count is above zero, and lowers it.
    pub fn wait(&self) {
        // SAFETY: initialised in `new`, in a mapping that lives. A signal may wake it early.
        while unsafe { libc::sem_wait(self.0) } < 0 {}
    }

    /// Raises the count.
    pub fn post(&self) {
        // SAFETY: as in `wait`.
        unsafe { libc::sem_post(self.0) };
    }
}

/// Sleeps while the word is still `value`. May return early.
pub fn futex_wait(word: &AtomicU32, value: u32) {
    futex(word, libc::FUTEX_WAIT, value);
}

/// Wakes one process that sleeps on the word.
pub fn futex_wake(word: &AtomicU32) {
    futex(word, libc::FUTEX_WAKE, 1);
}

fn futex(word: &AtomicU32, operation: i32, value: u32) {
    let no_limit = std::ptr::null::<libc::timespec>();
    // SAFETY: a word that lives; no other pointer is read for these two operations.
    unsafe { libc::syscall(libc::SYS_futex, word.as_ptr(), operation, value, no_limit) };
}

fn check(call: &str, code: i32) -> io::Result<()> {
    match code {
        0 => Ok(()),
        code => Err(named(call, Errno::from_raw(code))),
    }
}
