//! What pages keep under their origins.

use browser_core::Action;
use browser_core::action::StorageTold;
use protocol::ids::{ProcessId, TabId};
use protocol::limits::{STORAGE_BYTES_MAX, STORAGE_TOLD_BYTES_MAX, STORAGE_UNTAKEN_MAX};
use protocol::renderer::FromRenderer;
use protocol::storage::{
    Items, StorageArea, StorageChange, StorageNews, StorageSnapshot, from_bytes,
};
use sim::world::World;

const ONE: &str = "https://one.example/";

fn stored(world: &mut World, tab: TabId, area: StorageArea, change: StorageChange) -> Vec<Action> {
    let (process, navigation) = (world.process_of(tab), world.last_navigation(tab));
    let message = FromRenderer::Stored {
        navigation,
        area,
        change,
    };
    world.renderer(process, message)
}

fn set(world: &mut World, tab: TabId, key: &str, value: &str) -> Vec<Action> {
    stored(world, tab, StorageArea::Local, piece(key, value, 0))
}

fn piece(key: &str, value: &str, bytes_left: usize) -> StorageChange {
    StorageChange::Set {
        key: key.to_owned(),
        value: value.to_owned(),
        bytes_left: u32::try_from(bytes_left).expect("small"),
    }
}

/// A tab whose page runs scripts; with what it was given.
fn open(world: &mut World, url: &str) -> (TabId, Vec<(Items, Items)>) {
    let tab = world.open(url);
    let process = world.process_of(tab);
    let given = snapshots(&world.log, process);
    let navigation = world.last_navigation(tab);
    world.renderer(process, FromRenderer::Scripted { navigation });
    (tab, given)
}

fn snapshots(actions: &[Action], to: ProcessId) -> Vec<(Items, Items)> {
    let all = actions.iter().filter_map(|action| match action {
        Action::Storage {
            process,
            told: StorageTold::All(_, bytes),
        } if *process == to => from_bytes(bytes),
        _ => None,
    });
    all.collect()
}

fn news(actions: &[Action]) -> Vec<(ProcessId, StorageNews)> {
    let all = actions.iter().filter_map(|action| match action {
        Action::Storage {
            process,
            told: StorageTold::News(news),
        } => Some((*process, news.clone())),
        _ => None,
    });
    all.collect()
}

fn items(pairs: &[(&str, &str)]) -> Items {
    let owned = pairs
        .iter()
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
    owned.collect()
}

fn cause(world: &World, tab: TabId) -> Option<String> {
    world.tab(tab).card.map(|card| card.cause)
}

#[test]
fn what_a_page_keeps_comes_with_the_next_page_of_its_origin_and_with_no_other() {
    let mut world = World::running();
    let (tab, given) = open(&mut world, ONE);
    assert!(given.is_empty(), "nothing is kept yet");
    set(&mut world, tab, "a", "1");
    let session = StorageArea::Session;
    stored(&mut world, tab, session, piece("s", "2", 0));
    let (_, given) = open(&mut world, "https://one.example/other");
    assert_eq!(given, [(items(&[("a", "1")]), items(&[]))]);
    for other in [
        "https://one.example:8443/",
        "http://one.example/",
        "https://sub.one.example/",
        "https://two.example/",
        "data:text/html,x",
    ] {
        let (_, given) = open(&mut world, other);
        assert!(given.is_empty(), "{other}");
    }
    // The tab has its session still.
    world.navigate(tab, "https://one.example/next");
    world.settle();
    let given = snapshots(&world.log, world.process_of(tab));
    let all = (items(&[("a", "1")]), items(&[("s", "2")]));
    assert_eq!(given.last(), Some(&all));
}

#[test]
fn a_page_of_a_renderer_that_died_finds_everything_again() {
    let mut world = World::running();
    let (tab, _) = open(&mut world, ONE);
    set(&mut world, tab, "a", "1");
    stored(&mut world, tab, StorageArea::Session, piece("s", "2", 0));
    let process = world.process_of(tab);
    world.die(process, 11);
    world.command(browser_core::Command::Reload(tab));
    world.settle();
    let given = snapshots(&world.log, world.process_of(tab));
    assert_eq!(given, [(items(&[("a", "1")]), items(&[("s", "2")]))]);
}

#[test]
fn other_tabs_of_the_origin_hear_of_a_change() {
    let mut world = World::running();
    let (one, _) = open(&mut world, ONE);
    let (two, _) = open(&mut world, ONE);
    open(&mut world, "https://two.example/");
    let heard = news(&set(&mut world, one, "a", "1"));
    let [(process, told)] = &heard[..] else {
        panic!("{heard:?}")
    };
    assert_eq!(*process, world.process_of(two));
    assert_eq!(told.navigation, world.last_navigation(two));
    let key = (told.key.as_deref(), told.value.as_deref());
    assert_eq!(key, (Some("a"), Some("1")));
    assert_eq!((told.url.as_str(), told.seen), (ONE, 0));
    let session = stored(&mut world, one, StorageArea::Session, piece("s", "2", 0));
    assert!(news(&session).is_empty());
    // The other's own changes are counted.
    set(&mut world, two, "b", "2");
    let cleared = stored(&mut world, one, StorageArea::Local, StorageChange::Clear);
    let told = &news(&cleared)[0].1;
    assert_eq!((told.key.clone(), told.seen), (None, 1));
}

#[test]
fn a_tab_that_takes_no_news_is_told_a_bounded_number_and_then_everything() {
    let mut world = World::running();
    let (one, _) = open(&mut world, ONE);
    let (two, _) = open(&mut world, ONE);
    let (process, navigation) = (world.process_of(two), world.last_navigation(two));
    let mut told = 0;
    for n in 0..STORAGE_UNTAKEN_MAX + 50 {
        let actions = set(&mut world, one, "n", &n.to_string());
        told += news(&actions).len();
        assert!(snapshots(&actions, process).is_empty());
    }
    assert_eq!(told, STORAGE_UNTAKEN_MAX as usize);
    let mut all = Vec::new();
    for _ in 0..STORAGE_UNTAKEN_MAX {
        let actions = world.renderer(process, FromRenderer::StorageTaken { navigation });
        all.extend(snapshots(&actions, process));
    }
    let last = (STORAGE_UNTAKEN_MAX + 49).to_string();
    assert_eq!(all, [(items(&[("n", &last)]), items(&[]))]);
    world.renderer(process, FromRenderer::StorageTaken { navigation });
    assert_eq!(cause(&world, two), None);
    let too_many = FromRenderer::StorageTaken { navigation };
    world.renderer(process, too_many);
    let cause = cause(&world, two);
    assert_eq!(cause.as_deref(), Some("broke the protocol: WrongState"));
}

#[test]
fn a_long_change_comes_to_others_as_a_whole() {
    let mut world = World::running();
    let (one, _) = open(&mut world, ONE);
    let (two, _) = open(&mut world, ONE);
    let long = "x".repeat(STORAGE_TOLD_BYTES_MAX + 1);
    let actions = set(&mut world, one, "k", &long);
    assert!(news(&actions).is_empty());
    let given = snapshots(&actions, world.process_of(two));
    assert_eq!(given, [(items(&[("k", &long)]), items(&[]))]);
}

#[test]
fn a_value_in_pieces_is_kept_when_it_is_whole() {
    let mut world = World::running();
    let (one, _) = open(&mut world, ONE);
    let local = StorageArea::Local;
    stored(&mut world, one, local, piece("k", "ab", 3));
    let (_, given) = open(&mut world, ONE);
    assert!(given.is_empty());
    let value = "cde".to_owned();
    stored(&mut world, one, local, StorageChange::More { value });
    let (_, given) = open(&mut world, ONE);
    assert_eq!(given, [(items(&[("k", "abcde")]), items(&[]))]);
}

#[test]
fn what_no_honest_page_says_ends_its_process() {
    let more = |value: &str| StorageChange::More {
        value: value.to_owned(),
    };
    let lies: [(&str, Vec<StorageChange>); 4] = [
        ("WrongState", vec![more("x")]),
        ("WrongState", vec![piece("k", "a", 2), piece("l", "b", 0)]),
        (
            "ValueOutOfRange",
            vec![piece("k", "a", 2), more("too long")],
        ),
        ("ValueOutOfRange", vec![piece("k", "a", 2), more("")]),
    ];
    for (name, changes) in lies {
        let mut world = World::running();
        let (tab, _) = open(&mut world, ONE);
        for change in changes {
            assert_eq!(cause(&world, tab), None);
            stored(&mut world, tab, StorageArea::Local, change);
        }
        let expected = format!("broke the protocol: {name}");
        assert_eq!(cause(&world, tab), Some(expected));
    }
}

#[test]
fn an_origin_of_its_own_keeps_nothing() {
    let mut world = World::running();
    let (tab, _) = open(&mut world, "data:text/html,x");
    set(&mut world, tab, "k", "v");
    let cause = cause(&world, tab);
    assert_eq!(cause.as_deref(), Some("broke the protocol: WrongState"));
}

#[test]
fn a_change_of_the_page_before_is_ignored() {
    let mut world = World::running();
    let (tab, _) = open(&mut world, ONE);
    let (process, navigation) = (world.process_of(tab), world.last_navigation(tab));
    world.navigate(tab, "https://two.example/");
    world.settle();
    let change = piece("k", "v", 0);
    let area = StorageArea::Local;
    world.renderer(
        process,
        FromRenderer::Stored {
            navigation,
            area,
            change,
        },
    );
    assert_eq!(cause(&world, tab), None);
}

#[test]
fn whoever_writes_too_much_is_told_what_is_kept() {
    let mut world = World::running();
    let (one, _) = open(&mut world, ONE);
    let big = "x".repeat(STORAGE_BYTES_MAX / 2);
    set(&mut world, one, "a", &big);
    let actions = set(&mut world, one, "b", &big);
    let kept = (items(&[("a", &big)]), items(&[]));
    assert_eq!(snapshots(&actions, world.process_of(one)), [kept]);
    let snapshot = actions.iter().find_map(|action| match action {
        Action::Storage {
            told: StorageTold::All(snapshot, _),
            ..
        } => Some(*snapshot),
        _ => None,
    });
    let StorageSnapshot { seen, is_news, .. } = snapshot.expect("it was sent");
    assert_eq!((seen, is_news), (2, true));
    assert_eq!(cause(&world, one), None);
}
