//! One packet out, one packet in. Owns: the calls of `sendmsg` and `recvmsg` with their control
//! data. Trusts: the kernel. Never: blocks unasked, raises SIGPIPE, or loses track of a descriptor
//! that the kernel has delivered: each becomes an [`OwnedFd`] at once.

use protocol::limits::MESSAGE_HANDLES_MAX;
use std::io;
use std::mem;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};

/// Descriptors that fit into the control buffer: more than any message may carry, so that a surplus
/// is noticed, but few, so that the kernel itself closes what a hostile peer piles up.
pub(crate) const CONTROL_HANDLES: usize = MESSAGE_HANDLES_MAX + 2;

/// `CMSG_SPACE` of that many descriptors: a 16-byte header and their padded numbers.
const CONTROL_BYTES: usize = 16 + CONTROL_HANDLES * size_of::<RawFd>();

// No padding: the kernel fills all the room there is, padding included.
const _: () = assert!(CONTROL_BYTES.is_multiple_of(8));
const _: () = assert!(size_of::<libc::cmsghdr>() == 16);

#[repr(C, align(8))]
struct Control([u8; CONTROL_BYTES]);

/// The result of one `recvmsg`.
pub(crate) struct Packet {
    /// Bytes in the buffer; 0 if the channel is closed.
    pub bytes: usize,
    /// The packet had more bytes than the buffer.
    pub truncated: bool,
    /// The peer sent more descriptors than were delivered.
    pub control_truncated: bool,
    /// The descriptors that were delivered.
    pub fds: Vec<OwnedFd>,
}

/// Sends one packet with at most [`MESSAGE_HANDLES_MAX`] descriptors. Would-block is an error.
pub(crate) fn send(socket: BorrowedFd<'_>, bytes: &[u8], fds: &[OwnedFd]) -> io::Result<()> {
    assert!(
        fds.len() <= MESSAGE_HANDLES_MAX,
        "no message calls for so many descriptors"
    );
    let mut control = Control([0; CONTROL_BYTES]);
    let mut iov = libc::iovec {
        iov_base: bytes.as_ptr().cast_mut().cast(),
        iov_len: bytes.len(),
    };
    // SAFETY: `msghdr` is plain data for which zero is a valid value (no name, no control data).
    let mut header: libc::msghdr = unsafe { mem::zeroed() };
    header.msg_iov = &raw mut iov;
    header.msg_iovlen = 1;
    if !fds.is_empty() {
        write_control(&mut header, &mut control, fds);
    }
    loop {
        // SAFETY: `header` points at `iov` and `control`, which live until after the call; sendmsg
        // only reads through them.
        let sent = unsafe {
            libc::sendmsg(
                socket.as_raw_fd(),
                &header,
                libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL,
            )
        };
        if sent >= 0 {
            return Ok(());
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
}

fn write_control(header: &mut libc::msghdr, control: &mut Control, fds: &[OwnedFd]) {
    let payload = size_of_val(fds) as libc::c_uint;
    header.msg_control = control.0.as_mut_ptr().cast();
    // SAFETY: CMSG_SPACE and CMSG_LEN only calculate. CMSG_FIRSTHDR returns `msg_control`, which is
    // aligned and has room for the header; CMSG_DATA points behind that header, where there is room
    // for `MESSAGE_HANDLES_MAX` numbers, and `fds` is no longer than that (asserted by the caller).
    unsafe {
        header.msg_controllen = libc::CMSG_SPACE(payload) as usize;
        let message = libc::CMSG_FIRSTHDR(header);
        (*message).cmsg_level = libc::SOL_SOCKET;
        (*message).cmsg_type = libc::SCM_RIGHTS;
        (*message).cmsg_len = libc::CMSG_LEN(payload) as usize;
        let data = libc::CMSG_DATA(message).cast::<RawFd>();
        for (at, fd) in fds.iter().enumerate() {
            data.add(at).write_unaligned(fd.as_raw_fd());
        }
    }
}

/// Receives one packet, every descriptor close-on-exec. Waits for it if `waits` holds and the
/// socket is in blocking mode; otherwise would-block is an error.
pub(crate) fn receive(
    socket: BorrowedFd<'_>,
    buffer: &mut [u8],
    waits: bool,
) -> io::Result<Packet> {
    let mut control = Control([0; CONTROL_BYTES]);
    let mut iov = libc::iovec {
        iov_base: buffer.as_mut_ptr().cast(),
        iov_len: buffer.len(),
    };
    // SAFETY: as in `send`.
    let mut header: libc::msghdr = unsafe { mem::zeroed() };
    header.msg_iov = &raw mut iov;
    header.msg_iovlen = 1;
    header.msg_control = control.0.as_mut_ptr().cast();
    header.msg_controllen = CONTROL_BYTES;
    let wait = if waits { 0 } else { libc::MSG_DONTWAIT };
    loop {
        // SAFETY: `header` points at `iov`, which covers `buffer`, and at `control`; both live
        // until after the call and are not used meanwhile.
        let received = unsafe {
            libc::recvmsg(
                socket.as_raw_fd(),
                &raw mut header,
                wait | libc::MSG_CMSG_CLOEXEC,
            )
        };
        if received >= 0 {
            return Ok(Packet {
                bytes: received as usize,
                truncated: header.msg_flags & libc::MSG_TRUNC != 0,
                control_truncated: header.msg_flags & libc::MSG_CTRUNC != 0,
                fds: take_descriptors(&header),
            });
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
}

/// Takes ownership of all descriptors in the control data of a successful `recvmsg`. Must be called
/// once for each such header.
fn take_descriptors(header: &libc::msghdr) -> Vec<OwnedFd> {
    let mut fds = Vec::new();
    // SAFETY: `header` is as recvmsg left it: `msg_control` and `msg_controllen` describe
    // well-formed control data in a live, aligned buffer. Each number in an SCM_RIGHTS message is a
    // descriptor that the kernel has just opened for us and that nobody else owns.
    unsafe {
        let mut message = libc::CMSG_FIRSTHDR(header);
        while let Some(found) = message.as_ref() {
            if (found.cmsg_level, found.cmsg_type) == (libc::SOL_SOCKET, libc::SCM_RIGHTS) {
                let payload = found.cmsg_len.saturating_sub(libc::CMSG_LEN(0) as usize);
                let data = libc::CMSG_DATA(message).cast::<RawFd>();
                for at in 0..payload / size_of::<RawFd>() {
                    fds.push(OwnedFd::from_raw_fd(data.add(at).read_unaligned()));
                }
            }
            message = libc::CMSG_NXTHDR(header, message);
        }
    }
    fds
}
