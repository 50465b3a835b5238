//! What a compositor says first, as bytes: to play one that lacks something.

use std::io::{Read, Write};
use std::os::unix::net::UnixListener;
use std::path::Path;

/// The globals of a compositor: kind and version.
pub struct Registry<'a>(pub &'a [(&'a str, u32)]);

impl Registry<'_> {
    /// The answer to who asks for the registry, which becomes object 2, and then for a sync, whose
    /// callback becomes object 3.
    pub fn answer(&self) -> Vec<u8> {
        let mut answer = Vec::new();
        for (number, (name, version)) in (1_u32..).zip(self.0) {
            let mut text = name.as_bytes().to_vec();
            text.push(0);
            let length = u32::try_from(text.len()).expect("a short name");
            text.resize(text.len().next_multiple_of(4), 0);
            let mut words = vec![number, length];
            let of_text = text.chunks_exact(4);
            words.extend(of_text.map(|four| u32::from_ne_bytes(four.try_into().expect("four"))));
            words.push(*version);
            answer.extend(message(2, 0, &words));
        }
        answer.extend(message(3, 0, &[0]));
        answer
    }

    /// Plays a compositor on that socket which says this to everybody and nothing more.
    pub fn serve(&self, socket: &Path) {
        let listener = UnixListener::bind(socket).expect("a socket");
        let answer = self.answer();
        std::thread::spawn(move || {
            for mut client in listener.incoming().flatten() {
                let answer = answer.clone();
                std::thread::spawn(move || {
                    let mut questions = [0; 24];
                    if client.read_exact(&mut questions).is_ok() {
                        // The client may be gone.
                        let _ = client.write_all(&answer);
                        let _ = client.read(&mut questions);
                    }
                });
            }
        });
    }
}

/// An event of an object.
pub fn message(object: u32, event: u32, arguments: &[u32]) -> Vec<u8> {
    let bytes = u32::try_from(8 + 4 * arguments.len()).expect("a short message");
    let mut words = vec![object, bytes << 16 | event];
    words.extend(arguments);
    words.into_iter().flat_map(u32::to_ne_bytes).collect()
}
