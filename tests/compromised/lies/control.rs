//! Lies to the broker: packets on a child's own control channel that no honest child sends.
//!
//! A message cannot nest deeply: no type of the protocol contains itself, so the decoder recurses
//! no deeper than the types are declared, whatever the bytes say. Nor does a child ever hand over
//! memory: no message of a child calls for a region, so one beside it is surplus; the only
//! descriptor that comes from a child is the listener of its filter, in the handshake.

use super::packets::{say, send, wait_for_the_end};
use super::{Lie, NEVER_READS, NOBODYS, Who, dies, goes_on};
use crate::rig::Attacker;
use ipc::codec::encode;
use protocol::appearance::Percent;
use protocol::clipboard::Target;
use protocol::find::FindMatches;
use protocol::geometry::Size;
use protocol::gpu::FromGpu;
use protocol::ids::{Generation, NavigationId, ProcessId, SurfaceId};
use protocol::input::{Cursor, InputEvent, Modifiers};
use protocol::limits::{REQUEST_URL_BYTES_MAX, STORAGE_BYTES_MAX, URL_BYTES_MAX};
use protocol::misbehaviour::Misbehaviour;
use protocol::network::FromNetwork;
use protocol::renderer::FromRenderer;
use protocol::request::{RequestNews, RequestStage, RequestTimes};
use protocol::storage::{StorageArea, StorageChange};
use std::os::fd::RawFd;

pub const LIES: &[Lie] = &[
    dies("lie-empty-packet", "BadEncoding", Who::Anybody, |liar| {
        send(liar.control(), &[], 0)
    }),
    dies("lie-unknown-variant", "BadEncoding", Who::Anybody, |liar| {
        send(liar.control(), &[250; 9], 0)
    }),
    dies(
        "lie-oversized-packet",
        "OversizedPacket",
        Who::Anybody,
        |liar| {
            send(liar.control(), &vec![0; 150 * 1024], 0);
        },
    ),
    dies(
        "lie-one-descriptor-too-many",
        "SurplusHandle",
        Who::Anybody,
        |liar| {
            send(liar.control(), &anything(liar.attacker), 1);
        },
    ),
    dies(
        "lie-253-descriptors",
        "SurplusHandle",
        Who::Anybody,
        |liar| {
            send(liar.control(), &anything(liar.attacker), 253);
        },
    ),
    dies(
        "lie-closed-channel",
        "ClosedChannel",
        Who::Anybody,
        |liar| {
            // SAFETY: nothing here uses the descriptor again.
            unsafe { libc::close(liar.control()) };
            wait_for_the_end();
        },
    ),
    dies(
        "lie-trailing-bytes",
        "BadEncoding",
        Who::Documents,
        |liar| {
            send(
                liar.control(),
                &[anything(Attacker::Renderer), vec![0]].concat(),
                0,
            );
        },
    ),
    dies("lie-bad-utf8", "BadEncoding", Who::Documents, |liar| {
        send(liar.control(), &[0, 1, 2, 0xc3, 0x28], 0);
    }),
    dies("lie-long-title", "Oversized", Who::Documents, |liar| {
        let title = "t".repeat(5_000);
        say(
            liar.control(),
            &FromRenderer::Title {
                navigation: NavigationId(NOBODYS.into()),
                title,
            },
        );
    }),
    dies(
        "lie-answer-to-nothing",
        "ValueOutOfRange",
        Who::Documents,
        |liar| {
            say(liar.control(), &FromRenderer::Done { sequence: NOBODYS });
        },
    ),
    dies(
        "lie-title-of-another-page",
        "ForeignId",
        Who::Documents,
        |liar| {
            let title = "Your bank".to_owned();
            say(
                liar.control(),
                &FromRenderer::Title {
                    navigation: NavigationId(NOBODYS.into()),
                    title,
                },
            );
        },
    ),
    dies(
        "lie-scripts-of-another-page",
        "ForeignId",
        Who::Documents,
        |liar| {
            let navigation = NavigationId(NOBODYS.into());
            say(liar.control(), &FromRenderer::Scripted { navigation });
        },
    ),
    dies(
        "lie-address-of-another-page",
        "ForeignId",
        Who::Documents,
        |liar| {
            let url = "file:///etc/passwd".to_owned();
            let navigation = NavigationId(NOBODYS.into());
            say(
                liar.control(),
                &FromRenderer::Navigate {
                    navigation,
                    url,
                    new_tab: false,
                },
            );
        },
    ),
    dies(
        "lie-storage-of-another-page",
        "ForeignId",
        Who::Documents,
        |liar| store(liar.control(), StorageArea::Local, piece("theirs", 0)),
    ),
    dies(
        "lie-storage-beyond-the-bound",
        "Oversized",
        Who::Documents,
        |liar| {
            let change = piece("begun", STORAGE_BYTES_MAX);
            store(liar.control(), StorageArea::Session, change);
        },
    ),
    dies(
        "lie-took-news-of-nobody",
        "ForeignId",
        Who::Documents,
        |liar| {
            let navigation = NavigationId(NOBODYS.into());
            say(liar.control(), &FromRenderer::StorageTaken { navigation });
        },
    ),
    dies("lie-copy-unasked", "WrongState", Who::Documents, |liar| {
        let sequence = NOBODYS;
        say(liar.control(), &FromRenderer::Copied { sequence, bytes: 5 });
    }),
    dies("lie-giant-copy", "WrongState", Who::Documents, |liar| {
        let (sequence, bytes) = (NOBODYS, u32::MAX);
        say(liar.control(), &FromRenderer::Copied { sequence, bytes });
    }),
    dies("lie-menu-unasked", "WrongState", Who::Documents, |liar| {
        let target = Target {
            is_editable: true,
            ..Target::default()
        };
        let sequence = NOBODYS;
        say(
            liar.control(),
            &FromRenderer::Inspected { sequence, target },
        );
    }),
    dies("lie-menu-long-link", "Oversized", Who::Documents, |liar| {
        let target = Target {
            link: Some(format!("https://{}", "a".repeat(URL_BYTES_MAX / 4))),
            ..Target::default()
        };
        let sequence = NOBODYS;
        say(
            liar.control(),
            &FromRenderer::Inspected { sequence, target },
        );
    }),
    dies(
        "lie-menu-nowhere",
        "ValueOutOfRange",
        Who::Documents,
        |liar| {
            let target = Target {
                x: f32::NAN,
                ..Target::default()
            };
            let sequence = NOBODYS;
            say(
                liar.control(),
                &FromRenderer::Inspected { sequence, target },
            );
        },
    ),
    dies(
        "lie-place-of-another-page",
        "ForeignId",
        Who::Documents,
        |liar| {
            let fragment = "here".to_owned();
            let navigation = NavigationId(NOBODYS.into());
            say(
                liar.control(),
                &FromRenderer::WentWithin {
                    navigation,
                    fragment,
                },
            );
        },
    ),
    dies(
        "lie-icon-of-odd-size",
        "ValueOutOfRange",
        Who::Documents,
        |liar| {
            let navigation = NavigationId(NOBODYS.into());
            let pixels = vec![0; 5];
            say(liar.control(), &FromRenderer::Icon { navigation, pixels });
        },
    ),
    dies("lie-long-name", "Oversized", Who::Documents, |liar| {
        let navigation = NavigationId(NOBODYS.into());
        let (url, name) = ("https://a.test/".to_owned(), "n".repeat(5_000));
        say(
            liar.control(),
            &FromRenderer::NavigateNamed {
                navigation,
                url,
                name,
            },
        );
    }),
    dies("lie-flood", "Flood", Who::Documents, |liar| {
        let bytes = anything(Attacker::Renderer);
        loop {
            send(liar.control(), &bytes, 0);
        }
    }),
    dies(
        "lie-second-window",
        "WrongState",
        Who::Only(Attacker::Gpu),
        |liar| {
            let presenter = "forged".to_owned();
            say(
                liar.control(),
                &FromGpu::Ready {
                    size: Size::new(10, 10),
                    scale: Percent::HUNDRED,
                    presenter,
                },
            );
        },
    ),
    dies(
        "lie-frame-of-no-surface",
        "ForeignId",
        Who::Only(Attacker::Gpu),
        |liar| {
            let (surface, generation) = (SurfaceId(NOBODYS), Generation(1));
            say(
                liar.control(),
                &FromGpu::FirstFrame {
                    surface,
                    generation,
                },
            );
        },
    ),
    dies(
        "lie-accused-surface-of-nobody",
        "ForeignId",
        Who::Only(Attacker::Gpu),
        |liar| {
            let misbehaviour = Misbehaviour::Flood;
            say(
                liar.control(),
                &FromGpu::ProducerMisbehaved {
                    surface: SurfaceId(NOBODYS),
                    misbehaviour,
                },
            );
        },
    ),
    dies(
        "lie-input-nowhere",
        "ValueOutOfRange",
        Who::Only(Attacker::Gpu),
        |liar| {
            let modifiers = Modifiers::default();
            let event = InputEvent::PointerMove {
                x: f32::NAN,
                y: 0.0,
                modifiers,
            };
            say(liar.control(), &FromGpu::Input { event });
        },
    ),
    dies(
        "lie-giant-window",
        "ValueOutOfRange",
        Who::Only(Attacker::Gpu),
        |liar| {
            say(
                liar.control(),
                &FromGpu::Resized {
                    size: Size::new(u32::MAX, u32::MAX),
                    scale: Percent::HUNDRED,
                },
            );
        },
    ),
    dies(
        "lie-giant-scale",
        "ValueOutOfRange",
        Who::Only(Attacker::Gpu),
        |liar| {
            say(
                liar.control(),
                &FromGpu::Resized {
                    size: Size::new(640, 480),
                    scale: Percent(u16::MAX),
                },
            );
        },
    ),
    dies(
        "lie-more-matches-than-can-be",
        "ValueOutOfRange",
        Who::Documents,
        |liar| found(liar.control(), u32::MAX),
    ),
    dies(
        "lie-answer-to-a-search-of-nobody",
        "ForeignId",
        Who::Documents,
        |liar| found(liar.control(), 1),
    ),
    dies(
        "lie-answer-nobody-asked-for",
        "ForeignId",
        Who::Only(Attacker::Network),
        |liar| {
            say(
                liar.control(),
                &FromNetwork::BodyEnd {
                    navigation: NavigationId(NOBODYS.into()),
                    bytes: 0,
                    error: None,
                },
            );
        },
    ),
    dies(
        "lie-request-with-a-long-address",
        "Oversized",
        Who::Only(Attacker::Network),
        |liar| tell_of_request(liar.control(), 1, REQUEST_URL_BYTES_MAX + 1),
    ),
    // Nobody looks, so nobody hears of them.
    goes_on(
        "lie-requests-nobody-looks-at",
        Who::Only(Attacker::Network),
        |liar| {
            for number in 0..100 {
                tell_of_request(liar.control(), number, REQUEST_URL_BYTES_MAX);
            }
            liar.lives();
        },
    ),
    dies(NEVER_READS, "stopped reading", Who::Anybody, |_| {
        wait_for_the_end();
    }),
    dies("lie-huge-length", "BadEncoding", Who::Documents, |liar| {
        // A title of 2^60 bytes, of which none follows.
        send(liar.control(), &[0, 1, 253, 0, 0, 0, 0, 0, 0, 0, 0x10], 0);
    }),
    dies(
        "lie-hoard-in-flight",
        "SurplusHandle",
        Who::Anybody,
        |liar| {
            // What is on its way counts against the user, not the process.
            let bytes = anything(liar.attacker);
            let channels: Vec<_> = liar.channels().collect();
            loop {
                for &channel in &channels {
                    send(channel, &bytes, 253);
                }
            }
        },
    ),
    dies(
        "lie-accused-renderer-of-nobody",
        "ForeignId",
        Who::Only(Attacker::Network),
        |liar| accuse(liar.control(), ProcessId(NOBODYS)),
    ),
    dies(
        "lie-accused-gpu-process",
        "ForeignId",
        Who::Only(Attacker::Network),
        // The gpu process is the first that the broker starts.
        |liar| accuse(liar.control(), ProcessId(1)),
    ),
];

/// Writes into the storage of a page that it was not given.
fn store(control: RawFd, area: StorageArea, change: StorageChange) {
    let navigation = NavigationId(NOBODYS.into());
    say(
        control,
        &FromRenderer::Stored {
            navigation,
            area,
            change,
        },
    );
}

fn piece(value: &str, bytes_left: usize) -> StorageChange {
    StorageChange::Set {
        key: "password".to_owned(),
        value: value.to_owned(),
        bytes_left: u32::try_from(bytes_left).expect("small"),
    }
}

/// News of a request that was never made.
fn tell_of_request(control: RawFd, number: u32, url_bytes: usize) {
    say(
        control,
        &FromNetwork::Request(RequestNews {
            number,
            client: Some(ProcessId(NOBODYS)),
            url: "u".repeat(url_bytes),
            stage: RequestStage::Begun,
            times: RequestTimes::default(),
        }),
    );
}

fn accuse(control: RawFd, process: ProcessId) {
    let misbehaviour = Misbehaviour::Flood;
    say(
        control,
        &FromNetwork::ClientMisbehaved {
            process,
            misbehaviour,
        },
    );
}

/// An answer to a search for text, which nobody asked for.
fn found(control: RawFd, count: u32) {
    let matches = FindMatches {
        current: 1,
        count,
        has_more: false,
    };
    say(
        control,
        &FromRenderer::Found {
            navigation: NavigationId(NOBODYS.into()),
            request: NOBODYS,
            matches,
        },
    );
}

/// A message that the attacker's role has. From the network process it is a lie already, but the
/// descriptors beside it are looked at first.
pub fn anything(attacker: Attacker) -> Vec<u8> {
    let encoded = match attacker {
        Attacker::Gpu => encode(&FromGpu::Captured {
            request: NOBODYS,
            frame: 0,
            error: None,
        }),
        Attacker::Network => encode(&FromNetwork::BodyEnd {
            navigation: NavigationId(NOBODYS.into()),
            bytes: 0,
            error: None,
        }),
        Attacker::Renderer | Attacker::Shell => encode(&FromRenderer::Hover {
            cursor: Cursor::Default,
            link: None,
        }),
    };
    encoded.expect("it fits")
}
