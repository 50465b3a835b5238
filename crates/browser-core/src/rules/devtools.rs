//! What the devtools process is told of tabs, and its channels to the processes of their documents.
//!
//! Never: tells one that is not sealed, or connects it with a process that has no site yet.

use crate::action::Action;
use crate::death::DeathCause;
use crate::state::core::Core;
use crate::state::process::Process;
use crate::state::tab::{Tab, Untold};
use protocol::devtools::{Answer, Ending, FromDevtools, ToDevtools};
use protocol::ids::{ProcessId, Role, TabId};
use protocol::misbehaviour::Misbehaviour;
use protocol::traffic::Rules;

impl Core {
    /// A devtools process begins: it is told what there is.
    pub(crate) fn devtools_ready(&mut self) {
        for context in self.contexts.all() {
            self.tell_devtools(|| ToDevtools::Context { context });
        }
        for tab in self.tabs.ids() {
            let committed = self.tabs.find_mut(tab).and_then(|it| it.committed.as_mut());
            if let Some(committed) = committed {
                committed.untold = None;
            }
            for news in self.news_of(tab) {
                self.tell_devtools(|| news);
            }
            if let Some(process) = self.current_process(tab) {
                self.open_inspector(process, false);
            }
        }
        if let Some(tab) = self.tabs.active {
            self.tell_devtools(|| ToDevtools::Shown { tab });
        }
        self.open_traffic();
        self.tell_devtools(|| ToDevtools::Told);
    }

    /// Connects the devtools process with the network process, if both are there, and tells the
    /// latter what is done with requests.
    pub(crate) fn open_traffic(&mut self) {
        let devtools = self.ready_service(&self.services.devtools);
        let network = self.ready_service(&self.services.network);
        let (Some(devtools), Some(network)) = (devtools, network) else {
            return;
        };
        self.devtools.network = Some(network);
        self.emit(Action::OpenTraffic { devtools, network });
        for (tab, rules) in self.devtools.rules.clone() {
            self.emit(Action::TellRequests {
                network,
                tab,
                sequence: 0,
                rules: Some(rules),
            });
        }
    }

    /// What is done with the requests of a tab from now on.
    pub(crate) fn set_rules(&mut self, tab: TabId, sequence: u32, rules: Option<Rules>) {
        match &rules {
            Some(rules) => self.devtools.rules.insert(tab, rules.clone()),
            None => self.devtools.rules.remove(&tab),
        };
        if let Some(network) = self.ready_service(&self.services.network) {
            self.emit(Action::TellRequests {
                network,
                tab,
                sequence,
                rules,
            });
        }
    }

    /// A tab is gone.
    pub(crate) fn drop_rules(&mut self, tab: TabId) {
        if self.devtools.rules.contains_key(&tab) {
            self.set_rules(tab, 0, None);
        }
    }

    /// All that has happened to a tab and still counts.
    fn news_of(&self, id: TabId) -> Vec<ToDevtools> {
        let Some(tab) = self.tabs.find(id) else {
            return Vec::new();
        };
        let url = tab.url().to_owned();
        let mut news = vec![ToDevtools::Opened {
            tab: id,
            context: tab.context,
            url,
        }];
        if let Some(committed) = &tab.committed {
            news.push(ToDevtools::Committed {
                tab: id,
                navigation: committed.navigation,
                url: committed.url.clone(),
                error: committed.error.as_ref().map(|it| it.code().to_owned()),
                status: 200,
                content_type: None,
                title: committed.title.clone(),
            });
        }
        if let Some(crash) = &tab.crash {
            news.push(crashed(id, &crash.cause));
        }
        if let Some(pending) = &tab.pending {
            news.push(ToDevtools::Began {
                tab: id,
                navigation: pending.id,
                url: pending.url.clone(),
                call: None,
                is_reload: false,
            });
        }
        news
    }

    /// Connects the process of a tab's document with the devtools process, if there is one. With
    /// `holds` the next document waits until that has said what is to be done before it.
    pub(crate) fn open_inspector(&mut self, process: ProcessId, holds: bool) {
        let devtools = self.ready_service(&self.services.devtools);
        let entry = self.processes.living(process);
        let is_locked = |it: &&Process| it.is_ready() && it.site.is_some();
        let tab = entry.filter(is_locked).and_then(|it| it.tab);
        if let (Some(devtools), Some(tab)) = (devtools, tab) {
            self.emit(Action::OpenInspector {
                process,
                tab,
                devtools,
                holds,
            });
        }
    }

    /// The devtools process hears of a commit once the document's process has it: what it asks the
    /// document from then on is asked of this one.
    pub(crate) fn tell_of_commit_later(&mut self, id: TabId, untold: Untold) {
        let is_there = self.ready_service(&self.services.devtools).is_some();
        let tab = self.tabs.find_mut(id).filter(|_| is_there);
        if let Some(committed) = tab.and_then(|tab| tab.committed.as_mut()) {
            committed.untold = Some(untold);
        }
    }

    /// Tells of the commits that the processes have answered.
    pub(crate) fn check_commits(&mut self) {
        if self.ready_service(&self.services.devtools).is_none() {
            return;
        }
        let is_answered = |tab: &&Tab| {
            let untold = tab.committed.as_ref().and_then(|it| it.untold.as_ref());
            let sequence = untold.map(|it| it.sequence);
            let process = tab.committed_process();
            let process = process.and_then(|process| self.processes.living(process));
            let waits = |sequence| process.is_some_and(|it| it.unanswered.has(sequence));
            sequence.is_some_and(|sequence| !waits(sequence))
        };
        let answered = self.tabs.iter().filter(is_answered);
        for tab in answered.map(|tab| tab.id).collect::<Vec<_>>() {
            self.tell_of_commit(tab);
        }
    }

    pub(crate) fn tell_of_commit(&mut self, id: TabId) {
        let tab = self.tabs.find_mut(id);
        let committed = tab.and_then(|tab| tab.committed.as_mut());
        let Some(committed) = committed else { return };
        let Some(untold) = committed.untold.take() else {
            return;
        };
        let news = ToDevtools::Committed {
            tab: id,
            navigation: committed.navigation,
            url: committed.url.clone(),
            error: committed.error.as_ref().map(|it| it.code().to_owned()),
            status: untold.status,
            content_type: untold.content_type,
            title: committed.title.clone(),
        };
        self.tell_devtools(|| news);
    }

    /// Another document takes its place before it was told of.
    pub(crate) fn forget_untold(&mut self, id: TabId) {
        let tab = self.tabs.find_mut(id);
        let committed = tab.and_then(|tab| tab.committed.as_mut());
        if let Some(committed) = committed
            && committed.untold.take().is_some()
        {
            let navigation = committed.navigation;
            self.tell_devtools(|| ToDevtools::Ended {
                tab: id,
                navigation,
            });
        }
    }

    pub(crate) fn tell_devtools_of_crash(&mut self, tab: TabId, cause: &DeathCause) {
        self.tell_devtools(|| crashed(tab, cause));
    }

    pub(crate) fn on_devtools(&mut self, id: ProcessId, message: FromDevtools) {
        let Some(process) = self.processes.living(id) else {
            return;
        };
        if process.role != Role::Devtools || !process.is_ready() {
            return self.on_misbehaved(id, Misbehaviour::WrongState);
        }
        match message {
            FromDevtools::Call { call, wish } => self.on_wish(call, wish),
            FromDevtools::Inspecting { tab } => {
                if let Some(process) = self.current_process(tab) {
                    self.emit(Action::EndHold { process });
                }
            }
        }
    }

    /// Nobody waits for a devtools process that is gone.
    pub(crate) fn devtools_lost(&mut self) {
        self.devtools.waiting.clear();
        // The network process drops them with the channel.
        self.devtools.rules.clear();
        self.devtools.network = None;
        for context in self.contexts.of_devtools() {
            self.close_context(context);
        }
        for tab in std::mem::take(&mut self.devtools.dialogs) {
            if !self.config.dialogs {
                self.refuse_dialog(tab);
            }
        }
        for tab in self.tabs.ids() {
            if let Some(tab) = self.tabs.find_mut(tab) {
                tab.picture_size = None;
                tab.scripts_off = false;
            }
            if let Some(process) = self.current_process(tab) {
                self.emit(Action::EndHold { process });
            }
        }
    }

    pub(crate) fn answer_devtools(&mut self, call: u32, answer: Answer) {
        self.tell_devtools(|| ToDevtools::Answer { call, answer });
    }
}

fn crashed(tab: TabId, cause: &DeathCause) -> ToDevtools {
    ToDevtools::Crashed {
        tab,
        cause: crate::text::shorten(&cause.to_string(), crate::text::REMARK_BYTES_MAX),
        ending: ending_of(cause),
    }
}

/// The signal is the one that would have had the same effect where the broker itself has ended it.
fn ending_of(cause: &DeathCause) -> Ending {
    const SIGABRT: i32 = 6;
    const SIGKILL: i32 = 9;
    const SIGSEGV: i32 = 11;
    const SIGSYS: i32 = 31;
    match cause {
        DeathCause::Exited(code) => Ending::Exited(*code),
        DeathCause::GroupMemory(_) | DeathCause::OutOfMemory { .. } => Ending::OutOfMemory,
        DeathCause::Panicked(_) => Ending::Signal(SIGABRT),
        DeathCause::Signal(number) => Ending::Signal(*number),
        DeathCause::StackOverflow(_) => Ending::Signal(SIGSEGV),
        DeathCause::SystemCall { .. } => Ending::Signal(SIGSYS),
        DeathCause::DisplayLost
        | DeathCause::Flooded(_)
        | DeathCause::HandshakeTimeout
        | DeathCause::Hung
        | DeathCause::Misbehaved(_)
        | DeathCause::QueueFull(_)
        | DeathCause::RequestRefused(_)
        | DeathCause::SealRefused(_)
        | DeathCause::SpawnFailed(_)
        | DeathCause::Wanted => Ending::Signal(SIGKILL),
    }
}
