//! The whole loop with a headless target, from the broker's end of its channel.

use super::*;
use crate::testing::{FakeProducer, WATCHDOG};
use ipc::poll::wait_one;
use protocol::appearance::Percent;
use protocol::bootstrap::GpuTarget;
use protocol::geometry::Rect;
use protocol::gpu::{Effect, Scene, SceneItem};
use std::thread::JoinHandle;

const SIZE: Size = Size::new(64, 48);
const PAGE: SurfaceId = SurfaceId(7);
const GENERATION: Generation = Generation(1);

struct Broker {
    sender: Sender<ToGpu>,
    receiver: Receiver<FromGpu>,
    gpu: JoinHandle<Result<(), ServeError>>,
}

impl Broker {
    fn start() -> Broker {
        let (near, far) = Endpoint::<ToGpu, FromGpu>::pair().expect("channel");
        let gpu = std::thread::spawn(move || {
            let control = BrokerChannel::new(far);
            let target = Target::open(GpuTarget::Headless, SIZE, None, control.closer());
            Gpu::new(control, target.expect("a headless target")).serve()
        });
        let (sender, receiver) = near.split();
        Broker {
            sender,
            receiver,
            gpu,
        }
    }

    fn hears(&self) -> FromGpu {
        let ready = wait_one(self.receiver.as_fd(), Interest::Read, Some(WATCHDOG));
        assert!(ready.expect("poll").any(), "the gpu says nothing");
        self.receiver
            .try_recv()
            .expect("the gpu is there")
            .expect("a message")
            .message
    }

    /// Has it show a surface, of which this is the producer.
    fn shows_a_page(&self) -> FakeProducer {
        let (page, ends) = FakeProducer::new(SIZE, GENERATION);
        let create = ToGpu::CreateSurface {
            surface: PAGE,
            generation: GENERATION,
            size: SIZE,
        };
        let fds = vec![ends.channel.into_fd(), ends.pixels, ends.latch];
        self.sender.try_send_with(create, fds).expect("sent");
        let item = SceneItem {
            surface: PAGE,
            rect: Rect::from_size(SIZE),
            effect: Effect::None,
        };
        let scene = Scene { items: vec![item] };
        self.sender.try_send(ToGpu::SetScene(scene)).expect("sent");
        page
    }
}

#[test]
fn a_headless_gpu_paces_takes_and_captures_frames_and_ends_with_its_broker() {
    let broker = Broker::start();
    let presenter = "headless".to_owned();
    assert_eq!(
        broker.hears(),
        FromGpu::Ready {
            size: SIZE,
            scale: Percent::HUNDRED,
            presenter
        }
    );
    let mut page = broker.shows_a_page();
    for round in 0..5_u8 {
        let ready = wait_one(page.receiver.as_fd(), Interest::Read, Some(WATCHDOG));
        assert!(ready.expect("poll").any(), "no credit in round {round}");
        assert!(page.takes_credit());
        page.frame([round, 100, 200]);
    }
    assert_eq!(
        broker.hears(),
        FromGpu::FirstFrame {
            surface: PAGE,
            generation: GENERATION,
        }
    );
    let region = shm::Region::create("capture", SIZE.frame_bytes().expect("small"));
    let region = region.expect("region");
    let capture = ToGpu::Capture {
        request: 3,
        size: SIZE,
        surface: None,
    };
    broker
        .sender
        .try_send_with(capture, vec![region.dup().expect("dup")])
        .expect("sent");
    assert_eq!(
        broker.hears(),
        FromGpu::Captured {
            request: 3,
            frame: 0,
            error: None
        }
    );
    let map = shm::WritableMap::new(region.dup().expect("dup"), region.bytes()).expect("map");
    assert!(
        map.read_all()
            .chunks_exact(4)
            .all(|pixel| pixel == [4, 100, 200, 255])
    );
    let Broker {
        sender,
        receiver,
        gpu,
    } = broker;
    drop((sender, receiver));
    gpu.join().expect("no panic").expect("an orderly end");
}

#[test]
fn a_watcher_hears_of_the_next_frame_and_of_one_that_is_there() {
    let broker = Broker::start();
    assert!(matches!(broker.hears(), FromGpu::Ready { .. }));
    let mut page = broker.shows_a_page();
    let watch = |frame| {
        let watch = ToGpu::Watch {
            surface: PAGE,
            frame,
        };
        broker.sender.try_send(watch).expect("sent");
    };
    watch(0);
    let mut paints = |colour| {
        let ready = wait_one(page.receiver.as_fd(), Interest::Read, Some(WATCHDOG));
        assert!(ready.expect("poll").any() && page.takes_credit());
        page.frame(colour);
    };
    paints([1, 2, 3]);
    let first = FromGpu::FirstFrame {
        surface: PAGE,
        generation: GENERATION,
    };
    let told = [broker.hears(), broker.hears()];
    let painted = |frame| FromGpu::Painted {
        surface: PAGE,
        frame,
    };
    assert!(
        told.contains(&first) && told.contains(&painted(1)),
        "{told:?}"
    );
    watch(1);
    paints([3, 2, 1]);
    assert_eq!(broker.hears(), painted(2));
    watch(1);
    assert_eq!(broker.hears(), painted(2));
    watch(2);
    broker
        .sender
        .try_send(ToGpu::Ping { sequence: 5 })
        .expect("sent");
    assert_eq!(broker.hears(), FromGpu::Done { sequence: 5 });
}

#[test]
fn a_misbehaving_producer_is_named_and_the_loop_goes_on() {
    let broker = Broker::start();
    assert!(matches!(broker.hears(), FromGpu::Ready { .. }));
    let (surface, generation) = (SurfaceId(7), Generation(1));
    let (page, ends) = FakeProducer::new(SIZE, generation);
    let create = ToGpu::CreateSurface {
        surface,
        generation,
        size: SIZE,
    };
    let fds = vec![ends.channel.into_fd(), ends.pixels, ends.latch];
    page.ring();
    broker.sender.try_send_with(create, fds).expect("sent");
    let misbehaviour = Misbehaviour::WrongState;
    assert_eq!(
        broker.hears(),
        FromGpu::ProducerMisbehaved {
            surface,
            misbehaviour
        }
    );
    let region = shm::Region::create("capture", SIZE.frame_bytes().expect("small"));
    let capture = ToGpu::Capture {
        request: 1,
        size: SIZE,
        surface: None,
    };
    let fds = vec![region.expect("region").dup().expect("dup")];
    broker.sender.try_send_with(capture, fds).expect("sent");
    assert_eq!(
        broker.hears(),
        FromGpu::Captured {
            request: 1,
            frame: 0,
            error: None
        }
    );
}

#[test]
fn a_wheel_that_never_stops_is_one_event_a_look_and_no_press_is_passed() {
    use protocol::input::{Button, InputEvent, Modifiers};
    let modifiers = Modifiers::default();
    let wheel = |delta_y| InputEvent::Wheel {
        x: 1.0,
        y: 2.0,
        delta_x: 0.0,
        delta_y,
        modifiers,
    };
    let press = InputEvent::PointerDown {
        x: 1.0,
        y: 2.0,
        button: Button::Left,
        modifiers,
    };
    let resized = WindowEvent::Resized(SIZE);
    let turns = std::iter::repeat_n(WindowEvent::Input(wheel(4.0)), 1000);
    let events = turns.clone().chain([WindowEvent::Input(press)]);
    let events = events.chain(turns.take(10)).chain([resized.clone()]);
    let expected = [
        WindowEvent::Input(wheel(4000.0)),
        WindowEvent::Input(press),
        WindowEvent::Input(wheel(40.0)),
        resized,
    ];
    assert_eq!(merged(events).collect::<Vec<_>>(), expected);
}
