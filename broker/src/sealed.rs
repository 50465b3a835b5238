//! What is done when a child says that it is sealed: its listener is listened to, and the child is
//! looked at.
//!
//! Owns: the judgement that the kernel gets to hear. Trusts: the kernel's files. Never: takes a
//! child's word for a layer.

use crate::children::Child;
use crate::epoll::{Set, Source};
use kernel::Event;
use protocol::bootstrap::CanaryAnswer;
use protocol::ids::ProcessId;
use protocol::misbehaviour::Misbehaviour;
use std::os::fd::OwnedFd;

/// Watches the listener for refused calls. Where the kernel has such listeners, a child without one
/// could make refused calls that nobody hears of.
pub fn listen(
    set: &Set,
    process: ProcessId,
    listener: Option<OwnedFd>,
    support: &sandbox::Support,
) -> Result<Option<OwnedFd>, String> {
    let is_due = support
        .feature(sandbox::Feature::SeccompListener)
        .is_available();
    let Some(listener) = listener else {
        return if is_due {
            Err("the listener for refused system calls did not come".to_owned())
        } else {
            Ok(None)
        };
    };
    set.add(&listener, Source::Seccomp(process))
        .map_err(|error| format!("its refused system calls cannot be listened for: {error}"))?;
    Ok(Some(listener))
}

/// Looks at the child from outside and believes only that; what it tells of its canaries can only
/// make it worse.
pub fn verify(
    process: ProcessId,
    child: &mut Child,
    support: &sandbox::Support,
    canaries: &[CanaryAnswer],
) -> Event {
    let canaries: Option<Vec<sandbox::Canary>> = canaries.iter().map(canary).collect();
    let Some(canaries) = canaries else {
        return Event::Misbehaved {
            process,
            misbehaviour: Misbehaviour::ValueOutOfRange,
        };
    };
    let policy = child::policy_of(child.role);
    let report = sandbox::report::verify(child.pid, policy, support, child.attempted, &canaries);
    let event = if report.is_sufficient() {
        Event::Sealed {
            process,
            tier: report.tier().to_string(),
        }
    } else {
        let missing = report.missing().map(|row| match row.note.as_str() {
            "" => row.layer.to_string(),
            note => format!("{} ({note})", row.layer),
        });
        Event::SealRefused {
            process,
            reason: missing.collect::<Vec<_>>().join(", "),
        }
    };
    tracing::debug!(role = %child.role, pid = child.pid, "sandbox: {report}");
    child.report = Some(report);
    event
}

/// `None`: there is no such layer.
fn canary(answer: &CanaryAnswer) -> Option<sandbox::Canary> {
    Some(sandbox::Canary {
        layer: sandbox::Layer::from_number(answer.layer)?,
        errno: answer.errno,
    })
}
