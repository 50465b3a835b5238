//! Faults that a child injects into itself when the broker asks for it: for users who want to watch
//! a tab die, for tests and for the chaos run.
//!
//! Trusts: the broker, the only peer that can send the message. Never: injects a fault unasked.
#![allow(unsafe_code, reason = "breaks the process on purpose")]

use protocol::fault::Fault;
use protocol::ids::NavigationId;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::sync::OnceLock;

/// Makes the attack of that name with the descriptors in its reach.
pub type Attacks = fn(&str, &Reach<'_>);

/// The descriptors through which a process reaches others. Attacking code would find all of them by
/// searching.
pub struct Reach<'a> {
    /// To the broker.
    pub control: BorrowedFd<'a>,
    /// Between renderers and the network process: one's own, or those of all renderers.
    pub fetch: Vec<BorrowedFd<'a>>,
    /// Between producers and the gpu process: one's own, or those of all producers.
    pub surfaces: Vec<ReachedSurface<'a>>,
    /// The document that a renderer shows: what its messages must name.
    pub document: Option<NavigationId>,
    /// To the display server, for a process with a window.
    pub display: Option<BorrowedFd<'a>>,
}

/// One end of a surface.
pub struct ReachedSurface<'a> {
    /// The frames channel, unless the other side is gone.
    pub channel: Option<BorrowedFd<'a>>,
    /// Its memory.
    pub memory: shm::Mapped,
    /// For a producer: whether it may publish a frame.
    pub has_credit: bool,
}

impl<'a> Reach<'a> {
    /// The control channel alone.
    pub fn control(control: BorrowedFd<'a>) -> Reach<'a> {
        Reach {
            control,
            fetch: Vec::new(),
            surfaces: Vec::new(),
            document: None,
            display: None,
        }
    }
}

static ATTACKS: OnceLock<Attacks> = OnceLock::new();

/// Lets the broker ask this process for attacks, as if an attacker had taken it over. The shipped
/// program never calls this: it does not contain the attacks.
pub fn arm(attacks: Attacks) {
    ATTACKS.get_or_init(|| attacks);
}

/// Injects the fault. Returns only if the fault is survivable (a bad message, a system call with an
/// answer).
pub fn inject(fault: &Fault, reach: &Reach<'_>) {
    tracing::info!(?fault, "breaking on request");
    flight::mark(flight::Step::Fault, 0);
    match fault {
        Fault::Abort => std::process::abort(),
        Fault::Attack(name) => match ATTACKS.get() {
            Some(attack) => attack(name, reach),
            None => tracing::warn!(name, "this program has no hostile actions in it"),
        },
        Fault::BadMessage => send_garbage(reach.control),
        Fault::Crash => {
            // SAFETY: none: this is the crash. The page at address 16 is never mapped, so the write
            // faults and harms nothing but this process, which is what was asked for.
            unsafe { std::ptr::without_provenance_mut::<u32>(16).write_volatile(0xdead) }
        }
        Fault::Hang => loop {
            std::hint::spin_loop();
        },
        Fault::Memory => exhaust_memory(),
        Fault::Panic => panic!("a panic was asked for (bulkhead://panic)"),
        Fault::Syscall { number } => {
            let number = i64::from(*number);
            // The most common calls get meaningful arguments.
            let [a, b] = match number {
                libc::SYS_socket | libc::SYS_socketpair => [libc::AF_INET, libc::SOCK_STREAM],
                _ => [0, 0],
            };
            // SAFETY: small numbers and zeroes; a call that takes pointers gets null ones.
            let result = unsafe { libc::syscall(number, a, b, 0, 0, 0, 0) };
            let refusal = std::io::Error::last_os_error().raw_os_error();
            let errno = refusal.filter(|_| result < 0).unwrap_or(0);
            flight::mark(flight::Step::Answer, errno.unsigned_abs());
            tracing::info!(number, result, "the system call returned");
        }
    }
}

fn send_garbage(control: BorrowedFd<'_>) {
    let garbage = [0xff_u8; 24];
    let mut slice = libc::iovec {
        iov_base: garbage.as_ptr().cast_mut().cast(),
        iov_len: garbage.len(),
    };
    // SAFETY: an all-zero header is a valid one with no name, no data and no control part.
    let mut header: libc::msghdr = unsafe { std::mem::zeroed() };
    header.msg_iov = &raw mut slice;
    header.msg_iovlen = 1;
    // SAFETY: header, slice and buffer live until the call returns.
    unsafe {
        libc::sendmsg(
            control.as_raw_fd(),
            &raw const header,
            libc::MSG_NOSIGNAL | libc::MSG_DONTWAIT,
        )
    };
}

/// Allocates and touches memory until an allocation fails (then it aborts) or the kernel kills.
fn exhaust_memory() {
    const STEP_BYTES: usize = 16 * 1024 * 1024;
    let mut hoard: Vec<Vec<u8>> = Vec::new();
    loop {
        hoard.push(std::hint::black_box(vec![0xa5; STEP_BYTES]));
    }
}
