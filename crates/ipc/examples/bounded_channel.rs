//! The third send waits for the reader. `cargo run -p ipc --example bounded_channel`
use ipc::{Endpoint, HandleKind, Message, Misbehaviour};
use nix::sys::socket::{setsockopt, sockopt::SndBuf};
use nix::unistd::{ForkResult, fork};

#[derive(serde::Serialize, serde::Deserialize)]
struct Parcel(String);

impl Message for Parcel {
    const MAX_HANDLES: usize = 0;
    fn handles(&self) -> Vec<HandleKind> {
        Vec::new()
    }
    fn check(&self) -> Result<(), Misbehaviour> {
        Ok(())
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (to, from) = Endpoint::<Parcel, Parcel>::pair()?;
    setsockopt(&to, SndBuf, &0)?; // The kernel's least: room for two packets of 2 KiB.
    let ((sender, _), (_, receiver)) = (to.split(), from.split());
    // SAFETY: there is one thread, so the child may do whatever its parent may.
    if let ForkResult::Child = unsafe { fork() }? {
        for number in 1..=4 {
            sender.send(Parcel(format!("{number:<2048}")))?;
            println!("sent {number}");
        }
        return Ok(());
    }
    drop(sender);
    #[allow(clippy::disallowed_methods, reason = "a slow reader")]
    std::thread::sleep(std::time::Duration::from_secs(1));
    println!("the reader begins");
    while let Ok(parcel) = receiver.recv() {
        println!("received {}", parcel.message.0.trim_end());
    }
    Ok(())
}
