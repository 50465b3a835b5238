//! What a stop does to the browser: opens pages, presses keys, kills, takes pictures.

use crate::snapshot::{self, TabRow};
use crate::store::pictures::Picture;
use crate::tour::guide::Halt;
use crate::tour::stage::{Inventory, LOOK_INTERVAL, Mark, Stage, WAIT_MAX};
use anyhow::Context;
use browser_core::{Command, Event, RecordKind};
use nix::sys::signal::Signal;
use protocol::fault::Fault;
use protocol::gpu::FromGpu;
use protocol::ids::{Role, TabId};
use protocol::input::{InputEvent, Key, Modifiers};
use std::time::Instant;

impl Stage<'_> {
    /// The address of a page of the demo site.
    pub fn demo(&self, page: &str) -> Result<String, Halt> {
        let demo = self.browser.demo_url.as_deref();
        let demo = demo.context("the demo site has ended, and nobody starts it again")?;
        Ok(format!("{demo}{page}"))
    }

    /// Opens a page of the demo site in a tab on show, and waits until it is loaded.
    pub fn open(&mut self, page: &str) -> Result<TabRow, Halt> {
        let tab = self.begin(page)?;
        self.loaded(tab)
    }

    /// Opens a page of the demo site in a tab on show.
    pub fn begin(&mut self, page: &str) -> Result<TabId, Halt> {
        let address = self.demo(page)?;
        let mark = self.mark();
        let activate = true;
        self.command(Command::Open { address, activate });
        let tab = self.wait(mark, "the tab opens", |_, record| match record.kind {
            RecordKind::TabOpened { .. } => record.tab,
            _ => None,
        })?;
        self.tabs.insert(tab);
        Ok(tab)
    }

    /// Waits until the page of a tab that has just been opened is loaded.
    pub fn loaded(&mut self, tab: TabId) -> Result<TabRow, Halt> {
        self.loaded_since(Mark(0), tab)
    }

    /// Loads the page of a tab again, and waits until it is there.
    pub fn reload(&mut self, tab: TabId) -> Result<TabRow, Halt> {
        let mark = self.mark();
        self.command(Command::Reload(tab));
        self.loaded_since(mark, tab)
    }

    fn loaded_since(&mut self, mark: Mark, tab: TabId) -> Result<TabRow, Halt> {
        let end = self.wait(mark, "the page is loaded", |_, record| {
            let is_its = record.tab == Some(tab);
            match &record.kind {
                RecordKind::Loaded { .. } if is_its => Some(None),
                RecordKind::Failed { url, reason, .. } if is_its => {
                    Some(Some(format!("{url}: {reason}")))
                }
                RecordKind::Incomplete { reason } if is_its => Some(Some(reason.clone())),
                _ => None,
            }
        })?;
        match end {
            None => self.row(tab),
            Some(problem) => Err(Halt::Failed(problem)),
        }
    }

    /// Shows a tab.
    pub fn show(&mut self, tab: TabId) {
        self.command(Command::Activate(tab));
    }

    /// Presses a key, as if it came from the window.
    pub fn press(&mut self, key: Key) {
        let Some(process) = self.browser.core.window_gpu() else {
            return;
        };
        let modifiers = Modifiers::default();
        let down = InputEvent::KeyDown {
            key,
            modifiers,
            repeat: false,
        };
        for event in [down, InputEvent::KeyUp { key, modifiers }] {
            let message = FromGpu::Input { event };
            self.browser.handle(Event::FromGpu { process, message });
        }
    }

    /// Ends a process from outside, as `kill -9 PID` does.
    pub fn kill(&mut self, pid: u32) -> Result<(), Halt> {
        self.ended.insert(pid);
        let mut children = self.browser.children.values();
        let child = children.find(|child| u32::try_from(child.pid) == Ok(pid));
        child
            .with_context(|| format!("process {pid} is gone before it was killed"))?
            .signal(Signal::SIGKILL);
        Ok(())
    }

    /// Makes the process of a tab do something that ends it.
    pub fn inject(&mut self, tab: TabId, fault: Fault) -> Result<(), Halt> {
        let pid = self.pid(tab)?;
        self.ended.insert(pid);
        self.command(Command::Inject(tab, fault));
        Ok(())
    }

    /// That tab as it is now.
    pub fn row(&self, tab: TabId) -> Result<TabRow, Halt> {
        let rows = snapshot::tabs(self.browser);
        let row = rows.into_iter().find(|row| row.tab == tab);
        row.ok_or_else(|| Halt::OtherHand("a tab of the tour is gone".to_owned()))
    }

    /// The process of that tab's page.
    pub fn pid(&self, tab: TabId) -> Result<u32, Halt> {
        let pid = self.row(tab)?.pid;
        pid.ok_or_else(|| Halt::OtherHand(format!("tab {} has no process", tab.0)))
    }

    /// The process of that role; waits until there is a sealed one.
    pub fn service(&mut self, role: Role) -> Result<u32, Halt> {
        let found = self.look(|stage| {
            let mut children = stage.browser.children.values();
            let child = children.find(|child| child.role == role && child.report.is_some())?;
            u32::try_from(child.pid).ok()
        })?;
        found.ok_or_else(|| Halt::Failed(format!("no {role} process runs")))
    }

    /// What the broker holds now.
    pub fn inventory(&self) -> Inventory {
        // The user may copy for the first time while the tour runs.
        let of_clipboard = self.browser.clipboard.descriptors();
        Inventory {
            tabs: snapshot::tabs(self.browser).len(),
            processes: self.browser.children.values().count(),
            descriptors: snapshot::descriptors().len() - of_clipboard,
        }
    }

    /// A picture of the window; of the next one, if its gpu process dies meanwhile.
    pub fn picture(&mut self) -> Result<Picture, Halt> {
        let size = self.browser.core.window_size();
        let until = Instant::now() + WAIT_MAX;
        let mut request = None;
        while Instant::now() < until {
            match request {
                None => request = self.browser.capture(size).ok(),
                Some(number) => match self.browser.take_picture(number) {
                    Ok(Some(picture)) => return Ok(picture),
                    Ok(None) => {}
                    Err(_) => request = None,
                },
            }
            self.turn(Instant::now() + LOOK_INTERVAL)?;
        }
        Err(Halt::Failed(
            "the gpu process delivered no picture".to_owned(),
        ))
    }

    /// Whether the page on show moves: whether two pictures of the window differ before long.
    pub fn moves(&mut self) -> Result<bool, Halt> {
        let first = self.picture()?;
        let until = Instant::now() + WAIT_MAX;
        while Instant::now() < until {
            if self.picture()?.rgba != first.rgba {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Writes a picture of the window where there is none to look at; returns what it says of it.
    pub fn write_picture(&mut self, name: &str) -> Result<Option<String>, Halt> {
        let Some(path) = self.pictures.as_ref().map(|folder| folder.join(name)) else {
            return Ok(None);
        };
        self.picture()?.write(&path)?;
        Ok(Some(format!("picture: {}", path.display())))
    }
}
