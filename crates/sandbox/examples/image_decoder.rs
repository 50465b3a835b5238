//! A PNG decoder in a sealed child: whatever a picture makes of it, it can compute and answer, and
//! no more. `cargo run -p sandbox --example image_decoder`
use sandbox::{Canary, LaunchSpec, Layer, Role, launch, probe, report, seal};
use std::fs::File;
use std::io::{Cursor, Read, Write};
use std::os::fd::{AsFd, FromRawFd, OwnedFd};
use std::os::unix::net::UnixStream;

const PICTURE: &[u8] = include_bytes!("../../../docs/window.png");
const ROLE: Role = Role::Renderer; // Its system calls: memory, time, and what it was handed.
type Outcome = Result<(), Box<dyn std::error::Error>>;

fn decode() -> Outcome {
    // SAFETY: the launcher has put the channel there, and this is its only user.
    let mut channel = File::from(unsafe { OwnedFd::from_raw_fd(3) });
    let tried = seal(ROLE)?.canaries; // From here on: no file, no socket, no new thread.
    let tried = tried.iter().map(|it| [it.layer.number(), it.errno as u8]);
    let tried: Vec<u8> = tried.flatten().collect();
    channel.write_all(&[&[tried.len() as u8], &tried[..]].concat())?;
    assert!(File::open("/etc/passwd").is_err());
    let mut picture = Vec::new();
    channel.read_to_end(&mut picture)?;
    let mut reader = png::Decoder::new(Cursor::new(picture)).read_info()?;
    let mut pixels = vec![0; reader.output_buffer_size().ok_or("too large")?];
    let info = reader.next_frame(&mut pixels)?;
    channel.write_all(&[info.width.to_le_bytes(), info.height.to_le_bytes()].concat())?;
    Ok(channel.write_all(&pixels)?)
}

fn main() -> Outcome {
    if std::env::args().any(|argument| argument == "--child") {
        return decode();
    }
    let (support, exe) = (probe(), File::open("/proc/self/exe")?);
    let (mut channel, bootstrap) = UnixStream::pair()?;
    let mut spec = LaunchSpec::new(exe.as_fd(), ROLE, &support, bootstrap.into())?;
    spec.args = vec![c"decoder".into(), c"--child".into()];
    let child = launch(spec)?;
    child.execution.wait()?;
    let mut canaries = Vec::new(); // What the child has tried on its own walls.
    let [mut count, mut canary] = [[0; 2]; 2];
    channel.read_exact(&mut count[..1])?;
    for _ in 0..count[0] / 2 {
        channel.read_exact(&mut canary)?;
        let (layer, errno) = (Layer::from_number(canary[0]), canary[1].into());
        canaries.extend(layer.map(|layer| Canary { layer, errno }));
    }
    let report = report::verify(child.pid, ROLE, &support, child.attempted, &canaries);
    assert!(report.is_sufficient(), "it gets no picture: {report}"); // Seen from outside.
    channel.write_all(PICTURE)?;
    channel.shutdown(std::net::Shutdown::Write)?;
    let (mut size, mut pixels) = ([0; 8], Vec::new());
    channel.read_exact(&mut size)?;
    channel.take(64 << 20).read_to_end(&mut pixels)?; // A claim, and a bounded one.
    let (pid, bytes) = (child.pid, pixels.len());
    println!("process {pid} has answered {bytes} bytes of pixels");
    assert!(size == [0, 5, 0, 0, 32, 3, 0, 0] && bytes == 1280 * 800);
    Ok(())
}
