//! The ordinary run: a window (or none, with `--headless`) until the user closes it.

use crate::cli::devtools;
use crate::cli::options::Options;
use crate::cli::start::{bind_demo, open, start};
use crate::machine::display::Server;
use crate::state::Broker;
use crate::tour::house::{Manner, tour};
use std::process::ExitCode;

/// The pages of the demo site that open after the welcome page, in this order.
const DEMO_TABS: [&str; 5] = ["article", "long", "form", "animated", "break"];

/// The page that guides the tour.
pub const TOUR_PAGE: &str = "bulkhead://tour";

/// Runs until the browser ends; with a window if there is a server for it.
pub fn run(options: &Options, server: Option<Server>) -> anyhow::Result<ExitCode> {
    // A headless browser has no user to welcome; whoever drives it opens pages.
    let is_welcome = options.urls.is_empty() && !options.headless;
    let needs_demo = |url: &String| url == TOUR_PAGE || url.starts_with("bulkhead://attack");
    let wants_demo = is_welcome || options.urls.iter().any(needs_demo);
    let demo = wants_demo.then(bind_demo).transpose()?;
    let mut browser = start(options, server, true, demo)?;
    let is_driven = devtools::announce(&browser);
    if let Some(demo) = browser.demo_url.clone().filter(|_| is_welcome) {
        open(&mut browser, "bulkhead://welcome", true);
        for page in DEMO_TABS {
            open(&mut browser, &format!("{demo}{page}"), false);
        }
    }
    for (index, url) in options.urls.iter().enumerate() {
        open(&mut browser, url, index == 0);
    }
    if is_driven && options.headless && options.urls.is_empty() {
        // Tools expect a page, as Chromium has one.
        open(&mut browser, "about:blank", true);
    }
    turn_until_end(&mut browser, &Manner::default)?;
    Ok(ExitCode::from(browser.shut_down()))
}

/// Turns until the browser ends; does the tour in that manner whenever its page asks for it.
pub fn turn_until_end(browser: &mut Broker, manner: &dyn Fn() -> Manner) -> anyhow::Result<()> {
    while browser.exit_code().is_none() {
        browser.step(None)?;
        browser.take_records();
        if browser.tour.has_key() {
            // Left or over: the browser goes on, and the page may ask for it again.
            let _ = tour(browser, manner());
        }
    }
    Ok(())
}
