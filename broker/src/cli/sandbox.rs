//! `bulkhead sandbox`: starts one process of every role and reports which sandbox layers confine
//! each, as seen from outside and as tested from inside.

use crate::cli::options::{Options, SandboxMode};
use crate::cli::start::{self, ensure_running};
use crate::output::terminal::{self, complain};
use crate::snapshot;
use crate::state::Broker;
use browser_core::{ProcessState, RecordKind};
use protocol::ids::Role;
use protocol::limits::RESTART_PAUSE_MS_MIN;
use sandbox::Tier;
use sandbox::report::Report;
use std::process::ExitCode;
use std::time::{Duration, Instant};

const ROLES: [Role; 6] = [
    Role::Gpu,
    Role::Network,
    Role::Renderer,
    Role::Shell,
    Role::Demo,
    Role::Devtools,
];

/// Prints the report. The exit status is 0 only if every role has at least the required tier.
pub fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let required = options.require.unwrap_or(Tier::DEFAULT_MIN);
    // Without loopback, no run has a demo site.
    let demo = start::bind_demo()
        .inspect_err(|problem| complain!("bulkhead: without the demo process: {problem:#}"))
        .ok();
    let options = Options {
        headless: true,
        urls: Vec::new(),
        // A weak sandbox is reported, also through the exit status, not refused.
        sandbox: SandboxMode::Degraded,
        require: None,
        remote_debugging_port: demo.is_some().then_some(0),
        remote_debugging_pipe: false,
        user_data_dir: None,
        ..options.clone()
    };
    let has_demo = demo.is_some();
    let mut browser = start::start(&options, None, true, demo)?;
    let deadline = Instant::now() + Duration::from_secs(options.timeout);
    let waited = wait_for_all(&mut browser, has_demo, deadline);
    let reports = snapshot::sandbox_reports(&browser, &ROLES);
    let is_held = |report: &Report| report.is_sufficient() && report.tier() <= required;
    let is_enough = waited.is_ok() && reports.iter().all(is_held);
    let report = if options.json {
        snapshot::sandbox_json(&browser, &reports, required, is_enough).to_string()
    } else {
        text(&reports, required, is_enough)
    };
    browser.shut_down();
    terminal::report(&report);
    if let Err(problem) = waited {
        complain!("bulkhead: {problem:#}");
    }
    Ok(if is_enough {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// A service that waits so long for its next start has died five times.
const HOPELESS_PAUSE_MS: u64 = 8 * RESTART_PAUSE_MS_MIN;

/// Waits until a process of every role is verified and ready.
fn wait_for_all(browser: &mut Broker, has_demo: bool, deadline: Instant) -> anyhow::Result<()> {
    loop {
        let is_ready = |role: &Role| {
            let mut processes = browser.core.processes().into_iter();
            processes.any(|p| p.role == *role && p.state == ProcessState::Ready)
                || matches!(role, Role::Demo | Role::Devtools) && !has_demo
        };
        let Some(missing) = ROLES.into_iter().find(|role| !is_ready(role)) else {
            return Ok(());
        };
        browser.step(Some(deadline))?;
        for record in browser.take_records() {
            let failed = match record.kind {
                RecordKind::GivenUp { role } => Some(role),
                RecordKind::KeepsDying { role, pause_ms } => {
                    (pause_ms >= HOPELESS_PAUSE_MS).then_some(role)
                }
                _ => None,
            };
            if let Some(role) = failed {
                let cause = browser.store.deaths.iter().next();
                let cause = cause.map_or("", |death| &death.cause);
                anyhow::bail!("cannot start the {role} process: {cause}");
            }
        }
        ensure_running(browser)?;
        anyhow::ensure!(
            Instant::now() < deadline,
            "the {missing} process was not ready in time; try a longer --timeout"
        );
    }
}

fn text(reports: &[Report], required: Tier, is_enough: bool) -> String {
    // Each report ends with a line feed, which makes an empty line after it.
    let mut lines: Vec<String> = reports.iter().map(ToString::to_string).collect();
    lines.push("Layers without a test, and why".to_owned());
    lines
        .extend(snapshot::untried_layers().map(|(layer, reason)| format!("  {layer:20} {reason}")));
    lines.push(EXPLANATION.to_owned());
    lines.extend(Tier::ALL.map(|tier| format!("tier {tier}           {}", tier.layers())));
    lines.push(String::new());
    let verdict = if is_enough { "yes" } else { "NO" };
    lines.push(format!(
        "every role has at least tier {required}: {verdict}"
    ));
    lines.join("\n")
}

const EXPLANATION: &str = "
enforced         the layer confines the process
unavailable      this machine does not offer the layer: the probe failed with that errno
not attempted    omitted on purpose for that process
MISSING          expected but absent: the broker kills such a process before it gets any content
seen             the broker sees the layer from outside, through the kernel
implied          the layer cannot be seen from outside, but is applied before the system-call
                 filter, which is seen; the process ends if the layer fails
tried -> answer  the process attacked the layer right after applying it, before any content; with
                 any other answer the process does not start
";
