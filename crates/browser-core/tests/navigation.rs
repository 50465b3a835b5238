//! From an address to a committed page, and where each page may lead.

use browser_core::{Action, Body, Command, Config, Event, KillReason, RecordKind, action};
use protocol::error::LoadError;
use protocol::input::{Button, InputEvent, Modifiers};
use protocol::limits::{
    BUILTIN_NAVIGATIONS_MAX, PAGE_NAVIGATIONS_MAX, PAGE_NAVIGATIONS_WINDOW_MS, SPARE_DELAY_MS_MAX,
    STALE_PAGE_MS_MAX,
};
use protocol::network::FromNetwork;
use protocol::renderer::FromRenderer;
use protocol::shell::{FromShell, Security};
use protocol::site::Site;
use sim::world::{World, commit, head, records};

const ONE: &str = "https://one.example/";
const TWO: &str = "https://two.example/";

fn link(world: &mut World, tab: protocol::ids::TabId, url: &str, new_tab: bool) -> Vec<Action> {
    let (process, navigation) = (world.process_of(tab), world.last_navigation(tab));
    world.renderer(
        process,
        FromRenderer::Navigate {
            navigation,
            url: url.to_owned(),
            new_tab,
        },
    )
}

#[test]
fn page_is_fetched_locked_and_committed_in_that_order() {
    let mut world = World::running();
    let start = world.log.len();
    let tab = world.open(ONE);
    let of_interest = |action: &&Action| {
        matches!(
            action,
            Action::Fetch { .. } | Action::Lock(_) | Action::CreateSurface(_) | Action::Commit(_)
        )
    };
    let order: Vec<&Action> = world.log[start..].iter().filter(of_interest).collect();
    assert!(
        matches!(
            order[..],
            [
                Action::Fetch { .. },
                Action::Lock(action::Lock {
                    network: Some(_),
                    ..
                }),
                Action::CreateSurface(_),
                Action::Commit(action::Commit {
                    body: Body::Held,
                    ..
                })
            ]
        ),
        "{order:?}"
    );
    let info = world.tab(tab);
    assert_eq!(
        (info.url.as_str(), info.is_pending, info.error),
        (ONE, false, None)
    );
    assert_eq!(world.shell_state().security, Security::Secure);
    assert_eq!(world.shell_state().host, "one.example");
}

#[test]
fn spare_renderer_is_used_and_replaced() {
    let mut world = World::running();
    let spare = world.spare();
    let tab = world.open(ONE);
    assert_eq!(Some(world.process_of(tab)), spare);
    assert!(world.spare().is_some() && world.spare() != spare);
}

#[test]
fn the_next_spare_renderer_waits_for_a_page_that_loads_but_not_for_long() {
    let mut world = World::running();
    world.hold.documents = true;
    world.open(ONE);
    assert_eq!(world.spare(), None, "the page has the machine");
    world.advance(SPARE_DELAY_MS_MAX - 1);
    assert_eq!(world.spare(), None);
    world.advance(1);
    assert!(world.spare().is_some(), "a page may load for ever");
}

#[test]
fn same_site_navigation_stays_in_its_process() {
    let mut world = World::running();
    let tab = world.open(ONE);
    let process = world.process_of(tab);
    world.navigate(tab, "https://sub.one.example/other");
    world.settle();
    assert_eq!(world.process_of(tab), process);
    assert_eq!(world.tab(tab).url, "https://sub.one.example/other");
}

#[test]
fn cross_site_navigation_commits_in_another_process() {
    let mut world = World::running();
    let tab = world.open(ONE);
    let process = world.process_of(tab);
    world.navigate(tab, TWO);
    world.settle();
    assert_ne!(world.process_of(tab), process);
    assert_eq!(world.core.process(process), None, "the old one has ended");
    let site = world
        .core
        .process_site(world.process_of(tab))
        .map(Site::as_str);
    assert_eq!(site, Some("https://two.example"));
}

#[test]
fn process_that_has_run_scripts_gets_no_other_document() {
    let mut world = World::running();
    let tab = world.open(ONE);
    let (first, navigation) = (world.process_of(tab), world.last_navigation(tab));
    world.navigate(tab, "https://one.example/without");
    world.settle();
    assert_eq!(world.process_of(tab), first, "it has run none");
    // It has since the first document, whichever it says it of.
    world.renderer(first, FromRenderer::Scripted { navigation });
    world.navigate(tab, "https://one.example/next");
    world.settle();
    assert_ne!(world.process_of(tab), first);
    assert_eq!(world.core.process(first), None, "the old one has ended");
}

#[test]
fn scripts_run_where_they_are_switched_on_and_never_on_pages_of_the_browser() {
    for script in [true, false] {
        let mut world = World::new(Config {
            script,
            ..Config::default()
        });
        world.settle();
        for url in [ONE, "bulkhead://welcome"] {
            world.open(url);
        }
        assert_eq!(world.scripts, [script, false]);
    }
}

#[test]
fn site_is_that_of_the_final_url_after_redirects() {
    let mut world = World::running();
    let tab = world.open(ONE);
    let process = world.process_of(tab);
    world.hold.heads = true;
    world.navigate(tab, "https://one.example/redirect");
    let fetch = world.fetches.remove(0);
    let message = FromNetwork::Head {
        navigation: fetch.navigation,
        head: head(TWO),
    };
    let actions = world.network(fetch.network, message);
    let (other, url, _) = commit(&actions).expect("it is committed");
    assert_eq!(url, TWO);
    assert_ne!(other, process);
}

#[test]
fn address_changes_at_the_commit_and_the_old_page_stays_until_the_first_frame() {
    let mut world = World::running();
    let tab = world.open(ONE);
    let (old, old_page) = (world.process_of(tab), world.shown()[0]);
    world.hold.frames = true;
    world.navigate(tab, TWO);
    assert_eq!(world.tab(tab).url, ONE);
    world.settle();
    assert_eq!(world.tab(tab).url, TWO);
    assert_eq!(
        world.shown()[1],
        old_page,
        "the old page covers the new one"
    );
    assert!(!world.child(old).is_killed);
    world.hold.frames = false;
    world.settle();
    assert!(!world.shown().contains(&old_page));
    assert_eq!(world.core.process(old), None);
}

#[test]
fn old_page_goes_after_a_while_even_without_a_first_frame() {
    let mut world = World::running();
    let tab = world.open(ONE);
    let (old, old_page) = (world.process_of(tab), world.shown()[0]);
    world.hold.frames = true;
    world.navigate(tab, TWO);
    world.settle();
    let actions = world.advance(STALE_PAGE_MS_MAX);
    assert!(actions.contains(&Action::Kill {
        process: old,
        reason: KillReason::Wanted
    }));
    assert!(!world.shown().contains(&old_page));
}

#[test]
fn newer_navigation_supersedes_and_the_late_head_is_ignored() {
    let mut world = World::running();
    let tab = world.open(ONE);
    world.hold.heads = true;
    world.navigate(tab, TWO);
    let first = world.fetches[0].clone();
    let actions = world.navigate(tab, "https://three.example/");
    let (navigation, network) = (first.navigation, first.network);
    assert!(records(&actions).contains(&&RecordKind::Superseded { navigation }));
    assert!(actions.contains(&Action::CancelFetch {
        navigation,
        network
    }));
    assert!(actions.contains(&Action::DropBody { navigation }));
    let late = FromNetwork::Head {
        navigation,
        head: head(TWO),
    };
    assert_eq!(world.network(network, late), []);
    world.hold.heads = false;
    world.settle();
    assert_eq!(world.tab(tab).url, "https://three.example/");
    world.check_at_rest();
}

#[test]
fn failure_is_an_error_page_at_the_address_and_reload_tries_again() {
    let mut world = World::running();
    let tab = world.open(ONE);
    world.hold.heads = true;
    world.navigate(tab, TWO);
    let fetch = world.fetches.remove(0);
    let error = LoadError::HostNotFound {
        host: "two.example".to_owned(),
    };
    let message = FromNetwork::Failed {
        navigation: fetch.navigation,
        error: error.clone(),
    };
    let actions = world.network(fetch.network, message);
    let (process, url, body) = commit(&actions).expect("the error page is committed");
    assert_eq!((url, body), (TWO, &Body::Error(error)));
    assert_eq!(world.core.process_site(process), Some(&Site::error_pages()));
    world.hold.heads = false;
    world.settle();
    assert_eq!(world.tab(tab).error, Some("HOST_NOT_FOUND"));
    assert_eq!(world.shell_state().security, Security::Error);
    assert!(world.shell_state().can_go_back);
    world.command(Command::Reload(tab));
    world.settle();
    assert_eq!(
        (world.tab(tab).url.as_str(), world.tab(tab).error),
        (TWO, None)
    );
    world.command(Command::Back(tab));
    world.settle();
    assert_eq!(world.tab(tab).url, ONE);
}

#[test]
fn word_without_a_dot_is_an_error_page_that_says_so() {
    let mut world = World::running();
    let tab = world.open(ONE);
    world.shell_says(FromShell::Go("word".to_owned()));
    world.settle();
    let info = world.tab(tab);
    assert_eq!(
        (info.url.as_str(), info.error),
        ("word", Some("INVALID_URL"))
    );
}

#[test]
fn data_urls_are_alone_in_their_process() {
    let mut world = World::running();
    let tab = world.open("data:text/html,one");
    let process = world.process_of(tab);
    world.navigate(tab, "data:text/html,two");
    world.settle();
    assert_ne!(world.process_of(tab), process);
}

#[test]
fn file_opens_for_the_person_and_never_for_a_page() {
    let mut world = World::running();
    let tab = world.open("/etc/hostname");
    assert_eq!(world.tab(tab).url, "file:///etc/hostname");
    assert_eq!(world.shell_state().security, Security::File);
    for page in [
        ONE,
        "bulkhead://welcome",
        "data:text/html,x",
        "file:///etc/hostname",
    ] {
        let tab = world.open(page);
        let actions = link(&mut world, tab, "file:///etc/passwd", false);
        assert!(
            !actions
                .iter()
                .any(|action| matches!(action, Action::OpenFile { .. }))
        );
        assert!(world.tab(tab).notice.is_some(), "{page}");
        assert!(!world.tab(tab).is_pending);
    }
}

#[test]
fn web_page_may_not_open_built_in_pages_or_other_schemes() {
    let mut world = World::running();
    let tab = world.open(ONE);
    for url in [
        "bulkhead://processes",
        "bulkhead://crash",
        "data:,x",
        "javascript:1",
        "no url",
    ] {
        link(&mut world, tab, url, false);
        assert!(!world.tab(tab).is_pending, "{url}");
        assert!(world.tab(tab).notice.is_some(), "{url}");
    }
    link(&mut world, tab, TWO, false);
    world.settle();
    assert_eq!(world.tab(tab).url, TWO);
}

#[test]
fn built_in_page_may_link_to_pages_but_only_the_crashes_page_to_faults() {
    let mut world = World::running();
    let tab = world.open("bulkhead://welcome");
    link(&mut world, tab, "bulkhead://crash", false);
    assert!(
        world
            .child(world.core.tab(tab).expect("there").process.expect("live"))
            .broken
            .is_none()
    );
    link(&mut world, tab, "bulkhead://crashes", false);
    world.settle();
    assert_eq!(world.tab(tab).url, "bulkhead://crashes");
    let process = world.process_of(tab);
    let actions = link(&mut world, tab, "bulkhead://crash", false);
    assert!(matches!(actions[..], [Action::Inject { process: broken, .. }] if broken == process));
}

#[test]
fn page_opens_one_tab_for_each_thing_the_person_did() {
    let mut world = World::running();
    let tab = world.open(ONE);
    link(&mut world, tab, TWO, true);
    assert_eq!(world.core.tabs().len(), 1, "nobody clicked");
    let modifiers = Modifiers::default();
    let (x, y, button) = (100.0, 300.0, Button::Middle);
    world.input(InputEvent::PointerDown {
        x,
        y,
        button,
        modifiers,
    });
    world.settle();
    link(&mut world, tab, TWO, true);
    link(&mut world, tab, TWO, true);
    let tabs = world.core.tabs();
    assert_eq!(tabs.len(), 2);
    assert!(!tabs[1].is_active);
}

#[test]
fn body_cut_short_is_a_remark_that_goes_with_the_next_page() {
    let mut world = World::running();
    world.hold.bodies = true;
    let tab = world.open(ONE);
    let fetch = world.fetches.remove(0);
    let error = Some(LoadError::BodyCutShort {
        received: 5,
        expected: 9,
    });
    let message = FromNetwork::BodyEnd {
        navigation: fetch.navigation,
        bytes: 5,
        error,
    };
    let actions = world.network(fetch.network, message);
    assert!(
        records(&actions)
            .iter()
            .any(|kind| matches!(kind, RecordKind::Incomplete { .. }))
    );
    assert!(
        world
            .tab(tab)
            .notice
            .expect("it says so")
            .contains("cut short")
    );
    world.hold.bodies = false;
    world.navigate(tab, TWO);
    world.settle();
    assert_eq!(world.tab(tab).notice, None);
}

#[test]
fn stop_keeps_what_is_there_and_cancels_the_rest() {
    let mut world = World::running();
    world.hold.bodies = true;
    world.hold.documents = true;
    let tab = world.open(ONE);
    assert!(world.shell_state().loading);
    let (process, navigation) = (world.process_of(tab), world.last_navigation(tab));
    let actions = world.shell_says(FromShell::Stop);
    assert!(actions.contains(&Action::Stop { process }));
    let cancelled = actions.iter().find_map(|action| match action {
        Action::CancelFetch { navigation, .. } => Some(*navigation),
        _ => None,
    });
    assert_eq!(cancelled, Some(navigation));
    assert!(!world.shell_state().loading);
    assert_eq!(world.tab(tab).url, ONE);
}

#[test]
fn stop_in_an_empty_tab_says_that_it_was_stopped() {
    let mut world = World::running();
    world.hold.heads = true;
    let tab = world.open(ONE);
    world.shell_says(FromShell::Stop);
    world.settle();
    assert_eq!(world.tab(tab).error, Some("CANCELLED"));
    world.check_at_rest();
}

#[test]
fn fetch_that_could_not_begin_for_want_of_a_pipe_ends_with_an_error_page() {
    let mut world = World::running();
    world.hold.heads = true;
    let tab = world.open(ONE);
    let navigation = world.fetches.remove(0).navigation;
    let reason = "no pipe could be made".to_owned();
    let result = Err(LoadError::Process { reason });
    world.send(Event::BodyReady { navigation, result });
    world.settle();
    assert_eq!(world.tab(tab).error, Some("PROCESS"));
    world.check_at_rest();
}

#[test]
fn page_that_is_built_after_the_person_stopped_it_is_dropped() {
    let mut world = World::running();
    (world.hold.pages, world.hold.renderers) = (true, true);
    world.open(ONE);
    let tab = world.open("bulkhead://welcome");
    world.shell_says(FromShell::Stop);
    let (navigation, url) = world.pages.remove(0);
    let result = Ok(head(&url));
    let actions = world.send(Event::BodyReady { navigation, result });
    assert_eq!(actions, [Action::DropBody { navigation }]);
    world.hold.renderers = false;
    world.settle();
    assert_eq!(world.tab(tab).error, Some("CANCELLED"));
    world.check_at_rest();
}

#[test]
fn late_page_for_nobody_is_dropped() {
    let mut world = World::running();
    world.hold.pages = true;
    let tab = world.open("bulkhead://welcome");
    let (navigation, url) = world.pages.remove(0);
    world.navigate(tab, ONE);
    let actions = world.send(Event::BodyReady {
        navigation,
        result: Ok(head(&url)),
    });
    assert_eq!(actions, [Action::DropBody { navigation }]);
}

#[test]
fn history_brings_back_page_title_and_scroll_place() {
    let mut world = World::running();
    let tab = world.open(ONE);
    let (process, navigation) = (world.process_of(tab), world.last_navigation(tab));
    world.renderer(process, FromRenderer::Scrolled { navigation, y: 777 });
    let title = world.tab(tab).title;
    world.navigate(tab, TWO);
    world.settle();
    world.hold.documents = true;
    world.command(Command::Back(tab));
    world.settle();
    assert_eq!(
        (world.tab(tab).url.as_str(), world.tab(tab).title),
        (ONE, title)
    );
    let mut commits = world.log.iter().rev();
    let last = commits.find(|action| matches!(action, Action::Commit(_)));
    assert!(matches!(
        last,
        Some(Action::Commit(action::Commit {
            scroll_y: Some(777),
            ..
        }))
    ));
    assert!(world.shell_state().can_go_forward);
}

#[test]
fn a_page_that_goes_elsewhere_without_end_is_held_back() {
    let mut world = World::running();
    let tab = world.open(ONE);
    let start = world.log.len();
    for n in 0..1_000 {
        link(&mut world, tab, &format!("{ONE}{n}"), false);
    }
    let is_fetch = |action: &&Action| matches!(action, Action::Fetch { .. });
    let fetches = world.log[start..].iter().filter(is_fetch).count();
    assert_eq!(fetches, PAGE_NAVIGATIONS_MAX);
    assert!(world.shell_state().notice.is_some());
    world.settle();
    world.advance(PAGE_NAVIGATIONS_WINDOW_MS);
    link(&mut world, tab, TWO, false);
    world.settle();
    assert_eq!(world.tab(tab).url, TWO, "after a while it may again");
}

#[test]
fn a_built_in_page_may_go_elsewhere_more_often_but_not_without_end() {
    let mut world = World::running();
    let tab = world.open("bulkhead://lab");
    let start = world.log.len();
    for _ in 0..1_000 {
        link(&mut world, tab, "bulkhead://lab/plumber?do=write-1", false);
    }
    let is_page = |action: &&Action| matches!(action, Action::BuildPage { .. });
    let pages = world.log[start..].iter().filter(is_page).count();
    assert_eq!(pages, BUILTIN_NAVIGATIONS_MAX);
}
