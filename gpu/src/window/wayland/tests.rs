//! The window under compositors that misbehave, played by the test.

mod compositor;

use super::Window;
use crate::screen::Screen;
use crate::testing::WATCHDOG;
use crate::window::event::WindowEvent;
use compositor::{Compositor, Picture, Plan, Scale};
use ipc::poll::{Interest, wait_one};
use protocol::appearance::Percent;
use protocol::geometry::{Rect, Size};
use protocol::input::InputEvent;
use shm::Region;
use std::os::unix::net::UnixStream;
use std::time::Duration;
use wayland_client::Connection;

const SIZE: Size = Size::new(320, 200);

/// A window of a compositor that asks for that size.
fn window_of(size: (i32, i32)) -> Window {
    let (_compositor, connection) = Compositor::start(Plan {
        size,
        releases: true,
        ..Plan::default()
    });
    Window::on(connection, SIZE, None).expect("a window")
}

#[test]
fn a_compositor_that_leaves_the_size_to_the_window_or_asks_for_nonsense_gets_a_sane_one() {
    assert_eq!(window_of((0, 0)).size(), SIZE);
    assert_eq!(window_of((-5, i32::MIN)).size(), SIZE);
    assert_eq!(window_of((640, 0)).size(), Size::new(640, 200));
    let largest = Size::new(u32::MAX, u32::MAX).clamped_to_surface();
    assert_eq!(window_of((100_000, 100_000)).size(), largest);
    assert_eq!(window_of((i32::MAX, i32::MAX)).size(), largest);
    assert_eq!(window_of((1, 1)).size(), Size::new(1, 1));
}

/// One turn of the loop with something to show.
fn turn(window: &mut Window, screen: &mut Screen, events: &mut Vec<WindowEvent>) {
    window.pump(events);
    if screen.size() != window.size() {
        screen.resize(window.size());
    }
    screen.mark_rect(Rect::from_size(window.size()));
    window.present(screen);
    window.has_events();
    let (fd, interest) = window.fd();
    wait_one(fd, interest, Some(Duration::from_millis(5))).expect("poll");
}

#[test]
fn a_compositor_that_gives_no_buffer_back_gets_no_more_and_nobody_waits() {
    let (compositor, connection) = Compositor::start(Plan::default());
    let mut window = Window::on(connection, SIZE, None).expect("a window");
    let (mut screen, mut events) = (Screen::new(SIZE), Vec::new());
    let begin = std::time::Instant::now();
    while compositor.pictures() < 3 {
        assert!(begin.elapsed() < WATCHDOG, "{}", compositor.pictures());
        turn(&mut window, &mut screen, &mut events);
    }
    for _ in 0..20 {
        turn(&mut window, &mut screen, &mut events);
    }
    assert_eq!(compositor.pictures(), 3);
    assert!(
        !screen.take_dirty().is_empty(),
        "what was not shown is lost"
    );
    assert_eq!(events, []);
}

#[test]
fn a_compositor_that_gives_buffers_back_gets_every_picture() {
    let (compositor, connection) = Compositor::start(Plan {
        releases: true,
        ..Plan::default()
    });
    let mut window = Window::on(connection, SIZE, None).expect("a window");
    let (mut screen, mut events) = (Screen::new(SIZE), Vec::new());
    let begin = std::time::Instant::now();
    while compositor.pictures() < 12 {
        assert!(begin.elapsed() < WATCHDOG, "{}", compositor.pictures());
        turn(&mut window, &mut screen, &mut events);
    }
}

#[test]
fn a_broken_keymap_costs_no_window() {
    for said in [0, 64, 4096, u32::MAX] {
        let region = Region::create("keymap", 4096).expect("a region");
        let (compositor, connection) = Compositor::start(Plan {
            keymap: Some((region.dup().expect("dup"), said)),
            ..Plan::default()
        });
        let mut window = Window::on(connection, SIZE, None).expect("a window");
        assert!(
            window
                .state
                .keyboard
                .press(30, std::time::Instant::now())
                .is_none()
        );
        let mut events = Vec::new();
        window.pump(&mut events);
        assert_eq!(events, []);
        drop(compositor);
    }
}

#[test]
fn a_compositor_that_dies_is_one_close_request() {
    let (compositor, connection) = Compositor::start(Plan::default());
    let mut window = Window::on(connection, SIZE, None).expect("a window");
    drop(compositor);
    let mut events = Vec::new();
    let begin = std::time::Instant::now();
    while events.is_empty() {
        assert!(begin.elapsed() < WATCHDOG, "the end is not noticed");
        wait_one(window.fd().0, Interest::Read, Some(WATCHDOG)).expect("poll");
        window.pump(&mut events);
    }
    let mut screen = Screen::new(SIZE);
    for _ in 0..3 {
        window.set_title("after the end");
        turn(&mut window, &mut screen, &mut events);
    }
    assert_eq!(events, [WindowEvent::CloseRequested]);
}

#[test]
fn a_compositor_that_ends_before_the_window_stands_gives_none() {
    let (near, far) = UnixStream::pair().expect("a pair of sockets");
    drop(far);
    let connection = Connection::from_socket(near).expect("a connection");
    assert!(Window::on(connection, SIZE, None).is_err());
}

/// A window of a compositor that says that, and what the compositor saw of it.
fn dense_window(
    scales: &[Scale],
    is_fractional: bool,
    wanted: Option<Percent>,
) -> (Window, Picture) {
    let (compositor, connection) = Compositor::start(Plan {
        releases: true,
        scales: [scales.to_vec(), Vec::new()],
        is_fractional,
        ..Plan::default()
    });
    let mut window = Window::on(connection, SIZE, wanted).expect("a window");
    let (mut screen, mut events) = (Screen::new(SIZE), Vec::new());
    let begin = std::time::Instant::now();
    while compositor.pictures() < 3 {
        assert!(begin.elapsed() < WATCHDOG, "{}", compositor.pictures());
        turn(&mut window, &mut screen, &mut events);
    }
    let seen = compositor.last().expect("a picture");
    (window, seen)
}

#[test]
fn a_window_has_the_scale_of_its_output_and_as_many_pixels() {
    let picture = |pixels, scale, destination| Picture {
        pixels,
        scale,
        destination,
    };
    for (scales, is_fractional, percent, seen) in [
        (&[][..], false, 100, picture((320, 200), 1, None)),
        (
            &[Scale::Output(2)],
            false,
            200,
            picture((640, 400), 2, None),
        ),
        (
            &[Scale::Output(3), Scale::Preferred(2)],
            false,
            200,
            picture((640, 400), 2, None),
        ),
        (
            &[Scale::Output(2), Scale::Preferred(2), Scale::Parts(180)],
            true,
            150,
            picture((480, 300), 1, Some((320, 200))),
        ),
        // Before it says more, the output counts.
        (
            &[Scale::Output(2)],
            true,
            200,
            picture((640, 400), 1, Some((320, 200))),
        ),
    ] {
        let (window, last) = dense_window(scales, is_fractional, None);
        assert_eq!(last, seen, "{scales:?}");
        assert_eq!(window.scale(), Percent(percent), "{scales:?}");
        let (width, height) = seen.pixels;
        let size = Size::new(width.unsigned_abs(), height.unsigned_abs());
        assert_eq!(window.size(), size, "{scales:?}");
    }
}

#[test]
fn the_users_scale_is_that_of_pages_and_the_pixels_are_those_of_the_output() {
    let (window, last) = dense_window(&[Scale::Output(2)], false, Some(Percent(150)));
    assert_eq!(window.scale(), Percent(150));
    assert_eq!(window.size(), Size::new(480, 300));
    assert_eq!((last.pixels, last.scale), ((480, 300), 2));
}

#[test]
fn a_scale_that_changes_is_told_with_the_new_size() {
    for (later, percent, is_fractional) in [
        (Scale::Output(2), 200, false),
        (Scale::Preferred(3), 300, false),
        (Scale::Parts(150), 125, true),
    ] {
        let (compositor, connection) = Compositor::start(Plan {
            releases: true,
            scales: [Vec::new(), vec![later]],
            is_fractional,
            ..Plan::default()
        });
        let mut window = Window::on(connection, SIZE, None).expect("a window");
        assert_eq!((window.size(), window.scale()), (SIZE, Percent::HUNDRED));
        let (mut screen, mut events) = (Screen::new(SIZE), Vec::new());
        let begin = std::time::Instant::now();
        let size = Percent(percent).of_size(SIZE);
        let is_shown = || {
            let pixels = compositor.last().expect("a picture").pixels;
            pixels == (size.width.cast_signed(), size.height.cast_signed())
        };
        while !is_shown() {
            assert!(begin.elapsed() < WATCHDOG, "{later:?}: {events:?}");
            turn(&mut window, &mut screen, &mut events);
        }
        assert_eq!(events, [WindowEvent::Resized(size)], "{later:?}");
        assert_eq!(window.scale(), Percent(percent), "{later:?}");
    }
}

#[test]
fn a_compositor_that_lies_about_scales_gets_a_window_that_can_be() {
    for (scale, is_fractional) in [
        (Scale::Output(0), false),
        (Scale::Output(i32::MIN), false),
        (Scale::Output(i32::MAX), false),
        (Scale::Preferred(-1), false),
        (Scale::Preferred(i32::MAX), false),
        (Scale::Parts(0), true),
        (Scale::Parts(u32::MAX), true),
        // Without the means for it, parts are not asked for.
        (Scale::Parts(180), false),
    ] {
        for size in [(0, 0), (1, 1), (100_000, 100_000)] {
            let (_compositor, connection) = Compositor::start(Plan {
                size,
                scales: [vec![scale], Vec::new()],
                is_fractional,
                ..Plan::default()
            });
            let window = Window::on(connection, SIZE, None).expect("a window");
            assert!(window.size().is_valid_surface(), "{scale:?} {size:?}");
            assert!(window.scale().is_valid_scale(), "{scale:?} {size:?}");
        }
    }
}

#[test]
fn the_pointer_is_at_pixels_of_the_window() {
    let (_compositor, connection) = Compositor::start(Plan {
        scales: [vec![Scale::Output(2)], Vec::new()],
        pointer: Some((10.75, 20.5)),
        ..Plan::default()
    });
    let mut window = Window::on(connection, SIZE, None).expect("a window");
    let (mut screen, mut events) = (Screen::new(SIZE), Vec::new());
    let begin = std::time::Instant::now();
    loop {
        let place = events.iter().find_map(|event| match event {
            WindowEvent::Input(InputEvent::PointerMove { x, y, .. }) => Some((*x, *y)),
            _ => None,
        });
        if let Some(place) = place {
            return assert_eq!(place, (21.0, 41.0));
        }
        assert!(begin.elapsed() < WATCHDOG, "no pointer: {events:?}");
        turn(&mut window, &mut screen, &mut events);
    }
}

#[test]
fn a_window_that_no_picture_is_asked_of_draws_none() {
    let (compositor, connection) = Compositor::start(Plan {
        releases: true,
        is_blind: true,
        ..Plan::default()
    });
    let mut window = Window::on(connection, SIZE, None).expect("a window");
    let (mut screen, mut events) = (Screen::new(SIZE), Vec::new());
    for _ in 0..20 {
        turn(&mut window, &mut screen, &mut events);
    }
    assert_eq!(compositor.pictures(), 1, "the background alone");
    let later = std::time::Instant::now() + Duration::from_secs(2);
    assert!(window.state.shell.is_unseen(later));
    assert!(
        !screen.take_dirty().is_empty(),
        "what was not shown is lost"
    );
}
