//! The window: its process, its surfaces, its scene.

use browser_core::{Action, Command, Config, EXIT_NO_WINDOW, Event, RecordKind, TabState, action};
use protocol::geometry::{Rect, Size};
use protocol::gpu::FromGpu;
use protocol::ids::{Generation, Role, SurfaceId};
use protocol::limits::{
    QUICK_DEATHS_MAX, RESTART_PAUSE_MS_MAX, SERVICE_HEALTHY_MS, SHELL_HEIGHT, WINDOW_TRIES_MAX,
};
use protocol::misbehaviour::Misbehaviour;
use protocol::surface::SurfacePart;
use sim::world::{World, is_kill, records};

const ONE: &str = "https://one.example/";
const TWO: &str = "https://two.example/";

#[test]
fn strip_stands_above_the_page() {
    let mut world = World::running();
    world.open(ONE);
    let rects: Vec<Rect> = world.scene.items.iter().map(|item| item.rect).collect();
    let page = Rect::new(0, SHELL_HEIGHT, 1280, 800 - SHELL_HEIGHT);
    assert_eq!(rects, [page, Rect::new(0, 0, 1280, SHELL_HEIGHT)]);
}

#[test]
fn without_a_shell_the_page_has_the_whole_window() {
    let mut world = World::new(Config {
        shell: false,
        ..Config::default()
    });
    world.settle();
    world.open(ONE);
    let rects: Vec<Rect> = world.scene.items.iter().map(|item| item.rect).collect();
    assert_eq!(rects, [Rect::new(0, 0, 1280, 800)]);
    let tab = world.core.active_tab().expect("it is shown");
    let process = world.process_of(tab);
    world.die(process, 11);
    assert_eq!(world.scene.items.len(), 1, "no card without a shell");
}

#[test]
fn resizing_the_window_resizes_what_is_on_show_and_the_rest_when_it_is_shown() {
    let mut world = World::running();
    let one = world.open(ONE);
    world.open(TWO);
    let actions = world.resize(640, 480);
    let resized = |actions: &[Action]| {
        let mut sizes = Vec::new();
        for action in actions {
            if let Action::ResizeSurface(action::ResizeSurface {
                generation, size, ..
            }) = action
            {
                sizes.push((*generation, *size));
            }
        }
        sizes
    };
    let next = Generation(2);
    let page = (next, Size::new(640, 480 - SHELL_HEIGHT));
    assert_eq!(
        resized(&actions),
        [(next, Size::new(640, SHELL_HEIGHT)), page]
    );
    let actions = world.command(Command::Activate(one));
    assert_eq!(resized(&actions), [page]);
}

#[test]
fn window_smaller_than_the_strip_leaves_the_page_one_pixel() {
    let mut world = World::running();
    let tab = world.open(ONE);
    world.resize(1, 1);
    let sizes: Vec<Size> = world.core.surfaces().iter().map(|s| s.size).collect();
    assert!(
        sizes.iter().all(|size| size.is_valid_surface()),
        "{sizes:?}"
    );
    let process = world.process_of(tab);
    world.die(process, 11);
    world.resize(300, 200);
    let card = world
        .core
        .surfaces()
        .into_iter()
        .find(|s| s.part == SurfacePart::Card);
    assert_eq!(
        card.expect("there is a card").size,
        Size::new(300, 200 - SHELL_HEIGHT)
    );
}

#[test]
fn gpu_death_shows_everything_again_and_reloads_nothing() {
    let mut world = World::running();
    let one = world.open(ONE);
    let two = world.open(TWO);
    let dead = world.open("https://three.example/");
    let process = world.process_of(dead);
    world.die(process, 11);
    world.settle();
    let scene = world.scene.clone();
    let before = [world.tab(one), world.tab(two), world.tab(dead)];
    let start = world.log.len();
    let gpu = world.gpu().expect("it runs");
    world.die(gpu, 11);
    world.settle();
    assert_eq!([world.tab(one), world.tab(two), world.tab(dead)], before);
    assert_eq!(world.scene, scene);
    let mut reattached = Vec::new();
    for action in &world.log[start..] {
        assert!(!matches!(action, Action::Commit(_)));
        if let Action::ReattachSurface(action::ReattachSurface {
            producer,
            generation,
            ..
        }) = action
        {
            reattached.push((producer.is_some(), *generation));
        }
    }
    let (again, last) = ((true, Generation(2)), (false, Generation(1)));
    assert_eq!(reattached.len(), 4, "the pages shown last, strip, card");
    assert_eq!(
        reattached.iter().filter(|entry| **entry == again).count(),
        3
    );
    assert_eq!(reattached.iter().filter(|entry| **entry == last).count(), 1);
    assert!(
        world.log[start..]
            .iter()
            .any(|action| matches!(action, Action::SetTitle { .. }))
    );
}

#[test]
fn between_many_deaths_the_browser_runs_on_without_a_window() {
    let mut world = World::running();
    let tab = world.open(ONE);
    for _ in 0..=QUICK_DEATHS_MAX {
        world.wait_for_service(Role::Gpu);
        let gpu = world.gpu().expect("it is restarted");
        world.die(gpu, 11);
        world.settle();
    }
    assert_eq!(world.service(Role::Gpu), None);
    assert!(
        world
            .shell_state()
            .banner
            .as_ref()
            .is_some_and(|b| b.contains("window"))
    );
    world.navigate(tab, TWO);
    world.settle();
    assert_eq!(
        (world.tab(tab).url.as_str(), world.tab(tab).state),
        (TWO, TabState::Ready)
    );
    assert!(!world.core.is_exiting());
    let (role, pause_ms) = (Role::Gpu, 50);
    assert!(records(&world.log).contains(&&RecordKind::KeepsDying { role, pause_ms }));
}

#[test]
fn a_window_that_cannot_be_opened_ends_the_browser_with_its_own_status() {
    let mut world = World::running();
    world.open(ONE);
    let gpu = world.gpu().expect("it runs");
    world.hold.gpu = true;
    world.die(gpu, 11);
    world.settle();
    let process = world.service(Role::Gpu).expect("it is started again");
    let reason = "no window could be opened".to_owned();
    world.send(Event::StartFailed { process, reason });
    assert!(world.core.is_exiting());
    assert_eq!(exit_code(&world), Some(EXIT_NO_WINDOW));
    let reason = "no window could be opened".to_owned();
    assert!(records(&world.log).contains(&&RecordKind::NoWindow { reason }));
}

#[test]
fn a_gpu_process_that_never_gets_to_a_window_ends_the_browser_when_it_is_given_up() {
    let mut world = World::new(Config::default());
    world.hold.gpu = true;
    world.settle();
    for _ in 0..=WINDOW_TRIES_MAX {
        assert!(!world.core.is_exiting());
        world.wait_for_service(Role::Gpu);
        let gpu = world.service(Role::Gpu).expect("it is started again");
        world.die(gpu, 11);
        world.settle();
    }
    assert_eq!(exit_code(&world), Some(EXIT_NO_WINDOW));
    let is_told = |kind: &&RecordKind| match kind {
        RecordKind::NoWindow { reason } => reason.contains("SIGSEGV"),
        _ => false,
    };
    assert!(records(&world.log).iter().any(is_told));
    assert_eq!(world.core.deadline(), None);
}

fn exit_code(world: &World) -> Option<u8> {
    world.log.iter().find_map(|action| match action {
        Action::Exit { code } => Some(*code),
        _ => None,
    })
}

#[test]
fn the_window_comes_back_without_end_after_pauses_that_grow_and_start_anew() {
    let mut world = World::running();
    world.open(ONE);
    let scene = world.scene.clone();
    let mut pauses = Vec::new();
    for _ in 0..40 {
        let gpu = world.gpu().expect("it is restarted");
        world.die(gpu, 11);
        world.settle();
        pauses.push(world.wait_for_service(Role::Gpu));
        assert_eq!(world.scene, scene);
    }
    assert_eq!(pauses[..5], [0, 50, 100, 200, 400]);
    assert!(pauses.is_sorted() && pauses.last() == Some(&RESTART_PAUSE_MS_MAX));
    world.advance(SERVICE_HEALTHY_MS);
    let gpu = world.gpu().expect("it is restarted");
    world.die(gpu, 11);
    world.settle();
    assert_eq!(
        world.wait_for_service(Role::Gpu),
        0,
        "it was healthy for a while"
    );
}

#[test]
fn resizes_that_are_not_answered_do_not_pile_up() {
    let mut world = World::running();
    let tab = world.open(ONE);
    world.hold.frames = true;
    let start = world.log.len();
    for n in 0..500 {
        world.resize(640 + n, 480);
    }
    let process = world.process_of(tab);
    let is_its = |action: &Action| match action {
        Action::ResizeSurface(action::ResizeSurface { producer, .. }) => *producer == process,
        _ => false,
    };
    let resizes = world.log[start..].iter().filter(|a| is_its(a)).count();
    assert!((1..=16).contains(&resizes), "{resizes}");
    world.hold.frames = false;
    world.settle();
    let sizes = world.core.surfaces();
    let page = sizes
        .iter()
        .find(|s| s.producer == Some(process))
        .expect("it is shown");
    assert_eq!(page.size, Size::new(640 + 499, 480 - SHELL_HEIGHT));
}

#[test]
fn page_committed_before_the_window_stands_is_handed_over_later() {
    let mut world = World::new(Config::default());
    world.hold.gpu = true;
    let tab = world.open(ONE);
    assert!(world.tab(tab).process.is_some());
    assert!(world.shown().is_empty());
    world.hold.gpu = false;
    world.settle();
    let surfaces = world.core.surfaces();
    assert_eq!(surfaces.len(), 2, "page and strip");
    assert!(
        surfaces
            .iter()
            .all(|surface| surface.is_live && surface.is_visible),
        "{surfaces:?}"
    );
}

#[test]
fn frame_violation_kills_its_producer_and_not_the_gpu_process() {
    let mut world = World::running();
    let tab = world.open(ONE);
    let process = world.process_of(tab);
    let surface = world.shown()[0];
    let misbehaviour = Misbehaviour::DamageOutOfRange;
    let actions = world.gpu_says(FromGpu::ProducerMisbehaved {
        surface,
        misbehaviour,
    });
    assert!(is_kill(&actions[0], process));
    assert_eq!(
        world.tab(tab).card.expect("a card").cause,
        "broke the protocol: DamageOutOfRange"
    );
}

#[test]
fn producer_that_hangs_up_dies_of_that_unless_its_end_says_otherwise() {
    let misbehaviour = Misbehaviour::ClosedChannel;
    for crash in [None, Some(11)] {
        let mut world = World::running();
        let tab = world.open(ONE);
        let process = world.process_of(tab);
        let surface = world.shown()[0];
        let actions = world.gpu_says(FromGpu::ProducerMisbehaved {
            surface,
            misbehaviour,
        });
        assert_eq!(actions, [Action::HungUp { process }]);
        assert!(world.tab(tab).card.is_none(), "nothing is known yet");
        let cause = match crash {
            Some(signal) => {
                world.die(process, signal);
                "was killed by signal 11 (SIGSEGV)"
            }
            None => {
                world.send(Event::Misbehaved {
                    process,
                    misbehaviour,
                });
                world.die(process, 9);
                "broke the protocol: ClosedChannel"
            }
        };
        assert_eq!(world.tab(tab).card.expect("a card").cause, cause);
    }
}

#[test]
fn producer_that_is_gone_may_have_hung_up() {
    let mut world = World::running();
    world.open(TWO);
    let tab = world.open(ONE);
    let surface = world.shown()[0];
    world.die(world.process_of(tab), 9);
    let misbehaviour = Misbehaviour::ClosedChannel;
    let message = FromGpu::ProducerMisbehaved {
        surface,
        misbehaviour,
    };
    assert_eq!(world.gpu_says(message.clone()), []);
    world.command(Command::Close(tab));
    assert_eq!(world.gpu_says(message), []);
}

#[test]
fn stale_first_frame_changes_nothing_and_one_of_the_future_is_misbehaviour() {
    let mut world = World::running();
    world.open(ONE);
    let surface = world.shown()[0];
    world.hold.frames = true;
    world.resize(640, 480);
    let old = FromGpu::FirstFrame {
        surface,
        generation: Generation(1),
    };
    assert_eq!(world.gpu_says(old), []);
    let gpu = world.gpu().expect("it runs");
    let ahead = FromGpu::FirstFrame {
        surface,
        generation: Generation(3),
    };
    assert!(is_kill(&world.gpu_says(ahead)[0], gpu));
}

#[test]
fn surface_that_never_was_is_a_lie_and_one_that_was_is_late_news() {
    let mut world = World::running();
    let tab = world.open(ONE);
    let gone = world.shown()[0];
    world.navigate(tab, TWO);
    world.settle();
    let generation = Generation(1);
    assert_eq!(
        world.gpu_says(FromGpu::FirstFrame {
            surface: gone,
            generation
        }),
        []
    );
    let gpu = world.gpu().expect("it runs");
    let actions = world.gpu_says(FromGpu::FirstFrame {
        surface: SurfaceId(99),
        generation,
    });
    assert!(is_kill(&actions[0], gpu));
}

#[test]
fn title_of_the_window_follows_the_active_tab() {
    let mut world = World::running();
    world.open(ONE);
    let mut titles = world.log.iter().rev().filter_map(|action| match action {
        Action::SetTitle { title, .. } => Some(title.as_str()),
        _ => None,
    });
    let last = titles.next().expect("it was set");
    assert!(
        last.starts_with("page n") && last.ends_with(" - Bulkhead"),
        "{last}"
    );
}
