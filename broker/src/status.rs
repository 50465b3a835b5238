//! `bulkhead sandbox`: starts one process of every role and tells what holds each of them, as seen
//! from outside.
//!
//! Owns: the report's two forms, for people and for programs. Trusts: the kernel's files, never a
//! child. Never: calls a process held that it has not looked at.

use crate::browser::Browser;
use crate::cli::{Options, SandboxMode};
use crate::screenshot::ensure_running;
use crate::session;
use crate::terminal::{complain, say};
use kernel::RecordKind;
use protocol::ids::Role;
use sandbox::Tier;
use sandbox::report::Report;
use serde_json::{Value, json};
use std::process::ExitCode;
use std::time::{Duration, Instant};

const ROLES: [Role; 4] = [Role::Gpu, Role::Network, Role::Renderer, Role::Shell];
/// The least that is enough unless the person says otherwise.
const REQUIRED: Tier = Tier::C;

/// Reports; the exit status is 0 only if every role has at least the tier that is required.
pub fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let required = options.require.map_or(REQUIRED, Tier::from);
    let options = Options {
        headless: true,
        urls: Vec::new(),
        // What is too little is to be seen, and told by the exit status.
        sandbox: SandboxMode::Degraded,
        require: None,
        ..options.clone()
    };
    let mut browser = session::start(&options, true)?;
    let deadline = Instant::now() + Duration::from_secs(options.timeout);
    let waited = wait_for_all(&mut browser, deadline);
    let reports: Vec<Report> = ROLES
        .into_iter()
        .filter_map(|role| report_of(&browser, role))
        .collect();
    let is_enough = waited.is_ok() && reports.iter().all(|report| report.tier() <= required);
    if options.json {
        say!("{}", to_json(&browser, &reports, required, is_enough));
    } else {
        print(&reports, required, is_enough);
    }
    browser.shut_down();
    if let Err(problem) = waited {
        complain!("bulkhead: {problem:#}");
    }
    Ok(if is_enough {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn report_of(browser: &Browser, role: Role) -> Option<Report> {
    let mut children = browser.children.values();
    children
        .find(|child| child.role == role && child.report.is_some())
        .and_then(|child| child.report.clone())
}

/// Waits until a process of every role has been looked at and found to be held.
fn wait_for_all(browser: &mut Browser, deadline: Instant) -> anyhow::Result<()> {
    loop {
        let is_ready = |role: &Role| {
            let mut processes = browser.kernel.processes().into_iter();
            processes.any(|p| p.role == *role && p.state == kernel::ProcessState::Ready)
        };
        let Some(missing) = ROLES.into_iter().find(|role| !is_ready(role)) else {
            return Ok(());
        };
        browser.step(Some(deadline))?;
        for record in browser.take_records() {
            if let RecordKind::GivenUp { role } = record.kind {
                let cause = browser.deaths.front().map_or("", |death| &death.cause);
                anyhow::bail!("the {role} process cannot be started: {cause}");
            }
        }
        ensure_running(browser)?;
        anyhow::ensure!(
            Instant::now() < deadline,
            "the {missing} process was not ready in time; --timeout gives it longer"
        );
    }
}

fn print(reports: &[Report], required: Tier, is_enough: bool) {
    for report in reports {
        // Its own last line ends the paragraph.
        say!("{report}");
    }
    let verdict = if is_enough { "yes" } else { "NO" };
    say!("every role has at least tier {required}: {verdict}");
    say!(
        "(enforced: the kernel shows it from outside; implied: it goes on before the system-call \
         filter, which is seen, and only if it succeeded)"
    );
}

fn to_json(browser: &Browser, reports: &[Report], required: Tier, is_enough: bool) -> Value {
    let processes: Vec<Value> = reports
        .iter()
        .map(|report| {
            json!({
                "role": report.policy.name(),
                "pid": report.pid,
                "tier": report.tier().to_string(),
                "is_sufficient": report.is_sufficient(),
                "layers": report.rows,
            })
        })
        .collect();
    json!({
        "tier": browser.launcher.support().tier().to_string(),
        "required": required.to_string(),
        "is_enough": is_enough,
        "processes": processes,
    })
}
