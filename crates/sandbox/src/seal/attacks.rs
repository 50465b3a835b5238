//! For each layer the attack that tests it, in words, and the answer that proves that the layer
//! works.

use crate::layer::Layer;
use crate::namespaces::Namespace;
use crate::policy::words;

/// An attack in the words of a report, and the answer that proves that the layer works.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attack {
    pub(crate) layer: Layer,
    pub(crate) call: &'static str,
    pub(crate) refusal: i32,
}

/// The attack on a layer, if it has a meaningful one.
pub(crate) fn attack_on(layer: Layer) -> Option<Attack> {
    ATTACKS.into_iter().find(|attack| attack.layer == layer)
}

/// Why a layer has no attack.
pub fn untried(layer: Layer) -> Option<&'static str> {
    Some(match layer {
        Layer::Namespace(Namespace::Mount) => {
            "the root can only be replaced in one: see \"empty root\""
        }
        Layer::Namespace(Namespace::Ipc) => "there may be no object outside to look for",
        Layer::Namespace(Namespace::Cgroup) => "it hides names and refuses nothing",
        Layer::Cgroup => "an attack would have to use up its memory, tasks or time",
        Layer::DistinctUid => "other layers already put what it protects out of reach",
        Layer::Keyring => "the session outside may hold no key to look for",
        Layer::Descriptors => "the broker checks each descriptor from outside instead",
        Layer::NoNewPrivileges => "an attack would have to execute a set-user-id program",
        Layer::NotDumpable => {
            "testable from outside only, where the broker has no power over the process"
        }
        Layer::CoreScheduling => "it refuses nothing: it decides what runs beside the process",
        Layer::ParentDeathSignal => "an attack would have to kill the browser",
        _ => return None,
    })
}

/// An answer in words: the name of the errno.
pub(crate) fn answer_name(errno: i32) -> String {
    match words::errno_name(errno) {
        _ if errno == 0 => NOTHING_FOUND.to_owned(),
        Some(name) => name.to_owned(),
        None => format!("errno {errno}"),
    }
}

const fn attack(layer: Layer, call: &'static str, refusal: i32) -> Attack {
    Attack {
        layer,
        call,
        refusal,
    }
}

/// What [`canary`](crate::seal::canary) does, and the answer of the layer.
const ATTACKS: [Attack; 12] = [
    attack(USER, "setresuid(1, 1, 1)", libc::EINVAL),
    attack(PID, "kill(-1, 0)", libc::ESRCH),
    attack(NET, "connect(UDP 127.0.0.1:9)", libc::ENETUNREACH),
    attack(UTS, "uname()", 0),
    attack(Layer::NestingLimit, "unshare(NEWUTS)", libc::ENOSPC),
    attack(Layer::Root, "open(\"/proc/self\")", libc::ENOENT),
    attack(Layer::Capabilities, "chroot(\"/\")", libc::EPERM),
    attack(Layer::Limits, "mmap(RLIMIT_AS bytes)", libc::ENOMEM),
    attack(Layer::DenyWriteExecute, "mmap(RWX)", libc::EACCES),
    attack(Layer::Speculation, "prctl(PR_SPEC_ENABLE)", libc::EPERM),
    attack(Layer::Landlock, "open(\"/\")", libc::EACCES),
    attack(Layer::Seccomp, "getcwd()", libc::ENOENT),
];
pub(crate) const USER: Layer = Layer::Namespace(Namespace::User);
pub(crate) const PID: Layer = Layer::Namespace(Namespace::Pid);
pub(crate) const NET: Layer = Layer::Namespace(Namespace::Net);
pub(crate) const UTS: Layer = Layer::Namespace(Namespace::Uts);
/// Errno 0: the call succeeded and revealed nothing about the host.
const NOTHING_FOUND: &str = "nothing of the host's";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_layer_is_attacked_or_it_is_said_why_not() {
        for layer in Layer::ALL {
            let attack = attack_on(layer);
            assert!(attack.is_some() != untried(layer).is_some(), "{layer}");
        }
    }

    #[test]
    fn every_answer_has_a_name() {
        for Attack { layer, refusal, .. } in ATTACKS {
            assert!(!answer_name(refusal).starts_with("errno"), "{layer}");
        }
    }
}
