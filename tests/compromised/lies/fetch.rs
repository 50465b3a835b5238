//! Lies to the network process: on a renderer's fetch channel.

use super::packets::{receive, send, wait_for_the_end, wait_readable};
use super::{Liar, Lie, Who, dies, goes_on};
use crate::rig::Attacker;
use ipc::codec::{decode, encode};
use protocol::error::LoadError;
use protocol::fetch::{Destination, FromNetwork, ToNetwork};
use protocol::ids::RequestId;
use protocol::limits::{FETCHES_PER_CHANNEL_MAX, URL_BYTES_MAX};

const RENDERER: Who = Who::Only(Attacker::Renderer);

/// Ids far from those of the page's own fetches.
const FIRST_ID: u32 = 1_000_000;

pub const LIES: &[Lie] = &[
    dies("fetch-empty-packet", "BadEncoding", RENDERER, |liar| {
        send(liar.fetch(), &[], 0);
    }),
    dies("fetch-unknown-variant", "BadEncoding", RENDERER, |liar| {
        send(liar.fetch(), &[250; 9], 0);
    }),
    dies(
        "fetch-unknown-destination",
        "BadEncoding",
        RENDERER,
        |liar| {
            // Fetch, request 1, a URL of one byte, destination 9.
            send(liar.fetch(), &[0, 1, 1, b'a', 9], 0);
        },
    ),
    dies("fetch-bad-utf8", "BadEncoding", RENDERER, |liar| {
        send(liar.fetch(), &[0, 1, 2, 0xc3, 0x28, 0], 0);
    }),
    dies("fetch-trailing-bytes", "BadEncoding", RENDERER, |liar| {
        send(liar.fetch(), &[cancel(), vec![0]].concat(), 0);
    }),
    dies(
        "fetch-oversized-packet",
        "OversizedPacket",
        RENDERER,
        |liar| {
            send(liar.fetch(), &vec![0; 60 * 1024], 0);
        },
    ),
    dies("fetch-long-url", "Oversized", RENDERER, |liar| {
        let mut url = liar.url("/");
        url.push_str(&"a".repeat(URL_BYTES_MAX));
        fetch(liar, 0, url);
    }),
    dies(
        "fetch-surplus-descriptor",
        "SurplusHandle",
        RENDERER,
        |liar| {
            send(liar.fetch(), &cancel(), 1);
        },
    ),
    dies("fetch-253-descriptors", "SurplusHandle", RENDERER, |liar| {
        send(liar.fetch(), &cancel(), 253);
    }),
    dies("fetch-id-in-use", "WrongState", RENDERER, |liar| {
        fetch(liar, 0, liar.url("/never"));
        fetch(liar, 0, liar.url("/never"));
    }),
    dies("fetch-too-many", "WrongState", RENDERER, |liar| {
        for id in 0..=FETCHES_PER_CHANNEL_MAX as u32 {
            fetch(liar, id, liar.url("/never"));
        }
    }),
    dies("fetch-flood", "Flood", RENDERER, |liar| {
        let bytes = cancel();
        loop {
            send(liar.fetch(), &bytes, 0);
        }
    }),
    goes_on("fetch-of-a-file", RENDERER, |liar| {
        must_be_refused(liar, "file:///etc/passwd");
    })
    .refused(),
    goes_on("fetch-of-a-built-in-page", RENDERER, |liar| {
        must_be_refused(liar, "bulkhead://processes");
    })
    .refused(),
    // A page may show another site's pictures, so a renderer may fetch from there. The request says
    // nothing of the user: the test's server ends the test when a cookie comes with one.
    goes_on("fetch-of-another-site", RENDERER, |liar| {
        fetch(
            liar,
            0,
            liar.url("/target").replace("127.0.0.1", "localhost"),
        );
        let first = answer(liar);
        if matches!(first, FromNetwork::Head { .. } | FromNetwork::Failed { .. }) {
            liar.lives();
        }
    }),
    // Each answer that is not read costs one worker of those that its channel may have.
    goes_on("fetch-answers-never-read", RENDERER, |liar| {
        for id in 0..FETCHES_PER_CHANNEL_MAX as u32 {
            fetch(liar, id, liar.url("/endless"));
        }
        wait_readable(liar.fetch());
        liar.lives();
    }),
    // The renderer does without what it could have asked for.
    goes_on("fetch-closed", RENDERER, |liar| {
        // SAFETY: nothing uses the descriptor again: the liar only waits for its end.
        unsafe { libc::close(liar.fetch()) };
        liar.lives();
    }),
    goes_on("fetch-closed-in-mid-answer", RENDERER, |liar| {
        fetch(liar, 0, liar.url("/endless"));
        wait_readable(liar.fetch());
        // SAFETY: as above.
        unsafe { libc::close(liar.fetch()) };
        liar.lives();
    }),
];

impl Liar<'_> {
    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.server)
    }
}

fn cancel() -> Vec<u8> {
    let request = RequestId(FIRST_ID);
    encode(&ToNetwork::Cancel { request }).expect("it fits")
}

fn fetch(liar: &Liar<'_>, id: u32, url: String) {
    let request = RequestId(FIRST_ID + id);
    let destination = Destination::Other;
    let message = ToNetwork::Fetch {
        request,
        url,
        destination,
    };
    match encode(&message) {
        Ok(bytes) => send(liar.fetch(), &bytes, 0),
        Err(error) => panic!("{error}"),
    }
}

/// The next answer to one of these fetches. What the page itself has asked for, its icon perhaps,
/// is answered on the same channel.
fn answer(liar: &Liar<'_>) -> FromNetwork {
    loop {
        let Some(bytes) = receive(liar.fetch()) else {
            wait_readable(liar.fetch());
            continue;
        };
        let answer = decode(&bytes).expect("the network process is honest");
        if request_of(&answer).0 >= FIRST_ID {
            return answer;
        }
    }
}

fn request_of(answer: &FromNetwork) -> RequestId {
    match answer {
        FromNetwork::Head { request, .. }
        | FromNetwork::Body { request, .. }
        | FromNetwork::End { request }
        | FromNetwork::Failed { request, .. } => *request,
    }
}

fn must_be_refused(liar: &Liar<'_>, url: &str) {
    fetch(liar, 0, url.to_owned());
    match answer(liar) {
        FromNetwork::Failed {
            error: LoadError::Refused { .. },
            ..
        } => liar.is_refused(),
        _ => liar.lives(),
    }
    wait_for_the_end();
}
