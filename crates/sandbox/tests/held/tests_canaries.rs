//! The canaries: each is in the report with its answer, and each notices that its layer is not
//! there.

use crate::harness::{Claim, SUPPORT, TestChild};
use crate::layers::Set;
use sandbox::report::{self, Basis, Report, State, Teller};
use sandbox::{Availability, Canary, Feature, Layer, Mandatory, Namespace, Role, Support};

pub const CLAIMS: &[Claim] = &[
    (
        "each_layer_of_each_role_is_tried_with_its_answer",
        each_layer_is_tried,
    ),
    (
        "a_layer_that_is_only_pretended_is_found_out_by_its_canary",
        pretence_is_found_out,
    ),
    (
        "without_the_answer_that_is_due_a_layer_is_missing",
        answers_are_due,
    ),
    (
        "a_broker_without_power_over_a_child_tries_to_read_its_memory",
        memory_is_tried_from_outside,
    ),
    (
        "a_child_that_may_be_read_is_found_out_from_outside",
        dumpable_is_found_out,
    ),
];

/// The canaries by which a child tells that a layer is there.
const ANSWERS: [(Layer, &str, &str); 12] = [
    (USER, "setresuid(1, 1, 1)", "EINVAL"),
    (PID, "kill(-1, 0)", "ESRCH"),
    (NET, "connect(UDP 127.0.0.1:9)", "ENETUNREACH"),
    (UTS, "uname()", "nothing of the host's"),
    (Layer::NestingLimit, "unshare(NEWUTS)", "ENOSPC"),
    (Layer::Root, "open(\"/proc/self\")", "ENOENT"),
    (Layer::Capabilities, "chroot(\"/\")", "EPERM"),
    (Layer::Limits, "mmap(RLIMIT_AS bytes)", "ENOMEM"),
    (Layer::DenyWriteExecute, "mmap(RWX)", "EACCES"),
    (Layer::Speculation, "prctl(PR_SPEC_ENABLE)", "EPERM"),
    (Layer::Landlock, "open(\"/\")", "EACCES"),
    (Layer::Seccomp, "getcwd()", "ENOENT"),
];
const USER: Layer = Layer::Namespace(Namespace::User);
const PID: Layer = Layer::Namespace(Namespace::Pid);
const NET: Layer = Layer::Namespace(Namespace::Net);
const UTS: Layer = Layer::Namespace(Namespace::Uts);

fn each_layer_is_tried() {
    for role in Role::ALL {
        let child = TestChild::launch(role, "idle").sealed();
        let report = child.report(&SUPPORT);
        assert!(report.is_sufficient(), "{report}");
        for row in &report.rows {
            let answer = ANSWERS.iter().find(|(layer, ..)| *layer == row.layer);
            let is_there = row.state == State::Enforced;
            match (answer, &row.tried) {
                (Some((_, call, answer)), Some(tried)) if is_there => {
                    assert_eq!((tried.call.as_str(), &*tried.answer), (*call, *answer));
                    assert_eq!(tried.told_by, Teller::Child);
                }
                (Some(_), None) if !is_there => {}
                (None, None) => assert!(sandbox::untried(row.layer).is_some()),
                (None, Some(tried)) if tried.told_by == Teller::Broker => {}
                other => panic!("{role}: {}: {other:?}", row.layer),
            }
        }
    }
}

fn pretence_is_found_out() {
    for (layer, call, answer) in ANSWERS {
        let Some(mut support) = without_others_in_the_way(layer) else {
            println!("SKIP {layer}: not to be had here");
            continue;
        };
        if layer == UTS && host_name() == "bulkhead" {
            println!("SKIP {layer}: this host has the name that children see");
            continue;
        }
        // With the layer it seals itself.
        TestChild::launch_with(Role::Renderer, &support, "alone:idle").sealed();
        support.pretend(layer);
        for action in ["alone:idle", "idle"] {
            let child = TestChild::launch_with(Role::Network, &support, action);
            let (text, _) = child.receive();
            let expected = format!("failed: {layer} does not hold: {call} must end with {answer}");
            assert!(text.starts_with(&expected), "{layer}: {text}");
        }
    }
}

/// The support of a child that only pretends a layer; `None` if there is no such layer here.
fn without_others_in_the_way(layer: Layer) -> Option<Support> {
    let feature = match layer {
        Layer::NestingLimit => Feature::NestingLimit,
        Layer::DenyWriteExecute => Feature::DenyWriteExecute,
        Layer::Landlock => Feature::Landlock,
        Layer::Seccomp => Feature::Seccomp,
        Layer::Speculation => Feature::StoreBypass,
        Layer::Capabilities | Layer::Limits => return Some(SUPPORT.clone()),
        // Only root can have the others without it.
        USER => return Some(Set::none().support()),
        _ => return SUPPORT.has_namespaces().then(|| SUPPORT.clone()),
    };
    let is_there = SUPPORT.feature(feature).is_available();
    is_there.then(|| SUPPORT.clone())
}

fn host_name() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").expect("readable");
    name.trim_end().to_owned()
}

fn answers_are_due() {
    let child = TestChild::launch(Role::Gpu, "idle").sealed();
    let look = |canaries: &[Canary]| {
        report::verify(child.pid, Role::Gpu, &SUPPORT, child.attempted, canaries)
    };
    let is_alone_missing = |report: &Report, layer: Layer| {
        let missing: Vec<Layer> = report.missing().map(|row| row.layer).collect();
        assert_eq!(missing, [layer], "{report}");
        assert!(!report.is_sufficient(), "{report}");
    };
    assert!(look(&child.canaries).is_sufficient());
    assert!(!child.canaries.is_empty());
    for (place, canary) in child.canaries.iter().enumerate() {
        let mut fewer = child.canaries.clone();
        fewer.remove(place);
        is_alone_missing(&look(&fewer), canary.layer);
        let mut other = child.canaries.clone();
        other[place].errno = libc::EIO;
        is_alone_missing(&look(&other), canary.layer);
    }
    // Of layers that have none, or that this process does not have.
    for layer in [Layer::Keyring, Layer::Speculation] {
        let mut more = child.canaries.clone();
        let errno = libc::EPERM;
        more.push(Canary { layer, errno });
        if SUPPORT.feature(Feature::Keyring).is_available() {
            is_alone_missing(&look(&more), layer);
        }
    }
}

fn memory_is_tried_from_outside() {
    if !is_powerless() {
        return println!("SKIP: root may read what it likes");
    }
    let support = without_namespaces();
    let child = TestChild::launch_with(Role::Renderer, &support, "idle").sealed();
    let report = child.report(&support);
    assert!(report.is_sufficient(), "{report}");
    let row = row(&report, Layer::NotDumpable);
    assert_eq!((row.state, row.basis), (State::Enforced, Basis::Seen));
    let tried = row.tried.as_ref().expect("it was tried");
    assert_eq!((&*tried.answer, tried.told_by), ("EACCES", Teller::Broker));
}

fn dumpable_is_found_out() {
    if !is_powerless() {
        return println!("SKIP: root may read what it likes");
    }
    let mut support = without_namespaces();
    support.leave_off(Mandatory::NotDumpable);
    let child = TestChild::launch_with(Role::Renderer, &support, "idle").sealed();
    let report = child.report(&support);
    let row = row(&report, Layer::NotDumpable);
    assert_eq!(row.state, State::Missing, "{report}");
    let tried = row.tried.as_ref().expect("it was tried");
    assert_eq!(tried.answer, "success");
}

fn row(report: &Report, layer: Layer) -> &report::Row {
    let mut rows = report.rows.iter();
    rows.find(|row| row.layer == layer)
        .expect("every layer has a row")
}

fn is_powerless() -> bool {
    crate::layers::is_ordinary()
}

fn without_namespaces() -> Support {
    let mut support = SUPPORT.clone();
    for namespace in Namespace::ALL {
        support.set_namespace(namespace, Availability::Unavailable(libc::EPERM));
    }
    support
}
