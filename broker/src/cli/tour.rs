//! The tour in the terminal: opens pages, lists the processes, kills a tab, shows that the others
//! survive, and reloads the page. Each stop checks what it shows; the first failure ends the tour.

use crate::cli::options::Options;
use crate::cli::{screenshot, start};
use crate::output::terminal::{complain, say};
use crate::snapshot;
use crate::state::Broker;
use crate::store::pictures::Picture;
use anyhow::Context;
use browser_core::{Command, Event, RecordKind};
use protocol::ids::TabId;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

const PAGES: [&str; 3] = ["article", "long", "animated"];
/// Each stop takes far less than a second; this limit only ends a tour that is stuck.
const STOP_SECONDS_MAX: u64 = 60;

/// Runs the tour. The exit status is 0 only if every stop succeeds.
pub fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let options = Options {
        headless: true,
        urls: Vec::new(),
        ..options.clone()
    };
    let browser = start::start(&options, None, true, Some(start::bind_demo()?))?;
    let mut tour = Tour { browser };
    let result = tour.stops();
    tour.browser.shut_down();
    match result {
        Ok(()) => {
            say!("\nThe tour is complete: every check passed.");
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            complain!("\nbulkhead: the tour failed: {error:#}");
            Ok(ExitCode::FAILURE)
        }
    }
}

struct Tour {
    browser: Broker,
}

impl Tour {
    fn stops(&mut self) -> anyhow::Result<()> {
        let folder = std::env::temp_dir().join(format!("bulkhead-tour-{}", std::process::id()));
        std::fs::create_dir(&folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
        say!("1. Open pages, each in its own sandboxed process");
        let tabs = self.open_pages()?;
        say!("\n2. List the processes");
        self.print_processes();
        self.check_sealed()?;
        say!("\n3. Kill the process of one tab, like a crash");
        let victim = tabs[0];
        self.kill(victim)?;
        self.write_picture(folder.join("crashed.png"))?;
        say!("\n4. Check that the other tabs survive");
        self.check_others(&tabs[1..])?;
        say!("\n5. Reload the page, in a new process");
        self.reload(victim)?;
        self.write_picture(folder.join("reloaded.png"))
    }

    fn open_pages(&mut self) -> anyhow::Result<Vec<TabId>> {
        let demo = self.browser.demo_url.clone();
        let demo = demo.context("the demo server has ended")?;
        let mut tabs = Vec::new();
        for page in PAGES {
            let url = format!("{demo}{page}");
            let started = Instant::now();
            start::open(&mut self.browser, &url, true);
            self.wait("the page is loaded", |tour, record| {
                matches!(record, RecordKind::Loaded { url: loaded, .. } if *loaded == url)
                    || tour.failed(record)
            })?;
            let tab = snapshot::tabs(&self.browser)
                .pop()
                .context("the tab is gone")?;
            anyhow::ensure!(
                tab.state == "live",
                "{url} did not load: the tab is {}",
                tab.state
            );
            let ms = started.elapsed().as_secs_f64() * 1000.0;
            let pid = tab.pid.context("the tab has no process")?;
            say!("   {url}  \"{}\"  pid {pid}  {ms:.0} ms", tab.title);
            tabs.push(tab.tab);
        }
        Ok(tabs)
    }

    fn failed(&self, record: &RecordKind) -> bool {
        matches!(
            record,
            RecordKind::Failed { .. } | RecordKind::TabCrashed { .. }
        )
    }

    fn print_processes(&self) {
        say!(
            "   {:>8} {:9} {:>3}  {:<26} {:4} {:>9}",
            "pid",
            "role",
            "tab",
            "site",
            "tier",
            "memory"
        );
        for row in snapshot::processes(&self.browser) {
            let indent = if row.role == "broker" { "" } else { "└ " };
            say!(
                "   {:>8} {:9} {:>3}  {:<26} {:4} {:>9}",
                row.pid,
                format!("{indent}{}", row.role),
                row.tab,
                row.site,
                row.tier,
                row.memory()
            );
        }
    }

    fn check_sealed(&self) -> anyhow::Result<()> {
        for child in self.browser.children.values() {
            let Some(report) = &child.report else {
                continue;
            };
            anyhow::ensure!(
                report.is_sufficient(),
                "the {} process is not confined: {report}",
                child.role
            );
        }
        Ok(())
    }

    fn kill(&mut self, victim: TabId) -> anyhow::Result<()> {
        let pid = self.pid(victim)?;
        let started = Instant::now();
        self.command(Command::Kill(victim));
        self.wait("the tab shows the crash", |_, record| {
            matches!(record, RecordKind::TabCrashed { .. })
        })?;
        let state = self.state(victim)?;
        anyhow::ensure!(state == "crashed", "the tab is {state}");
        let ms = started.elapsed().as_secs_f64() * 1000.0;
        say!("   pid {pid} is gone; its tab shows the crash after {ms:.1} ms");
        Ok(())
    }

    fn check_others(&mut self, others: &[TabId]) -> anyhow::Result<()> {
        for &tab in others {
            let state = self.state(tab)?;
            anyhow::ensure!(state == "live", "tab {} is {state}", tab.0);
            say!("   tab {} is live in pid {}", tab.0, self.pid(tab)?);
        }
        // The last page is animated: two pictures differ only if it still paints.
        let animated = *others.last().context("no other tab")?;
        self.command(Command::Activate(animated));
        let deadline = Instant::now() + Duration::from_secs(STOP_SECONDS_MAX);
        let first = self.picture()?;
        while self.picture()?.rgba == first.rgba {
            anyhow::ensure!(
                Instant::now() < deadline,
                "the animated page does not paint any more"
            );
        }
        say!("   the animated page still paints");
        Ok(())
    }

    fn reload(&mut self, victim: TabId) -> anyhow::Result<()> {
        self.command(Command::Activate(victim));
        self.command(Command::Reload(victim));
        self.wait("the page is loaded again", |tour, record| {
            matches!(record, RecordKind::Loaded { .. }) || tour.failed(record)
        })?;
        let state = self.state(victim)?;
        anyhow::ensure!(state == "live", "the tab is {state}");
        say!("   live again in pid {}", self.pid(victim)?);
        Ok(())
    }

    fn command(&mut self, command: Command) {
        self.browser.handle(Event::Command(command));
    }

    /// Runs the event loop until `is_it` accepts a record.
    fn wait(
        &mut self,
        what: &str,
        mut is_it: impl FnMut(&Tour, &RecordKind) -> bool,
    ) -> anyhow::Result<()> {
        let deadline = Instant::now() + Duration::from_secs(STOP_SECONDS_MAX);
        loop {
            self.browser.step(Some(deadline))?;
            for record in self.browser.take_records() {
                if is_it(self, &record.kind) {
                    return Ok(());
                }
            }
            anyhow::ensure!(self.browser.exit_code().is_none(), "stopped before {what}");
            anyhow::ensure!(Instant::now() < deadline, "timeout before {what}");
        }
    }

    fn picture(&mut self) -> anyhow::Result<Picture> {
        let deadline = Instant::now() + Duration::from_secs(STOP_SECONDS_MAX);
        screenshot::picture(&mut self.browser, deadline)
    }

    fn write_picture(&mut self, path: PathBuf) -> anyhow::Result<()> {
        self.picture()?.write(&path)?;
        say!("   picture: {}", path.display());
        Ok(())
    }

    fn state(&self, tab: TabId) -> anyhow::Result<&'static str> {
        Ok(self.row(tab)?.state)
    }

    fn pid(&self, tab: TabId) -> anyhow::Result<u32> {
        self.row(tab)?.pid.context("the tab has no process")
    }

    fn row(&self, tab: TabId) -> anyhow::Result<snapshot::TabRow> {
        let rows = snapshot::tabs(&self.browser);
        rows.into_iter()
            .find(|row| row.tab == tab)
            .context("the tab is gone")
    }
}
