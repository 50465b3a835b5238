//! What the flight recorder costs: a round trip between two processes on a typed channel.
//!
//! Run it twice, and compare:
//!
//!     cargo bench -p ipc --bench recorder
//!     cargo bench -p ipc --bench recorder --no-default-features

use ipc::{Endpoint, Receiver, Sender};
use protocol::network::{FromNetwork, ToNetwork};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::process::Command;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

const ROUNDS: u32 = 15;
const TRIPS: u32 = 20_000;

fn main() {
    let ring: Vec<AtomicU64> = (0..flight::WORDS).map(|_| AtomicU64::new(0)).collect();
    flight::install(ring.leak());
    if let Some(number) = std::env::var_os("BULKHEAD_BENCH_CHANNEL") {
        let number = number.to_string_lossy().parse().expect("a number");
        // SAFETY: the parent has left this descriptor open for us alone.
        return answer(unsafe { OwnedFd::from_raw_fd(number) });
    }
    let (near, far) = Endpoint::<ToNetwork, FromNetwork>::pair().expect("a pair");
    let far = far.into_fd();
    nix::fcntl::fcntl(
        &far,
        nix::fcntl::FcntlArg::F_SETFD(nix::fcntl::FdFlag::empty()),
    )
    .expect("it is open");
    let mut child = Command::new(std::env::current_exe().expect("a path"))
        .env("BULKHEAD_BENCH_CHANNEL", far.as_raw_fd().to_string())
        .spawn()
        .expect("it starts");
    drop(far);
    let (sender, receiver) = near.split();
    measure(&sender, &receiver);
    drop((sender, receiver));
    child.wait().expect("it ends");
}

fn measure(sender: &Sender<ToNetwork>, receiver: &Receiver<FromNetwork>) {
    let mut took: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            for sequence in 0..TRIPS {
                sender.send(ToNetwork::Ping { sequence }).expect("open");
                receiver.recv().expect("open");
            }
            start.elapsed() / TRIPS
        })
        .collect();
    took.sort();
    let recorder = if flight::ENABLED { "in" } else { "out" };
    println!(
        "recorder compiled {recorder}: a round trip takes {} ns (median of {ROUNDS} rounds; best \
         {} ns)",
        took[took.len() / 2].as_nanos(),
        took[0].as_nanos()
    );
}

fn answer(channel: OwnedFd) {
    let channel = Endpoint::<FromNetwork, ToNetwork>::from_fd(channel).expect("a channel");
    let (sender, receiver) = channel.split();
    while let Ok(received) = receiver.recv() {
        let ToNetwork::Ping { sequence } = received.message else {
            return;
        };
        if sender.send(FromNetwork::Done { sequence }).is_err() {
            return;
        }
    }
}
