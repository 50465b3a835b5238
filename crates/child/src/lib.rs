//! How every child process starts: crash handlers, bootstrap channel, handshake, logging, sandbox.
//!
//! The order of these steps is the same for every role. Trusts: the broker at the other end of
//! descriptor 3. Never: shows content; the loop of a role starts only after [`Started::seal`].
//!
//! ```no_run
//! use protocol::ids::Role;
//!
//! let mut started = child::start(Role::Network).expect("the broker started this process");
//! // Here a role takes its channels and warms up: threads, fonts, a window.
//! started.seal().expect("the sandbox is on");
//! // From here on the process may see web content.
//! ```
#![deny(unsafe_code)]

mod fault;
mod memory;

pub use fault::{Attacks, Reach, ReachedSurface, arm, inject};
pub use memory::give_back;

use flight::Step;
use ipc::{Endpoint, Handles, Received, Receiver, RecvError, Sender};
use protocol::PROTOCOL_HASH;
use protocol::bootstrap::{BOOTSTRAP_FD, CanaryAnswer, FontEntry, FromChild, RoleConfig, ToChild};
use protocol::ids::{ProcessId, Role};
use protocol::limits::TEXT_BYTES_MAX;
use std::os::fd::{FromRawFd, OwnedFd};
use std::process::ExitCode;
use thiserror::Error;

/// Why a child could not start.
#[derive(Debug, Error)]
pub enum ChildError {
    /// Descriptor 3 is no bootstrap channel: no broker started the program.
    #[error("--type is for Bulkhead's own child processes; start bulkhead without it ({0})")]
    NotAChild(String),
    /// The broker closed the channel or spoke out of order.
    #[error("the broker ended the handshake: {0}")]
    Handshake(String),
    /// The sandbox could not be applied.
    #[error("cannot apply the sandbox: {0}")]
    Seal(String),
}

/// A child after the first half of the handshake: it has everything its role needs, and no sandbox
/// yet. It warms up now, and then calls [`Started::seal`].
pub struct Started {
    /// Its id, for logs.
    pub process: ProcessId,
    /// The configuration of its role.
    pub config: RoleConfig,
    /// The descriptors of the bootstrap message, in the order that
    /// [`RoleConfig`] documents.
    pub handles: Handles,
    role: Role,
    bootstrap: Sender<FromChild>,
    receiver: Receiver<ToChild>,
}

/// Installs the crash handlers, says hello, waits for the bootstrap message and starts logging.
///
/// # Errors
/// The program was not started by a broker, or the broker ended the handshake.
pub fn start(role: Role) -> Result<Started, ChildError> {
    memory::note_stack();
    sandbox::crash::install();
    let channel = inherited_channel()?;
    let (sender, receiver) = channel.split();
    sender
        .send(FromChild::Hello {
            protocol_hash: PROTOCOL_HASH,
            role,
        })
        .map_err(|_| ChildError::Handshake("the broker did not accept the hello".to_owned()))?;
    let received = receive(&receiver)?;
    let ToChild::Bootstrap {
        process,
        config,
        log_filter,
        ring,
    } = received.message
    else {
        return Err(out_of_order());
    };
    let mut handles = received.handles;
    if ring {
        begin_to_record(&mut handles)?;
    }
    trace::init(format!("{role} {process}"), &log_filter).map_err(ChildError::Handshake)?;
    Ok(Started {
        process,
        config,
        handles,
        role,
        bootstrap: sender,
        receiver,
    })
}

/// Writes into the ring that came last, from now on.
fn begin_to_record(handles: &mut Handles) -> Result<(), ChildError> {
    let failed = |reason: String| ChildError::Handshake(format!("the ring: {reason}"));
    let region = handles.last_region().map_err(|m| failed(m.to_string()))?;
    let words = shm::Words::map(region, flight::WORDS).map_err(|e| failed(e.to_string()))?;
    flight::install(words.leak());
    Ok(())
}

fn receive(receiver: &Receiver<ToChild>) -> Result<Received<ToChild>, ChildError> {
    receiver.recv().map_err(|error| match error {
        RecvError::Closed => ChildError::Handshake("the channel is closed".to_owned()),
        RecvError::Misbehaved(m) => ChildError::Handshake(m.to_string()),
        RecvError::Failed(e) => ChildError::Handshake(e.to_string()),
    })
}

fn out_of_order() -> ChildError {
    ChildError::Handshake("another message was expected".to_owned())
}

impl Started {
    /// Applies the sandbox of this role permanently, and tells the broker. Nothing that needs a
    /// file, a new socket or a new thread works afterwards.
    ///
    /// A layer could not be applied. The broker knows already, and the process must exit.
    pub fn seal(&mut self) -> Result<(), ChildError> {
        let sender = &self.bootstrap;
        let sealing = flight::span(Step::Seal, 0);
        let sealed = sandbox::seal(self.role);
        drop(sealing);
        match sealed {
            Ok(sealed) => {
                let answer = |canary: sandbox::Canary| CanaryAnswer {
                    layer: canary.layer.number(),
                    errno: canary.errno,
                };
                let message = FromChild::Sealed {
                    listener: sealed.call_notifications.is_some(),
                    canaries: sealed.canaries.into_iter().map(answer).collect(),
                };
                sender
                    .send_with(message, sealed.call_notifications.into_iter().collect())
                    .map_err(|_| {
                        ChildError::Handshake(
                            "the broker did not accept the seal report".to_owned(),
                        )
                    })
            }
            Err(error) => {
                let reason = error.to_string();
                // The broker may be gone; the exit status says the same.
                let _ = sender.send(FromChild::Failed {
                    reason: cut(&reason),
                });
                Err(ChildError::Seal(reason))
            }
        }
    }

    /// Waits for the fonts of the machine, which come once, with their region if there are any.
    ///
    /// # Errors
    /// The broker closed the channel or spoke out of order.
    pub fn fonts(&self) -> Result<(Vec<FontEntry>, Handles), ChildError> {
        let received = receive(&self.receiver)?;
        match received.message {
            ToChild::Fonts { fonts } => Ok((fonts, received.handles)),
            ToChild::Bootstrap { .. } => Err(out_of_order()),
        }
    }

    /// Tells the broker why this child cannot work. The process must exit with the result.
    pub fn fail(self, reason: &str) -> ExitCode {
        let sender = &self.bootstrap;
        // The broker may be gone; the exit status says the same.
        let _ = sender.send(FromChild::Failed {
            reason: cut(reason),
        });
        tracing::error!("{reason}");
        ExitCode::FAILURE
    }
}

#[allow(unsafe_code, reason = "takes descriptor 3 over")]
fn inherited_channel() -> Result<Endpoint<FromChild, ToChild>, ChildError> {
    if nix::fcntl::fcntl(
        // SAFETY: borrowed for the one call that finds out whether the descriptor is open.
        unsafe { std::os::fd::BorrowedFd::borrow_raw(BOOTSTRAP_FD) },
        nix::fcntl::FcntlArg::F_GETFD,
    )
    .is_err()
    {
        return Err(ChildError::NotAChild("descriptor 3 is closed".to_owned()));
    }
    // SAFETY: the launcher put the bootstrap channel there for this process alone, and this
    // function runs once, before anything else of the program can have opened a descriptor.
    let fd = unsafe { OwnedFd::from_raw_fd(BOOTSTRAP_FD) };
    Endpoint::from_fd(fd).map_err(|e| ChildError::NotAChild(e.to_string()))
}

fn cut(text: &str) -> String {
    text[..text.floor_char_boundary(TEXT_BYTES_MAX)].to_owned()
}
