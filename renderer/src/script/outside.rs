//! What the scripts of a document have to do with the broker while they run: the word to stop,
//! dialogs, the console.
//!
//! Trusts: the broker. Never: waits for anything but the answer to a dialog.

use crate::control::ToBroker;
use crate::script::limits::{LOOK_INTERVAL, TASK_MAX};
use protocol::console::ConsoleLine;
use protocol::dialog::{DialogAnswer, DialogKind, DialogRequest};
use protocol::ids::NavigationId;
use protocol::limits::DIALOG_TEXT_BYTES_MAX;
use protocol::renderer::FromRenderer;
use std::cell::{Cell, RefCell};
use std::time::Instant;

/// The broker, as the scripts of one document reach it.
pub(crate) struct Outside {
    /// `None`: of a realm without a process around it, as in tests.
    link: RefCell<Option<(ToBroker, NavigationId)>>,
    looked: Cell<Instant>,
    was_stopped: Cell<bool>,
    dialogs_asked: Cell<u32>,
    /// Whether no further dialog may be opened.
    is_muted: Cell<bool>,
    /// Whether the broker knows that the document wants to be asked before it is left.
    guards_leaving: Cell<bool>,
}

impl Outside {
    pub(crate) fn new() -> Outside {
        Outside {
            link: RefCell::default(),
            looked: Cell::new(Instant::now()),
            was_stopped: Cell::new(false),
            dialogs_asked: Cell::new(0),
            is_muted: Cell::new(false),
            guards_leaving: Cell::new(false),
        }
    }

    /// The scripts are those of that commit.
    pub(crate) fn connect(&self, control: &ToBroker, navigation: NavigationId) {
        *self.link.borrow_mut() = Some((control.clone(), navigation));
    }

    /// Asks the user, and waits for the answer.
    pub(crate) fn ask(&self, kind: DialogKind, text: &str, default_text: &str) -> DialogAnswer {
        let Some((control, navigation)) = self.link.borrow().clone() else {
            return DialogAnswer::default();
        };
        if self.is_muted.get() || self.was_stopped.get() {
            return DialogAnswer::default();
        }
        let request = self.dialogs_asked.get().wrapping_add(1);
        self.dialogs_asked.set(request);
        let fit = |text: &str| text[..text.floor_char_boundary(DIALOG_TEXT_BYTES_MAX)].to_owned();
        let dialog = DialogRequest {
            request,
            kind,
            text: fit(text),
            default_text: fit(default_text),
        };
        control.say(FromRenderer::Dialog { navigation, dialog });
        let answer = control.wait_for_answer(request).unwrap_or_default();
        self.is_muted.set(answer.mute);
        answer
    }

    /// The document wants to be asked before it is left.
    pub(crate) fn guard_leaving(&self) {
        if !self.guards_leaving.replace(true) {
            self.say(|navigation| FromRenderer::GuardsLeaving { navigation });
        }
    }

    /// Tells the broker of something in the document.
    pub(crate) fn say(&self, message: impl FnOnce(NavigationId) -> FromRenderer) {
        if let Some((control, navigation)) = &*self.link.borrow() {
            control.say(message(*navigation));
        }
    }

    /// Writes a line to the console.
    pub(crate) fn write(&self, line: Option<ConsoleLine>) {
        if let Some(line) = line {
            self.say(|navigation| FromRenderer::Console { navigation, line });
        }
    }

    /// Whether the broker wants the scripts to end. Asked all the time, it looks now and then.
    pub(crate) fn wants_stop(&self, now: Instant) -> bool {
        if now.saturating_duration_since(self.looked.get()) >= LOOK_INTERVAL {
            self.looked.set(now);
            let link = self.link.borrow();
            if link
                .as_ref()
                .is_some_and(|(control, _)| control.wants_stop())
            {
                self.was_stopped.set(true);
            }
        }
        self.was_stopped.get()
    }

    /// The broker has told the loop that the scripts must end.
    pub(crate) fn stop(&self) {
        self.was_stopped.set(true);
    }

    /// Why the scripts were ended.
    pub(crate) fn stop_reason(&self) -> String {
        if self.was_stopped.get() {
            return "The scripts of the page were stopped.".to_owned();
        }
        let seconds = TASK_MAX.as_secs();
        format!("A script of the page ran for more than {seconds} seconds and was stopped.")
    }
}
