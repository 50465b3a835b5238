//! What this machine takes for the least that each step needs: a process that is started, a page
//! that is fetched, memory for a picture, a death that is heard of.

use nix::sys::signal::Signal;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::Instant;
use testkit::bench::report::median;
use testkit::{executable, process};

/// A view of the size that a headless browser has, four bytes a pixel.
const VIEW_BYTES: usize = 1280 * 800 * 4;

/// Milliseconds.
pub struct Limits {
    /// The program started and ended, with nothing to do.
    start: f64,
    /// The small page over a socket of its own.
    fetch: f64,
    /// Fresh memory for the pixels of a view, each page of it touched for the first time. Where the
    /// host of a virtual machine had taken the memory back, this is most of a step.
    picture: f64,
    /// A process that holds next to nothing, from the kill until its pidfd says so.
    death: f64,
}

impl Limits {
    /// Measures them, each as the median of so many rounds.
    pub fn measure(server: &str, rounds: usize) -> Limits {
        let of = |measure: &dyn Fn()| {
            let time = || {
                let start = Instant::now();
                measure();
                start.elapsed().as_secs_f64() * 1000.0
            };
            median((0..rounds).map(|_| time()).collect())
        };
        let address = server.trim_start_matches("http://");
        Limits {
            start: of(&|| start("--version")),
            fetch: of(&|| fetch(address)),
            picture: of(&touch_picture),
            death: median((0..rounds).map(|_| death()).collect()),
        }
    }

    /// That of a step of `times.rs`, by its place there.
    pub fn of_step(&self, step: usize) -> f64 {
        match step {
            // The browser, then a renderer beside the other children, then the page.
            0 => 2.0 * self.start + self.fetch + self.picture,
            // A renderer waits already.
            1 | 2 | 4 => self.fetch + self.picture,
            3 => self.death,
            5 => self.death + self.start + self.fetch + self.picture,
            _ => self.death + self.start + self.picture,
        }
    }
}

fn start(argument: &str) {
    let status = Command::new(executable())
        .arg(argument)
        .stdout(Stdio::null())
        .status();
    assert!(status.expect("the browser starts").success());
}

fn fetch(address: &str) {
    let mut stream = TcpStream::connect(address).expect("the server is there");
    let request = format!("GET /small HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("it listens");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("it answers");
    assert!(answer.starts_with(b"HTTP/1.1 200"));
}

fn touch_picture() {
    // The allocator takes as much as this from the kernel, and gives it back.
    let mut pixels = vec![0_u8; VIEW_BYTES];
    for page in pixels.chunks_mut(4096) {
        page[0] = 1;
    }
    std::hint::black_box(&pixels);
}

fn death() -> f64 {
    let mut child = Command::new("sleep")
        .arg("60")
        .spawn()
        .expect("sleep starts");
    let pid = i32::try_from(child.id()).expect("a pid fits");
    let start = Instant::now();
    process::signal(pid, Signal::SIGKILL);
    process::wait_until_gone(pid);
    let time = start.elapsed().as_secs_f64() * 1000.0;
    let _ = child.wait();
    time
}
