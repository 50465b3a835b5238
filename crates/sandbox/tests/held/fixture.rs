//! The targets: a process of the same user, sockets, queues, keys and files that an unprotected
//! child can reach.
//!
//! The test creates a [`Fixture`] and sends its description with the word to start; the child
//! parses it into a [`Target`](crate::target::Target).

use crate::harness::{Outcome, TestChild};
use crate::target::{KEY_NAME, QUEUE_ATTRIBUTES, address, new_queue};
use std::fs;
use std::io::{self, BufRead, BufReader};
use std::net::{Ipv4Addr, TcpListener, TcpStream, UdpSocket};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{SocketAddr, UnixListener, UnixStream};
use std::process::{Child, Command, ExitCode, Stdio};
use std::ptr;
use std::sync::atomic::{AtomicU32, Ordering};

/// The targets that all attacks of one thread share.
pub struct Fixture {
    bystander: Child,
    address: String,
    folder: tempfile::TempDir,
    key: i32,
    memory: i64,
    queue: i64,
    posix_queue: String,
}

/// The fresh targets of one attack.
pub struct Setup {
    text: String,
    unique: String,
    fds: Vec<OwnedFd>,
    /// The ends that stay here.
    _ends: Vec<OwnedFd>,
    _tcp: TcpListener,
    _udp: UdpSocket,
    _abstract: UnixListener,
}

impl Fixture {
    pub fn new() -> Fixture {
        let mut bystander = Command::new("/proc/self/exe")
            .arg("--type=bystander")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a bystander starts");
        let mut address = String::new();
        let speech = bystander.stdout.take().expect("piped");
        BufReader::new(speech)
            .read_line(&mut address)
            .expect("the bystander speaks");
        let folder = tempfile::tempdir().expect("a folder");
        let secret = folder.path().join("secret");
        fs::write(&secret, "secret").expect("can be written");
        let private = fs::Permissions::from_mode(0o600);
        fs::set_permissions(&secret, private).expect("its owner's alone");
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let key = (std::process::id() << 8 | number & 0xff).cast_signed() & i32::MAX;
        let posix_queue = format!("bulkhead-{}-{number}", std::process::id());
        let create = i64::from(libc::IPC_CREAT | libc::IPC_EXCL | 0o600);
        join_keyring();
        Fixture {
            bystander,
            address: address.trim().to_owned(),
            folder,
            key,
            memory: raw(libc::SYS_shmget, [key.into(), 4096, create, 0]),
            queue: raw(libc::SYS_msgget, [key.into(), create, 0, 0]),
            posix_queue: make_posix_queue(posix_queue),
        }
    }

    /// Fresh sockets, and the description of everything. `sibling` is another sealed child.
    pub fn setup(&self, sibling: i32) -> Setup {
        let tcp = TcpListener::bind("127.0.0.1:0").expect("loopback");
        let udp = UdpSocket::bind("127.0.0.1:0").expect("loopback");
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let unique = format!("{}-{number}", std::process::id());
        let name = format!("/tmp/.X11-unix/X{unique}");
        let name = SocketAddr::from_abstract_name(name).expect("short");
        let x11 = UnixListener::bind_addr(&name).expect("the name is free");
        let text = format!(
            "go launcher={} bystander={} sibling={sibling} address={} tcp={} udp={} key={} \
             queue={} folder={} unique={unique}",
            std::process::id(),
            self.bystander.id(),
            self.address,
            tcp.local_addr().expect("bound").port(),
            udp.local_addr().expect("bound").port(),
            self.key,
            self.posix_queue,
            self.folder.path().display(),
        );
        let (stream, peer) = UnixStream::pair().expect("sockets");
        send_urgent_byte(&peer);
        let (mut fds, mut ends) = (vec![OwnedFd::from(stream)], vec![OwnedFd::from(peer)]);
        if let Some((near, far)) = terminal() {
            ends.push(near);
            fds.push(far);
        }
        Setup {
            text,
            unique,
            fds,
            _ends: ends,
            _tcp: tcp,
            _udp: udp,
            _abstract: x11,
        }
    }
}

impl Setup {
    pub fn fds(&self) -> Vec<BorrowedFd<'_>> {
        self.fds.iter().map(AsFd::as_fd).collect()
    }
}

/// Landlock refuses to open the queue that an attack has made by then.
impl Drop for Setup {
    fn drop(&mut self) {
        let name = new_queue(&self.unique);
        raw(libc::SYS_mq_unlink, [name.as_ptr() as i64, 0, 0, 0]);
    }
}

impl Drop for Fixture {
    fn drop(&mut self) {
        let _ = self.bystander.kill();
        let _ = self.bystander.wait();
        let remove = i64::from(libc::IPC_RMID);
        raw(libc::SYS_shmctl, [self.memory, remove, 0, 0]);
        raw(libc::SYS_msgctl, [self.queue, remove, 0, 0]);
        let name = format!("{}\0", self.posix_queue);
        raw(libc::SYS_mq_unlink, [name.as_ptr() as i64, 0, 0, 0]);
    }
}

/// Lets a child make its attack on this fixture. Listening on an address that nobody can reach is
/// no success.
pub fn run_attack(child: &mut TestChild, setup: &Setup) -> Outcome {
    child.send(&setup.text, &setup.fds());
    let outcome = child.outcome();
    let (port, errno) = match outcome {
        Outcome::Returned { value, errno } if value > 0 && child.action == "listen" => {
            (value as u16, errno)
        }
        _ => return outcome,
    };
    match TcpStream::connect((Ipv4Addr::from(address(&setup.unique)), port)) {
        Ok(_) => outcome,
        Err(_) => Outcome::Returned { value: -1, errno },
    }
}

/// A process that does nothing until the end of the test closes its standard input.
pub fn bystander_main() -> ExitCode {
    let any = u64::MAX;
    // Where the Yama module limits tracing, this bystander does not mind.
    // SAFETY: takes numbers.
    unsafe { libc::prctl(libc::PR_SET_PTRACER, any, 0, 0, 0) };
    println!("{}", SECRET.as_ptr() as usize);
    let _ = io::stdin().read_line(&mut String::new());
    ExitCode::SUCCESS
}

/// A session keyring with a key in it, for the calling thread and the children that it launches.
fn join_keyring() {
    const JOIN: i64 = 1;
    const SESSION: i64 = -3;
    raw(libc::SYS_keyctl, [JOIN, 0, 0, 0]);
    let (kind, name) = (c"user".as_ptr() as i64, KEY_NAME.as_ptr() as i64);
    let payload = SECRET.as_ptr() as i64;
    // SAFETY: C strings, and a payload with its length.
    unsafe {
        libc::syscall(
            libc::SYS_add_key,
            kind,
            name,
            payload,
            SECRET.len(),
            SESSION,
        )
    };
}

fn make_posix_queue(name: String) -> String {
    let text = format!("{name}\0");
    let flags = i64::from(libc::O_CREAT | libc::O_EXCL | libc::O_RDWR);
    let attributes = QUEUE_ATTRIBUTES.as_ptr() as i64;
    let fd = raw(
        libc::SYS_mq_open,
        [text.as_ptr() as i64, flags, 0o600, attributes],
    );
    if fd >= 0 {
        // SAFETY: the descriptor is new and ours.
        drop(unsafe { OwnedFd::from_raw_fd(fd as i32) });
    }
    name
}

/// The two ends of a new terminal, where there are any.
fn terminal() -> Option<(OwnedFd, OwnedFd)> {
    let (mut near, mut far) = (-1, -1);
    let (name, attributes, size) = (ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
    // SAFETY: two valid slots; no name, attributes or size are wanted.
    let result = unsafe { libc::openpty(&raw mut near, &raw mut far, name, attributes, size) };
    // SAFETY: both are new and ours.
    (result == 0).then(|| unsafe { (OwnedFd::from_raw_fd(near), OwnedFd::from_raw_fd(far)) })
}

/// For the attacks that receive one.
fn send_urgent_byte(peer: &UnixStream) {
    let byte = [1_u8];
    // SAFETY: one byte of live memory.
    let sent = unsafe { libc::send(peer.as_raw_fd(), byte.as_ptr().cast(), 1, libc::MSG_OOB) };
    assert!(sent == 1 || io::Error::last_os_error().raw_os_error() == Some(libc::EOPNOTSUPP));
}

fn raw(number: i64, arguments: [i64; 4]) -> i64 {
    let [a, b, c, d] = arguments;
    // SAFETY: numbers, or pointers that the callers keep alive.
    unsafe { libc::syscall(number, a, b, c, d) }
}

static SECRET: [u8; 8] = *b"secret\0\0";
static NEXT: AtomicU32 = AtomicU32::new(0);
