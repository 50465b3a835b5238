//! What this machine takes for the least that each step needs: a process that is started, a page
//! that is fetched, a death that is heard of.

use nix::sys::signal::Signal;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::Instant;
use testkit::bench::report::median;
use testkit::{executable, process};

/// Milliseconds.
pub struct Limits {
    /// The program started and ended, with nothing to do.
    start: f64,
    /// The small page over a socket of its own.
    fetch: f64,
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
            death: median((0..rounds).map(|_| death()).collect()),
        }
    }

    /// That of a step of `times.rs`, by its place there.
    pub fn of_step(&self, step: usize) -> f64 {
        match step {
            // The browser, then a renderer beside the other children, then the page.
            0 => 2.0 * self.start + self.fetch,
            // A renderer waits already.
            1 | 2 | 4 => self.fetch,
            3 => self.death,
            5 => self.death + self.start + self.fetch,
            _ => self.death + self.start,
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
