//! `--headless --screenshot`: loads one page and writes a picture of it. The exit status says
//! whether the page loaded.

use crate::cli::options::Options;
use crate::cli::start::{self, ensure_running};
use crate::output::terminal::complain;
use crate::state::Broker;
use crate::store::pictures::Picture;
use browser_core::RecordKind;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Loads the one URL and writes its picture to `path`.
pub fn run(options: &Options, path: &Path) -> anyhow::Result<ExitCode> {
    let url = &options.urls[0];
    let mut browser = start::start(options, None, false, None)?;
    let deadline = Instant::now() + Duration::from_secs(options.timeout);
    // Built-in pages describe the browser, so its processes must be ready first.
    let ready = if url.starts_with("bulkhead:") {
        wait_until_verified(&mut browser, deadline)
    } else {
        Ok(())
    };
    let result = ready
        .and_then(|()| {
            start::open(&mut browser, url, true);
            wait_until_loaded(&mut browser, deadline)
        })
        .and_then(|problem| Ok((problem, picture(&mut browser, deadline)?)))
        .and_then(|(problem, picture)| {
            picture.write(path)?;
            match problem {
                None => Ok(()),
                Some(problem) => Err(anyhow::anyhow!(
                    "{problem} (the picture shows the error page)"
                )),
            }
        });
    browser.shut_down();
    match result {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(error) => {
            complain!("bulkhead: {url}: {error:#}");
            Ok(ExitCode::FAILURE)
        }
    }
}

/// Waits until every process that starts with the browser is sealed and verified.
fn wait_until_verified(browser: &mut Broker, deadline: Instant) -> anyhow::Result<()> {
    let is_verified = |browser: &Broker| {
        let mut children = browser.children.values().peekable();
        children.peek().is_some() && children.all(|child| child.report.is_some())
    };
    while !is_verified(browser) {
        browser.step(Some(deadline))?;
        // A step does not sleep while a record is left. No page is open yet, so none matters.
        browser.take_records();
        ensure_running(browser)?;
        anyhow::ensure!(
            Instant::now() < deadline,
            "the processes were not ready in time; try a longer --timeout"
        );
    }
    Ok(())
}

/// Waits for the page. `Some`: the problem, if a page is shown nevertheless.
pub fn wait_until_loaded(
    browser: &mut Broker,
    deadline: Instant,
) -> anyhow::Result<Option<String>> {
    let mut problem = None;
    loop {
        browser.step(Some(deadline))?;
        for record in browser.take_records() {
            match record.kind {
                RecordKind::Failed { code, reason, .. } => {
                    problem = Some(format!("{code}: {reason}"));
                }
                RecordKind::Incomplete { reason } => problem = Some(reason),
                RecordKind::Loaded { .. } => return Ok(problem),
                RecordKind::TabCrashed { cause } => {
                    anyhow::bail!("the page's process {cause}");
                }
                _ => {}
            }
        }
        ensure_running(browser)?;
        anyhow::ensure!(
            Instant::now() < deadline,
            "the page did not load in time; try a longer --timeout"
        );
    }
}

/// Takes a picture of the window.
pub fn picture(browser: &mut Broker, deadline: Instant) -> anyhow::Result<Picture> {
    let request = browser.capture(browser.core.window_size())?;
    loop {
        if let Some(picture) = browser.take_picture(request)? {
            return Ok(picture);
        }
        browser.step(Some(deadline))?;
        ensure_running(browser)?;
        anyhow::ensure!(
            Instant::now() < deadline,
            "the gpu process delivered no picture in time"
        );
    }
}
