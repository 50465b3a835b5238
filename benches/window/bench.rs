//! What all parts share: the display, the observer, and the pages.

use crate::browsers::{Running, Which};
use crate::eye::Eye;
use protocol::geometry::{Rect, Size};
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};
use testkit::WATCHDOG;
use testkit::bench::pages;
use testkit::x11::Display;

/// A display is calm after this time without a drawing: whatever loads has been shown.
const CALM: Duration = Duration::from_millis(700);

/// A display of the bench's own with an observer on it, and a server of pages.
pub struct Bench {
    pub eye: Eye,
    pages: SocketAddr,
    display: Display,
}

impl Bench {
    /// Starts all of it, or says why not. `page` is scrolled instead of the made manual.
    pub fn open(page: Option<&Path>) -> Option<Bench> {
        // Of two such options the last one counts.
        let display = Display::start_with(&["-screen", "0", "1920x1080x24"])?;
        Some(Bench {
            eye: Eye::open(display.name())?,
            pages: pages::serve(page),
            display,
        })
    }

    /// The display server's process.
    pub fn server_pid(&self) -> i32 {
        self.display.server_pid()
    }

    /// Ours, and Chromium if it is installed and shows a page here.
    pub fn browsers(&self) -> Vec<Which> {
        let mut browsers = vec![Which::Bulkhead];
        if !Which::Chromium.is_installed() {
            println!("SKIP: no Chromium is installed, so there is nothing to compare with");
            return browsers;
        }
        let size = self.eye.size();
        match self.try_start(Which::Chromium, size, "small", pages::HOVER) {
            Ok(running) => {
                running.quit();
                browsers.push(Which::Chromium);
            }
            Err(running) => {
                running.quit();
                println!("SKIP: Chromium shows no page here, so there is nothing to compare with");
            }
        }
        browsers
    }

    /// Starts a browser and waits until the page is seen, by a colour that is in it, and nothing
    /// is drawn any more.
    pub fn start(&self, which: Which, size: Size, page: &str, mark: u32) -> Running {
        let started = self.try_start(which, size, page, mark);
        started.unwrap_or_else(|_| panic!("{which:?} never shows {page}"))
    }

    /// The same; answers the browser that shows nothing, too.
    fn try_start(
        &self,
        which: Which,
        size: Size,
        page: &str,
        mark: u32,
    ) -> Result<Running, Running> {
        let until = Instant::now() + WATCHDOG;
        // The server may still be taking the last browser's window away.
        while self.eye.find(mark).is_some() {
            assert!(Instant::now() < until, "an old window stays");
            self.eye.rest(CALM);
        }
        let running = self.launch(which, size, page);
        while self.eye.find(mark).is_none() {
            if Instant::now() > until {
                return Err(running);
            }
            self.eye.next_drawn(Instant::now() + CALM);
        }
        if self.eye.settle(CALM, until) {
            Ok(running)
        } else {
            Err(running)
        }
    }

    /// Starts a browser with a page that moves, and waits until it has moved for a while.
    pub fn start_moving(&self, which: Which, size: Size, page: &str) -> Running {
        let running = self.launch(which, size, page);
        self.eye.rest(CALM * 5);
        let all = Rect::from_size(self.eye.size());
        let before = self.eye.look(all);
        let changed = self
            .eye
            .next_change(all, &before, Instant::now() + WATCHDOG);
        assert!(changed.is_some(), "{which:?} never moves {page}");
        running
    }

    fn launch(&self, which: Which, size: Size, page: &str) -> Running {
        // Where the pointer is out of the way.
        self.eye.point(size.width - 1, size.height - 1);
        let url = format!("http://{}/{page}", self.pages);
        which.start(self.display.name(), size, &url)
    }
}
