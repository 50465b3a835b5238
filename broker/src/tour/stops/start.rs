//! The processes that a browser starts with.

use crate::rings::history::Party;
use crate::snapshot;
use crate::tour::guide::Halt;
use crate::tour::stage::Stage;
use crate::tour::stop::Stop;
use protocol::ids::Role;
use std::collections::BTreeSet;

pub const STOP: Stop = Stop {
    title: "The start: one program, many processes",
    look: "A browser with one page is half a dozen processes of one executable. The broker starts \
           them all, and each talks to the broker on a channel of its own.",
    source: "broker/src/perform/spawn.rs, broker/src/child/launcher.rs",
    act,
};

const SERVICES: [Role; 4] = [Role::Gpu, Role::Network, Role::Shell, Role::Demo];

fn act(stage: &mut Stage<'_>) -> Result<(), Halt> {
    stage.demo("")?;
    let mut services = Vec::new();
    for role in SERVICES {
        services.push(stage.service(role)?);
    }
    let row = stage.open("article")?;
    let page = stage.pid(row.tab)?;
    let own = std::process::id();
    let rows = snapshot::processes(stage.browser);
    let pids: BTreeSet<i32> = rows.iter().map(|row| row.pid).collect();
    let parents: Vec<bool> = rows
        .iter()
        .filter(|row| row.role != "broker")
        .map(|row| parent_of(row.pid) == Some(own))
        .collect();
    let evidence = rows.iter().map(|row| {
        let indent = if row.role == "broker" { "" } else { "└ " };
        let role = format!("{indent}{}", row.role);
        let tab = match row.tab.as_str() {
            "" => String::new(),
            tab => format!("tab {tab}"),
        };
        let (pid, memory) = (row.pid, row.memory());
        let text = format!("{pid:>8} {role:12} {memory:>10}  {tab:6} {}", row.site);
        text.trim_end().to_owned()
    });
    let evidence = evidence.collect();
    let are_all_ours = parents.iter().all(|it| *it) && parents.len() > SERVICES.len();
    stage.claim(
        "Each part is a process, and the broker is the parent of each",
        are_all_ours && pids.len() == rows.len(),
        evidence,
    );
    stage.let_see()?;
    let [gpu, network, shell, _] = services[..] else {
        return Err(Halt::Failed("a service is missing".to_owned()));
    };
    for (text, name, to) in [
        (
            "The broker spoke with the network process",
            "ToNetwork::Navigate",
            network,
        ),
        (
            "The broker spoke with the page's renderer",
            "ToRenderer::Commit",
            page,
        ),
        (
            "The broker spoke with the gpu process",
            "ToGpu::CreateSurface",
            gpu,
        ),
        ("The broker spoke with the shell", "ToShell::State", shell),
    ] {
        stage.claim_messages(text, &[(name, Party::BROKER, Party(to))])?;
    }
    Ok(())
}

/// The parent of a process, as the kernel says; proc_pid_stat(5).
fn parent_of(pid: i32) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(')')?
        .1
        .split_whitespace()
        .nth(1)?
        .parse()
        .ok()
}
