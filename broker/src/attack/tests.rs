//! Claims about attacks: which begin, what is told of them, and how they end.

use super::*;

const DEMO: Option<&str> = Some("http://127.0.0.1:9/");
const TAB: TabId = TabId(7);

fn number_of(name: &str) -> u32 {
    let found = list::all().iter().position(|attack| attack.name == name);
    u32::try_from(found.expect("there is such an attack")).expect("few")
}

fn no_frames(_: u64) -> Option<Frames> {
    None
}

/// A run with that attack begun and its page loaded; also what is then done to the page.
fn begun(name: &str) -> (Attacks, Instant, Option<Command>) {
    let (mut attacks, now) = (Attacks::default(), Instant::now());
    attacks.start(number_of(name), DEMO).expect("it is there");
    let Some(Command::Open { address, activate }) = attacks.begin_next(now, DEMO) else {
        panic!("a tab is opened");
    };
    assert!(!activate, "the page of the attacks stays on show");
    let opened = RecordKind::TabOpened {
        url: address.clone(),
    };
    assert_eq!(tell(&mut attacks, now, opened), None);
    let loaded = RecordKind::Loaded {
        navigation: protocol::ids::NavigationId(1),
        url: address,
        failed_resources: 0,
    };
    let made = tell(&mut attacks, now, loaded);
    (attacks, now, made)
}

fn tell(attacks: &mut Attacks, now: Instant, kind: RecordKind) -> Option<Command> {
    let record = Record {
        kind,
        tab: Some(TAB),
        process: None,
    };
    attacks.note(&record, now, no_frames)
}

fn outcome(attacks: &Attacks) -> (Verdict, String) {
    let (_, outcome) = attacks.outcomes().next().expect("there is one");
    (outcome.verdict, outcome.what.clone())
}

#[test]
fn a_call_that_ends_its_process_is_told_with_the_cause() {
    let (mut attacks, now, made) = begun("ptrace");
    assert_eq!(
        made,
        Some(Command::Inject(TAB, Fault::Syscall { number: 101 }))
    );
    let died = RecordKind::Died {
        role: protocol::ids::Role::Renderer,
        pid: 5,
        cause: "tried to call ptrace(0, 0, NULL, 0)".to_owned(),
    };
    assert_eq!(tell(&mut attacks, now, died), Some(Command::Close(TAB)));
    let (verdict, what) = outcome(&attacks);
    assert_eq!(verdict, Verdict::Ended);
    assert!(what.contains("tried to call ptrace"), "{what}");
    assert_eq!(
        attacks.begin_next(now, DEMO),
        None,
        "its tab is not closed yet"
    );
    assert_eq!(tell(&mut attacks, now, RecordKind::TabClosed), None);
    assert!(attacks.deadline().is_none(), "nothing is left to do");
}

#[test]
fn an_answer_of_the_kernel_is_told_by_name() {
    let (mut attacks, now, _) = begun("openat");
    assert_eq!(attacks.look(&Seen { answer: None }, now, no_frames), None);
    let seen = Seen { answer: Some(1) };
    let closed = attacks.look(&seen, now, no_frames);
    assert_eq!(closed, Some(Command::Close(TAB)));
    let (verdict, what) = outcome(&attacks);
    assert_eq!(verdict, Verdict::Refused);
    assert!(what.contains("EPERM"), "{what}");
}

#[test]
fn an_attack_that_goes_through_is_not_called_anything_else() {
    let (mut attacks, now, _) = begun("openat");
    attacks.look(&Seen { answer: Some(0) }, now, no_frames);
    assert_eq!(outcome(&attacks).0, Verdict::Succeeded);
}

#[test]
fn what_never_ends_is_closed_after_a_while() {
    let (mut attacks, now, made) = begun("loop");
    assert_eq!(made, None, "the page starts by itself");
    let seen = Seen { answer: None };
    assert_eq!(attacks.look(&seen, now, no_frames), None);
    let later = attacks.look(&seen, now + WATCH, no_frames);
    assert_eq!(later, Some(Command::Close(TAB)));
    assert_eq!(outcome(&attacks).0, Verdict::Contained);
    let asked = RecordKind::Dialog {
        kind: "leave",
        text: String::new(),
    };
    let answer = tell(&mut attacks, now, asked);
    assert!(matches!(answer, Some(Command::AnswerDialog(TAB, answer)) if answer.is_accepted));
}

#[test]
fn a_page_that_says_it_was_refused_is_believed_to_have_been() {
    let (mut attacks, now, _) = begun("storage");
    let title = "Flood of storage: refused after 380 MB: out of memory".to_owned();
    tell(&mut attacks, now, RecordKind::Title { title });
    attacks.look(&Seen { answer: None }, now + WATCH, no_frames);
    let (verdict, what) = outcome(&attacks);
    assert_eq!(verdict, Verdict::Refused);
    assert!(
        what.ends_with("refused after 380 MB: out of memory"),
        "{what}"
    );
}

#[test]
fn the_tab_may_be_closed_by_another_hand() {
    let (mut attacks, now, _) = begun("ptrace");
    tell(&mut attacks, now, RecordKind::TabClosed);
    assert_eq!(outcome(&attacks).0, Verdict::NotMade);
    attacks.start(number_of("ptrace"), DEMO).expect("again");
    assert!(attacks.begin_next(now, DEMO).is_some());
}

#[test]
fn what_cannot_be_made_is_refused_or_told() {
    let mut attacks = Attacks::default();
    assert!(attacks.start(9_999, DEMO).is_err());
    let script = number_of("loop");
    assert!(attacks.start(script, None).is_err());
    attacks.start(script, DEMO).expect("it is there");
    assert!(attacks.start(script, DEMO).is_err(), "it waits already");
    assert_eq!(attacks.begin_next(Instant::now(), None), None);
    assert_eq!(outcome(&attacks).0, Verdict::NotMade);
}

#[test]
fn machine_code_needs_no_demo_site() {
    let mut attacks = Attacks::default();
    attacks
        .start(number_of("ptrace"), None)
        .expect("any page serves");
    let begun = attacks.begin_next(Instant::now(), None);
    assert!(matches!(begun, Some(Command::Open { .. })), "{begun:?}");
}

#[test]
fn all_are_made_one_after_the_other_and_each_once() {
    let mut attacks = Attacks::default();
    attacks.start_every(false, DEMO).expect("the demo runs");
    attacks.start_every(false, DEMO).expect("nothing is added");
    let codes = list::all().iter().filter(|it| !it.is_script()).count();
    assert_eq!(attacks.waiting().count(), codes);
    assert!(attacks.begin_next(Instant::now(), DEMO).is_some());
    assert_eq!(attacks.begin_next(Instant::now(), DEMO), None);
}
