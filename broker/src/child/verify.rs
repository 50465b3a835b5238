//! Verifies, from outside, a child that claims its sandbox is on.
//!
//! Trusts: the Linux kernel's files about the process. Never: takes a child's word for a layer.

use crate::child::process::Child;
use browser_core::Event;
use protocol::bootstrap::CanaryAnswer;
use protocol::ids::ProcessId;
use protocol::misbehaviour::Misbehaviour;

/// Examines the child from outside and trusts only that. The child's report of its canaries can
/// only make the result worse.
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
    let report =
        sandbox::report::verify(child.pid, child.role, support, child.attempted, &canaries);
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

/// `None`: no such layer exists.
fn canary(answer: &CanaryAnswer) -> Option<sandbox::Canary> {
    Some(sandbox::Canary {
        layer: sandbox::Layer::from_number(answer.layer)?,
        errno: answer.errno,
    })
}
