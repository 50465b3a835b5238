//! A client of an X server that says anything: raw requests, for tests of what a server or a filter
//! lets through.

use std::io::{ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;

/// A connection that is set up.
pub struct RawClient {
    stream: UnixStream,
    /// The root window.
    pub root: u32,
    /// The first id of its own.
    pub own: u32,
    sequence: u16,
}

/// What came of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The connection has ended.
    Closed,
    /// The server did it.
    Done,
    /// The server refused it, with this code.
    Error(u8),
}

impl RawClient {
    /// Connects to the display of that name (`:7`).
    pub fn connect(display: &str) -> RawClient {
        let path = format!("/tmp/.X11-unix/X{}", display.trim_start_matches(':'));
        let stream = UnixStream::connect(path).expect("the X server is there");
        RawClient::over(stream).expect("the server accepts us")
    }

    /// Says the first message on a connection. None if it ends.
    pub fn over(mut stream: UnixStream) -> Option<RawClient> {
        stream.write_all(&first_message(b"", b"")).ok()?;
        let mut head = [0; 8];
        stream.read_exact(&mut head).ok()?;
        let mut rest = vec![0; 4 * usize::from(short(&head, 6))];
        stream.read_exact(&mut rest).ok()?;
        if head[0] != 1 {
            return None;
        }
        let vendor = usize::from(short(&rest, 16)).next_multiple_of(4);
        let screen = 32 + vendor + 8 * usize::from(rest[21]);
        Some(RawClient {
            stream,
            root: long(&rest, screen),
            own: long(&rest, 4),
            sequence: 0,
        })
    }

    /// Sends one request. Answers false if the connection has ended.
    pub fn send(&mut self, request: &[u8]) -> bool {
        self.sequence = self.sequence.wrapping_add(1);
        self.stream.write_all(request).is_ok()
    }

    /// Sends one request and waits until the server has done it, or not.
    pub fn ask(&mut self, request: &[u8]) -> Answer {
        self.ask_for_reply(request).0
    }

    /// The same, with the first 32 bytes of the reply if there was one.
    pub fn ask_for_reply(&mut self, request: &[u8]) -> (Answer, Option<[u8; 32]>) {
        if !self.send(request) {
            return (Answer::Closed, None);
        }
        let asked = self.sequence;
        if !self.send(&[43, 0, 1, 0]) {
            return (Answer::Closed, None);
        }
        let (mut answer, mut reply) = (Answer::Done, None);
        loop {
            let Some(packet) = self.packet() else {
                return (Answer::Closed, None);
            };
            match (packet[0], short(&packet, 2)) {
                (0, number) if number == asked => answer = Answer::Error(packet[1]),
                (1, number) if number == asked => reply = Some(packet),
                (0 | 1, number) if number == self.sequence => return (answer, reply),
                _ => {}
            }
        }
    }

    /// Counts a request that was sent beside this.
    pub fn skip(&mut self) {
        self.sequence = self.sequence.wrapping_add(1);
    }

    /// The first byte of that extension's requests, if the server has it.
    pub fn extension(&mut self, name: &str) -> Option<u8> {
        let (_, reply) = self.ask_for_reply(&query_extension(name));
        reply.filter(|reply| reply[8] != 0).map(|reply| reply[9])
    }

    /// A small window of its own, on the screen.
    pub fn window(&mut self) -> u32 {
        self.window_of(100, 100)
    }

    /// A window of its own and of that size, on the screen.
    pub fn window_of(&mut self, width: u16, height: u16) -> u32 {
        let window = self.own + 1;
        let size = u32::from(width) | u32::from(height) << 16;
        let parts = [window, self.root, 0, size, 1 << 16, 0, 0];
        assert_eq!(self.ask(&request(1, 0, &parts)), Answer::Done);
        assert_eq!(self.ask(&request(8, 0, &[window])), Answer::Done);
        window
    }

    fn packet(&mut self) -> Option<[u8; 32]> {
        let mut head = [0; 32];
        let read = self.stream.read_exact(&mut head);
        if let Err(error) = &read {
            let expected = [ErrorKind::UnexpectedEof, ErrorKind::ConnectionReset];
            assert!(expected.contains(&error.kind()), "{error}");
        }
        read.ok()?;
        if matches!(head[0], 1 | 35) {
            let mut rest = vec![0; 4 * long(&head, 4) as usize];
            self.stream.read_exact(&mut rest).ok()?;
        }
        Some(head)
    }
}

/// A client's first message.
pub fn first_message(name: &[u8], data: &[u8]) -> Vec<u8> {
    let length = |part: &[u8]| u16::try_from(part.len()).expect("short").to_le_bytes();
    let mut message = vec![b'l', 0, 11, 0, 0, 0];
    message.extend(length(name));
    message.extend(length(data));
    message.extend([0; 2]);
    for part in [name, data] {
        message.extend(part);
        message.resize(message.len().next_multiple_of(4), 0);
    }
    message
}

/// A request of whole words.
pub fn request(opcode: u8, second: u8, words: &[u32]) -> Vec<u8> {
    let length = u16::try_from(words.len() + 1).expect("short");
    let mut request = vec![opcode, second];
    request.extend(length.to_le_bytes());
    request.extend(words.iter().flat_map(|word| word.to_le_bytes()));
    request
}

/// Asks for an extension.
pub fn query_extension(name: &str) -> Vec<u8> {
    with_text(98, name)
}

/// Asks for an atom.
pub fn intern_atom(name: &str) -> Vec<u8> {
    with_text(16, name)
}

fn with_text(opcode: u8, text: &str) -> Vec<u8> {
    let length = u32::try_from(text.len()).expect("short");
    let mut bytes = text.as_bytes().to_vec();
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    let words = bytes.chunks(4).map(|word| long(word, 0));
    let words: Vec<u32> = std::iter::once(length).chain(words).collect();
    request(opcode, 0, &words)
}

fn short(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn long(bytes: &[u8], at: usize) -> u32 {
    u32::from(short(bytes, at)) | u32::from(short(bytes, at + 2)) << 16
}
