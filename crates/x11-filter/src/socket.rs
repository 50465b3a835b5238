//! Bytes and descriptors, from a socket into a flow and from a flow into a socket.
//!
//! Never: blocks; keeps a descriptor that is no memory.

use crate::flow::{FLOW_DESCRIPTORS_MAX, Flow};
use rustix::fs::{FileType, fstat};
use rustix::io::Errno;
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, recvmsg, sendmsg,
};
use std::io::{IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// What came of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// So many bytes.
    Bytes(usize),
    /// Not now.
    Blocked,
    /// The peer has closed the connection.
    Closed,
    /// The peer sent a descriptor that is no memory, or too many of them.
    BadDescriptor,
}

/// Receives as much as `flow` has room for.
pub fn receive(socket: BorrowedFd<'_>, flow: &mut Flow, buffer: &mut [u8]) -> Outcome {
    let room = flow.room().min(buffer.len());
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(FLOW_DESCRIPTORS_MAX))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let flags = RecvFlags::DONTWAIT | RecvFlags::CMSG_CLOEXEC;
    let mut parts = [IoSliceMut::new(&mut buffer[..room])];
    let received = match recvmsg(socket, &mut parts, &mut control, flags) {
        Ok(received) if received.bytes > 0 => received,
        Ok(_) => return Outcome::Closed,
        Err(Errno::AGAIN | Errno::INTR) => return Outcome::Blocked,
        Err(_) => return Outcome::Closed,
    };
    let mut descriptors: Vec<OwnedFd> = Vec::new();
    for message in control.drain() {
        if let RecvAncillaryMessage::ScmRights(rights) = message {
            descriptors.extend(rights);
        }
    }
    if !descriptors.iter().all(is_memory) || !flow.receive(&buffer[..received.bytes], descriptors) {
        return Outcome::BadDescriptor;
    }
    Outcome::Bytes(received.bytes)
}

/// Sends what may be sent now.
pub fn send(socket: BorrowedFd<'_>, flow: &mut Flow) -> Outcome {
    let mut total = 0;
    while flow.is_waiting() {
        let (bytes, descriptor) = flow.next_piece();
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut control = SendAncillaryBuffer::new(&mut space);
        let borrowed = descriptor.map(AsFd::as_fd);
        if let Some(descriptor) = &borrowed {
            let rights = std::slice::from_ref(descriptor);
            control.push(SendAncillaryMessage::ScmRights(rights));
        }
        let flags = SendFlags::DONTWAIT | SendFlags::NOSIGNAL;
        match sendmsg(socket, &[IoSlice::new(bytes)], &mut control, flags) {
            Ok(count) => {
                total += count;
                flow.sent(count);
            }
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) if total == 0 => return Outcome::Blocked,
            Err(Errno::AGAIN) => break,
            Err(_) => return Outcome::Closed,
        }
    }
    Outcome::Bytes(total)
}

/// Memory files and files in shared memory are regular files to the kernel.
fn is_memory(descriptor: &OwnedFd) -> bool {
    fstat(descriptor)
        .is_ok_and(|status| FileType::from_raw_mode(status.st_mode) == FileType::RegularFile)
}
