//! The flags of the command line, and the checks of their values.

use crate::machine::display::DisplayServer;
use browser_core::ChaosSpec;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Parser, ValueEnum};
use protocol::appearance::Percent;
use protocol::geometry::Size;
use protocol::limits::CHAOS_SEED_MAX;
use protocol::limits::DEVTOOLS_ORIGINS_MAX;
use sandbox::Tier;
use std::path::{Path, PathBuf};

/// A small multi-process browser that confines every tab in its own sandbox.
#[derive(Clone, Debug, Parser)]
#[command(
    name = "bulkhead",
    version,
    after_help = "Without a URL, Bulkhead opens the welcome page and a demo site in a window. \
                  Without a display, it runs a tour in the terminal. For the benchmarks of the \
                  lab, see `bulkhead lab --help`.\n\n\
                  Keys: Ctrl+T opens a tab, Ctrl+L goes to the address bar, Shift+F10 opens a \
                  menu, Ctrl+Q quits; docs/keys.md lists all.\n\n\
                  Exit status: 0 if all went well, 1 if something failed, 2 for a wrong command \
                  line, 3 if no window can be opened."
)]
pub struct Options {
    /// Addresses to open, one tab each. `tour` alone runs the tour, in a window or, without a
    /// display or with --headless, in the terminal. `sandbox` alone
    /// reports which sandbox layers confine each process. `crashes` alone prints the crash records
    /// of this session
    #[arg(value_name = "URL")]
    pub urls: Vec<String>,

    /// Run without a window until a signal or a command ends Bulkhead. Opens only the given URLs
    #[arg(long)]
    pub headless: bool,

    /// Load one URL, wait until the page is complete, write a picture of the page and exit
    #[arg(long, value_name = "FILE.png", requires = "headless")]
    pub screenshot: Option<PathBuf>,

    /// Size of the window, or of the page with --screenshot, in pixels at scale 1
    #[arg(long, value_name = "WIDTHxHEIGHT", default_value = "1280x800", value_parser = parse_size)]
    pub size: Size,

    /// Which display server shows the window
    #[arg(long, value_name = "SERVER", value_enum, default_value_t = DisplayServer::Auto)]
    pub display_server: DisplayServer,

    /// Scale of pages and window, 0.5 to 4. Without it, a window takes GDK_SCALE or the scale of
    /// the display, and everything else is 1
    #[arg(long, value_name = "FACTOR", value_parser = parse_scale)]
    pub scale: Option<Percent>,

    /// Whether pages and window are light or dark. For a window, `auto` follows the settings
    /// of GNOME, KDE and GTK; without a window it is light
    #[arg(long, value_name = "SCHEME", value_enum, default_value_t = SchemeChoice::Auto)]
    pub color_scheme: SchemeChoice,

    /// Run no script of any page
    #[arg(long)]
    pub no_script: bool,

    /// How many seconds --screenshot waits for the page, or `sandbox` for the processes
    #[arg(long, value_name = "SECONDS", default_value_t = 30,
          value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub timeout: u64,

    /// Inject faults while the browser runs: a list such as `kill=5s,hang=20s,stop-gpu=1m` of
    /// faults, each with a process (`renderer` if it has none) and the time from one to the next on
    /// the average. Faults are abort, bad-message, crash, hang, kill, memory, panic, segv, stop and
    /// syscall; `reload` brings a tab back that has died or hangs
    #[arg(long, value_name = "FAULT[-PROCESS]=TIME,…")]
    pub chaos: Option<ChaosSpec>,

    /// The seed of --chaos: the same one leads to the same decisions. Without it, one is drawn and
    /// written down in the record `chaos_began`
    #[arg(long, value_name = "NUMBER", requires = "chaos",
          value_parser = clap::value_parser!(u64).range(..=CHAOS_SEED_MAX))]
    pub seed: Option<u64>,

    /// Read commands from this named pipe, one per line. Creates the pipe if it does not exist. The
    /// command `help` lists all commands
    #[arg(long, value_name = "PATH")]
    pub control_fifo: Option<PathBuf>,

    /// Write one line of JSON for every decision of the broker. `-` means standard output
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,

    /// Write what all processes send, receive and do into this file, as a trace that Perfetto opens
    #[arg(long, value_name = "FILE.json")]
    pub trace: Option<PathBuf>,

    /// Listen on this port of 127.0.0.1 for tools that speak the Chrome DevTools Protocol, such as
    /// Puppeteer; 0 takes a free port. Its address is printed on standard error
    #[arg(long, value_name = "PORT")]
    pub remote_debugging_port: Option<u16>,

    /// Speak the Chrome DevTools Protocol with whoever has started Bulkhead: read from descriptor 3
    /// and write to descriptor 4, each message with a NUL at its end. Ends when 3 is closed
    #[arg(long)]
    pub remote_debugging_pipe: bool,

    /// Write the port of --remote-debugging-port into the file DevToolsActivePort of this folder,
    /// as Chromium does. Nothing else is kept there
    #[arg(long, value_name = "FOLDER")]
    pub user_data_dir: Option<PathBuf>,

    /// Web origins whose pages may connect to that port, separated by commas; `*` allows all
    #[arg(
        long,
        value_name = "ORIGINS",
        value_delimiter = ',',
        requires = "remote_debugging_port"
    )]
    pub remote_allow_origins: Vec<String>,

    /// Also trust the certificates in this PEM file
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,

    /// What to do if this machine offers less than tier C of the sandbox
    #[arg(long, value_name = "MODE", value_enum, default_value_t = SandboxMode::Strict)]
    pub sandbox: SandboxMode,

    /// Refuse to start below this tier of the sandbox
    #[arg(long, value_name = "TIER", ignore_case = true, value_parser = required_tier())]
    pub require: Option<Tier>,

    /// Print the report of `sandbox` or `crashes` as JSON
    #[arg(long)]
    pub json: bool,

    /// What each process logs to standard error, for example `info` or `warn,ipc=debug`
    #[arg(long, value_name = "FILTER", default_value = trace::DEFAULT_FILTER)]
    pub log: String,
}

/// Light or dark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SchemeChoice {
    /// As the desktop is.
    Auto,
    /// Dark text on a light ground.
    Light,
    /// Light text on a dark ground.
    Dark,
}

/// What to do if the kernel offers too little.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SandboxMode {
    /// Refuse to start.
    Strict,
    /// Start with system-call filters only (tier D), and show a warning in the window.
    Degraded,
}

/// The tiers that `--require` accepts, in either case.
fn required_tier() -> impl TypedValueParser<Value = Tier> {
    let is_acceptable = |tier: &Tier| tier.is_enough_by_default();
    let tiers = Tier::ALL.into_iter().filter(is_acceptable);
    let values = tiers.map(|tier| PossibleValue::new(tier.name()).help(tier.layers()));
    PossibleValuesParser::new(values).try_map(|name| {
        let mut tiers = Tier::ALL.into_iter();
        tiers
            .find(|tier| tier.name().eq_ignore_ascii_case(&name))
            .ok_or("not a tier")
    })
}

/// Checks what clap cannot check.
pub fn check(options: &Options) -> Result<(), String> {
    if let Some(path) = &options.screenshot {
        if options.urls.len() != 1 {
            return Err(format!(
                "--screenshot takes exactly one URL, but {} were given",
                options.urls.len()
            ));
        }
        check_parent(path, "--screenshot")?;
    }
    let scale = options.scale.unwrap_or(Percent::HUNDRED);
    let size = Size::new(scale.of(options.size.width), scale.of(options.size.height));
    if !size.is_valid_surface() {
        return Err(format!(
            "--size {} at --scale {} has {size} pixels; at most {}x{} are possible",
            options.size,
            scale.factor(),
            protocol::limits::SURFACE_WIDTH_MAX,
            protocol::limits::SURFACE_HEIGHT_MAX
        ));
    }
    if options.json
        && !["crashes", "sandbox"]
            .iter()
            .any(|it| options.urls == [*it])
    {
        return Err("--json works only with `bulkhead sandbox` and `bulkhead crashes`".to_owned());
    }
    let reports = ["crashes", "sandbox", "tour"];
    if options.chaos.is_some() && reports.iter().any(|it| options.urls == [*it]) {
        let what = &options.urls[0];
        return Err(format!("--chaos does not work with `bulkhead {what}`"));
    }
    let is_address = |url: &&String| !matches!(url.as_str(), "crashes" | "tour" | "sandbox");
    for url in options.urls.iter().filter(is_address) {
        browser_core::address::parse(url).map_err(|e| format!("{url:?}: {e}"))?;
    }
    if let Some(path) = options
        .record
        .as_ref()
        .filter(|path| path.as_os_str() != "-")
    {
        check_parent(path, "--record")?;
    }
    if let Some(path) = &options.trace {
        check_parent(path, "--trace")?;
    }
    if options.remote_allow_origins.len() > DEVTOOLS_ORIGINS_MAX {
        return Err(format!(
            "--remote-allow-origins takes at most {DEVTOOLS_ORIGINS_MAX} origins"
        ));
    }
    Ok(())
}

/// Checks that a file can be created at `path`, before a page is loaded for it.
fn check_parent(path: &Path, flag: &str) -> Result<(), String> {
    if path.is_dir() {
        return Err(format!(
            "{flag} {}: this is a directory; name a file in it",
            path.display()
        ));
    }
    // A picture is written to a file beside `path` and renamed: this would replace a device.
    if flag == "--screenshot" && std::fs::metadata(path).is_ok_and(|it| !it.is_file()) {
        return Err(format!(
            "{flag} {}: this is not a regular file; name one",
            path.display()
        ));
    }
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    if !parent.is_dir() {
        return Err(format!(
            "{flag} {}: the directory {} does not exist",
            path.display(),
            parent.display()
        ));
    }
    // Records and traces go into a file that is there, whatever folder it is in.
    let is_written_in_place = flag != "--screenshot" && path.exists();
    let written = if is_written_in_place { path } else { parent };
    nix::unistd::access(written, nix::unistd::AccessFlags::W_OK).map_err(|e| {
        format!(
            "{flag} {}: cannot write there: {}",
            path.display(),
            e.desc()
        )
    })
}

fn parse_scale(text: &str) -> Result<Percent, String> {
    let factor: Option<f64> = text.parse().ok();
    let is_possible = |factor: &f64| {
        let least = f64::from(protocol::limits::SCALE_PERCENT_MIN) / 100.0;
        let most = f64::from(protocol::limits::SCALE_PERCENT_MAX) / 100.0;
        (least..=most).contains(factor)
    };
    let scale = factor.filter(is_possible).and_then(Percent::nearest_scale);
    scale.ok_or_else(|| "expected a number from 0.5 to 4, for example 1.5".to_owned())
}

fn parse_size(text: &str) -> Result<Size, String> {
    let problem = || {
        format!(
            "expected WIDTHxHEIGHT in pixels, for example 1280x800, at most {}x{}",
            protocol::limits::SURFACE_WIDTH_MAX,
            protocol::limits::SURFACE_HEIGHT_MAX
        )
    };
    let (width, height) = text.split_once(['x', 'X']).ok_or_else(problem)?;
    let number = |text: &str| text.parse::<u32>().map_err(|_| problem());
    let size = Size::new(number(width)?, number(height)?);
    if size.is_valid_surface() {
        Ok(size)
    } else {
        Err(problem())
    }
}
