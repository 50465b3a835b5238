//! Scale, zoom and colour scheme.

use browser_core::{Action, Command, Config, Event, action};
use protocol::appearance::{Appearance, ColorScheme, Percent};
use protocol::geometry::{Rect, Size};
use protocol::gpu::FromGpu;
use protocol::ids::{ProcessId, Role, TabId};
use protocol::input::{InputEvent, Key, Modifiers};
use protocol::limits::SHELL_HEIGHT;
use protocol::shell::FromShell;
use sim::world::World;

const ONE: &str = "https://one.example/";
const CTRL: Modifiers = Modifiers {
    shift: false,
    ctrl: true,
    alt: false,
    meta: false,
};

fn press(world: &mut World, character: char) -> Vec<Action> {
    world.input(InputEvent::KeyDown {
        key: Key::Character(character),
        modifiers: CTRL,
        repeat: false,
    })
}

fn turn(world: &mut World, delta_y: f32) -> Vec<Action> {
    world.input(InputEvent::Wheel {
        x: 600.0,
        y: 500.0,
        delta_x: 0.0,
        delta_y,
        modifiers: CTRL,
    })
}

/// Who was told what.
fn told(actions: &[Action]) -> Vec<(ProcessId, Appearance)> {
    let told = |action: &Action| match action {
        Action::SetAppearance(action::SetAppearance {
            process,
            appearance,
            ..
        }) => Some((*process, *appearance)),
        _ => None,
    };
    actions.iter().filter_map(told).collect()
}

fn zoom_of(world: &World) -> Percent {
    world.shell_state().zoom
}

fn with_page() -> (World, TabId) {
    let mut world = World::running();
    let tab = world.open(ONE);
    (world, tab)
}

#[test]
fn keys_enlarge_the_page_and_nothing_else() {
    let (mut world, tab) = with_page();
    let page = world.process_of(tab);
    for key in ['+', '='] {
        let actions = press(&mut world, key);
        let told = told(&actions);
        assert!(
            matches!(told[..], [(process, _)] if process == page),
            "{told:?}"
        );
    }
    assert_eq!(zoom_of(&world), Percent(125));
    press(&mut world, '-');
    assert_eq!(zoom_of(&world), Percent(110));
    let actions = press(&mut world, '0');
    assert_eq!(told(&actions), [(page, Appearance::default())]);
}

#[test]
fn wheel_with_ctrl_enlarges_and_does_not_scroll() {
    let (mut world, tab) = with_page();
    let page = world.process_of(tab);
    let is_input = |action: &Action| matches!(action, Action::Input(_));
    let actions = turn(&mut world, -53.0);
    assert_eq!(told(&actions).len(), 1);
    assert_eq!(told(&actions)[0].0, page);
    assert!(!actions.iter().any(is_input), "{actions:?}");
    assert_eq!(zoom_of(&world), Percent(110));
    // A touchpad's small steps add up, and what was begun one way is no step the other way.
    turn(&mut world, 20.0);
    turn(&mut world, -20.0);
    assert_eq!(zoom_of(&world), Percent(110));
    turn(&mut world, -20.0);
    assert_eq!(zoom_of(&world), Percent(125));
}

#[test]
fn zoom_belongs_to_the_site_and_outlives_reload_crash_and_process() {
    let (mut world, tab) = with_page();
    press(&mut world, '+');
    world.command(Command::Reload(tab));
    world.settle();
    assert_eq!(zoom_of(&world), Percent(110));
    world.command(Command::Kill(tab));
    world.settle();
    let at = world.log.len();
    world.command(Command::Reload(tab));
    world.settle();
    let page = world.process_of(tab);
    let order: Vec<&Action> = world.log[at..]
        .iter()
        .filter(|action| matches!(action, Action::Commit(_) | Action::SetAppearance(_)))
        .collect();
    assert!(
        matches!(order[..], [Action::SetAppearance(first), Action::Commit(_)]
            if first.process == page && first.appearance.zoom == Percent(110)),
        "a new process lays its page out at the zoom at once: {order:?}"
    );
    world.navigate(tab, "https://www.one.example/next");
    world.settle();
    assert_eq!(zoom_of(&world), Percent(110));
    world.navigate(tab, "https://two.example/");
    world.settle();
    assert_eq!(zoom_of(&world), Percent::HUNDRED);
    world.open(ONE);
    assert_eq!(zoom_of(&world), Percent(110));
    world.shell_says(FromShell::ResetZoom);
    assert_eq!(zoom_of(&world), Percent::HUNDRED);
}

#[test]
fn a_page_that_answers_nothing_is_not_told_without_end() {
    let (mut world, tab) = with_page();
    let page = world.process_of(tab);
    world.hold.inputs = true;
    let mut count = 0;
    for n in 0..200 {
        let actions = press(&mut world, if n % 2 == 0 { '+' } else { '-' });
        count += told(&actions).iter().filter(|(p, _)| *p == page).count();
    }
    assert!(count <= 64, "{count}");
    world.hold.inputs = false;
    world.settle();
    let told = told(&world.log);
    let last = told.iter().rfind(|(process, _)| *process == page);
    assert_eq!(
        last.map(|(_, appearance)| appearance.zoom),
        Some(Percent::HUNDRED)
    );
}

#[test]
fn a_scale_that_is_asked_for_wins_and_everything_has_it() {
    let config = Config {
        scale: Some(Percent(200)),
        color_scheme: ColorScheme::Dark,
        ..Config::default()
    };
    let mut world = World::new(config);
    world.settle();
    let tab = world.open(ONE);
    assert_eq!(world.core.window_size(), Size::new(2560, 1600));
    let heights: Vec<u32> = world.scene.items.iter().map(|item| item.rect.y).collect();
    assert_eq!(heights, [2 * SHELL_HEIGHT, 0]);
    let expected = Appearance {
        scale: Percent(200),
        zoom: Percent::HUNDRED,
        color_scheme: ColorScheme::Dark,
    };
    let told = told(&world.log);
    let shell = world.service(Role::Shell).expect("it runs");
    assert_eq!(told, [(shell, expected), (world.process_of(tab), expected)]);
    world.gpu_says(FromGpu::Resized {
        size: Size::new(640, 480),
        scale: Percent(300),
    });
    assert_eq!(world.scene.items[1].rect.height, 2 * SHELL_HEIGHT);
}

#[test]
fn the_scale_of_the_display_is_taken_and_followed() {
    let (mut world, tab) = with_page();
    let at = world.log.len();
    world.gpu_says(FromGpu::Resized {
        size: Size::new(1920, 1200),
        scale: Percent(150),
    });
    let height = Percent(150).of(SHELL_HEIGHT);
    assert_eq!(
        world.scene.items[0].rect,
        Rect::new(0, height, 1920, 1200 - height)
    );
    let told = told(&world.log[at..]);
    assert_eq!(told.len(), 2);
    assert!(told.iter().all(|(_, it)| it.scale == Percent(150)));
    assert!(
        told.iter()
            .any(|(process, _)| *process == world.process_of(tab))
    );
}

#[test]
fn a_desktop_that_becomes_dark_is_told_to_everything_once() {
    let (mut world, _) = with_page();
    for scheme in [ColorScheme::Dark, ColorScheme::Light] {
        let at = world.log.len();
        world.send(Event::ColorScheme(scheme));
        world.send(Event::ColorScheme(scheme));
        let told = told(&world.log[at..]);
        assert_eq!(told.len(), 2, "page and shell");
        assert!(told.iter().all(|(_, it)| it.color_scheme == scheme));
    }
}
