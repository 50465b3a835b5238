//! `bulkhead tour`: in a window, beside the pages that it talks about; without a display, in the
//! terminal.

use crate::cli::options::Options;
use crate::cli::start;
use crate::cli::window;
use crate::machine::display::Server;
use crate::output::terminal::say;
use crate::state::Broker;
use crate::tour::house::{Manner, tour};
use crate::tour::keyboard::Keyboard;
use anyhow::Context;
use std::path::PathBuf;
use std::process::ExitCode;

/// Runs the tour, in a window if there is a server for it. The exit status is 0 only if every
/// claim held.
pub fn run(options: &Options, server: Option<Server>) -> anyhow::Result<ExitCode> {
    if server.is_some() {
        return in_window(options, server);
    }
    let folder = pictures_folder()?;
    let options = Options {
        headless: true,
        urls: Vec::new(),
        ..options.clone()
    };
    let mut browser = start::start(&options, None, true, Some(start::bind_demo()?))?;
    let has_terminal = Keyboard::is_there();
    let manner = Manner {
        speaks: true,
        is_alone: !has_terminal,
        has_terminal,
        pictures: Some(folder),
    };
    // Left early by a signal or by the user: what was seen until then counts.
    let _ = tour(&mut browser, manner);
    end(browser)
}

/// The tour's page in a window, and whatever the user does besides.
fn in_window(options: &Options, server: Option<Server>) -> anyhow::Result<ExitCode> {
    let demo = start::bind_demo()?;
    let mut browser = start::start(options, server, true, Some(demo))?;
    start::open(&mut browser, window::TOUR_PAGE, true);
    say!("The tour is in the window: Next, or the key n, does a stop.");
    let has_terminal = Keyboard::is_there();
    window::turn_until_end(&mut browser, &|| Manner {
        speaks: true,
        has_terminal,
        ..Manner::default()
    })?;
    end(browser)
}

fn end(browser: Broker) -> anyhow::Result<ExitCode> {
    let has_failed = browser.tour.failures > 0;
    let code = browser.shut_down();
    Ok(if has_failed {
        ExitCode::FAILURE
    } else {
        ExitCode::from(code)
    })
}

fn pictures_folder() -> anyhow::Result<PathBuf> {
    let folder = std::env::temp_dir().join(format!("bulkhead-tour-{}", std::process::id()));
    std::fs::create_dir(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    Ok(folder)
}
