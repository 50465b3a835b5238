//! The death of the network process.

use browser_core::{Action, Command, Event, RecordKind};
use protocol::ids::Role;
use protocol::limits::QUICK_DEATHS_MAX;
use protocol::network::FromNetwork;
use sim::world::{WAITING, World, records};

const ONE: &str = "https://one.example/";
const TWO: &str = "https://two.example/";

fn kill_network(world: &mut World) -> Vec<Action> {
    let network = world.service(Role::Network).expect("it runs");
    world.die(network, 11)
}

#[test]
fn request_that_brought_nothing_is_repeated_once_in_the_new_process() {
    let mut world = World::running();
    world.hold.heads = true;
    let tab = world.open(ONE);
    kill_network(&mut world);
    world.settle();
    assert_eq!(world.fetches.len(), 1, "asked again");
    assert!(world.tab(tab).is_pending);
    kill_network(&mut world);
    world.settle();
    assert_eq!(world.tab(tab).error, Some("NETWORK_PROCESS_DIED"));
    world.check_at_rest();
}

#[test]
fn page_half_read_stays_with_a_remark() {
    let mut world = World::running();
    world.hold.bodies = true;
    let tab = world.open(ONE);
    let actions = kill_network(&mut world);
    assert!(
        records(&actions)
            .iter()
            .any(|kind| matches!(kind, RecordKind::Incomplete { .. }))
    );
    let info = world.tab(tab);
    assert_eq!((info.url.as_str(), info.error), (ONE, None));
    assert!(
        info.notice
            .expect("it says so")
            .contains("network process died")
    );
}

#[test]
fn pages_get_a_new_fetch_channel_and_built_in_pages_get_none() {
    let mut world = World::running();
    let one = world.open(ONE);
    let built_in = world.open("bulkhead://welcome");
    let start = world.log.len();
    kill_network(&mut world);
    world.settle();
    let replaced: Vec<_> = world.log[start..]
        .iter()
        .filter_map(|action| match action {
            Action::ReplaceFetch { process, .. } => Some(*process),
            _ => None,
        })
        .collect();
    assert_eq!(replaced, [world.process_of(one)]);
    assert!(!replaced.contains(&world.process_of(built_in)));
}

#[test]
fn after_many_deaths_pages_are_offline_until_it_is_back_or_the_user_tries_again() {
    let mut world = World::running();
    let tab = world.open(ONE);
    for _ in 0..=QUICK_DEATHS_MAX {
        world.wait_for_service(Role::Network);
        kill_network(&mut world);
        world.settle();
    }
    assert_eq!(world.service(Role::Network), None);
    assert!(
        world
            .shell_state()
            .banner
            .as_ref()
            .is_some_and(|b| b.contains("network"))
    );
    world.navigate(tab, TWO);
    world.settle();
    assert_eq!(world.tab(tab).error, Some("OFFLINE"));
    world.command(Command::Reload(tab));
    world.settle();
    assert_eq!(
        (world.tab(tab).url.as_str(), world.tab(tab).error),
        (TWO, None)
    );
    assert_eq!(world.shell_state().banner, None);
    kill_network(&mut world);
    world.settle();
    world.wait_for_service(Role::Network);
    world.navigate(tab, ONE);
    world.settle();
    assert_eq!(world.tab(tab).error, None, "it came back by itself");
}

#[test]
fn navigation_waits_for_a_network_process_that_is_starting() {
    let mut world = World::new(browser_core::Config::default());
    world.command(Command::Open {
        address: ONE.to_owned(),
        activate: true,
    });
    assert!(world.fetches.is_empty());
    world.settle();
    assert_eq!(world.core.tabs()[0].url, ONE);
    assert!(!world.core.tabs()[0].is_pending);
}

#[test]
fn head_of_another_scheme_is_misbehaviour_of_the_network_process() {
    for url in [
        "file:///etc/passwd",
        "bulkhead://welcome",
        "data:,x",
        "nonsense",
    ] {
        let mut world = World::running();
        world.hold.heads = true;
        world.open(ONE);
        let fetch = world.fetches.remove(0);
        let head = sim::world::head(url);
        let message = FromNetwork::Head {
            navigation: fetch.navigation,
            head,
        };
        let actions = world.network(fetch.network, message);
        assert!(
            actions
                .iter()
                .any(|action| sim::world::is_kill(action, fetch.network)),
            "{url}"
        );
    }
}

#[test]
fn head_and_end_come_once_and_in_that_order() {
    let mut world = World::running();
    world.hold.heads = true;
    world.hold.bodies = true;
    world.open(ONE);
    let fetch = world.fetches[0].clone();
    let (navigation, network) = (fetch.navigation, fetch.network);
    let end = FromNetwork::BodyEnd {
        navigation,
        bytes: 0,
        error: None,
    };
    let actions = world.network(network, end);
    assert!(
        sim::world::is_kill(&actions[0], network),
        "an end without a head"
    );

    let mut world = World::running();
    world.hold.bodies = true;
    world.open(ONE);
    let fetch = world.fetches[0].clone();
    let (navigation, network) = (fetch.navigation, fetch.network);
    let again = FromNetwork::Head {
        navigation,
        head: sim::world::head(ONE),
    };
    let actions = world.network(network, again);
    assert!(sim::world::is_kill(&actions[0], network), "a second head");
}

#[test]
fn death_of_the_network_process_while_the_renderer_starts_cuts_the_page_short() {
    let mut world = World::running();
    world.hold.renderers = true;
    world.hold.bodies = true;
    let spare = world.spare().expect("there is one");
    world.send(Event::QueueFull {
        process: spare,
        waiting: WAITING,
    });
    world.settle();
    let tab = world.open(ONE);
    kill_network(&mut world);
    world.hold.renderers = false;
    world.settle();
    assert_eq!(world.tab(tab).url, ONE);
    assert!(world.tab(tab).notice.is_some());
}
