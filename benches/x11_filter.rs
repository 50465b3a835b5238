//! What the X11 filter costs a present: the same requests to an X server, directly and through the
//! filter. `cargo bench -p x11-filter`. It prints and claims nothing.

use rustix::fs::{MemfdFlags, ftruncate, memfd_create};
use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};
use std::io::IoSlice;
use std::mem::MaybeUninit;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::thread;
use std::time::{Duration, Instant};
use testkit::x11::Display;
use testkit::x11_client::{Answer, RawClient, request};
use x11_filter::filter::{Authority, Filter};
use x11_filter::policy;
use x11_filter::relay::relay;
use x11_filter::server::connect;

const ROUNDS: usize = 2000;
const WIDTH: u32 = 1280;
const HEIGHT: u32 = 800;

/// A kind of present, and the size of what changes; none: without shared memory.
type Kind = (&'static str, Option<(u32, u32)>);
const KINDS: [Kind; 3] = [
    ("whole window, MIT-SHM", Some((WIDTH, HEIGHT))),
    ("a line of text, MIT-SHM", Some((200, 16))),
    ("whole window, no shared memory", None),
];

/// A client with a window, a graphics context and, if the server takes it, shared memory.
struct Presenter {
    client: RawClient,
    window: u32,
    gc: u32,
    segment: u32,
    shm: u8,
}

impl Presenter {
    fn over(stream: UnixStream) -> Presenter {
        let memory_stream = stream.try_clone().expect("a copy");
        let mut client = RawClient::over(stream).expect("the server accepts us");
        let shm = client.extension("MIT-SHM").expect("MIT-SHM");
        let window = client.window_of(WIDTH as u16, HEIGHT as u16);
        let (gc, segment) = (client.own + 2, client.own + 3);
        assert_eq!(client.ask(&request(55, 0, &[gc, window, 0])), Answer::Done);
        let memory = memfd_create("picture", MemfdFlags::CLOEXEC).expect("memory");
        ftruncate(&memory, u64::from(WIDTH * HEIGHT * 4)).expect("memory");
        let rights = [memory.as_fd()];
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut control = SendAncillaryBuffer::new(&mut space);
        assert!(control.push(SendAncillaryMessage::ScmRights(&rights)));
        let attach = request(shm, 6, &[segment, 0]);
        let parts = [IoSlice::new(&attach)];
        sendmsg(&memory_stream, &parts, &mut control, SendFlags::empty()).expect("sent");
        client.skip();
        Presenter {
            client,
            window,
            gc,
            segment,
            shm,
        }
    }

    /// One present as the window makes it: a picture in shared memory, and a question that the
    /// server answers once it is done.
    fn present(&mut self, width: u32, height: u32) -> Duration {
        let words = [
            self.window,
            self.gc,
            WIDTH | HEIGHT << 16,
            0,
            width | height << 16,
            0,
            24 | 2 << 8,
            self.segment,
            0,
        ];
        let picture = request(self.shm, 3, &words);
        let started = Instant::now();
        assert_eq!(self.client.ask(&picture), Answer::Done);
        started.elapsed()
    }

    /// One present without shared memory, in pieces that need no long length.
    fn present_over_the_connection(&mut self) -> Duration {
        const ROWS: u32 = 50;
        let started = Instant::now();
        for top in (0..HEIGHT).step_by(ROWS as usize) {
            let mut words = vec![self.window, self.gc, WIDTH | ROWS << 16, top << 16, 24 << 8];
            words.resize(5 + (WIDTH * ROWS) as usize, 0x0033_6699);
            assert!(self.client.send(&request(72, 2, &words)));
        }
        assert_eq!(self.client.ask(&request(43, 0, &[])), Answer::Done);
        started.elapsed()
    }
}

fn main() {
    // One server each: a window that another one covers is not drawn.
    let (Some(one), Some(other)) = (Display::start(), Display::start()) else {
        return;
    };
    let number = one.name().trim_start_matches(':');
    let direct = UnixStream::connect(format!("/tmp/.X11-unix/X{number}")).expect("the server");
    let (ours, near) = UnixStream::pair().expect("a socket pair");
    let (_broker, control) = UnixStream::pair().expect("a socket pair");
    let server = connect(other.name()).expect("the server");
    let filter = Filter::new(policy::gpu_window().expect("parses"), Authority::default());
    let _relay = thread::spawn(move || {
        relay(filter, near.as_fd(), server.as_fd(), control.as_fd());
    });
    let (mut direct, mut filtered) = (Presenter::over(direct), Presenter::over(ours));
    for (what, size) in KINDS {
        let rounds = if size.is_some() { ROUNDS } else { ROUNDS / 10 };
        let (mut plain, mut through) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            for (presenter, times) in [(&mut direct, &mut plain), (&mut filtered, &mut through)] {
                times.push(match size {
                    Some((width, height)) => presenter.present(width, height),
                    None => presenter.present_over_the_connection(),
                });
            }
        }
        report(what, plain, through);
    }
}

fn report(what: &str, mut plain: Vec<Duration>, mut through: Vec<Duration>) {
    let ms = |time: Duration| time.as_secs_f64() * 1000.0;
    let mut row = format!("{what:32}");
    for (name, times) in [("direct", &mut plain), ("filtered", &mut through)] {
        times.sort();
        let (p50, p90) = (times[times.len() / 2], times[times.len() * 9 / 10]);
        row += &format!("  {name} p50 {:.3} p90 {:.3} ms", ms(p50), ms(p90));
    }
    let cost = ms(through[through.len() / 2]) - ms(plain[plain.len() / 2]);
    println!("{row}  cost {cost:.3} ms");
    println!("{{\"bench\":\"x11-filter\",\"what\":\"{what}\",\"cost_ms\":{cost:.4}}}");
}
