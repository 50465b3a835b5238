//! The source of a page.

use browser_core::{Action, Command};
use protocol::ids::Role;
use protocol::input::{InputEvent, Key, Modifiers};
use protocol::network::FromNetwork;
use protocol::renderer::FromRenderer;
use protocol::shell::Security;
use sim::world::{World, head};

const ONE: &str = "https://one.example/a";
const SOURCE: &str = "view-source:https://one.example/a";

fn open_source(world: &mut World) {
    let modifiers = Modifiers {
        ctrl: true,
        ..Modifiers::default()
    };
    world.input(InputEvent::KeyDown {
        key: Key::Character('u'),
        modifiers,
        repeat: false,
    });
    world.settle();
}

#[test]
fn source_opens_beside_its_page_in_a_process_that_can_fetch_nothing() {
    let mut world = World::running();
    let page = world.open(ONE);
    world.open("https://two.example/");
    world.command(Command::Activate(page));
    open_source(&mut world);
    let tabs = world.core.tabs();
    let source = &tabs[1];
    assert!(source.is_active);
    assert_eq!(source.url, SOURCE);
    assert_eq!(world.shell_state().security, Security::Secure);
    let process = source.process.expect("it has one");
    assert_ne!(process, world.process_of(page));
    let site = world.core.process_site(process).expect("locked");
    assert!(
        site.as_str().starts_with("view-source:") && !site.may_fetch(),
        "{site}"
    );
    let mut fetched = world.log.iter().filter_map(|action| match action {
        Action::Fetch(fetch) => Some(fetch.url.as_str()),
        _ => None,
    });
    assert_eq!(fetched.next_back(), Some(ONE));
    open_source(&mut world);
    assert_eq!(world.core.tabs().len(), 3, "there is no source of a source");
}

#[test]
fn the_source_of_a_page_that_refreshes_stays() {
    for (address, expected) in [(ONE, Some("0; url=/b".to_owned())), (SOURCE, None)] {
        let mut world = World::running();
        world.hold.heads = true;
        world.open(address);
        let fetch = world.fetches.remove(0);
        let head = protocol::document::ResponseHead {
            refresh: Some("0; url=/b".to_owned()),
            ..head(ONE)
        };
        let answer = FromNetwork::Head {
            navigation: fetch.navigation,
            head,
        };
        world.network(fetch.network, answer);
        world.settle();
        let mut told = world.log.iter().filter_map(|action| match action {
            Action::Commit(commit) => Some((&commit.url, &commit.refresh)),
            _ => None,
        });
        let address = address.to_owned();
        assert_eq!(told.next_back(), Some((&address, &expected)));
    }
}

#[test]
fn source_survives_reload_and_the_death_of_the_network_process() {
    let mut world = World::running();
    let tab = world.open(SOURCE);
    assert_eq!(world.tab(tab).url, SOURCE);
    world.command(Command::Reload(tab));
    let network = world.service(Role::Network).expect("it runs");
    world.die(network, 9);
    world.settle();
    assert_eq!(world.tab(tab).url, SOURCE);
    assert_eq!(world.tab(tab).error, None);
}

#[test]
fn source_of_built_in_pages_and_of_data_is_shown() {
    let mut world = World::running();
    for address in [
        "view-source:bulkhead://welcome",
        "view-source:data:text/html,hi",
    ] {
        let tab = world.open(address);
        assert_eq!(world.tab(tab).url, address);
        assert_eq!(world.tab(tab).error, None);
    }
}

#[test]
fn source_of_a_break_it_address_breaks_nothing() {
    let mut world = World::running();
    world.open("view-source:bulkhead://gpu-crash");
    let is_fault = |action: &Action| matches!(action, Action::Inject { .. });
    assert!(!world.log.iter().any(is_fault));
}

#[test]
fn page_can_not_go_to_a_source() {
    for from in [ONE, "bulkhead://welcome"] {
        let mut world = World::running();
        let tab = world.open(from);
        let (process, navigation) = (world.process_of(tab), world.last_navigation(tab));
        for new_tab in [false, true] {
            let url = SOURCE.to_owned();
            world.renderer(
                process,
                FromRenderer::Navigate {
                    navigation,
                    url,
                    new_tab,
                },
            );
            world.settle();
        }
        assert_eq!(world.tab(tab).url, from);
        assert_eq!(world.core.tabs().len(), 1);
        let notice = world.tab(tab).notice.expect("it says so");
        assert!(notice.contains("view-source:"), "{notice}");
    }
}
