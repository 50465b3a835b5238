//! Channels over real socket pairs: what an honest peer gets, and what each kind of misbehaviour is
//! called. Descriptors are followed by pipes: a pipe's reader sees the end exactly when the last
//! copy of its writer is closed.

use ipc::poll::{Interest, wait_one};
use ipc::{Endpoint, Handles, Misbehaviour, Receiver, RecvError, SendError, Sender};
use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::socket::{ControlMessage, MsgFlags, sendmsg};
use protocol::bootstrap::FromChild;
use protocol::fetch::{Destination, FetchOptions, ToNetwork as Fetch};
use protocol::frames::{FromProducer, ToProducer};
use protocol::geometry::Size;
use protocol::ids::{ContextId, Generation, NavigationId, RequestId, SurfaceId, TabId};
use protocol::network::ToNetwork;
use protocol::renderer::{FromRenderer, ToRenderer};
use protocol::surface::SurfacePart;
use protocol::{HandleKind, Message};
use std::fs::File;
use std::io::{IoSlice, PipeReader, Read, pipe};
use std::net::TcpListener;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::net::UnixDatagram;
use std::sync::mpsc;
use std::time::Duration;

/// A channel of which one end is a mere socket, to say anything on.
fn hostile<Rx: Message>() -> (OwnedFd, Receiver<Rx>) {
    let (ours, theirs) = Endpoint::<ToProducer, Rx>::pair().expect("socket pair");
    (theirs.into_fd(), ours.split().1)
}

fn raw_send(socket: &OwnedFd, bytes: &[u8], fds: &[&OwnedFd]) {
    let numbers: Vec<_> = fds.iter().map(|fd| fd.as_raw_fd()).collect();
    let rights = [ControlMessage::ScmRights(&numbers)];
    let control = if fds.is_empty() { &[][..] } else { &rights[..] };
    let flags = MsgFlags::MSG_NOSIGNAL;
    sendmsg::<()>(
        socket.as_raw_fd(),
        &[IoSlice::new(bytes)],
        control,
        flags,
        None,
    )
    .expect("sent");
}

fn misbehaviour<T: Message>(receiver: &Receiver<T>) -> Misbehaviour {
    match receiver.try_recv() {
        Err(RecvError::Misbehaved(misbehaviour)) => misbehaviour,
        Err(other) => panic!("{other}"),
        Ok(received) => panic!("accepted: {}", received.is_some()),
    }
}

fn bytes_of<T: Message>(message: &T) -> Vec<u8> {
    ipc::codec::encode(message).expect("encodes")
}

fn navigate() -> ToNetwork {
    ToNetwork::Navigate {
        navigation: NavigationId(7),
        tab: TabId(1),
        context: ContextId::DEFAULT,
        url: "https://example.org/".to_owned(),
        initiator: None,
    }
}

fn attach() -> ToRenderer {
    ToRenderer::AttachSurface {
        surface: SurfaceId(1),
        part: SurfacePart::Page,
        generation: Generation(0),
        size: Size::new(10, 10),
    }
}

fn writer() -> (PipeReader, OwnedFd) {
    let (reader, writer) = pipe().expect("pipe");
    (reader, writer.into())
}

fn sealed_region() -> OwnedFd {
    use nix::fcntl::{FcntlArg, SealFlag, fcntl};
    let fd =
        memfd_create("test", MFdFlags::MFD_CLOEXEC | MFdFlags::MFD_ALLOW_SEALING).expect("memfd");
    let seals = SealFlag::F_SEAL_SHRINK | SealFlag::F_SEAL_GROW | SealFlag::F_SEAL_SEAL;
    fcntl(&fd, FcntlArg::F_ADD_SEALS(seals)).expect("sealed");
    fd
}

fn channel_fd() -> OwnedFd {
    Endpoint::<ToProducer, FromProducer>::pair()
        .expect("socket pair")
        .0
        .into_fd()
}

/// All copies of this pipe's writer are closed, now.
fn is_at_end(reader: &PipeReader) -> bool {
    wait_one(reader.as_fd(), Interest::HangUp, Some(Duration::ZERO))
        .expect("poll")
        .hung_up
}

/// Runs something that might wait for ever.
fn under_watchdog<R: Send + 'static>(action: impl FnOnce() -> R + Send + 'static) -> R {
    let (done, wait) = mpsc::channel();
    std::thread::spawn(move || done.send(action()));
    wait.recv_timeout(Duration::from_secs(120))
        .expect("the watchdog has barked")
}

fn halves<A, B>() -> (Sender<A>, Receiver<B>, Sender<B>, Receiver<A>) {
    let (a, b) = Endpoint::<A, B>::pair().expect("socket pair");
    let ((a_tx, a_rx), (b_tx, b_rx)) = (a.split(), b.split());
    (a_tx, a_rx, b_tx, b_rx)
}

#[test]
fn messages_arrive_whole_and_in_order_in_both_directions() {
    let (a_tx, a_rx, b_tx, b_rx) = halves::<ToRenderer, FromRenderer>();
    assert!(a_rx.try_recv().expect("open").is_none());
    for sequence in 0..20 {
        a_tx.try_send(ToRenderer::DetachSurface {
            surface: SurfaceId(sequence),
        })
        .expect("sent");
        b_tx.try_send(FromRenderer::Done { sequence })
            .expect("sent");
    }
    for sequence in 0..20 {
        let received = b_rx.recv().expect("open");
        assert_eq!(
            received.message,
            ToRenderer::DetachSurface {
                surface: SurfaceId(sequence)
            }
        );
        let received = a_rx.try_recv().expect("open").expect("there");
        assert_eq!(received.message, FromRenderer::Done { sequence });
        assert!(received.handles.is_empty());
    }
}

#[test]
fn a_channel_travels_through_a_channel_and_works_there() {
    let (a_tx, _a_rx, _b_tx, b_rx) = halves::<ToRenderer, FromRenderer>();
    let (near, far) = Endpoint::<ToProducer, FromProducer>::pair().expect("socket pair");
    let fds = vec![far.into_fd(), sealed_region(), sealed_region()];
    a_tx.try_send_with(attach(), fds).expect("sent");
    let mut received = b_rx.recv().expect("open");
    assert_eq!(received.handles.len(), 3);
    let frames =
        Endpoint::<FromProducer, ToProducer>::take(&mut received.handles).expect("a channel");
    received.handles.region().expect("a region");
    received.handles.region().expect("a region");
    assert_eq!(
        received.handles.region().err(),
        Some(Misbehaviour::MissingHandle)
    );
    frames
        .split()
        .0
        .try_send(FromProducer::FrameReady)
        .expect("sent");
    assert_eq!(
        near.split().1.recv().expect("open").message,
        FromProducer::FrameReady
    );
}

#[test]
fn every_received_descriptor_is_close_on_exec() {
    use nix::fcntl::{FcntlArg, FdFlag, fcntl};
    let (a_tx, _a_rx, _b_tx, b_rx) = halves::<ToNetwork, FromChild>();
    a_tx.try_send_with(navigate(), vec![writer().1])
        .expect("sent");
    let fd = b_rx
        .recv()
        .expect("open")
        .handles
        .pipe_writer()
        .expect("a writer");
    let flags = fcntl(&fd, FcntlArg::F_GETFD).expect("flags");
    assert!(FdFlag::from_bits_retain(flags).contains(FdFlag::FD_CLOEXEC));
}

#[test]
fn a_full_channel_gives_message_and_descriptors_back_and_loses_nothing() {
    let (a_tx, _a_rx, _b_tx, b_rx) = halves::<ToNetwork, FromChild>();
    let mut sent = 0;
    let (message, mut fds) = loop {
        match a_tx.try_send_with(navigate(), vec![writer().1]) {
            Ok(()) => sent += 1,
            Err(SendError::Full(message, fds)) => break (message, fds),
            Err(error) => panic!("{error}"),
        }
    };
    assert_eq!(message, navigate());
    Handles::check(
        &[HandleKind::PipeWriter],
        vec![fds.pop().expect("came back")],
    )
    .expect("it");
    for _ in 0..sent {
        assert_eq!(b_rx.recv().expect("open").message, navigate());
    }
    assert!(b_rx.try_recv().expect("open").is_none());
    a_tx.try_send_with(message, vec![writer().1])
        .expect("there is room again");
}

#[test]
fn a_blocking_sender_goes_on_when_the_receiver_reads() {
    const MESSAGES: u32 = 20_000;
    let (a_tx, _a_rx, _b_tx, b_rx) = halves::<FromRenderer, ToRenderer>();
    let received = under_watchdog(move || {
        let sender = std::thread::spawn(move || {
            for sequence in 0..MESSAGES {
                a_tx.send(FromRenderer::Done { sequence }).expect("open");
            }
        });
        let mut next = 0;
        while let Ok(received) = b_rx.recv() {
            assert_eq!(received.message, FromRenderer::Done { sequence: next });
            next += 1;
            if next == MESSAGES {
                break;
            }
        }
        sender.join().expect("sender");
        next
    });
    assert_eq!(received, MESSAGES);
}

#[test]
fn a_closed_peer_is_seen_by_both_halves() {
    let (a_tx, a_rx, b_tx, b_rx) = halves::<ToRenderer, FromRenderer>();
    drop(b_tx);
    assert!(
        a_rx.try_recv()
            .expect("one half still holds it open")
            .is_none()
    );
    drop(b_rx);
    assert!(matches!(a_rx.recv(), Err(RecvError::Closed)));
    assert!(matches!(
        a_tx.try_send(ToRenderer::Stop),
        Err(SendError::Closed(ToRenderer::Stop))
    ));
    assert!(matches!(
        a_tx.send(ToRenderer::Stop),
        Err(SendError::Closed(ToRenderer::Stop))
    ));
}

#[test]
fn the_last_words_of_a_peer_that_left_input_unread_are_still_received() {
    let (a_tx, a_rx, b_tx, b_rx) = halves::<ToRenderer, FromRenderer>();
    a_tx.try_send(ToRenderer::Stop).expect("sent");
    b_tx.try_send(FromRenderer::Done { sequence: 1 })
        .expect("sent");
    b_tx.try_send(FromRenderer::Done { sequence: 2 })
        .expect("sent");
    drop((b_tx, b_rx));
    for sequence in [1, 2] {
        assert_eq!(
            a_rx.recv().expect("queued").message,
            FromRenderer::Done { sequence }
        );
    }
    assert!(matches!(a_rx.try_recv(), Err(RecvError::Closed)));
    assert!(matches!(a_rx.try_recv(), Err(RecvError::Closed)));
}

#[test]
fn descriptors_in_flight_are_closed_with_the_channel() {
    let (a_tx, a_rx, b_tx, b_rx) = halves::<ToNetwork, FromChild>();
    let (reader, fd) = writer();
    a_tx.try_send_with(navigate(), vec![fd]).expect("sent");
    assert!(!is_at_end(&reader), "the channel itself holds it");
    drop((b_tx, b_rx));
    assert!(is_at_end(&reader));
    drop((a_tx, a_rx));
}

#[test]
fn a_descriptor_that_is_not_taken_is_closed() {
    let (a_tx, _a_rx, _b_tx, b_rx) = halves::<ToNetwork, FromChild>();
    let (reader, fd) = writer();
    a_tx.try_send_with(navigate(), vec![fd]).expect("sent");
    drop(b_rx.recv().expect("open"));
    assert!(is_at_end(&reader));
}

#[test]
fn a_message_with_the_wrong_number_of_descriptors_is_not_sent() {
    let (a_tx, _a_rx, _b_tx, b_rx) = halves::<ToNetwork, FromChild>();
    assert!(matches!(
        a_tx.try_send(navigate()),
        Err(SendError::WrongHandles(_))
    ));
    let two = vec![writer().1, writer().1];
    assert!(matches!(
        a_tx.try_send_with(navigate(), two),
        Err(SendError::WrongHandles(_))
    ));
    assert!(b_rx.try_recv().expect("open").is_none());
}

#[test]
fn a_message_that_is_too_large_is_not_sent() {
    let (a_tx, _a_rx, _b_tx, b_rx) = halves::<Fetch, FromChild>();
    let url = "u".repeat(Fetch::MAX_BYTES);
    let fetch = Fetch::Fetch {
        request: RequestId(1),
        url,
        destination: Destination::Image,
        options: FetchOptions::default(),
    };
    assert!(matches!(a_tx.try_send(fetch), Err(SendError::TooLarge(_))));
    assert!(b_rx.try_recv().expect("open").is_none());
}

#[test]
fn bytes_that_are_no_message_are_bad_encoding() {
    let mut trailing = bytes_of(&FromRenderer::Done { sequence: 5 });
    let truncated = trailing[..trailing.len() - 1].to_vec();
    trailing.push(0);
    let not_utf8 = vec![0, 1, 2, 0xc3, 0x28];
    for bytes in [vec![255], vec![99], truncated, trailing, not_utf8] {
        let (peer, receiver) = hostile::<FromRenderer>();
        raw_send(&peer, &bytes, &[]);
        assert_eq!(
            misbehaviour(&receiver),
            Misbehaviour::BadEncoding,
            "{bytes:?}"
        );
    }
}

#[test]
fn an_empty_packet_is_no_message_and_no_end_and_its_descriptors_are_closed() {
    let (peer, receiver) = hostile::<FromRenderer>();
    let (reader, fd) = writer();
    raw_send(&peer, &[], &[&fd]);
    drop(fd);
    assert_eq!(misbehaviour(&receiver), Misbehaviour::BadEncoding);
    assert!(is_at_end(&reader));
    drop(peer);
    assert!(matches!(receiver.try_recv(), Err(RecvError::Closed)));
}

#[test]
fn a_packet_larger_than_its_type_allows_is_oversized() {
    let (peer, receiver) = hostile::<FromProducer>();
    raw_send(&peer, &[0; 17], &[]);
    assert_eq!(misbehaviour(&receiver), Misbehaviour::OversizedPacket);
    let (peer, receiver) = hostile::<FromRenderer>();
    raw_send(&peer, &vec![0; 128 * 1024], &[]);
    assert_eq!(misbehaviour(&receiver), Misbehaviour::OversizedPacket);
}

#[test]
fn a_message_that_its_own_check_refuses_is_misbehaviour() {
    let (a_tx, _a_rx, _b_tx, b_rx) = halves::<FromRenderer, ToRenderer>();
    let title = "t".repeat(2000);
    a_tx.try_send(FromRenderer::Title {
        navigation: NavigationId(1),
        title,
    })
    .expect("sent");
    assert_eq!(misbehaviour(&b_rx), Misbehaviour::Oversized);
}

#[test]
fn missing_descriptors_are_misbehaviour() {
    let (peer, receiver) = hostile::<ToRenderer>();
    raw_send(&peer, &bytes_of(&attach()), &[]);
    assert_eq!(misbehaviour(&receiver), Misbehaviour::MissingHandle);
    raw_send(
        &peer,
        &bytes_of(&attach()),
        &[&channel_fd(), &sealed_region()],
    );
    assert_eq!(misbehaviour(&receiver), Misbehaviour::MissingHandle);
}

#[test]
fn surplus_descriptors_are_misbehaviour_and_closed_however_many_there_are() {
    // 253 is the most that Linux sends at once (SCM_MAX_FD); far fewer already overflow our buffer.
    for count in [1, 2, 5, 6, 7, 8, 100, 253] {
        let (peer, receiver) = hostile::<FromRenderer>();
        let (reader, fd) = writer();
        raw_send(
            &peer,
            &bytes_of(&FromRenderer::Done { sequence: 5 }),
            &vec![&fd; count],
        );
        drop(fd);
        assert_eq!(
            misbehaviour(&receiver),
            Misbehaviour::SurplusHandle,
            "{count}"
        );
        assert!(is_at_end(&reader), "{count}");
    }
}

#[test]
fn descriptors_beside_bytes_that_are_no_message_are_closed() {
    for bytes in [vec![255], vec![0; 128 * 1024]] {
        let (peer, receiver) = hostile::<FromRenderer>();
        let (reader, fd) = writer();
        raw_send(&peer, &bytes, &[&fd, &fd]);
        drop(fd);
        misbehaviour(&receiver);
        assert!(is_at_end(&reader));
    }
}

#[test]
fn descriptors_in_another_order_are_bad_handles_and_closed() {
    let (peer, receiver) = hostile::<ToRenderer>();
    let (reader, fd) = writer();
    raw_send(
        &peer,
        &bytes_of(&attach()),
        &[&sealed_region(), &channel_fd(), &fd],
    );
    drop(fd);
    assert_eq!(misbehaviour(&receiver), Misbehaviour::BadHandle);
    assert!(is_at_end(&reader));
}

/// One descriptor of each sort that there is, with the kind that it may pass for.
fn specimens() -> Vec<(&'static str, Option<HandleKind>, OwnedFd)> {
    use HandleKind::{
        Channel, Listener, PipeReader, PipeWriter, Region, SeccompListener, UnixStream,
    };
    use nix::fcntl::{OFlag, open};
    use nix::sys::{epoll, socket, stat::Mode};
    let (reader, writer) = pipe().expect("pipe");
    let read_end_by_path = open(
        format!("/proc/self/fd/{}", reader.as_raw_fd()).as_str(),
        OFlag::O_PATH | OFlag::O_CLOEXEC,
        Mode::empty(),
    )
    .expect("O_PATH");
    let unsealed = memfd_create("test", MFdFlags::MFD_CLOEXEC | MFdFlags::MFD_ALLOW_SEALING);
    let unix_socket = |kind| {
        let flags = socket::SockFlag::SOCK_CLOEXEC;
        socket::socket(socket::AddressFamily::Unix, kind, flags, None).expect("socket")
    };
    let listening = unix_socket(socket::SockType::SeqPacket);
    socket::bind(listening.as_raw_fd(), &socket::UnixAddr::new_unnamed()).expect("bound");
    socket::listen(&listening, socket::Backlog::new(1).expect("small")).expect("listening");
    let listening_stream = unix_socket(socket::SockType::Stream);
    let unnamed = socket::UnixAddr::new_unnamed();
    socket::bind(listening_stream.as_raw_fd(), &unnamed).expect("bound");
    let backlog = socket::Backlog::new(1).expect("small");
    socket::listen(&listening_stream, backlog).expect("listening");
    let tcp = TcpListener::bind("127.0.0.1:0").expect("listener");
    let address = tcp.local_addr().expect("address");
    let connected = std::net::TcpStream::connect(address).expect("connected");
    vec![
        ("channel", Some(Channel), channel_fd()),
        ("read end", Some(PipeReader), reader.into()),
        ("write end", Some(PipeWriter), writer.into()),
        ("O_PATH read end", None, read_end_by_path),
        ("sealed region", Some(Region), sealed_region()),
        ("unsealed region", None, unsealed.expect("memfd")),
        ("listener", Some(Listener), tcp.into()),
        ("listening stream socket", None, listening_stream),
        ("connection", None, connected.into()),
        (
            "datagram socket",
            None,
            UnixDatagram::unbound().expect("socket").into(),
        ),
        (
            "stream socket",
            Some(UnixStream),
            unix_socket(socket::SockType::Stream),
        ),
        ("listening packet socket", None, listening),
        (
            "device",
            None,
            File::open("/dev/null").expect("device").into(),
        ),
        ("file", None, tempfile()),
        (
            "directory",
            None,
            File::open("/").expect("directory").into(),
        ),
        ("epoll", Some(SeccompListener), {
            epoll::Epoll::new(epoll::EpollCreateFlags::EPOLL_CLOEXEC)
                .expect("epoll")
                .0
        }),
    ]
}

fn tempfile() -> OwnedFd {
    use nix::fcntl::{OFlag, open};
    use nix::sys::stat::Mode;
    let flags = OFlag::O_TMPFILE | OFlag::O_RDWR | OFlag::O_CLOEXEC;
    open(&std::env::temp_dir(), flags, Mode::S_IRWXU)
        .unwrap_or_else(|_| File::open("/proc/self/exe").expect("own executable").into())
}

#[test]
fn a_descriptor_passes_for_its_own_kind_and_for_no_other() {
    use HandleKind::{
        Channel, Listener, PipeReader, PipeWriter, Region, SeccompListener, UnixStream,
    };
    for kind in [
        Channel,
        UnixStream,
        Listener,
        PipeReader,
        PipeWriter,
        Region,
        SeccompListener,
    ] {
        for (name, passes_for, fd) in specimens() {
            let checked = Handles::check(&[kind], vec![fd]).map(|handles| handles.len());
            match checked {
                Ok(count) => assert_eq!((count, passes_for), (1, Some(kind)), "{name}"),
                Err(Misbehaviour::RegionNotSealed) => assert_eq!(kind, Region, "{name}"),
                Err(found) => {
                    assert_eq!(found, Misbehaviour::BadHandle, "{name} as {kind:?}");
                    assert_ne!(passes_for, Some(kind), "{name}");
                }
            }
        }
    }
}

#[test]
fn pipes_and_stream_sockets_pass_for_byte_streams() {
    for (name, kind, fd) in specimens() {
        use HandleKind::{PipeReader, PipeWriter, UnixStream};
        let passes = matches!(kind, Some(PipeReader | PipeWriter | UnixStream));
        let checked = Handles::check(&[HandleKind::ByteStream], vec![fd]);
        assert_eq!(checked.is_ok(), passes, "{name}");
    }
}

#[test]
fn an_unsealed_region_is_called_so() {
    let unsealed = memfd_create("test", MFdFlags::MFD_CLOEXEC | MFdFlags::MFD_ALLOW_SEALING);
    let checked = Handles::check(&[HandleKind::Region], vec![unsealed.expect("memfd")]);
    assert_eq!(checked.err(), Some(Misbehaviour::RegionNotSealed));
}

#[test]
fn a_real_seccomp_listener_arrives() {
    let Some(listener) = std::thread::spawn(seccomp_listener).join().expect("thread") else {
        println!(
            "SKIP: no seccomp listener: {}",
            std::io::Error::last_os_error()
        );
        return;
    };
    let (a_tx, _a_rx, _b_tx, b_rx) = halves::<FromChild, ToRenderer>();
    let sealed = FromChild::Sealed {
        listener: true,
        canaries: Vec::new(),
    };
    a_tx.try_send_with(sealed, vec![listener]).expect("sent");
    b_rx.recv()
        .expect("open")
        .handles
        .seccomp_listener()
        .expect("a listener");
}

/// Puts a filter that allows everything on the calling thread.
fn seccomp_listener() -> Option<OwnedFd> {
    use std::os::fd::FromRawFd;
    const RET_ALLOW: u32 = 0x7fff_0000;
    let mut allow = libc::sock_filter {
        code: 0x06,
        jt: 0,
        jf: 0,
        k: RET_ALLOW,
    };
    let program = libc::sock_fprog {
        len: 1,
        filter: &raw mut allow,
    };
    // SAFETY: plain numbers, and a program that lives until after the call; a successful call
    // returns a descriptor that is ours.
    unsafe {
        if libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 {
            return None;
        }
        let fd = libc::syscall(
            libc::SYS_seccomp,
            libc::SECCOMP_SET_MODE_FILTER,
            libc::SECCOMP_FILTER_FLAG_NEW_LISTENER,
            &raw const program,
        );
        (fd >= 0).then(|| OwnedFd::from_raw_fd(fd as i32))
    }
}

#[test]
fn taking_a_handle_as_another_kind_is_refused() {
    let mut handles =
        Handles::check(&[HandleKind::PipeWriter], vec![writer().1]).expect("a writer");
    assert_eq!(handles.pipe_reader().err(), Some(Misbehaviour::BadHandle));
    assert!(handles.is_empty());
}

#[test]
fn a_descriptor_that_is_no_channel_makes_no_endpoint() {
    assert!(Endpoint::<ToProducer, FromProducer>::from_fd(writer().1).is_err());
    assert!(Endpoint::<ToProducer, FromProducer>::from_fd(channel_fd()).is_ok());
}

#[test]
fn a_pipe_sent_through_a_channel_still_carries_bytes() {
    let (a_tx, _a_rx, _b_tx, b_rx) = halves::<ToNetwork, FromChild>();
    let (mut reader, fd) = writer();
    a_tx.try_send_with(navigate(), vec![fd]).expect("sent");
    let writer = b_rx
        .recv()
        .expect("open")
        .handles
        .pipe_writer()
        .expect("a writer");
    std::io::Write::write_all(&mut File::from(writer), b"body").expect("written");
    let mut body = Vec::new();
    reader.read_to_end(&mut body).expect("read");
    assert_eq!(body, b"body");
}
