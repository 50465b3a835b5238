//! The shell's content: the strip of tabs with the address bar, the card over a crashed or hung
//! tab, and the open menu. All are documents, generated from the broker's state.
//!
//! Owns: the text in the address bar. Trusts: the broker's state; every string in it is escaped.
//! Never: decides anything: it tells the broker what the user clicked.

mod card;
mod command;
mod completion;
mod dialog;
mod drag;
mod favicons;
mod field;
mod find_bar;
mod fit;
mod icons;
mod parts;
mod popup;
mod roll;
mod strip;

use crate::runtime::{Host, LoopError, ToBroker};
use crate::view::View;
use card::CardView;
use dialog::DialogBox;
use find_bar::FindBar;
use ipc::{Endpoint, Handles, Misbehaviour, Receiver, RecvError, Sender};
use parley::FontContext;
use popup::PopupView;
use protocol::input::{Cursor, InputEvent};
use protocol::renderer::{FromRenderer, ToRenderer};
use protocol::shell::{FromShell, ToShell};
use protocol::surface::SurfacePart;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Instant;
use strip::Strip;

/// The shell's end of its command channel.
pub(crate) type CommandEndpoint = Endpoint<FromShell, ToShell>;

/// The shell's content.
pub(crate) struct Shell {
    commands: Option<(Sender<FromShell>, Receiver<ToShell>)>,
    strip: Strip,
    card: CardView,
    dialog: DialogBox,
    popup: PopupView,
    find: FindBar,
    hover: Cursor,
    /// The surface that the pointer was last over.
    pointed: SurfacePart,
    /// Why no more commands come.
    failure: Option<LoopError>,
}

impl Shell {
    pub(crate) fn new(fonts: FontContext, commands: CommandEndpoint) -> Shell {
        Shell {
            commands: Some(commands.split()),
            strip: Strip::new(fonts.clone()),
            card: CardView::new(fonts.clone()),
            dialog: DialogBox::new(fonts.clone()),
            popup: PopupView::new(fonts.clone()),
            find: FindBar::new(fonts),
            hover: Cursor::Default,
            pointed: SurfacePart::Strip,
            failure: None,
        }
    }

    fn take(&mut self, message: ToShell) {
        match message {
            ToShell::State(state) => {
                self.card.set(state.card.clone());
                self.find.set_state(&state);
                self.strip.set_state(*state);
            }
            ToShell::Popup(popup) => self.popup.set(popup),
            ToShell::Dialog(dialog) => self.dialog.set(dialog),
            ToShell::Icon { tab, pixels } => self.strip.set_icon(tab, &pixels),
            ToShell::Complete { typed, rest } => self.strip.complete(&typed, &rest),
            ToShell::FocusAddress => self.strip.focus_address(),
            ToShell::FocusFind => self.find.focus(),
        }
    }

    /// Takes what the broker said on the command channel before it said what comes next on the
    /// other one: keys that follow Ctrl+L are for the address bar.
    fn catch_up(&mut self) {
        if self.failure.is_none() {
            self.failure = self.take_commands().err();
        }
    }

    fn take_commands(&mut self) -> Result<(), LoopError> {
        while let Some((_, receiver)) = &self.commands {
            match receiver.try_recv() {
                Ok(Some(received)) => self.take(received.message),
                Ok(None) => break,
                Err(RecvError::Misbehaved(misbehaviour)) => return Err(misbehaviour.into()),
                Err(RecvError::Closed) => self.commands = None,
                Err(error) => return Err(LoopError::Control(error)),
            }
        }
        Ok(())
    }

    fn say(&self, commands: impl IntoIterator<Item = FromShell>) {
        let Some((sender, _)) = &self.commands else {
            return;
        };
        for command in commands {
            // The receiving half notices when the broker is gone.
            let _ = sender.send(command);
        }
    }
}

impl Host for Shell {
    fn view(&mut self, part: SurfacePart) -> Option<&mut View> {
        match part {
            SurfacePart::Strip => Some(&mut self.strip.view),
            SurfacePart::Card => Some(&mut self.card.view),
            SurfacePart::Dialog => Some(&mut self.dialog.view),
            SurfacePart::Popup => Some(&mut self.popup.view),
            SurfacePart::Find => Some(&mut self.find.view),
            SurfacePart::Page => None,
        }
    }

    fn message(&mut self, message: ToRenderer, _handles: Handles) -> Result<(), LoopError> {
        match message {
            // The shell's documents are built in, so there is no load to stop.
            ToRenderer::Stop => Ok(()),
            _ => Err(Misbehaviour::WrongState.into()),
        }
    }

    fn settle(&mut self, part: SurfacePart) {
        self.catch_up();
        match part {
            SurfacePart::Strip => self.strip.turn(),
            SurfacePart::Card => self.card.turn(),
            SurfacePart::Dialog => self.dialog.turn(),
            SurfacePart::Find => self.find.turn(),
            SurfacePart::Popup => self.popup.turn(),
            SurfacePart::Page => {}
        }
    }

    fn input(&mut self, part: SurfacePart, event: InputEvent, _control: &ToBroker) {
        self.catch_up();
        if event.position().is_some() {
            self.pointed = part;
        }
        let commands = match part {
            SurfacePart::Strip => self.strip.input(event),
            SurfacePart::Card => self.card.input(event),
            SurfacePart::Dialog => self.dialog.input(event).into_iter().collect(),
            SurfacePart::Find => self.find.input(event),
            SurfacePart::Page | SurfacePart::Popup => Vec::new(),
        };
        self.say(commands);
    }

    fn sources(&self) -> Vec<BorrowedFd<'_>> {
        self.commands
            .iter()
            .map(|(_, receiver)| receiver.as_fd())
            .collect()
    }

    fn receive(&mut self) -> Result<(), LoopError> {
        match self.failure.take() {
            Some(failure) => Err(failure),
            None => self.take_commands(),
        }
    }

    fn deadline(&self) -> Option<Instant> {
        let (strip, card) = (&self.strip.view, &self.card.view);
        let over = [&self.find.view, &self.popup.view, &self.dialog.view];
        let views = over.into_iter().chain([strip, card]);
        views.filter_map(View::deadline).min()
    }

    fn turn(&mut self, control: &ToBroker) {
        self.strip.turn();
        self.card.turn();
        self.find.turn();
        self.popup.turn();
        self.dialog.turn();
        let typed = self.strip.take_typed();
        self.say(typed);
        let looked_for = self.find.take_typed();
        self.say(looked_for);
        let pointed = match self.pointed {
            SurfacePart::Card => &self.card.view,
            SurfacePart::Dialog => &self.dialog.view,
            SurfacePart::Find => &self.find.view,
            SurfacePart::Popup => &self.popup.view,
            _ => &self.strip.view,
        };
        let (cursor, _) = pointed.hover();
        if cursor != self.hover {
            self.hover = cursor;
            control.say(FromRenderer::Hover { cursor, link: None });
        }
    }

    fn painted(&mut self, _part: SurfacePart, _control: &ToBroker) {}
}
