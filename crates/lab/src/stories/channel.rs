//! A producer sends into a typed channel of capacity two; its third send waits for the reader.
//!
//! The capacity comes from the kernel's accounting, so the program prints what happened.

use super::step::{fork_part, step, step_asleep, step_ended};
use crate::link::Parcel;
use ipc::Endpoint;
use nix::sys::socket::{setsockopt, sockopt};
use std::io;

/// Runs the program.
pub fn run() -> io::Result<()> {
    let (to, from) = Endpoint::<Parcel, Parcel>::pair()?;
    // The kernel uses its minimum instead, 4608 bytes, which two packets of 2 KiB with their
    // overhead exceed.
    setsockopt(&to, sockopt::SndBuf, &0)?;
    step(
        "reader",
        "Endpoint::pair: a channel of parcels, with room for two; fork",
    );
    let (mut to, mut from) = (Some(to), Some(from));
    let mut producer = fork_part("producer", || {
        drop(from.take());
        let (sender, _) = to.take().expect("the producer's").split();
        for number in 1..=PARCELS {
            let text = format!("{number:<2048}");
            let sent = match sender.try_send(Parcel::Text(text)) {
                Err(error) if error.is_full() => {
                    step("producer", &format!("send {number}: full, so it waits"));
                    sender.send(error.into_message())
                }
                other => other,
            };
            sent.map_err(io::Error::other)?;
            step("producer", &format!("send {number}: done"));
        }
        Ok(())
    })?;
    drop(to.take());
    step_asleep("reader", "producer", producer.pid());
    let (_, receiver) = from.take().expect("the reader's").split();
    while let Ok(received) = receiver.recv() {
        if let Parcel::Text(text) = received.message {
            step("reader", &format!("received {}", text.trim_end()));
        }
    }
    step("reader", "the channel is closed: its producer has ended");
    step_ended("reader", &mut producer)
}

const PARCELS: u32 = 4;
