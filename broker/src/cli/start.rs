//! Starts the browser from the command line, for every way of running.

use crate::automation::Automation;
use crate::automation::fifo::ControlFifo;
use crate::automation::records::Recorder;
use crate::child::launcher::Launcher;
use crate::cli::devtools;
use crate::cli::options::{Options, SandboxMode, SchemeChoice};
use crate::machine::display::{self, Server};
use crate::machine::{color_scheme, network};
use crate::output::terminal::complain;
use crate::state::{Broker, block_signals, chaos_seed};
use anyhow::Context;
use browser_core::{Capacity, ChaosSpec, Command, Config, EXIT_NO_WINDOW, Event};
use nix::errno::Errno;
use protocol::appearance::ColorScheme;
use sandbox::{Availability, Feature, Namespace, Support, Tier};
use std::net::{Ipv4Addr, TcpListener};

/// Probes the sandbox and starts the browser. `server`: what shows the window, if there is to be
/// one; `shell`: with the tab strip; `demo`: the socket of the demo site, if there is one.
pub fn start(
    options: &Options,
    server: Option<Server>,
    shell: bool,
    demo: Option<TcpListener>,
) -> anyhow::Result<Broker> {
    block_signals()?;
    let descriptors = crate::machine::descriptors::raise();
    let support = sandbox::probe();
    let tier = support.tier();
    let degraded = !tier.is_enough_by_default();
    check_tier(&support, options.sandbox)?;
    if let Some(required) = options.require {
        anyhow::ensure!(
            tier <= required,
            "--require {required}: this machine offers only tier {tier}; run `bulkhead sandbox` to \
             see which layers are missing"
        );
    }
    if degraded {
        // Not every way of running has a window for the banner.
        complain!("bulkhead: the sandbox is degraded: tier {tier} only");
    }
    let scale = options
        .scale
        .or_else(|| server.and_then(|_| display::wanted_scale()));
    let color_scheme = wanted_scheme(options.color_scheme, server.is_some());
    let network = network::read(options.ca_file.as_deref())?;
    let demo_url = demo.as_ref().map(demo_url).transpose()?;
    let devtools = devtools::open(options, &network.user_agent)?;
    let has_devtools = devtools.is_some();
    let launcher = Launcher::new(
        support,
        network,
        server,
        (options.size, scale),
        options.log.clone(),
        demo,
        devtools,
    )?;
    let automation = automation_of(options)?;
    let config = Config {
        window: options.size,
        scale,
        color_scheme,
        shell,
        x11_filter: launcher.has_x11_filter(),
        demo: demo_url.is_some(),
        devtools: has_devtools,
        ends_with_last_tab: server.is_some(),
        script: !options.no_script,
        // Without a window and without automation there is nobody who could answer.
        dialogs: server.is_some() || automation.fifo.is_some(),
        chaos: chaos_of(options),
        capacity: Capacity::of_descriptors(descriptors),
        banner: degraded.then(|| format!("The sandbox is degraded: tier {tier} only")),
        ..Config::default()
    };
    let mut broker = Broker::new(config, launcher, automation, demo_url)?;
    if let Some(path) = &options.trace {
        let started = broker.timeline.start(path, None);
        started.with_context(|| format!("--trace {}: cannot write there", path.display()))?;
    }
    if options.color_scheme == SchemeChoice::Auto && server.is_some() {
        broker.follow_desktop();
    }
    Ok(broker)
}

/// The faults that the browser injects into itself, and their seed.
fn chaos_of(options: &Options) -> Option<(ChaosSpec, u64)> {
    let seed = options.seed.unwrap_or_else(chaos_seed);
    options.chaos.clone().map(|spec| (spec, seed))
}

/// The control pipe and the records.
fn automation_of(options: &Options) -> anyhow::Result<Automation> {
    let recorder = Recorder::open(options.record.as_deref())?;
    let control = options
        .control_fifo
        .as_deref()
        .map(ControlFifo::open)
        .transpose()?;
    Ok(Automation::new(recorder, control))
}

fn wanted_scheme(choice: SchemeChoice, has_window: bool) -> ColorScheme {
    match (choice, has_window) {
        (SchemeChoice::Dark, _) => ColorScheme::Dark,
        (SchemeChoice::Auto, true) => color_scheme::of_desktop(),
        // A picture does not depend on the desktop of whoever takes it.
        (SchemeChoice::Light | SchemeChoice::Auto, _) => ColorScheme::Light,
    }
}

/// Refuses a tier that is too low, with advice.
fn check_tier(support: &Support, mode: SandboxMode) -> anyhow::Result<()> {
    let tier = support.tier();
    if tier == Tier::None {
        anyhow::bail!(
            "this machine offers no system-call filters ({}), and Bulkhead does not run without \
             them. The kernel needs CONFIG_SECCOMP_FILTER; a container must allow the calls \
             seccomp and prctl",
            reason(support.feature(Feature::Seccomp))
        );
    }
    if tier.is_enough_by_default() || mode == SandboxMode::Degraded {
        return Ok(());
    }
    let namespaces = Namespace::ESSENTIAL.map(|namespace| support.namespace(namespace));
    let failed = namespaces.into_iter().find(|it| !it.is_available());
    anyhow::bail!(
        "the sandbox is too weak: this machine offers only tier {tier}. Bulkhead needs user \
         namespaces ({}) or Landlock ({}). To allow user namespaces, set the sysctl \
         user.max_user_namespaces above 0; with AppArmor, also \
         kernel.apparmor_restrict_unprivileged_userns=0; in a container, use a seccomp profile \
         that allows unshare and clone. Landlock needs Linux 5.13 or later, with landlock in the \
         list lsm=. Use --sandbox degraded only if you trust every page that you open",
        reason(failed.unwrap_or(Availability::Available)),
        reason(support.feature(Feature::Landlock))
    );
}

/// The name of the errno, which users can search for.
fn reason(availability: Availability) -> String {
    match availability {
        Availability::Available => "available".to_owned(),
        Availability::Unavailable(errno) => format!("{:?}", Errno::from_raw(errno)),
    }
}

/// A free loopback port for the demo site.
pub fn bind_demo() -> anyhow::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .context("cannot listen on 127.0.0.1 for the demo site")
}

/// The address of the demo site's index page.
fn demo_url(listener: &TcpListener) -> anyhow::Result<String> {
    Ok(format!(
        "http://127.0.0.1:{}/",
        listener.local_addr()?.port()
    ))
}

/// Opens a tab.
pub fn open(browser: &mut Broker, address: &str, activate: bool) {
    let command = Command::Open {
        address: address.to_owned(),
        activate,
    };
    browser.handle(Event::Command(command));
}

/// Fails once a signal or a command has ended the browser: no more records will arrive.
pub fn ensure_running(browser: &Broker) -> anyhow::Result<()> {
    match browser.exit_code() {
        None => Ok(()),
        Some(EXIT_NO_WINDOW) => anyhow::bail!("without a gpu process there are no pictures"),
        Some(_) => anyhow::bail!("stopped by a signal or a command"),
    }
}
