//! Two ends that talk by one mechanism, made before the processes that hold them are forked.
//!
//! Owns: how each mechanism is set up, and how it sends and receives a message. Trusts: both ends,
//! which are the lab's. Never: hides what a mechanism does: all framing, retries and locks are
//! here.

use crate::locks::{futex_wait, futex_wake};
use crate::mechanism::Mechanism;
use crate::memory::Shared;
use crate::process::named;
use crate::signalling;
use crate::supervisor::Supervisor;
use ipc::{Endpoint, Message, Misbehaviour, Receiver, Sender};
use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl, open};
use nix::sys::socket::{AddressFamily, SockFlag, SockType, setsockopt, socketpair, sockopt};
use nix::sys::stat::Mode;
use nix::unistd::Pid;
use protocol::HandleKind;
use serde::{Deserialize, Serialize};
use std::io;
use std::net::{Ipv4Addr, TcpListener, TcpStream, UdpSocket};
use std::os::fd::{AsFd, OwnedFd};
use std::rc::Rc;
use std::sync::atomic::Ordering;

/// One end.
pub enum End {
    /// A descriptor that is read and written.
    Bytes(Bytes),
    /// A mailbox in shared memory, with a futex for each direction.
    Memory(Mailbox),
    /// A typed channel.
    Channel(Sender<Parcel>, Receiver<Parcel>),
    /// Signals with a number.
    Signals(Option<Pid>),
}

/// The descriptors to read from and to write to.
pub struct Bytes {
    reader: OwnedFd,
    writer: OwnedFd,
    /// Whether each write is a separate message.
    keeps_messages: bool,
    /// Whether a message may be lost.
    loses: bool,
}

/// What the typed channel carries.
#[derive(Debug, Serialize, Deserialize)]
pub enum Parcel {
    /// A message. Text, which the codec copies as a whole.
    Text(String),
    /// A sealed region of that many bytes, whose descriptor comes beside this.
    Region(u64),
}

impl Message for Parcel {
    const MAX_HANDLES: usize = 1;

    fn handles(&self) -> Vec<HandleKind> {
        match self {
            Parcel::Text(_) => Vec::new(),
            Parcel::Region(_) => vec![HandleKind::Region],
        }
    }

    fn check(&self) -> Result<(), Misbehaviour> {
        Ok(())
    }
}

/// Both ends of a link by that mechanism.
pub fn ends(mechanism: Mechanism, supervisor: &Supervisor) -> io::Result<(End, End)> {
    Ok(match mechanism {
        Mechanism::Pipe => two_way(pipe()?, pipe()?),
        Mechanism::Fifo => two_way(fifo(supervisor, "there")?, fifo(supervisor, "back")?),
        Mechanism::Stream => sockets(unix(SockType::Stream)?, false, false)?,
        Mechanism::Seqpacket => sockets(unix(SockType::SeqPacket)?, true, false)?,
        Mechanism::Dgram => sockets(unix(SockType::Datagram)?, true, false)?,
        Mechanism::Tcp => sockets(tcp()?, false, false)?,
        Mechanism::Udp => sockets(udp()?, true, true)?,
        Mechanism::SharedMemory => {
            let memory = Rc::new(Shared::new(MAILBOX_BYTES)?);
            let there = Mailbox::new(&memory, 0, BOX_BYTES);
            let back = Mailbox::new(&memory, BOX_BYTES, 0);
            (End::Memory(there), End::Memory(back))
        }
        Mechanism::Signals => (End::Signals(None), End::Signals(None)),
        Mechanism::Channel => {
            let (a, b) = Endpoint::pair().map_err(|error| labelled("socketpair", &error))?;
            let (sender, receiver) = a.split();
            let near = End::Channel(sender, receiver);
            let (sender, receiver) = b.split();
            (near, End::Channel(sender, receiver))
        }
    })
}

impl End {
    /// Sends one message. Waits if there is no room.
    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            End::Bytes(link) => link.send(bytes),
            End::Memory(mailbox) => {
                mailbox.send(bytes);
                Ok(())
            }
            End::Channel(sender, _) => {
                let text = str::from_utf8(bytes).map_err(io::Error::other)?;
                let sent = sender.send(Parcel::Text(text.to_owned()));
                sent.map_err(io::Error::other)
            }
            End::Signals(peer) => {
                let peer = peer.ok_or(io::ErrorKind::NotConnected)?;
                signalling::send_value(peer, signalling::real_time(), VALUE)
            }
        }
    }

    /// Receives once, as one call of the mechanism does: the bytes that have arrived, or one
    /// message.
    pub fn receive(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        match self {
            End::Bytes(link) => read(&link.reader, bytes),
            End::Memory(mailbox) => {
                mailbox.receive(bytes);
                Ok(bytes.len())
            }
            End::Channel(_, receiver) => {
                let received = receiver.recv().map_err(io::Error::other)?;
                let Parcel::Text(text) = received.message else {
                    return Err(io::ErrorKind::InvalidData.into());
                };
                let count = text.len().min(bytes.len());
                bytes[..count].copy_from_slice(&text.as_bytes()[..count]);
                Ok(count)
            }
            End::Signals(peer) => {
                let came = signalling::next(&[signalling::real_time()], None)?;
                *peer = came.map(|came| Pid::from_raw(came.pid));
                Ok(bytes.len())
            }
        }
    }

    /// Receives until `bytes` is full, in as many calls as needed.
    pub fn receive_all(&mut self, bytes: &mut [u8]) -> io::Result<()> {
        let mut have = 0;
        while have < bytes.len() {
            match self.receive(&mut bytes[have..])? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                count => have += count,
            }
        }
        Ok(())
    }

    /// Sets the process at the other end, to which signals are sent.
    pub fn set_peer(&mut self, pid: Pid) {
        if let End::Signals(peer) = self {
            *peer = Some(pid);
        }
    }

    /// Makes reads non-blocking; descriptors only.
    pub fn do_not_wait(&self) -> io::Result<()> {
        if let End::Bytes(link) = self {
            let set = fcntl(&link.reader, FcntlArg::F_SETFL(OFlag::O_NONBLOCK));
            set.map_err(|errno| named("fcntl", errno))?;
        }
        Ok(())
    }

    /// Whether a message may be lost.
    pub fn loses(&self) -> bool {
        matches!(self, End::Bytes(link) if link.loses)
    }

    /// Whether each write is read as one message; descriptors only.
    pub fn keeps_messages(&self) -> bool {
        matches!(self, End::Bytes(link) if link.keeps_messages)
    }
}

impl Bytes {
    fn send(&self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            match nix::unistd::write(&self.writer, bytes) {
                Ok(count) => bytes = &bytes[count..],
                Err(Errno::EINTR) => {}
                Err(errno) => return Err(named("write", errno)),
            }
        }
        Ok(())
    }
}

/// Room for one message in each direction, with a word beside it that counts messages. The reader
/// sleeps on that word; a faster writer overwrites.
pub struct Mailbox {
    memory: Rc<Shared>,
    out: usize,
    inbox: usize,
    seen: u32,
}

impl Mailbox {
    fn new(memory: &Rc<Shared>, out: usize, inbox: usize) -> Mailbox {
        Mailbox {
            memory: Rc::clone(memory),
            out,
            inbox,
            seen: 0,
        }
    }

    fn send(&self, bytes: &[u8]) {
        self.memory.put(self.out + MESSAGE_OFFSET, bytes);
        let count = self.memory.word(self.out);
        count.fetch_add(1, Ordering::Release);
        futex_wake(count);
    }

    fn receive(&mut self, bytes: &mut [u8]) {
        let count = self.memory.word(self.inbox);
        while count.load(Ordering::Acquire) == self.seen {
            futex_wait(count, self.seen);
        }
        self.seen = count.load(Ordering::Acquire);
        self.memory.get(self.inbox + MESSAGE_OFFSET, bytes);
    }

    /// How many messages have been written to this end.
    pub fn written(&self) -> u32 {
        self.memory.word(self.inbox).load(Ordering::Acquire)
    }
}

/// The error of a call, with the call's name.
pub fn labelled(call: &str, error: &io::Error) -> io::Error {
    match error.raw_os_error() {
        Some(code) => named(call, Errno::from_raw(code)),
        None => io::Error::new(error.kind(), format!("{call}: {error}")),
    }
}

/// A pipe: the read end, the write end.
pub fn pipe() -> io::Result<(OwnedFd, OwnedFd)> {
    nix::unistd::pipe2(OFlag::O_CLOEXEC).map_err(|errno| named("pipe2", errno))
}

fn two_way(there: (OwnedFd, OwnedFd), back: (OwnedFd, OwnedFd)) -> (End, End) {
    let end = |reader, writer| {
        End::Bytes(Bytes {
            reader,
            writer,
            keeps_messages: false,
            loses: false,
        })
    };
    (end(back.0, there.1), end(there.0, back.1))
}

fn fifo(supervisor: &Supervisor, name: &str) -> io::Result<(OwnedFd, OwnedFd)> {
    let path = supervisor.scratch(name)?;
    nix::unistd::mkfifo(&path, Mode::S_IRUSR | Mode::S_IWUSR)
        .map_err(|errno| named("mkfifo", errno))?;
    // Without O_NONBLOCK the open would wait for a writer, which is this same process.
    let flags = OFlag::O_RDONLY | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC;
    let reader = open(&path, flags, Mode::empty());
    let writer = open(&path, OFlag::O_WRONLY | OFlag::O_CLOEXEC, Mode::empty());
    // Both ends are open: the name is no longer needed.
    let _ = std::fs::remove_file(&path);
    let reader = reader.map_err(|errno| named("open", errno))?;
    let writer = writer.map_err(|errno| named("open", errno))?;
    fcntl(&reader, FcntlArg::F_SETFL(OFlag::empty())).map_err(|errno| named("fcntl", errno))?;
    Ok((reader, writer))
}

fn unix(kind: SockType) -> io::Result<(OwnedFd, OwnedFd)> {
    let pair = socketpair(AddressFamily::Unix, kind, None, SockFlag::SOCK_CLOEXEC);
    pair.map_err(|errno| named("socketpair", errno))
}

fn tcp() -> io::Result<(OwnedFd, OwnedFd)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let listener = listener.map_err(|error| labelled("TCP on 127.0.0.1", &error))?;
    let near = TcpStream::connect(listener.local_addr()?);
    let near = near.map_err(|error| labelled("connect", &error))?;
    let (far, _) = listener
        .accept()
        .map_err(|error| labelled("accept", &error))?;
    for socket in [&near, &far] {
        setsockopt(socket, sockopt::TcpNoDelay, &true).map_err(|errno| named("NODELAY", errno))?;
    }
    Ok((near.into(), far.into()))
}

fn udp() -> io::Result<(OwnedFd, OwnedFd)> {
    let bind = || UdpSocket::bind((Ipv4Addr::LOCALHOST, 0));
    let near = bind().map_err(|error| labelled("UDP on 127.0.0.1", &error))?;
    let far = bind().map_err(|error| labelled("UDP on 127.0.0.1", &error))?;
    near.connect(far.local_addr()?)?;
    far.connect(near.local_addr()?)?;
    Ok((near.into(), far.into()))
}

fn sockets(pair: (OwnedFd, OwnedFd), keeps_messages: bool, loses: bool) -> io::Result<(End, End)> {
    let end = |socket: OwnedFd| -> io::Result<End> {
        Ok(End::Bytes(Bytes {
            reader: socket.as_fd().try_clone_to_owned()?,
            writer: socket,
            keeps_messages,
            loses,
        }))
    };
    Ok((end(pair.0)?, end(pair.1)?))
}

fn read(fd: &OwnedFd, bytes: &mut [u8]) -> io::Result<usize> {
    loop {
        match nix::unistd::read(fd, bytes) {
            Ok(count) => return Ok(count),
            Err(Errno::EINTR) => {}
            Err(errno) => return Err(named("read", errno)),
        }
    }
}

/// The number that goes with a signal.
const VALUE: i32 = 7;
/// Offset of the message in a box: beyond the cache line of the word.
const MESSAGE_OFFSET: usize = 64;
/// One direction of a mailbox.
const BOX_BYTES: usize = 8192;
const MAILBOX_BYTES: usize = 2 * BOX_BYTES;
