//! A tab that an attacker has taken over, in machine code.

use super::kill_tab::claim_others;
use crate::snapshot::{self, TabRow};
use crate::tour::guide::Halt;
use crate::tour::stage::Stage;
use crate::tour::stop::Stop;
use browser_core::RecordKind;
use protocol::fault::Fault;

pub const STOP: Stop = Stop {
    title: "The compromised tab: what code in the sandbox can try",
    look: "Now the renderer itself is hostile, as if an attacker ran code in it. It makes a \
           system call that no page needs, then lies to the broker. Each time only its own tab \
           pays.",
    source: "crates/sandbox/policies/renderer.policy, crates/protocol/src/misbehaviour.rs, \
             crates/child/src/fault.rs",
    act,
};

fn act(stage: &mut Stage<'_>) -> Result<(), Halt> {
    let moving = stage.open("animated")?;
    let others = [stage.row(moving.tab)?];
    let victim = stage.open("article")?;
    claim_reach(stage, &victim)?;
    let ptrace = Fault::Syscall {
        number: libc::SYS_ptrace as u32,
    };
    let call = fall(stage, &victim, ptrace)?;
    stage.let_see()?;
    stage.claim(
        "A call that the policy does not name ends the process, in that call",
        call.cause.contains("ptrace"),
        vec![call.told()],
    );
    stage.reload(victim.tab)?;
    let lie = fall(stage, &victim, Fault::BadMessage)?;
    stage.let_see()?;
    stage.claim(
        "A message that is none ends the process: the broker believes nothing",
        lie.cause.contains("broke the protocol"),
        vec![lie.told()],
    );
    claim_others(stage, &others)
}

/// What was left of the process.
struct Fall {
    pid: u32,
    cause: String,
}

impl Fall {
    fn told(&self) -> String {
        format!("renderer {} is gone: it {}", self.pid, self.cause)
    }
}

/// Makes the tab's process do that, and waits for its end.
fn fall(stage: &mut Stage<'_>, victim: &TabRow, fault: Fault) -> Result<Fall, Halt> {
    let (tab, pid) = (victim.tab, stage.pid(victim.tab)?);
    let mark = stage.mark();
    stage.inject(tab, fault)?;
    let cause = stage.wait(mark, "the tab shows its card", |_, record| {
        match &record.kind {
            RecordKind::TabCrashed { cause } if record.tab == Some(tab) => Some(cause.clone()),
            _ => None,
        }
    })?;
    Ok(Fall { pid, cause })
}

/// The channels that an attacker in that process would find.
fn claim_reach(stage: &mut Stage<'_>, victim: &TabRow) -> Result<(), Halt> {
    let name = format!("renderer {}", stage.pid(victim.tab)?);
    let channels = snapshot::channels(stage.browser).into_iter();
    let own = channels.filter(|it| it.from == name || it.to == name);
    let evidence: Vec<String> = own
        .map(|it| format!("{} → {}: {} {}", it.from, it.to, it.purpose, it.bound_to))
        .collect();
    let is_alone = evidence
        .iter()
        .all(|it| it.matches("renderer").count() == 1);
    stage.claim(
        "All that its process holds are channels: none leads to another page",
        !evidence.is_empty() && is_alone,
        evidence,
    );
    Ok(())
}
