//! The system calls of each attack, with arguments that would work in an unconfined process.
//!
//! Each function returns what `syscall` does. If success replaces or ends the process, the exit
//! status is [`SUCCESS_STATUS`].

use crate::target::{KEY_NAME, QUEUE_ATTRIBUTES, SUCCESS_STATUS, Target, new_queue};
use libc::{c_long, syscall};
use std::arch::asm;
use std::ffi::CStr;
use std::thread;

/// Calls that are not the ones of x86-64.
#[derive(Clone, Copy)]
pub enum Convention {
    X32Getpid,
    X32Read,
    MinusOne,
    I386Getpid,
    I386Exit,
}

// Files

pub fn open(target: &Target) -> c_long {
    let path = target.path("secret");
    raw(libc::SYS_open, &[text(&path), libc::O_RDONLY.into()])
}

pub fn openat(target: &Target) -> c_long {
    let path = target.path("secret");
    raw(libc::SYS_openat, &[AT, text(&path), libc::O_RDONLY.into()])
}

/// Lists the root directory; an empty one is no success.
pub fn open_root(_: &Target) -> c_long {
    let flags = libc::O_RDONLY | libc::O_DIRECTORY;
    let fd = raw(libc::SYS_openat, &[AT, string(c"/"), flags.into()]);
    if fd < 0 {
        return fd;
    }
    let mut entries = [0_u64; 512];
    let bytes = raw(
        libc::SYS_getdents64,
        &[fd, slot(&mut entries), size_of_val(&entries) as c_long],
    );
    // `.` and `..` take 24 bytes each.
    if bytes > 48 {
        bytes
    } else {
        fail(libc::ENOENT)
    }
}

pub fn openat2(target: &Target) -> c_long {
    let (path, mut how) = (target.path("secret"), [0_u64; 3]);
    raw(libc::SYS_openat2, &[AT, text(&path), slot(&mut how), 24])
}

pub fn stat(target: &Target) -> c_long {
    let (path, mut status) = (target.path("secret"), [0_u64; 32]);
    raw(
        libc::SYS_newfstatat,
        &[AT, text(&path), slot(&mut status), 0],
    )
}

pub fn mkdir(target: &Target) -> c_long {
    let path = target.path(&format!("folder-{}", target.unique()));
    raw(libc::SYS_mkdir, &[text(&path), 0o700])
}

/// Writes over code of its own, past all protection of its pages.
pub fn proc_self_mem(_: &Target) -> c_long {
    let path = string(c"/proc/self/mem");
    let fd = raw(libc::SYS_openat, &[AT, path, libc::O_RDWR.into()]);
    if fd < 0 {
        return fd;
    }
    let code = fork as fn(&Target) -> c_long as usize as c_long;
    let mut byte = [0_u8];
    let got = raw(libc::SYS_pread64, &[fd, slot(&mut byte), 1, code]);
    if got != 1 {
        return fail(libc::EIO);
    }
    raw(libc::SYS_pwrite64, &[fd, slot(&mut byte), 1, code])
}

pub fn execve(_: &Target) -> c_long {
    let arguments = [c"sh".as_ptr(), c"-c".as_ptr(), c"exit 77".as_ptr(), NULL];
    let environment = [NULL];
    let lists = (arguments.as_ptr() as c_long, environment.as_ptr() as c_long);
    raw(libc::SYS_execve, &[string(c"/bin/sh"), lists.0, lists.1])
}

/// Mounts over a folder of the host, and takes it away again.
pub fn mount(target: &Target) -> c_long {
    let path = target.path("");
    let kind = string(c"tmpfs");
    let result = raw(libc::SYS_mount, &[string(c"none"), text(&path), kind, 0, 0]);
    if result == 0 {
        raw(libc::SYS_umount2, &[text(&path), libc::MNT_DETACH.into()]);
    }
    result
}

pub fn chroot(_: &Target) -> c_long {
    raw(libc::SYS_chroot, &[string(c"/")])
}

// Processes

pub fn fork(_: &Target) -> c_long {
    parent_of(raw(libc::SYS_clone, &[libc::SIGCHLD.into()]))
}

pub fn fork_by_number(_: &Target) -> c_long {
    parent_of(raw(libc::SYS_fork, &[]))
}

pub fn clone3_newuser(_: &Target) -> c_long {
    // `struct clone_args`: flags first, the exit signal fifth.
    let mut arguments = [0_u64; 8];
    arguments[0] = libc::CLONE_NEWUSER as u64;
    arguments[4] = libc::SIGCHLD as u64;
    parent_of(raw(libc::SYS_clone3, &[slot(&mut arguments), 64]))
}

pub fn unshare(_: &Target) -> c_long {
    raw(libc::SYS_unshare, &[libc::CLONE_NEWUSER.into()])
}

pub fn setns(target: &Target) -> c_long {
    with_pidfd(target, |pidfd| {
        raw(libc::SYS_setns, &[pidfd, libc::CLONE_NEWUTS.into()])
    })
}

pub fn ptrace(target: &Target) -> c_long {
    const SEIZE: c_long = 0x4206;
    raw(libc::SYS_ptrace, &[SEIZE, target.number("bystander")])
}

/// Of a process that is held as this one is.
pub fn ptrace_sibling(target: &Target) -> c_long {
    const SEIZE: c_long = 0x4206;
    raw(libc::SYS_ptrace, &[SEIZE, target.number("sibling")])
}

pub fn process_vm_readv(target: &Target) -> c_long {
    let mut bytes = [0_u8; 8];
    let mut here = [slot(&mut bytes), 8];
    let mut there = [target.number("address"), 8];
    let (here, there) = (slot(&mut here), slot(&mut there));
    let pid = target.number("bystander");
    raw(libc::SYS_process_vm_readv, &[pid, here, 1, there, 1, 0])
}

pub fn pidfd_open(target: &Target) -> c_long {
    with_pidfd(target, |pidfd| pidfd)
}

pub fn pidfd_getfd(target: &Target) -> c_long {
    with_pidfd(target, |pidfd| raw(libc::SYS_pidfd_getfd, &[pidfd, 0, 0]))
}

/// Signal 0 disturbs nobody, and is refused where the others would be. To minus one, the kernel
/// hides refusals: what only refuses each receiver does not show.
pub fn kill_all(_: &Target) -> c_long {
    raw(libc::SYS_kill, &[-1, 0])
}

/// A signal that is ignored where nothing was said about it.
pub fn kill_launcher(target: &Target) -> c_long {
    let signal = libc::SIGWINCH.into();
    raw(libc::SYS_kill, &[target.number("launcher"), signal])
}

pub fn tgkill(target: &Target) -> c_long {
    let pid = target.number("bystander");
    raw(libc::SYS_tgkill, &[pid, pid, libc::SIGWINCH.into()])
}

/// Counts what a process outside does.
pub fn perf_event_open(target: &Target) -> c_long {
    // `struct perf_event_attr`: software, its size, task clock; not the kernel, no hypervisor.
    let mut attributes = [0_u64; 16];
    attributes[0] = 1 | (128 << 32);
    attributes[1] = 1;
    attributes[5] = 1 << 5 | 1 << 6;
    let pid = target.number("bystander");
    raw(
        libc::SYS_perf_event_open,
        &[slot(&mut attributes), pid, -1, -1, 0],
    )
}

pub fn thread(_: &Target) -> c_long {
    threads(1)
}

/// More threads than any limit of a renderer gives.
pub fn thread_bomb(_: &Target) -> c_long {
    threads(40)
}

// Sockets

pub fn tcp(target: &Target) -> c_long {
    let fd = socket(libc::AF_INET, libc::SOCK_STREAM, 0);
    then(fd, |fd| {
        let mut address = loopback(target.number("tcp"));
        raw(libc::SYS_connect, &[fd, slot(&mut address), 16])
    })
}

pub fn udp(target: &Target) -> c_long {
    let fd = socket(libc::AF_INET, libc::SOCK_DGRAM, 0);
    then(fd, |fd| send_to(fd, target.number("udp")))
}

/// At an address of this attack alone; gives the port, at which the test then knocks.
pub fn listen(target: &Target) -> c_long {
    let fd = socket(libc::AF_INET, libc::SOCK_STREAM, 0);
    then(fd, |fd| {
        let mut address = loopback(0);
        address[4..8].copy_from_slice(&target.own_address());
        let bound = raw(libc::SYS_bind, &[fd, slot(&mut address), 16]);
        let listening = then(bound, |_| raw(libc::SYS_listen, &[fd, 1]));
        let mut length = [16_u32];
        let named = then(listening, |_| {
            let slots = (slot(&mut address), slot(&mut length));
            raw(libc::SYS_getsockname, &[fd, slots.0, slots.1])
        });
        then(named, |_| {
            u16::from_be_bytes([address[2], address[3]]).into()
        })
    })
}

/// An echo request by hand.
pub fn socket_raw(_: &Target) -> c_long {
    let fd = socket(libc::AF_INET, libc::SOCK_RAW, libc::IPPROTO_ICMP);
    then(fd, |fd| send_to(fd, 0))
}

pub fn socket_unix(_: &Target) -> c_long {
    socket(libc::AF_UNIX, libc::SOCK_STREAM, 0)
}

/// The test listens under a name like those of X servers.
pub fn connect_x11(target: &Target) -> c_long {
    let fd = socket(libc::AF_UNIX, libc::SOCK_STREAM, 0);
    then(fd, |fd| {
        let name = format!("\x01\0\0/tmp/.X11-unix/X{}", target.unique());
        raw(libc::SYS_connect, &[fd, text(&name), name.len() as c_long])
    })
}

pub fn socket_netlink(_: &Target) -> c_long {
    socket(libc::AF_NETLINK, libc::SOCK_RAW, 0)
}

pub fn socket_vsock(_: &Target) -> c_long {
    socket(libc::AF_VSOCK, libc::SOCK_STREAM, 0)
}

pub fn socket_alg(_: &Target) -> c_long {
    socket(libc::AF_ALG, libc::SOCK_SEQPACKET, 0)
}

pub fn socketpair(_: &Target) -> c_long {
    let mut ends = [0_i32; 2];
    raw(libc::SYS_socketpair, &[1, 1, 0, slot(&mut ends)])
}

/// Urgent data, over a stream socket that it was handed: it goes past what is queued, through code
/// of the kernel that was wrong before.
pub fn oob_sendmsg(target: &Target) -> c_long {
    urgent_message(libc::SYS_sendmsg, target.fd(0))
}

pub fn oob_recvmsg(target: &Target) -> c_long {
    urgent_message(libc::SYS_recvmsg, target.fd(0))
}

pub fn oob_sendto(target: &Target) -> c_long {
    urgent_byte(libc::SYS_sendto, target.fd(0))
}

pub fn oob_recvfrom(target: &Target) -> c_long {
    urgent_byte(libc::SYS_recvfrom, target.fd(0))
}

/// Wants the broker to be told who it is, and to hold more of its messages.
pub fn setsockopt(_: &Target) -> c_long {
    let (mut one, option) = ([1_i32], libc::SO_PASSCRED.into());
    let level = libc::SOL_SOCKET.into();
    raw(
        libc::SYS_setsockopt,
        &[CHANNEL, level, option, slot(&mut one), 4],
    )
}

// Queues, keys, terminals

pub fn shmget(target: &Target) -> c_long {
    let id = raw(libc::SYS_shmget, &[target.number("key"), 0, 0o600]);
    then(id, |id| raw(libc::SYS_shmat, &[id, 0, 0]))
}

pub fn msgget(target: &Target) -> c_long {
    raw(libc::SYS_msgget, &[target.number("key"), 0o600])
}

pub fn mq_open(target: &Target) -> c_long {
    let name = format!("{}\0", target.queue());
    raw(libc::SYS_mq_open, &[text(&name), libc::O_RDWR.into()])
}

pub fn mq_create(target: &Target) -> c_long {
    let name = new_queue(target.unique());
    let flags = libc::O_RDWR | libc::O_CREAT;
    let attributes = QUEUE_ATTRIBUTES.as_ptr() as c_long;
    raw(
        libc::SYS_mq_open,
        &[text(&name), flags.into(), 0o600, attributes],
    )
}

/// Reads a key of the session that the browser was started from.
pub fn keyctl(_: &Target) -> c_long {
    const SEARCH: c_long = 10;
    const READ: c_long = 11;
    const SESSION: c_long = -3;
    let (kind, name) = (string(c"user"), string(KEY_NAME));
    let key = raw(libc::SYS_keyctl, &[SEARCH, SESSION, kind, name, 0]);
    let mut bytes = [0_u8; 8];
    then(key, |key| {
        raw(libc::SYS_keyctl, &[READ, key, slot(&mut bytes), 8])
    })
}

/// Makes the terminal its own and types into it.
pub fn tiocsti(target: &Target) -> c_long {
    let mut byte = *b"x";
    raw(
        libc::SYS_ioctl,
        &[target.fd(1), libc::TIOCSCTTY as c_long, 0],
    );
    raw(
        libc::SYS_ioctl,
        &[target.fd(1), libc::TIOCSTI as c_long, slot(&mut byte)],
    )
}

// Memory

pub fn mmap_rwx(_: &Target) -> c_long {
    map(4096, libc::PROT_READ | libc::PROT_WRITE | libc::PROT_EXEC)
}

pub fn mmap_rx(_: &Target) -> c_long {
    map(4096, libc::PROT_READ | libc::PROT_EXEC)
}

/// Code that it wrote itself, by way of a file, and ran.
pub fn mmap_rx_memfd(_: &Target) -> c_long {
    const CODE: [u8; 6] = [0xb8, 42, 0, 0, 0, 0xc3];
    let fd = raw(
        libc::SYS_memfd_create,
        &[string(c"code"), libc::MFD_CLOEXEC.into()],
    );
    let mut code = CODE;
    let written = then(fd, |fd| raw(libc::SYS_write, &[fd, slot(&mut code), 6]));
    let protection = libc::PROT_READ | libc::PROT_EXEC;
    let page = then(written, |_| {
        raw(
            libc::SYS_mmap,
            &[0, 4096, protection.into(), libc::MAP_PRIVATE.into(), fd, 0],
        )
    });
    then(page, |page| {
        // SAFETY: the page begins with a function: `mov eax, 42; ret`.
        let function: extern "C" fn() -> i32 = unsafe { std::mem::transmute(page) };
        function().into()
    })
}

pub fn mprotect_x(_: &Target) -> c_long {
    let page = map(4096, libc::PROT_READ | libc::PROT_WRITE);
    let protection = libc::PROT_READ | libc::PROT_EXEC;
    raw(libc::SYS_mprotect, &[page, 4096, protection.into()])
}

pub fn memfd_create(_: &Target) -> c_long {
    let flags = libc::MFD_CLOEXEC.into();
    let fd = raw(libc::SYS_memfd_create, &[string(c"buffer"), flags]);
    then(fd, |fd| raw(libc::SYS_ftruncate, &[fd, 4096]))
}

/// Memory that not even the kernel can read.
pub fn memfd_secret(_: &Target) -> c_long {
    let fd = raw(libc::SYS_memfd_secret, &[0]);
    let sized = then(fd, |fd| raw(libc::SYS_ftruncate, &[fd, 4096]));
    let protection = libc::PROT_READ | libc::PROT_WRITE;
    then(sized, |_| {
        raw(
            libc::SYS_mmap,
            &[0, 4096, protection.into(), libc::MAP_SHARED.into(), fd, 0],
        )
    })
}

pub fn userfaultfd(_: &Target) -> c_long {
    const USER_MODE_ONLY: c_long = 1;
    raw(libc::SYS_userfaultfd, &[USER_MODE_ONLY])
}

/// Takes more than its limit on address space that may be written; if it gets it, uses some of it,
/// more than the control group of the test allows.
pub fn memory_bomb(_: &Target) -> c_long {
    let start = map(3 << 29, libc::PROT_READ | libc::PROT_WRITE);
    then(start, |start| {
        for page in 0..(TOUCHED_BYTES / 4096) {
            let address = start as usize + page * 4096;
            // SAFETY: inside the mapping.
            unsafe { std::ptr::with_exposed_provenance_mut::<u8>(address).write_volatile(1) };
        }
        0
    })
}

pub fn stack_overflow(_: &Target) -> c_long {
    overflow(1)
}

// Kernel code that nobody needs

pub fn pipe2(_: &Target) -> c_long {
    let mut ends = [0_i32; 2];
    raw(libc::SYS_pipe2, &[slot(&mut ends), 0])
}

pub fn dup(_: &Target) -> c_long {
    raw(libc::SYS_dup, &[CHANNEL])
}

pub fn dup_flood(_: &Target) -> c_long {
    for _ in 0..2000 {
        let fd = raw(libc::SYS_dup, &[CHANNEL]);
        if fd < 0 {
            return fd;
        }
    }
    0
}

pub fn io_uring(_: &Target) -> c_long {
    let mut parameters = [0_u64; 15];
    raw(libc::SYS_io_uring_setup, &[1, slot(&mut parameters)])
}

pub fn bpf(_: &Target) -> c_long {
    const MAP_CREATE: c_long = 0;
    // `union bpf_attr`: an array, key and value of four bytes, one entry.
    let mut attributes = [0_u32; 18];
    attributes[..4].copy_from_slice(&[2, 4, 4, 1]);
    raw(libc::SYS_bpf, &[MAP_CREATE, slot(&mut attributes), 72])
}

/// Asks which answers of a filter there are.
pub fn seccomp(_: &Target) -> c_long {
    const GET_ACTION_AVAIL: c_long = 2;
    let mut action = [libc::SECCOMP_RET_ALLOW];
    raw(libc::SYS_seccomp, &[GET_ACTION_AVAIL, 0, slot(&mut action)])
}

pub fn prctl_dumpable(_: &Target) -> c_long {
    raw(libc::SYS_prctl, &[libc::PR_SET_DUMPABLE.into(), 1])
}

pub fn prctl_ptracer(_: &Target) -> c_long {
    raw(libc::SYS_prctl, &[libc::PR_SET_PTRACER.into(), -1])
}

pub fn ignore_sigsys(_: &Target) -> c_long {
    // The kernel's `struct sigaction`: handler, flags, restorer, mask.
    let mut action = [libc::SIG_IGN as u64, 0, 0, 0];
    raw(
        libc::SYS_rt_sigaction,
        &[libc::SIGSYS.into(), slot(&mut action), 0, 8],
    )
}

pub fn personality(_: &Target) -> c_long {
    raw(libc::SYS_personality, &[libc::ADDR_NO_RANDOMIZE.into()])
}

pub fn modify_ldt(_: &Target) -> c_long {
    // `struct user_desc`: entry 0, base 0, limit, flags for a usable 32-bit data segment.
    let mut description = [0_u32, 0, 0xfffff, 0x51];
    raw(libc::SYS_modify_ldt, &[1, slot(&mut description), 16])
}

pub fn sched_setscheduler(_: &Target) -> c_long {
    let mut priority = [1_i32];
    raw(
        libc::SYS_sched_setscheduler,
        &[0, libc::SCHED_FIFO.into(), slot(&mut priority)],
    )
}

pub fn unknown_number(_: &Target) -> c_long {
    raw(599, &[])
}

/// Long enough to see that nothing stops it.
pub fn endless_loop(_: &Target) -> c_long {
    let mut time = [0_i64; 2];
    while time[0] == 0 && time[1] < 20_000_000 {
        let clock = libc::CLOCK_PROCESS_CPUTIME_ID.into();
        if raw(libc::SYS_clock_gettime, &[clock, slot(&mut time)]) < 0 {
            return -1;
        }
    }
    0
}

// Other conventions

pub fn foreign(call: Convention) -> c_long {
    match call {
        Convention::X32Getpid => raw(libc::SYS_getpid | 0x4000_0000, &[]),
        Convention::X32Read => raw(0x4000_0000, &[]),
        Convention::MinusOne => raw(-1, &[]),
        Convention::I386Getpid => int80(20, 0),
        Convention::I386Exit => int80(1, SUCCESS_STATUS as u64),
    }
}

/// A call by the i386 convention.
fn int80(number: u32, argument: u64) -> c_long {
    let mut value = u64::from(number);
    // SAFETY: the kernel clobbers r8 to r11 at most. rbx, which is LLVM's own, is put back.
    unsafe {
        asm!(
            "xchg rbx, {argument}",
            "int 0x80",
            "xchg rbx, {argument}",
            argument = inout(reg) argument => _,
            inout("rax") value,
            in("rcx") 0, in("rdx") 0,
            out("r8") _, out("r9") _, out("r10") _, out("r11") _,
        );
    }
    value.cast_signed()
}

// Helpers

fn raw(number: c_long, arguments: &[c_long]) -> c_long {
    let mut all = [0; 6];
    all[..arguments.len()].copy_from_slice(arguments);
    let [a, b, c, d, e, f] = all;
    // SAFETY: the point is that the kernel refuses; what it would do otherwise harms this child
    // only. Pointers are to memory that lives during the call.
    unsafe { syscall(number, a, b, c, d, e, f) }
}

/// Goes on unless it failed.
fn then(result: c_long, next: impl FnOnce(c_long) -> c_long) -> c_long {
    if result < 0 { result } else { next(result) }
}

fn fail(errno: i32) -> c_long {
    // SAFETY: the calling thread's own errno.
    unsafe { *libc::__errno_location() = errno };
    -1
}

/// The new process ends at once.
fn parent_of(result: c_long) -> c_long {
    if result == 0 {
        raw(libc::SYS_exit_group, &[0]);
    }
    result
}

fn with_pidfd(target: &Target, next: impl FnOnce(c_long) -> c_long) -> c_long {
    then(
        raw(libc::SYS_pidfd_open, &[target.number("bystander"), 0]),
        next,
    )
}

fn threads(count: usize) -> c_long {
    for _ in 0..count {
        let thread = thread::Builder::new().spawn(|| {
            loop {
                thread::park();
            }
        });
        if let Err(error) = thread {
            return fail(error.raw_os_error().unwrap_or(libc::EAGAIN));
        }
    }
    0
}

fn socket(family: i32, kind: i32, protocol: i32) -> c_long {
    raw(
        libc::SYS_socket,
        &[family.into(), kind.into(), protocol.into()],
    )
}

/// `struct sockaddr_in`.
fn loopback(port: c_long) -> [u8; 16] {
    let mut address = [0; 16];
    address[..2].copy_from_slice(&(libc::AF_INET as u16).to_ne_bytes());
    address[2..4].copy_from_slice(&(port as u16).to_be_bytes());
    address[4..8].copy_from_slice(&[127, 0, 0, 1]);
    address
}

/// Eight bytes, which are an echo request to a raw socket.
fn send_to(fd: c_long, port: c_long) -> c_long {
    let (mut bytes, mut address) = ([8_u8, 0, 0xf7, 0xff, 0, 0, 0, 0], loopback(port));
    let (bytes, address) = (slot(&mut bytes), slot(&mut address));
    raw(libc::SYS_sendto, &[fd, bytes, 8, 0, address, 16])
}

fn urgent_message(number: c_long, fd: c_long) -> c_long {
    let mut byte = [1_u8];
    let mut part = [slot(&mut byte), 1];
    // `struct msghdr`: the parts third, their number fourth.
    let mut header = [0, 0, slot(&mut part), 1, 0, 0, 0];
    raw(number, &[fd, slot(&mut header), URGENT])
}

fn urgent_byte(number: c_long, fd: c_long) -> c_long {
    let mut byte = [1_u8];
    raw(number, &[fd, slot(&mut byte), 1, URGENT, 0, 0])
}

fn map(bytes: c_long, protection: i32) -> c_long {
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
    raw(
        libc::SYS_mmap,
        &[0, bytes, protection.into(), flags.into(), -1, 0],
    )
}

#[allow(unconditional_recursion, reason = "it overflows the stack on purpose")]
pub fn overflow(depth: i64) -> i64 {
    let frame = std::hint::black_box([depth; 512]);
    overflow(depth + 1) + frame[depth as usize % 512]
}

fn string(text: &CStr) -> c_long {
    text.as_ptr() as c_long
}

fn text(text: &str) -> c_long {
    text.as_ptr() as c_long
}

fn slot<T, const N: usize>(values: &mut [T; N]) -> c_long {
    values.as_mut_ptr() as c_long
}

const AT: c_long = libc::AT_FDCWD as c_long;
const CHANNEL: c_long = 3;
const URGENT: c_long = (libc::MSG_OOB | libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL) as c_long;
const NULL: *const libc::c_char = std::ptr::null();
/// More than the control group of the test allows.
const TOUCHED_BYTES: usize = 160 << 20;
