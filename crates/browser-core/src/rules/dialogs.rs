//! The dialogs of pages: alert, confirm, prompt, and the question before a page is left.
//!
//! Trusts: no page to wait, or to keep quiet when it was told to. Never: opens a second dialog in a
//! tab, one over another tab's page, or one that nobody can answer; counts the time in which a
//! script waits for the user as silence.

use crate::action::Action;
use crate::record::RecordKind;
use crate::state::core::Core;
use crate::state::dialog::{Dialog, Leave, UNSEEN_DIALOGS_MAX};
use crate::state::input::Focus;
use crate::text;
use protocol::devtools::ToDevtools;
use protocol::dialog::{DialogAnswer, DialogKind, DialogRequest, DialogView};
use protocol::ids::{NavigationId, ProcessId, TabId};
use protocol::input::Key;
use protocol::limits::DIALOG_TEXT_BYTES_MAX;
use protocol::misbehaviour::Misbehaviour;
use url::{Position, Url};

impl Core {
    /// A script wants a dialog, and waits. `tab`: where its document is the one committed.
    pub(crate) fn on_dialog(
        &mut self,
        id: ProcessId,
        navigation: NavigationId,
        tab: Option<TabId>,
        asked: DialogRequest,
    ) {
        let Some(process) = self.processes.living_mut(id) else {
            return;
        };
        if process.dialog.is_some() || process.muted == Some(navigation) {
            return self.on_misbehaved(id, Misbehaviour::WrongState);
        }
        process.dialog = Some((asked.request, navigation));
        let opened = RecordKind::Dialog {
            kind: asked.kind.name(),
            text: text::plain(&asked.text),
        };
        self.record(opened, tab, Some(id));
        let refused = |mute| DialogAnswer {
            mute,
            ..DialogAnswer::default()
        };
        let is_driven = tab.is_some_and(|tab| self.devtools.dialogs.contains(&tab));
        let has_answer = (self.config.dialogs || is_driven) && self.config.shell;
        let Some(tab) = tab.filter(|_| has_answer) else {
            return self.answer_script(id, refused(true));
        };
        let is_seen = self.tabs.active == Some(tab) || is_driven;
        let Some(dialogs) = self.tabs.find_mut(tab).map(|tab| &mut tab.dialogs) else {
            return self.answer_script(id, refused(true));
        };
        // The question whether to leave the page is up.
        if dialogs.open.as_ref().is_some_and(|it| it.leave.is_some()) {
            return self.answer_script(id, refused(false));
        }
        let may_mute = dialogs.seen > 0;
        if is_seen {
            dialogs.seen += 1;
            return self.open_dialog(tab, &asked, may_mute, Some((id, asked.request)), None);
        }
        // As Chromium does it: what is said in a tab that nobody sees stands there when it is
        // shown, and its script goes on; what is asked there is refused.
        dialogs.unseen += 1;
        let mute = dialogs.unseen > UNSEEN_DIALOGS_MAX;
        let is_alert = asked.kind == DialogKind::Alert;
        if is_alert {
            self.open_dialog(tab, &asked, may_mute, None, None);
        }
        let answer = DialogAnswer {
            is_accepted: is_alert,
            ..refused(mute)
        };
        self.answer_script(id, answer);
    }

    fn open_dialog(
        &mut self,
        tab: TabId,
        asked: &DialogRequest,
        may_mute: bool,
        waiting: Option<(ProcessId, u32)>,
        leave: Option<Leave>,
    ) {
        self.dialogs_opened = self.dialogs_opened.wrapping_add(1);
        let fit = |text: &str| text::shorten(&text::plain(text), DIALOG_TEXT_BYTES_MAX);
        let (text, default_text) = (fit(&asked.text), fit(&asked.default_text));
        self.tell_devtools(|| ToDevtools::Dialog {
            tab,
            kind: asked.kind,
            text: text.clone(),
            default_text: default_text.clone(),
        });
        let dialog = Dialog {
            serial: self.dialogs_opened,
            kind: asked.kind,
            text,
            default_text,
            may_mute,
            waiting,
            leave,
        };
        if let Some(tab) = self.tabs.find_mut(tab) {
            tab.dialogs.open = Some(dialog);
        }
        if self.tabs.active == Some(tab) {
            self.input.focus = Focus::Page;
        }
    }

    /// The page does not want to be left: asks the user, who has to see it.
    pub(crate) fn ask_to_leave(&mut self, tab: TabId, leave: Leave) {
        let asked = DialogRequest {
            request: 0,
            kind: DialogKind::Leave,
            text: "Changes that you made may not be saved.".to_owned(),
            default_text: String::new(),
        };
        let process = self.current_process(tab);
        let opened = RecordKind::Dialog {
            kind: asked.kind.name(),
            text: asked.text.clone(),
        };
        self.record(opened, Some(tab), process);
        self.activate(tab);
        self.open_dialog(tab, &asked, false, None, Some(leave));
    }

    /// The user has answered the dialog of that number; one that is gone is answered no more.
    pub(crate) fn on_dialog_answer(&mut self, tab: TabId, serial: u32, answer: DialogAnswer) {
        let open = self.tabs.find(tab).and_then(|it| it.dialogs.open.as_ref());
        if open.is_some_and(|dialog| dialog.serial == serial) {
            self.close_dialog(tab, answer);
        }
    }

    /// Closes the tab's dialog, if it has one.
    pub(crate) fn close_dialog(&mut self, id: TabId, mut answer: DialogAnswer) {
        let dialog = self
            .tabs
            .find_mut(id)
            .and_then(|tab| tab.dialogs.open.take());
        let Some(dialog) = dialog else { return };
        answer.mute &= dialog.may_mute;
        let closed = RecordKind::DialogClosed {
            is_accepted: answer.is_accepted,
        };
        self.record(closed, Some(id), None);
        self.tell_devtools(|| ToDevtools::DialogClosed {
            tab: id,
            is_accepted: answer.is_accepted,
            text: answer.text.clone(),
        });
        if let Some(leave) = dialog.leave {
            if answer.is_accepted {
                self.do_leave(id, leave);
            }
        } else if let Some((process, _)) = dialog.waiting {
            self.answer_script(process, answer);
        } else if answer.mute
            && let Some(process) = self.current_process(id)
            && let Some(committed) = self.tabs.find(id).and_then(|tab| tab.committed.as_ref())
        {
            // Nobody waits: the next one is refused and told.
            let navigation = committed.navigation;
            if let Some(process) = self.processes.living_mut(process) {
                process.mutes = Some(navigation);
            }
        }
    }

    /// Somebody answers the dialogs of that tab from now on, or nobody any more.
    pub(crate) fn take_dialogs(&mut self, tab: TabId, is_on: bool) {
        if is_on {
            self.devtools.dialogs.insert(tab);
        } else if self.devtools.dialogs.remove(&tab) && !self.config.dialogs {
            self.refuse_dialog(tab);
        }
    }

    /// The page goes, or may not ask any more: its script goes on without an answer.
    pub(crate) fn refuse_dialog(&mut self, tab: TabId) {
        self.close_dialog(tab, DialogAnswer::default());
    }

    /// Lets the script go on that waits.
    fn answer_script(&mut self, id: ProcessId, mut answer: DialogAnswer) {
        let now = self.now;
        let Some(process) = self.processes.living_mut(id) else {
            return;
        };
        let Some((request, navigation)) = process.dialog.take() else {
            return;
        };
        answer.mute |= process.mutes == Some(navigation);
        if answer.mute {
            process.muted = Some(navigation);
        }
        process.unanswered.rest(now);
        self.emit(Action::AnswerDialog {
            process: id,
            request,
            answer,
        });
    }

    /// What a key does to the dialog of the active tab, wherever the shell is with it.
    pub(crate) fn dialog_key(&mut self, key: Key, repeat: bool) -> bool {
        let has_dialog = self
            .tabs
            .shown()
            .is_some_and(|it| it.dialogs.open.is_some());
        if !has_dialog || self.input.focus != Focus::Page || key != Key::Escape {
            return false;
        }
        if let Some(tab) = self.tabs.active.filter(|_| !repeat) {
            self.refuse_dialog(tab);
        }
        true
    }

    /// Whether input to the tab's page is not for the page.
    pub(crate) fn is_covered(&self, tab: TabId) -> bool {
        let tab = self.tabs.find(tab);
        tab.is_some_and(|tab| tab.dialogs.open.is_some())
    }

    pub(crate) fn tell_dialog(&mut self) {
        let Some(process) = self.ready_service(&self.services.shell) else {
            return;
        };
        let dialog = self.dialog_view();
        if self.dialog_told != dialog {
            self.dialog_told.clone_from(&dialog);
            self.emit(Action::UpdateDialog { process, dialog });
        }
    }

    fn dialog_view(&self) -> Option<DialogView> {
        let tab = self.tabs.shown()?;
        let dialog = tab.dialogs.open.as_ref()?;
        let url = Url::parse(tab.url()).ok();
        let site = url.filter(Url::has_host).map(|url| {
            let host = &url[Position::BeforeHost..Position::AfterPort];
            text::clean(host, text::REMARK_BYTES_MAX)
        });
        Some(DialogView {
            tab: tab.id,
            serial: dialog.serial,
            site: site.unwrap_or_default(),
            kind: dialog.kind,
            text: dialog.text.clone(),
            default_text: dialog.default_text.clone(),
            may_mute: dialog.may_mute,
        })
    }
}
