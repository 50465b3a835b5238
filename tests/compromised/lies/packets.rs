//! Packets as no honest sender makes them, by raw system calls that every policy has.

use ipc::codec::encode;
use protocol::Message;
use std::os::fd::RawFd;

/// The browser's verdict comes by SIGKILL.
pub fn wait_for_the_end() -> ! {
    loop {
        // SAFETY: no descriptors, and time without end.
        unsafe { libc::poll(std::ptr::null_mut(), 0, -1) };
    }
}

/// Sleeps until something can be read.
pub fn wait_readable(fd: RawFd) {
    wait(fd, libc::POLLIN);
}

/// Sleeps until there is room for a packet.
pub fn wait_writable(fd: RawFd) {
    wait(fd, libc::POLLOUT);
}

fn wait(fd: RawFd, events: i16) {
    let mut slot = libc::pollfd {
        fd,
        events,
        revents: 0,
    };
    // SAFETY: one slot.
    unsafe { libc::poll(&raw mut slot, 1, -1) };
}

/// The next packet's bytes; none when there is none.
pub fn receive(fd: RawFd) -> Option<Vec<u8>> {
    let mut bytes = vec![0_u8; 64 * 1024];
    let mut slice = libc::iovec {
        iov_base: bytes.as_mut_ptr().cast(),
        iov_len: bytes.len(),
    };
    // SAFETY: an all-zero header is a valid one with no name, no data and no control part.
    let mut header: libc::msghdr = unsafe { std::mem::zeroed() };
    header.msg_iov = &raw mut slice;
    header.msg_iovlen = 1;
    let flags = libc::MSG_DONTWAIT | libc::MSG_CMSG_CLOEXEC;
    // SAFETY: header, slice and buffer live until the call returns.
    let length = unsafe { libc::recvmsg(fd, &raw mut header, flags) };
    bytes.truncate(usize::try_from(length).ok()?);
    Some(bytes)
}

/// One honest packet.
pub fn say(fd: RawFd, message: &impl Message) {
    send(fd, &encode(message).expect("it fits"), 0);
}

/// One packet with so many copies of the channel's own descriptor beside it.
pub fn send(fd: RawFd, bytes: &[u8], descriptors: usize) {
    send_all(fd, bytes, &vec![fd; descriptors]);
}

/// One packet with these descriptors beside it.
pub fn send_all(fd: RawFd, bytes: &[u8], descriptors: &[RawFd]) {
    let mut slice = libc::iovec {
        iov_base: bytes.as_ptr().cast_mut().cast(),
        iov_len: bytes.len(),
    };
    let data = size_of_val(descriptors);
    let mut control = vec![0_u64; (size_of::<libc::cmsghdr>() + data).div_ceil(8) + 1];
    // SAFETY: an all-zero header is a valid one with no name, no data and no control part.
    let mut header: libc::msghdr = unsafe { std::mem::zeroed() };
    header.msg_iov = &raw mut slice;
    header.msg_iovlen = 1;
    if !descriptors.is_empty() {
        header.msg_control = control.as_mut_ptr().cast();
        // SAFETY: these compute lengths only.
        header.msg_controllen = unsafe { libc::CMSG_SPACE(data as u32) } as usize;
        // SAFETY: the control buffer has room for one header with `data` bytes and is aligned.
        unsafe {
            let first = libc::CMSG_FIRSTHDR(&raw const header);
            (*first).cmsg_level = libc::SOL_SOCKET;
            (*first).cmsg_type = libc::SCM_RIGHTS;
            (*first).cmsg_len = libc::CMSG_LEN(data as u32) as usize;
            let fds = libc::CMSG_DATA(first).cast::<RawFd>();
            for (at, &descriptor) in descriptors.iter().enumerate() {
                fds.add(at).write_unaligned(descriptor);
            }
        }
    }
    let flags = libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL;
    // SAFETY: header, slice and buffers live until the call returns.
    unsafe { libc::sendmsg(fd, &raw const header, flags) };
}
