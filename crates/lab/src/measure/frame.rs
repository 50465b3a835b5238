//! Frames: a screen-sized picture handed from one process to another, compared with one memcpy.
//!
//! Never: stops the clock before the receiver has confirmed the frame.

use super::figures::{median, time_max};
use crate::link::{End, Parcel, ends};
use crate::mechanism::Mechanism;
use crate::report::{FRAMES, Frame, Placement};
use crate::supervisor::{Pins, Supervisor, Trouble};
use ipc::{Receiver, Sender};
use protocol::geometry::{Rect, Size};
use protocol::ids::Generation;
use shm::{Consumer, Producer, Region, SurfaceRegions};
use std::hint::black_box;
use std::io;
use std::time::Instant;

/// Measures how long a frame takes to hand over.
pub fn measure(
    supervisor: &Supervisor,
    mechanism: Mechanism,
    bytes: usize,
    rounds: u32,
    (placement, pins): (Placement, Pins),
) -> Result<Frame, Trouble> {
    let (near, far) = ends(mechanism, supervisor)?;
    let (copied, in_place) = match (near, far) {
        (End::Memory(_), _) => memory(supervisor, bytes, rounds, pins)?,
        (End::Channel(sender, receiver), End::Channel(back, arrivals)) => {
            let times = supervisor.pair(
                pins,
                move || take_regions(&back, &arrivals, bytes),
                move |_| send_regions(&sender, &receiver, bytes, rounds),
            )?;
            (times, Vec::new())
        }
        (near, far) => {
            let times = supervisor.pair(
                pins,
                move || take_pieces(far, bytes),
                move |_| send_pieces(near, bytes, rounds),
            )?;
            (times, Vec::new())
        }
    };
    let mut frame = figures(bytes, placement, copied);
    frame.in_place_p50_ns = Some(in_place).filter(|times| !times.is_empty()).map(median);
    Ok(frame)
}

/// One copy within a process.
pub fn memcpy(
    supervisor: &Supervisor,
    bytes: usize,
    rounds: u32,
    (placement, pins): (Placement, Pins),
) -> Result<Frame, Trouble> {
    let mut running = supervisor.start(pins.map(|(cpu, _)| cpu), move || {
        let (from, mut to) = (buffer(bytes)?, buffer(bytes)?);
        timed(rounds, || {
            black_box(&mut to).copy_from_slice(black_box(&from));
            Ok(())
        })
    })?;
    Ok(figures(bytes, placement, supervisor.result(&mut running)?))
}

fn figures(bytes: usize, placement: Placement, times: Vec<u64>) -> Frame {
    let p50_ns = median(times).max(1);
    Frame {
        bytes,
        placement,
        p50_ns,
        bytes_per_second: (bytes as f64 * 1e9 / p50_ns as f64) as u64,
        in_place_p50_ns: None,
    }
}

/// Writes the frame at once, or in pieces if each write is one message. UDP never makes a sender
/// wait, so each of its pieces is acknowledged. Every whole frame is acknowledged too.
fn send_pieces(mut end: End, bytes: usize, rounds: u32) -> io::Result<Vec<u64>> {
    let frame = buffer(bytes)?;
    let (piece, acknowledged) = (piece_bytes(&end, bytes), end.loses());
    let mut answer = [0];
    timed(rounds, || {
        for piece in frame.chunks(piece) {
            end.send(piece)?;
            if acknowledged {
                end.receive_all(&mut answer)?;
            }
        }
        end.receive_all(&mut answer)
    })
}

fn take_pieces(mut end: End, bytes: usize) -> io::Result<()> {
    let mut frame = buffer(bytes)?;
    let (piece, acknowledged) = (piece_bytes(&end, bytes), end.loses());
    loop {
        for piece in frame.chunks_mut(piece) {
            end.receive_all(piece)?;
            if acknowledged {
                end.send(&[1])?;
            }
        }
        end.send(&[1])?;
    }
}

fn piece_bytes(end: &End, bytes: usize) -> usize {
    if end.keeps_messages() {
        PIECE_BYTES.min(bytes)
    } else {
        bytes
    }
}

/// As the browser sends pages and fonts: a sealed region, whose descriptor travels beside a
/// message.
fn send_regions(
    sender: &Sender<Parcel>,
    answers: &Receiver<Parcel>,
    bytes: usize,
    rounds: u32,
) -> io::Result<Vec<u64>> {
    let frame = buffer(bytes)?;
    timed(rounds, || {
        let region = Region::create_filled("bulkhead-lab", &frame)?;
        let parcel = Parcel::Region(bytes as u64);
        sender
            .send_with(parcel, vec![region.dup()?])
            .map_err(io::Error::other)?;
        answers.recv().map(|_| ()).map_err(io::Error::other)
    })
}

fn take_regions(
    sender: &Sender<Parcel>,
    arrivals: &Receiver<Parcel>,
    bytes: usize,
) -> io::Result<()> {
    loop {
        let mut received = arrivals.recv().map_err(io::Error::other)?;
        let region = received
            .handles
            .region()
            .map_err(|_| io::ErrorKind::InvalidData)?;
        let memory = shm::map_read_only(region, bytes).map_err(io::Error::other)?;
        black_box(memory.last());
        sender
            .send(Parcel::Text(String::new()))
            .map_err(io::Error::other)?;
    }
}

/// As the browser sends frames: by the latch of `crates/shm`, and a bell. Measured with the frame
/// copied into the memory, and with the frame painted there.
fn memory(
    supervisor: &Supervisor,
    bytes: usize,
    rounds: u32,
    pins: Pins,
) -> Result<(Vec<u64>, Vec<u64>), Trouble> {
    let size = size_of_frame(bytes);
    let regions = SurfaceRegions::create(size)?;
    let (near, far) = ends(Mechanism::SharedMemory, supervisor)?;
    let (mut near, mut far) = (near, far);
    let generation = Generation(1);
    let regions = &regions;
    supervisor.pair(
        pins,
        move || {
            let (pixels, latch) = (regions.pixels.read_only()?, regions.latch.dup()?);
            let consumer = Consumer::new(pixels, latch, size, generation);
            let mut consumer = consumer.map_err(io::Error::other)?;
            loop {
                far.receive_all(&mut [0])?;
                let taken = consumer
                    .take()
                    .map_err(|it| io::Error::other(format!("{it:?}")))?;
                black_box(taken);
                far.send(&[1])?;
            }
        },
        move |_| {
            let (pixels, latch) = (regions.pixels.dup()?, regions.latch.dup()?);
            let producer = Producer::new(pixels, latch, size, generation);
            let mut producer = producer.map_err(io::Error::other)?;
            let frame = buffer(bytes)?;
            let whole = [Rect::from_size(size)];
            let mut hand_over = |copy: bool| {
                if copy {
                    producer.back().copy_from_slice(&frame);
                }
                producer.publish(&whole);
                near.send(&[1])?;
                near.receive_all(&mut [0])
            };
            let copied = timed(rounds, || hand_over(true))?;
            Ok((copied, timed(rounds, || hand_over(false))?))
        },
    )
}

/// Warms up (once for each slot of the latch, so that all pages are mapped), then runs `once` for
/// each round, up to a time limit.
fn timed(rounds: u32, mut once: impl FnMut() -> io::Result<()>) -> io::Result<Vec<u64>> {
    let begun = Instant::now();
    for at in 0..WARM_UPS {
        if at == 0 || begun.elapsed() < time_max(rounds) / 2 {
            once()?;
        }
    }
    let begun = Instant::now();
    let mut times = Vec::new();
    while times.len() < rounds as usize && (times.is_empty() || begun.elapsed() < time_max(rounds))
    {
        let start = Instant::now();
        once()?;
        times.push(u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX));
    }
    Ok(times)
}

/// A buffer for a frame, with all pages touched; fails if there is not enough memory.
fn buffer(bytes: usize) -> io::Result<Vec<u8>> {
    let mut room = Vec::new();
    room.try_reserve_exact(bytes).map_err(|_| {
        let megabytes = bytes as f64 / 1e6;
        io::Error::new(
            io::ErrorKind::OutOfMemory,
            format!("no room for {megabytes:.1} MB"),
        )
    })?;
    room.resize(bytes, 0x2a);
    Ok(room)
}

fn size_of_frame(bytes: usize) -> Size {
    if bytes == FRAMES[0] {
        Size::new(1920, 1080)
    } else {
        Size::new(3840, 2160)
    }
}

/// Bytes of one datagram.
const PIECE_BYTES: usize = 60_000;
const WARM_UPS: u32 = 3;
