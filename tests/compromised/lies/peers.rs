//! Lies of the network process to renderers, and of the gpu process to producers. The broker cannot
//! hear them. A victim may lose what it wanted from the liar and nothing else: it lives on, and
//! gets all of it from the liar's successor.

use super::packets::{say, send, wait_for_the_end};
use super::{Liar, Lie, NOBODYS, Who, goes_on};
use crate::rig::Attacker;
use protocol::document::ResponseHead;
use protocol::fetch::FromNetwork;
use protocol::frames::ToProducer;
use protocol::ids::RequestId;
use protocol::limits::BODY_CHUNK_BYTES_MAX;
use std::os::fd::{AsRawFd, RawFd};
use std::sync::atomic::{AtomicU32, Ordering};

const NETWORK: Who = Who::Only(Attacker::Network);
const GPU: Who = Who::Only(Attacker::Gpu);

pub const LIES: &[Lie] = &[
    goes_on("answers-to-no-request", NETWORK, |liar| {
        for channel in fetch_channels(liar) {
            // Not all of these ids are free in a page that has had resources.
            for id in [0, 1, 2, NOBODYS] {
                let request = RequestId(id);
                say(
                    channel,
                    &FromNetwork::Head {
                        request,
                        head: head(),
                    },
                );
                say(channel, &body(id, 100));
                say(channel, &FromNetwork::End { request });
                say(channel, &FromNetwork::End { request });
            }
        }
        liar.lives();
    }),
    goes_on("answers-without-end", NETWORK, |liar| {
        let message = body(NOBODYS, BODY_CHUNK_BYTES_MAX);
        let channels = fetch_channels(liar);
        for turn in 0_u64.. {
            channels.iter().for_each(|&channel| say(channel, &message));
            if turn == 1_000 {
                liar.lives();
            }
        }
    }),
    goes_on("answers-in-garbage", NETWORK, |liar| {
        for channel in fetch_channels(liar) {
            send(channel, &[250; 9], 0);
        }
        liar.lives();
    }),
    goes_on("answers-with-descriptors", NETWORK, |liar| {
        // As many as the kernel takes: a renderer that does not read leaves them on their way.
        for channel in fetch_channels(liar) {
            (0..1_000).for_each(|_| send(channel, &[2, 1], 253));
        }
        liar.lives();
    }),
    goes_on("answers-never", NETWORK, |liar| {
        liar.lives();
        wait_for_the_end();
    }),
    goes_on("answers-cut-off", NETWORK, |liar| {
        close_all(&fetch_channels(liar));
        liar.lives();
    }),
    goes_on("credits-never", GPU, |liar| {
        liar.lives();
        wait_for_the_end();
    }),
    goes_on("credits-without-end", GPU, |liar| {
        let channels = frames_channels(liar);
        for turn in 0_u64.. {
            channels
                .iter()
                .for_each(|&channel| say(channel, &ToProducer::BeginFrame));
            if turn == 1_000 {
                liar.lives();
            }
        }
    }),
    goes_on("credits-in-garbage", GPU, |liar| {
        for channel in frames_channels(liar) {
            send(channel, &[250; 9], 0);
        }
        liar.lives();
    }),
    goes_on("credits-with-descriptors", GPU, |liar| {
        for channel in frames_channels(liar) {
            send(channel, &[0], 253);
        }
        liar.lives();
    }),
    goes_on("credits-cut-off", GPU, |liar| {
        close_all(&frames_channels(liar));
        liar.lives();
    }),
    // Hoards slots and gives them back twice: whatever the latch says, a producer paints into a
    // slot of its own region.
    goes_on("latches-full-of-garbage", GPU, |liar| {
        let channels = frames_channels(liar);
        for turn in 0_u32.. {
            for surface in &liar.reach.surfaces {
                // SAFETY: mapped as long as the surface is there; used by atomic operations alone.
                let latch = unsafe { AtomicU32::from_ptr(surface.memory.latch) };
                latch.store(turn.wrapping_mul(0x9e37_79b9), Ordering::Release);
            }
            if turn % 4_096 == 0 {
                channels
                    .iter()
                    .for_each(|&channel| say(channel, &ToProducer::BeginFrame));
            }
            if turn == 1 << 20 {
                liar.lives();
            }
        }
    }),
];

fn fetch_channels(liar: &Liar<'_>) -> Vec<RawFd> {
    let channels: Vec<RawFd> = liar.reach.fetch.iter().map(AsRawFd::as_raw_fd).collect();
    assert!(!channels.is_empty(), "the bystander has one");
    channels
}

fn frames_channels(liar: &Liar<'_>) -> Vec<RawFd> {
    let surfaces = liar.reach.surfaces.iter();
    let channels: Vec<RawFd> = surfaces
        .filter_map(|surface| surface.channel)
        .map(|channel| channel.as_raw_fd())
        .collect();
    assert!(!channels.is_empty(), "the bystander has one");
    channels
}

fn close_all(channels: &[RawFd]) {
    for &channel in channels {
        // SAFETY: nothing uses the descriptor again: the liar only waits for its end.
        unsafe { libc::close(channel) };
    }
}

fn head() -> ResponseHead {
    ResponseHead {
        final_url: "http://forged.example/".to_owned(),
        status: 200,
        content_type: Some("text/css".to_owned()),
        refresh: None,
        content_length: None,
        redirects: 0,
    }
}

fn body(id: u32, bytes: usize) -> FromNetwork {
    FromNetwork::Body {
        request: RequestId(id),
        bytes: vec![b'x'; bytes],
    }
}
