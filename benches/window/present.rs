//! What a frame costs between the renderer and the display: time on the processor of the process
//! that composes and presents, and of the display server, for each frame of an animation.

use crate::bench::Bench;
use crate::browsers::Which;
use protocol::geometry::Size;
use std::time::{Duration, Instant};
use testkit::bench::report::median;

/// What is measured: the page, and what of the window changes in each frame.
pub const PAGES: [(&str, &str); 2] = [("spot", "a box of 20x20"), ("flood", "the whole page")];
/// Sizes of the window.
pub const SIZES: [Size; 2] = [Size::new(1280, 800), Size::new(1920, 1080)];

/// Drawings that are closer together are one frame.
const FRAME_GAP: Duration = Duration::from_millis(4);

/// Microseconds of processor time for each frame, medians over the rounds.
pub struct Cost {
    pub frames_a_second: f64,
    pub gpu_us: f64,
    pub server_us: f64,
}

/// Looks on for `time`, `rounds` times; none if the browser has no process to be measured.
pub fn measure(
    bench: &Bench,
    which: Which,
    (page, size): (&str, Size),
    time: Duration,
    rounds: usize,
) -> Option<Cost> {
    let mut running = bench.start_moving(which, size, page);
    let gpu = running.gpu_pid();
    let costs: Option<Vec<[f64; 3]>> = (0..rounds)
        .map(|_| Some(round(bench, gpu?, time)))
        .collect();
    running.quit();
    let costs = costs?;
    let figure = |at: usize| median(costs.iter().map(|cost| cost[at]).collect());
    Some(Cost {
        frames_a_second: figure(0),
        gpu_us: figure(1),
        server_us: figure(2),
    })
}

fn round(bench: &Bench, gpu: i32, time: Duration) -> [f64; 3] {
    let processes = [gpu, bench.server_pid()];
    let before = processes.map(processor_ns);
    let started = Instant::now();
    let mut frames = 0_u32;
    let mut last = started;
    while let Some(drawn) = bench.eye.next_drawn(started + time) {
        if drawn.at - last > FRAME_GAP {
            frames += 1;
        }
        last = drawn.at;
    }
    let after = processes.map(processor_ns);
    let each = |at: usize| (after[at] - before[at]) as f64 / 1000.0 / f64::from(frames.max(1));
    [f64::from(frames) / time.as_secs_f64(), each(0), each(1)]
}

/// Nanoseconds that all threads of a process have had so far.
fn processor_ns(pid: i32) -> u64 {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task")).expect("the process runs");
    let spent = |path: std::path::PathBuf| {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        text.split(' ').next().and_then(|ns| ns.parse::<u64>().ok())
    };
    threads
        .flatten()
        .filter_map(|thread| spent(thread.path().join("schedstat")))
        .sum()
}

/// Microseconds to copy a whole window's pixels once, in this process.
pub fn copy_us(size: Size) -> f64 {
    let pixels = vec![0x55_u32; (size.width * size.height) as usize];
    let mut copy = vec![0_u32; pixels.len()];
    let times = (0..101).map(|_| {
        let started = Instant::now();
        copy.copy_from_slice(std::hint::black_box(&pixels));
        std::hint::black_box(&mut copy);
        started.elapsed().as_secs_f64() * 1e6
    });
    median(times.collect())
}
