//! One exchange with one name server: both questions over UDP from a fresh random port, and over
//! TCP if an answer does not fit (RFC 7766).
//!
//! Owns: the sockets. Trusts: the kernel to pass only datagrams of that server and port through a
//! connected socket; `message` decides which to believe. Never: waits beyond its time.

use super::message::{Question, Reply};
use crate::socket::{self, Stream};
use crate::wait::{self, WaitError};
use nix::poll::PollFlags;
use nix::sys::socket::{MsgFlags, recv, send};
use std::io::{self, Read, Write};
use std::net::{IpAddr, SocketAddr};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::time::{Duration, Instant};
use thiserror::Error;

/// How long to wait for the second answer once the first has brought addresses. RFC 8305,
/// section 3, gives 50 ms; a server that drops AAAA questions must not cost much more.
const SECOND_ANSWER: Duration = Duration::from_millis(150);
/// Larger than any UDP answer to a question without EDNS.
const DATAGRAM_BYTES_MAX: usize = 4096;
/// Most datagrams that answer neither question before the server counts as hostile.
const STRAY_DATAGRAMS_MAX: usize = 256;

/// The addresses of a name, both lists empty if it has none.
#[derive(Debug, Default)]
pub struct Answers {
    /// IPv4.
    pub v4: Vec<IpAddr>,
    /// IPv6.
    pub v6: Vec<IpAddr>,
    /// How long this holds.
    pub ttl: Duration,
}

/// Why one name server gave no answer.
#[derive(Debug, Error)]
pub enum ServerFailure {
    /// It refused, or sent something else.
    #[error("{0}")]
    Refused(String),
    /// Nothing that answers the question came in time.
    #[error("did not answer in time")]
    Silent,
    /// The load was cancelled.
    #[error("was not asked to the end")]
    Stopped,
    /// It cannot be reached.
    #[error("cannot be reached: {0}")]
    Unreachable(#[from] io::Error),
}

impl From<WaitError> for ServerFailure {
    fn from(error: WaitError) -> Self {
        match error {
            WaitError::TimedOut => ServerFailure::Silent,
            WaitError::Stopped => ServerFailure::Stopped,
            WaitError::Failed(error) => ServerFailure::Unreachable(error),
        }
    }
}

/// Asks `server` both questions and waits at most `time`.
pub fn ask(
    server: SocketAddr,
    questions: &[Question; 2],
    time: Duration,
) -> Result<Answers, ServerFailure> {
    let questions = questions.each_ref().map(Question::anew);
    let socket = socket::datagram(server)?;
    for question in &questions {
        send_datagram(&socket, question)?;
    }
    let mut replies = [None, None];
    let deadline = wait::deadline_after(time);
    collect(&socket, server, &questions, &mut replies, deadline)?;
    combine(replies)
}

/// Receives until both questions are answered. After a while, one answer with addresses is enough.
fn collect(
    socket: &OwnedFd,
    server: SocketAddr,
    questions: &[Question; 2],
    replies: &mut [Option<Reply>; 2],
    deadline: Option<Instant>,
) -> Result<(), ServerFailure> {
    let mut deadline = deadline;
    let mut strays = 0;
    let mut buffer = [0; DATAGRAM_BYTES_MAX];
    while replies.iter().any(Option::is_none) {
        let is_enough = replies.iter().flatten().any(has_addresses);
        match wait::until(socket.as_fd(), PollFlags::POLLIN, deadline) {
            Ok(_) => {}
            Err(WaitError::TimedOut) if is_enough => return Ok(()),
            Err(error) => return Err(error.into()),
        }
        let bytes = match recv(socket.as_raw_fd(), &mut buffer, MsgFlags::MSG_DONTWAIT) {
            Ok(length) => &buffer[..length],
            Err(errno) if socket::would_block(errno) => continue,
            Err(_) if is_enough => return Ok(()),
            Err(errno) => return Err(io::Error::from(errno).into()),
        };
        let answered = questions.iter().enumerate().find_map(|(index, question)| {
            let reply = question
                .reply_in(bytes)
                .filter(|_| replies[index].is_none())?;
            Some((index, reply))
        });
        let Some((index, mut reply)) = answered else {
            strays += 1;
            if strays > STRAY_DATAGRAMS_MAX {
                return Err(ServerFailure::Refused(
                    "sent too many answers to other questions".to_owned(),
                ));
            }
            continue;
        };
        if reply == Reply::Truncated {
            reply = match ask_over_tcp(server, &questions[index], deadline) {
                Err(ServerFailure::Stopped) => return Err(ServerFailure::Stopped),
                // The other answer may be enough.
                Err(failure) => Reply::Refused(failure.to_string()),
                Ok(reply) => reply,
            };
        }
        if has_addresses(&reply) {
            deadline = [deadline, wait::deadline_after(SECOND_ANSWER)]
                .into_iter()
                .flatten()
                .min();
        }
        replies[index] = Some(reply);
    }
    Ok(())
}

fn has_addresses(reply: &Reply) -> bool {
    matches!(reply, Reply::Addresses(found, _) if !found.is_empty())
}

/// One answer may be missing or a refusal, as long as the other one has addresses.
fn combine(replies: [Option<Reply>; 2]) -> Result<Answers, ServerFailure> {
    let mut answers = Answers::default();
    let (mut ttl, mut negative_ttl) = (Duration::MAX, Duration::MAX);
    let mut refusal = None;
    for (reply, is_v6) in replies.into_iter().zip([false, true]) {
        match reply {
            Some(Reply::Addresses(found, holds)) if !found.is_empty() => {
                ttl = ttl.min(holds);
                *(if is_v6 {
                    &mut answers.v6
                } else {
                    &mut answers.v4
                }) = found;
            }
            Some(Reply::Addresses(_, holds) | Reply::NoSuchName(holds)) => {
                negative_ttl = negative_ttl.min(holds);
            }
            Some(Reply::Refused(reason)) => refusal = Some(ServerFailure::Refused(reason)),
            Some(Reply::Truncated) | None => refusal = Some(ServerFailure::Silent),
        }
    }
    let is_empty = answers.v4.is_empty() && answers.v6.is_empty();
    answers.ttl = if is_empty { negative_ttl } else { ttl };
    match refusal {
        Some(refusal) if is_empty => Err(refusal),
        _ => Ok(answers),
    }
}

fn send_datagram(socket: &OwnedFd, question: &Question) -> Result<(), ServerFailure> {
    let bytes = question.encode().ok_or_else(unencodable)?;
    let flags = MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_NOSIGNAL;
    send(socket.as_raw_fd(), &bytes, flags).map_err(io::Error::from)?;
    Ok(())
}

fn ask_over_tcp(
    server: SocketAddr,
    question: &Question,
    deadline: Option<Instant>,
) -> Result<Reply, ServerFailure> {
    let question = question.anew();
    let mut stream = Stream::connect(server, deadline).map_err(from_io)?;
    let bytes = question.encode().ok_or_else(unencodable)?;
    let length = u16::try_from(bytes.len()).map_err(|_| unencodable())?;
    stream
        .write_all(&[&length.to_be_bytes()[..], &bytes].concat())
        .map_err(from_io)?;
    let mut length = [0; 2];
    stream.read_exact(&mut length).map_err(from_io)?;
    let mut answer = vec![0; u16::from_be_bytes(length).into()];
    stream.read_exact(&mut answer).map_err(from_io)?;
    match question.reply_in(&answer) {
        None | Some(Reply::Truncated) => Err(ServerFailure::Refused(
            "sent an answer to another question over TCP".to_owned(),
        )),
        Some(reply) => Ok(reply),
    }
}

fn unencodable() -> ServerFailure {
    ServerFailure::Refused("cannot be asked for this name".to_owned())
}

fn from_io(error: io::Error) -> ServerFailure {
    match socket::wait_error(error) {
        Ok(error) => error.into(),
        Err(error) => ServerFailure::Unreachable(error),
    }
}
