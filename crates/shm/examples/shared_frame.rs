//! Frames that another process paints, taken from shared memory without a copy.
//! `cargo run -p shm --example shared_frame`
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, fork};
use protocol::geometry::{Rect, Size};
use protocol::ids::Generation;
use shm::{Consumer, Producer, SurfaceRegions};
use std::io::{PipeWriter, Read, Write, pipe};

const SIZE: Size = Size::new(64, 48);
const GENERATION: Generation = Generation(1);
const FRAMES: u32 = 5;
type Outcome = Result<(), Box<dyn std::error::Error>>;

/// In each frame a white square stands further to the right. Nobody waits for the consumer.
fn paint(regions: &SurfaceRegions, mut doorbell: PipeWriter) -> Outcome {
    let (pixels, latch) = (regions.pixels.dup()?, regions.latch.dup()?);
    let mut producer = Producer::new(pixels, latch, SIZE, GENERATION)?;
    for frame in 0..FRAMES {
        let square = Rect::new(frame * 8, 0, 8, 8);
        for (at, pixel) in producer.back().chunks_exact_mut(4).enumerate() {
            let (x, y) = (at as u32 % SIZE.width, at as u32 / SIZE.width);
            pixel.fill(if square.contains(x, y) { 0xff } else { 0x20 });
        }
        producer.publish(producer.changes().as_slice());
        doorbell.write_all(b"!")?; // No pixels pass here: it only says that a frame is there.
    }
    Ok(())
}

fn main() -> Outcome {
    let regions = SurfaceRegions::create(SIZE)?;
    let (mut rings, doorbell) = pipe()?;
    // SAFETY: there is one thread, so the child may do whatever its parent may.
    let child = match unsafe { fork() }? {
        ForkResult::Child => return paint(&regions, doorbell),
        ForkResult::Parent { child } => child,
    };
    drop(doorbell);
    let pixels = regions.pixels.read_only()?; // Nobody can write through this descriptor.
    let mut consumer = Consumer::new(pixels, regions.latch.dup()?, SIZE, GENERATION)?;
    let (mut newest, mut row) = (0, [0; SIZE.width as usize]);
    while rings.read(&mut [0])? > 0 {
        // Several rings may be for one frame: the latch keeps the newest alone.
        if let Some(frame) = consumer.take()? {
            newest = frame.sequence;
            println!("frame {newest} changed {:?}", frame.damage.as_slice());
        }
    }
    consumer.read_row_xrgb(0, 0, &mut row);
    let whites = row.iter().filter(|pixel| **pixel == 0x00ff_ffff).count();
    assert_eq!((newest, whites), (u64::from(FRAMES), 8));
    assert_eq!(waitpid(child, None)?, WaitStatus::Exited(child, 0));
    Ok(())
}
