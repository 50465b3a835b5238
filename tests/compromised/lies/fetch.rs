//! Lies to the network process: on a renderer's fetch channel.

use super::packets::{receive, send, wait_for_the_end, wait_readable, wait_writable};
use super::{Liar, Lie, Who, dies, goes_on};
use crate::rig::Attacker;
use ipc::codec::{decode, encode};
use protocol::error::LoadError;
use protocol::fetch::{Destination, FetchOptions, FromNetwork, ToNetwork};
use protocol::ids::{NavigationId, RequestId};
use protocol::limits::{
    COOKIE_BYTES_MAX, FETCHES_PER_CHANNEL_MAX, REQUEST_BODY_BYTES_MAX,
    REQUEST_BODY_CHUNK_BYTES_MAX, REQUEST_HEADERS_MAX, URL_BYTES_MAX,
};
use protocol::web::{Credentials, Header, Mode};

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
    dies(
        "fetch-empty-body-piece",
        "ValueOutOfRange",
        RENDERER,
        |liar| {
            say_body(liar, 0, 0);
        },
    ),
    dies("fetch-body-unasked", "WrongState", RENDERER, |liar| {
        say_body(liar, 0, 10);
    }),
    dies("fetch-body-too-long", "WrongState", RENDERER, |liar| {
        ask(liar, 0, liar.url("/never"), post(10));
        say_body(liar, 0, 11);
    }),
    dies("fetch-body-too-large", "Oversized", RENDERER, |liar| {
        ask(
            liar,
            0,
            liar.url("/never"),
            post(REQUEST_BODY_BYTES_MAX + 1),
        );
    }),
    dies(
        "fetch-between-body-pieces",
        "WrongState",
        RENDERER,
        |liar| {
            ask(liar, 0, liar.url("/never"), post(10));
            fetch(liar, 1, liar.url("/never"));
        },
    ),
    dies(
        "fetch-cookie-header",
        "ForbiddenRequest",
        RENDERER,
        |liar| {
            ask(liar, 0, liar.url("/target"), with_header("cookie"));
        },
    ),
    dies(
        "fetch-origin-header",
        "ForbiddenRequest",
        RENDERER,
        |liar| {
            ask(liar, 0, liar.url("/target"), with_header("origin"));
        },
    ),
    dies(
        "fetch-metadata-header",
        "ForbiddenRequest",
        RENDERER,
        |liar| {
            ask(liar, 0, liar.url("/target"), with_header("sec-fetch-site"));
        },
    ),
    dies("fetch-odd-header", "ForbiddenRequest", RENDERER, |liar| {
        ask(liar, 0, liar.url("/target"), with_header("a\r\nb"));
    }),
    dies("fetch-by-trace", "ForbiddenRequest", RENDERER, |liar| {
        let method = "TRACE".to_owned();
        ask(
            liar,
            0,
            liar.url("/target"),
            FetchOptions { method, ..cors() },
        );
    }),
    dies(
        "fetch-put-without-cors",
        "ForbiddenRequest",
        RENDERER,
        |liar| {
            let method = "PUT".to_owned();
            let options = FetchOptions {
                method,
                ..FetchOptions::default()
            };
            ask(liar, 0, liar.url("/target"), options);
        },
    ),
    dies("fetch-many-headers", "Oversized", RENDERER, |liar| {
        let mut options = with_header("x-own");
        options.headers = vec![options.headers[0].clone(); REQUEST_HEADERS_MAX + 1];
        ask(liar, 0, liar.url("/target"), options);
    }),
    dies(
        "fetch-for-another-site",
        "ForeignOrigin",
        RENDERER,
        |liar| {
            show(liar, "https://bank.example/");
        },
    ),
    dies("fetch-for-a-file", "ForeignOrigin", RENDERER, |liar| {
        show(liar, "file:///etc/passwd");
    }),
    dies("fetch-cookie-too-long", "Oversized", RENDERER, |liar| {
        let text = "a".repeat(COOKIE_BYTES_MAX + 1);
        say_fetch(liar, &ToNetwork::WriteCookie { text });
    }),
    goes_on("fetch-hidden-cookies", RENDERER, |liar| {
        let sequence = 9_999;
        say_fetch(liar, &ToNetwork::ReadCookies { sequence });
        match cookies(liar, sequence).contains("secret") {
            true => liar.lives(),
            false => liar.is_refused(),
        }
        wait_for_the_end();
    })
    .refused(),
    // Its site's documents it could be given anyway; another site's it cannot have under any name.
    goes_on("fetch-foreign-page-as-an-image", RENDERER, |liar| {
        must_be_blocked(liar, Destination::Image, FetchOptions::default());
    })
    .refused(),
    goes_on("fetch-foreign-page-as-a-script", RENDERER, |liar| {
        must_be_blocked(liar, Destination::Script, FetchOptions::default());
    })
    .refused(),
    goes_on("fetch-foreign-page-as-anything", RENDERER, |liar| {
        must_be_blocked(liar, Destination::Other, FetchOptions::default());
    })
    .refused(),
    goes_on("fetch-foreign-page-with-cors", RENDERER, |liar| {
        let credentials = Credentials::Include;
        must_be_blocked(
            liar,
            Destination::Image,
            FetchOptions {
                credentials,
                ..cors()
            },
        );
    })
    .refused(),
    goes_on("fetch-foreign-page-as-its-own", RENDERER, |liar| {
        let mode = Mode::SameOrigin;
        let options = FetchOptions {
            mode,
            ..FetchOptions::default()
        };
        must_be_blocked(liar, Destination::Empty, options);
    })
    .refused(),
    // All the bodies together have a bound, in whatever number of requests they come.
    goes_on("fetch-bodies-without-end", RENDERER, |liar| {
        for id in 0..FETCHES_PER_CHANNEL_MAX as u32 {
            wait_writable(liar.fetch());
            ask(liar, id, liar.url("/never"), post(REQUEST_BODY_BYTES_MAX));
            let mut left = REQUEST_BODY_BYTES_MAX;
            while left > 0 {
                let piece = left.min(REQUEST_BODY_CHUNK_BYTES_MAX);
                wait_writable(liar.fetch());
                say_body(liar, id, piece);
                left -= piece;
            }
        }
        liar.lives();
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
    // A page may show another site's pictures, so a renderer may ask there; it is not given a page.
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
    ask(liar, id, url, FetchOptions::default());
}

fn ask(liar: &Liar<'_>, id: u32, url: String, options: FetchOptions) {
    ask_for(liar, id, url, (Destination::Other, options));
}

fn ask_for(
    liar: &Liar<'_>,
    id: u32,
    url: String,
    (destination, options): (Destination, FetchOptions),
) {
    say_fetch(
        liar,
        &ToNetwork::Fetch {
            request: RequestId(FIRST_ID + id),
            url,
            destination,
            options,
        },
    );
}

fn say_body(liar: &Liar<'_>, id: u32, bytes: usize) {
    let request = RequestId(FIRST_ID + id);
    let bytes = vec![b'x'; bytes];
    say_fetch(liar, &ToNetwork::Body { request, bytes });
}

fn show(liar: &Liar<'_>, url: &str) {
    let url = url.to_owned();
    let navigation = NavigationId(0);
    say_fetch(liar, &ToNetwork::Document { navigation, url });
}

fn say_fetch(liar: &Liar<'_>, message: &ToNetwork) {
    match encode(message) {
        Ok(bytes) => send(liar.fetch(), &bytes, 0),
        Err(error) => panic!("{error}"),
    }
}

fn cors() -> FetchOptions {
    FetchOptions {
        mode: Mode::Cors,
        ..FetchOptions::default()
    }
}

fn post(bytes: usize) -> FetchOptions {
    FetchOptions {
        method: "POST".to_owned(),
        body_bytes: Some(bytes as u32),
        ..cors()
    }
}

fn with_header(name: &str) -> FetchOptions {
    let header = Header {
        name: name.to_owned(),
        value: "secret=1".to_owned(),
    };
    FetchOptions {
        headers: vec![header],
        ..cors()
    }
}

/// Asks for a page of another site, which must not come.
fn must_be_blocked(liar: &Liar<'_>, destination: Destination, options: FetchOptions) {
    let url = liar.url("/target").replace("127.0.0.1", "localhost");
    ask_for(liar, 0, url, (destination, options));
    match answer(liar) {
        FromNetwork::Failed {
            error: LoadError::Blocked { .. },
            ..
        } => liar.is_refused(),
        _ => liar.lives(),
    }
    wait_for_the_end();
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

/// The cookies of the document, as a script would see them.
fn cookies(liar: &Liar<'_>, wanted: u32) -> String {
    loop {
        let Some(bytes) = receive(liar.fetch()) else {
            wait_readable(liar.fetch());
            continue;
        };
        let answer = decode(&bytes).expect("the network process is honest");
        if let FromNetwork::Cookies { sequence, text } = answer
            && sequence == wanted
        {
            return text;
        }
    }
}

fn request_of(answer: &FromNetwork) -> RequestId {
    match answer {
        FromNetwork::Head { request, .. }
        | FromNetwork::Body { request, .. }
        | FromNetwork::Headers { request, .. }
        | FromNetwork::Opaque { request, .. }
        | FromNetwork::End { request }
        | FromNetwork::Failed { request, .. } => *request,
        // Nobody asks for them but one of these lies.
        FromNetwork::Cookies { .. } => RequestId(0),
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
