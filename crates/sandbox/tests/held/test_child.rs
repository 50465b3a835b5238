//! The test child: seals itself, and then does what its last argument says.

use crate::target::Target;
use crate::{attack_calls, attacks, harness};
use sandbox::{Role, crash, seal};
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::process::ExitCode;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

const CHANNEL: i32 = 3;

/// The message to start, with its descriptors.
struct Go {
    text: String,
    fds: Vec<OwnedFd>,
}

pub fn main(arguments: &[String]) -> ExitCode {
    crash::install();
    let [role, action] = arguments else {
        return ExitCode::from(3);
    };
    let role = Role::from_name(role).expect("the test names a role");
    if action == "unsealed" {
        say("sealed", None);
        wait_for_go();
        return ExitCode::SUCCESS;
    }
    let (action, is_alone) = match action.strip_prefix("alone:") {
        Some(action) => (action, true),
        None => (action.as_str(), false),
    };
    let (jobs, worker) = start_worker(role, is_alone);
    match seal(role) {
        Ok(sealed) => {
            let canaries = harness::write_canaries(&sealed.canaries);
            say(&format!("sealed{canaries}"), sealed.call_notifications);
        }
        Err(error) => {
            say(&format!("failed: {error}"), None);
            return ExitCode::from(4);
        }
    }
    let go = wait_for_go();
    let result = match action.strip_prefix("worker:") {
        Some(action) => {
            jobs.send(action.to_owned()).expect("the worker lives");
            worker.recv().expect("the worker answers")
        }
        None => act(action, go),
    };
    say(&format!("{} {}", result.0, result.1), None);
    wait_for_go();
    ExitCode::SUCCESS
}

/// A thread from before the seal, in the roles that have some.
fn start_worker(role: Role, is_alone: bool) -> (mpsc::Sender<String>, mpsc::Receiver<(i64, i32)>) {
    let (jobs, inbox) = mpsc::channel::<String>();
    let (outbox, results) = mpsc::channel();
    if !is_alone && matches!(role, Role::Network | Role::Demo | Role::Gpu) {
        thread::Builder::new()
            .name("worker".to_owned())
            .spawn(move || {
                for job in inbox {
                    let result = act(
                        &job,
                        Go {
                            text: String::new(),
                            fds: Vec::new(),
                        },
                    );
                    outbox.send(result).expect("the main thread lives");
                }
            })
            .expect("a thread can be made before the seal");
    }
    (jobs, results)
}

fn act(action: &str, go: Go) -> (i64, i32) {
    if let Some(attack) = attacks::find(action) {
        let value = (attack.call)(&Target::new(&go.text, go.fds));
        return (
            value,
            io::Error::last_os_error().raw_os_error().unwrap_or(0),
        );
    }
    let result = match action {
        "idle" => Ok(()),
        "live" => pause().and_then(|()| live()),
        "live-awake" => live(),
        "map" => map(go),
        "memory" => exhaust(),
        "connect" => connect(&go.text),
        "serve" => serve(go, true),
        "serve in one thread" => serve(go, false),
        "buffers" => grow_buffers(),
        "clone-socket" => TcpStream::connect("127.0.0.1:9").map(drop),
        "abort" => std::process::abort(),
        "panic" => panic!("as\nasked"),
        "segv" => crash_at(16),
        "overflow" => return (attack_calls::overflow(1), 0),
        other => panic!("unknown action {other}"),
    };
    match result {
        Ok(()) => (0, 0),
        Err(error) => (-1, error.raw_os_error().unwrap_or(libc::EIO)),
    }
}

/// What any honest child does.
/// Makes the call clock_nanosleep, and sched_yield; nothing waits for it.
fn pause() -> io::Result<()> {
    thread::sleep(Duration::from_nanos(1));
    thread::yield_now();
    Ok(())
}

fn live() -> io::Result<()> {
    let mut blocks: Vec<Vec<u8>> = (0..50).map(|i| vec![i as u8; 1 << 20]).collect();
    blocks.retain(|block| block[0] % 2 == 0);
    let mut grown = vec![1_u8; 1 << 20];
    grown.resize(64 << 20, 2);
    grown.shrink_to_fit();
    drop(blocks);
    let map: std::collections::HashMap<u32, String> =
        (0..1000).map(|i| (i, i.to_string())).collect();
    let start = Instant::now();
    let now = std::time::SystemTime::now();
    eprintln!(
        "{} entries, {:?}, {now:?}, {}",
        map.len(),
        start.elapsed(),
        std::process::id()
    );
    let caught = std::panic::catch_unwind(|| panic!("caught"));
    assert!(caught.is_err());
    // What libraries try unasked must fail, not kill.
    assert!(std::fs::read("/proc/self/maps").is_err());
    assert!(std::fs::metadata("/etc").is_err());
    assert!(std::env::current_dir().is_err());
    let _ = thread::available_parallelism();
    std::hint::black_box(std::backtrace::Backtrace::force_capture().to_string());
    // SAFETY: one valid slot.
    let status = unsafe {
        let mut stat: libc::stat = std::mem::zeroed();
        libc::syscall(libc::SYS_fstat, CHANNEL, &raw mut stat)
    };
    assert_eq!(status, 0, "fstat of a channel is allowed");
    Ok(())
}

/// Maps a region that it is handed, writable or not, and writes where it may.
fn map(go: Go) -> io::Result<()> {
    let [writable, read_only] = go.fds.as_slice() else {
        panic!("two regions")
    };
    let one = map_shared(writable, libc::PROT_READ | libc::PROT_WRITE)?;
    let two = map_shared(read_only, libc::PROT_READ)?;
    // SAFETY: both are mapped, a page each, the first one writable.
    unsafe {
        one.write_volatile(two.read_volatile() + 1);
        libc::munmap(one.cast(), 4096);
        libc::munmap(two.cast(), 4096);
    }
    match map_shared(read_only, libc::PROT_READ | libc::PROT_WRITE) {
        Err(error) if error.raw_os_error() == Some(libc::EACCES) => Ok(()),
        other => panic!("a read-only region was mapped writable: {other:?}"),
    }
}

fn map_shared(fd: &OwnedFd, protection: i32) -> io::Result<*mut u8> {
    let (null, flags) = (std::ptr::null_mut(), libc::MAP_SHARED);
    // SAFETY: a new mapping at a place of the kernel's choice.
    let address = unsafe { libc::mmap(null, 4096, protection, flags, fd.as_raw_fd(), 0) };
    if address == libc::MAP_FAILED {
        Err(io::Error::last_os_error())
    } else {
        Ok(address.cast())
    }
}

/// More memory than its limit must be refused; the refusal is the success.
fn exhaust() -> io::Result<()> {
    let mut bytes: Vec<u8> = Vec::new();
    match bytes.try_reserve_exact(80 << 30) {
        Err(_) => {}
        Ok(()) => panic!("80 GiB of address space were granted"),
    }
    match bytes.try_reserve_exact(3 << 29) {
        Err(_) => Ok(()),
        Ok(()) => panic!("1.5 GiB of private memory were granted"),
    }
}

/// What the network process does: TCP with time-outs, UDP.
fn connect(text: &str) -> io::Result<()> {
    let port = text
        .split(' ')
        .nth(1)
        .and_then(|word| word.parse().ok())
        .expect("a port");
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(30))?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    stream.set_write_timeout(Some(Duration::from_secs(30)))?;
    assert_eq!(stream.peer_addr()?, address);
    stream.local_addr()?;
    stream.write_all(b"ping")?;
    let mut answer = [0; 4];
    stream.read_exact(&mut answer)?;
    assert_eq!(&answer, b"pong");
    let again = stream.try_clone()?;
    again.shutdown(std::net::Shutdown::Both)?;
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    socket.set_read_timeout(Some(Duration::from_secs(30)))?;
    let own = socket.local_addr()?;
    socket.connect(own)?;
    socket.send(b"echo")?;
    socket.recv(&mut answer)?;
    assert_eq!(&answer, b"echo");
    Ok(())
}

/// What the demo server does with the listener that it is handed, and the devtools process, which
/// has no threads that could wait for a visitor.
fn serve(go: Go, has_threads: bool) -> io::Result<()> {
    let listener = TcpListener::from(go.fds.into_iter().next().expect("a listener"));
    if has_threads {
        listener.local_addr()?;
    }
    let (mut stream, _) = listener.accept()?;
    if has_threads {
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    }
    stream.set_nodelay(true)?;
    let mut question = [0; 4];
    stream.read_exact(&mut question)?;
    assert_eq!(&question, b"ping");
    stream.write_all(b"pong")?;
    stream.shutdown(std::net::Shutdown::Write)
}

/// What the gpu process does when a Wayland window grows.
fn grow_buffers() -> io::Result<()> {
    let flags = libc::MFD_CLOEXEC | libc::MFD_ALLOW_SEALING;
    // SAFETY: a constant C string, then numbers.
    unsafe {
        let fd = libc::memfd_create(c"buffer".as_ptr(), flags);
        assert!(fd >= 0, "{}", io::Error::last_os_error());
        assert_eq!(
            libc::ftruncate(fd, 1 << 20),
            0,
            "{}",
            io::Error::last_os_error()
        );
        let seals = libc::F_SEAL_SHRINK | libc::F_SEAL_SEAL;
        assert_eq!(libc::fcntl(fd, libc::F_ADD_SEALS, seals), 0);
        libc::close(fd);
    }
    Ok(())
}

fn crash_at(address: usize) -> ! {
    // SAFETY: none: this is the crash that the test asks for.
    unsafe { std::ptr::without_provenance_mut::<u32>(address).write_volatile(1) };
    unreachable!("nothing is mapped there")
}

fn say(text: &str, listener: Option<OwnedFd>) {
    let fds: Vec<_> = listener.iter().map(AsFd::as_fd).collect();
    // The test may have seen enough and be gone.
    let _ = harness::send(CHANNEL, text, &fds);
}

fn wait_for_go() -> Go {
    harness::wait_for(&[CHANNEL]);
    match harness::receive(CHANNEL) {
        Ok((text, fds)) => Go { text, fds },
        Err(_) => std::process::exit(0),
    }
}
