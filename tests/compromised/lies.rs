//! Lies to the broker: packets on a child's own control channel that no honest child sends.
//!
//! Owns: their bytes. Trusts: nobody.

use crate::rig::Attacker;
use ipc::codec::encode;
use protocol::Message;
use protocol::geometry::Size;
use protocol::gpu::FromGpu;
use protocol::ids::{Generation, NavigationId, SurfaceId};
use protocol::input::{Cursor, InputEvent, Modifiers};
use protocol::network::FromNetwork;
use protocol::renderer::FromRenderer;
use std::os::fd::{AsRawFd, BorrowedFd, RawFd};

/// A lie, and what the browser must call it.
pub struct Lie {
    pub name: &'static str,
    pub cause: &'static str,
    who: Who,
    tell: fn(RawFd, Attacker),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Who {
    Anybody,
    Only(Attacker),
    /// Renderer and shell.
    Documents,
}

/// An id that nobody was given.
const NOBODYS: u32 = 4_000_000;

const LIES: &[Lie] = &[
    lie("lie-empty-packet", "BadEncoding", Who::Anybody, |fd, _| {
        send(fd, &[], 0)
    }),
    lie(
        "lie-unknown-variant",
        "BadEncoding",
        Who::Anybody,
        |fd, _| send(fd, &[250; 9], 0),
    ),
    lie(
        "lie-oversized-packet",
        "OversizedPacket",
        Who::Anybody,
        |fd, _| {
            send(fd, &vec![0; 150 * 1024], 0);
        },
    ),
    lie(
        "lie-one-descriptor-too-many",
        "SurplusHandle",
        Who::Anybody,
        |fd, attacker| {
            send(fd, &anything(attacker), 1);
        },
    ),
    lie(
        "lie-253-descriptors",
        "SurplusHandle",
        Who::Anybody,
        |fd, attacker| {
            send(fd, &anything(attacker), 253);
        },
    ),
    lie("lie-closed-channel", "SIGKILL", Who::Anybody, |fd, _| {
        // SAFETY: nothing here uses the descriptor again.
        unsafe { libc::close(fd) };
        wait_for_the_end();
    }),
    lie(
        "lie-trailing-bytes",
        "BadEncoding",
        Who::Documents,
        |fd, _| {
            send(fd, &[anything(Attacker::Renderer), vec![0]].concat(), 0);
        },
    ),
    lie("lie-bad-utf8", "BadEncoding", Who::Documents, |fd, _| {
        send(fd, &[0, 1, 2, 0xc3, 0x28], 0);
    }),
    lie("lie-long-title", "Oversized", Who::Documents, |fd, _| {
        let title = "t".repeat(5_000);
        say(
            fd,
            &FromRenderer::Title {
                navigation: NavigationId(NOBODYS.into()),
                title,
            },
        );
    }),
    lie(
        "lie-answer-to-nothing",
        "ValueOutOfRange",
        Who::Documents,
        |fd, _| {
            say(fd, &FromRenderer::Done { sequence: NOBODYS });
        },
    ),
    lie(
        "lie-title-of-another-page",
        "ForeignId",
        Who::Documents,
        |fd, _| {
            let title = "Your bank".to_owned();
            say(
                fd,
                &FromRenderer::Title {
                    navigation: NavigationId(NOBODYS.into()),
                    title,
                },
            );
        },
    ),
    lie(
        "lie-address-of-another-page",
        "ForeignId",
        Who::Documents,
        |fd, _| {
            let url = "file:///etc/passwd".to_owned();
            let navigation = NavigationId(NOBODYS.into());
            say(
                fd,
                &FromRenderer::Navigate {
                    navigation,
                    url,
                    new_tab: false,
                },
            );
        },
    ),
    lie("lie-flood", "Flood", Who::Documents, |fd, _| {
        let bytes = anything(Attacker::Renderer);
        loop {
            send(fd, &bytes, 0);
        }
    }),
    lie(
        "lie-second-window",
        "WrongState",
        Who::Only(Attacker::Gpu),
        |fd, _| {
            let presenter = "forged".to_owned();
            say(
                fd,
                &FromGpu::Ready {
                    size: Size::new(10, 10),
                    presenter,
                },
            );
        },
    ),
    lie(
        "lie-frame-of-no-surface",
        "ForeignId",
        Who::Only(Attacker::Gpu),
        |fd, _| {
            let (surface, generation) = (SurfaceId(NOBODYS), Generation(1));
            say(
                fd,
                &FromGpu::FirstFrame {
                    surface,
                    generation,
                },
            );
        },
    ),
    lie(
        "lie-accused-surface-of-nobody",
        "ForeignId",
        Who::Only(Attacker::Gpu),
        |fd, _| {
            let misbehaviour = protocol::misbehaviour::Misbehaviour::Flood;
            say(
                fd,
                &FromGpu::ProducerMisbehaved {
                    surface: SurfaceId(NOBODYS),
                    misbehaviour,
                },
            );
        },
    ),
    lie(
        "lie-input-nowhere",
        "ValueOutOfRange",
        Who::Only(Attacker::Gpu),
        |fd, _| {
            let modifiers = Modifiers::default();
            let event = InputEvent::PointerMove {
                x: f32::NAN,
                y: 0.0,
                modifiers,
            };
            say(fd, &FromGpu::Input { event });
        },
    ),
    lie(
        "lie-giant-window",
        "ValueOutOfRange",
        Who::Only(Attacker::Gpu),
        |fd, _| {
            say(
                fd,
                &FromGpu::Resized {
                    size: Size::new(u32::MAX, u32::MAX),
                },
            );
        },
    ),
    lie(
        "lie-answer-nobody-asked-for",
        "ForeignId",
        Who::Only(Attacker::Network),
        |fd, _| {
            say(
                fd,
                &FromNetwork::BodyEnd {
                    navigation: NavigationId(NOBODYS.into()),
                    bytes: 0,
                    error: None,
                },
            );
        },
    ),
];

const fn lie(name: &'static str, cause: &'static str, who: Who, tell: fn(RawFd, Attacker)) -> Lie {
    Lie {
        name,
        cause,
        who,
        tell,
    }
}

/// The lies of that attacker.
pub fn of(attacker: Attacker) -> impl Iterator<Item = &'static Lie> {
    LIES.iter().filter(move |lie| match lie.who {
        Who::Anybody => true,
        Who::Only(who) => who == attacker,
        Who::Documents => matches!(attacker, Attacker::Renderer | Attacker::Shell),
    })
}

/// Tells the lie of that name, if there is one, and then waits to be killed for it.
pub fn tell(attacker: Attacker, name: &str, control: BorrowedFd<'_>) {
    if let Some(lie) = of(attacker).find(|lie| lie.name == name) {
        (lie.tell)(control.as_raw_fd(), attacker);
        wait_for_the_end();
    }
}

/// The browser's verdict comes by SIGKILL.
fn wait_for_the_end() -> ! {
    loop {
        // SAFETY: no descriptors, and time without end.
        unsafe { libc::poll(std::ptr::null_mut(), 0, -1) };
    }
}

/// A message that the attacker's role has. From the network process it is a lie already, but the
/// descriptors beside it are looked at first.
fn anything(attacker: Attacker) -> Vec<u8> {
    let encoded = match attacker {
        Attacker::Gpu => encode(&FromGpu::Captured {
            request: NOBODYS,
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

fn say(fd: RawFd, message: &impl Message) {
    send(fd, &encode(message).expect("it fits"), 0);
}

/// One packet with so many copies of the channel's own descriptor beside it.
fn send(fd: RawFd, bytes: &[u8], descriptors: usize) {
    let mut slice = libc::iovec {
        iov_base: bytes.as_ptr().cast_mut().cast(),
        iov_len: bytes.len(),
    };
    let data = descriptors * size_of::<RawFd>();
    let mut control = vec![0_u64; (size_of::<libc::cmsghdr>() + data).div_ceil(8) + 1];
    // SAFETY: an all-zero header is a valid one with no name, no data and no control part.
    let mut header: libc::msghdr = unsafe { std::mem::zeroed() };
    header.msg_iov = &raw mut slice;
    header.msg_iovlen = 1;
    if descriptors > 0 {
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
            (0..descriptors).for_each(|at| fds.add(at).write_unaligned(fd));
        }
    }
    let flags = libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL;
    // SAFETY: header, slice and buffers live until the call returns.
    unsafe { libc::sendmsg(fd, &raw const header, flags) };
}
