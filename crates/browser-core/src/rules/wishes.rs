//! What the devtools process wants done: what a user may do by hand or with the control pipe.
//!
//! Trusts: no tab, entry or process that it names. Never: answers a call twice.

use crate::action::{self, Action, ChildSignal};
use crate::chaos::ChaosError;
use crate::state::core::Core;
use crate::state::devtools::{Until, Waiting};
use crate::state::injection::Injection;
use crate::state::input::Focus;
use crate::state::liveness::UNANSWERED_MAX;
use crate::state::navigation::NavigationKind;
use crate::state::tab::Tab;
use protocol::appearance::Percent;
use protocol::devtools::{Answer, ChildSignal as WantedSignal, Entry, Wish};
use protocol::geometry::Size;
use protocol::ids::{ContextId, Generation, SurfaceId, TabId};
use protocol::input::InputEvent;
use protocol::limits::{DEVTOOLS_CALLS_MAX, DEVTOOLS_HISTORY_BYTES_MAX, UNANSWERED_RESIZES_MAX};
use protocol::surface::SurfacePart;
use url::Url;

/// Why nothing came of a wish.
type Refusal = String;

impl Core {
    pub(crate) fn on_wish(&mut self, call: u32, wish: Wish) {
        let answer = match self.grant(call, wish) {
            Ok(None) => return,
            Ok(Some(answer)) => answer,
            Err(reason) => Answer::Refused { reason },
        };
        self.answer_devtools(call, answer);
    }

    /// The answer, unless it comes later.
    fn grant(&mut self, call: u32, wish: Wish) -> Result<Option<Answer>, Refusal> {
        match wish {
            Wish::Chaos { spec, .. } if spec.is_empty() => self.end_chaos(),
            Wish::Chaos { spec, seed } => {
                let spec = spec.parse().map_err(|it: ChaosError| it.to_string())?;
                self.begin_chaos(&spec, seed);
            }
            Wish::CloseBrowser => self.quit(),
            Wish::CrashBrowser => self.emit(Action::CrashBroker),
            Wish::BreakService(role, fault) => self.inject_into_service(role, fault),
            Wish::BreakProcess { pid, fault } => self.inject_into_child(pid, fault)?,
            Wish::Signal { pid, signal } => {
                let process = self.child_of(pid)?;
                let signal = signal_of(signal);
                self.emit(Action::Signal { process, signal });
            }
            Wish::Look(look) => {
                if let Some(devtools) = self.ready_service(&self.services.devtools) {
                    self.emit(Action::Look {
                        devtools,
                        call,
                        look,
                    });
                }
                return Ok(None);
            }
            Wish::OpenContext { ends_with_devtools } => {
                let context = self.open_context(ends_with_devtools);
                let context = context.ok_or("as many contexts are open as are possible")?;
                return Ok(Some(Answer::Context { context }));
            }
            Wish::CloseContext(context) if self.close_context(context) => {}
            Wish::CloseContext(_) => return Err("there is no such context".to_owned()),
            Wish::Open {
                url,
                activate,
                context,
            } => {
                return self.open_for(context, &url, activate);
            }
            Wish::Processes => {
                if let Some(devtools) = self.ready_service(&self.services.devtools) {
                    self.emit(Action::ListProcesses { devtools, call });
                }
                return Ok(None);
            }
            Wish::Activate(tab)
            | Wish::AnswerDialog(tab, _)
            | Wish::Close(tab)
            | Wish::Break(tab, _)
            | Wish::Frame { tab, .. }
            | Wish::GoToEntry(tab, _)
            | Wish::History(tab)
            | Wish::Input(tab, _)
            | Wish::Navigate(tab, _)
            | Wish::Picture(tab, _)
            | Wish::Reload(tab)
            | Wish::Requests { tab, .. }
            | Wish::Resize { tab, .. }
            | Wish::Scripts(tab, _)
            | Wish::Stop(tab)
            | Wish::TakeDialogs(tab, _) => {
                self.tabs.find(tab).ok_or("there is no such tab")?;
                return self.grant_in(tab, call, wish);
            }
        }
        Ok(Some(Answer::Done))
    }

    fn open_for(
        &mut self,
        context: ContextId,
        url: &str,
        activate: bool,
    ) -> Result<Option<Answer>, Refusal> {
        if !self.contexts.has(context) {
            return Err("there is no such context".to_owned());
        }
        let opened = self.open_typed_in(context, url, activate);
        let tab = opened.ok_or("as many tabs are open as are possible")?;
        Ok(Some(Answer::Opened { tab }))
    }

    /// What is wanted of a tab that is there.
    fn grant_in(&mut self, tab: TabId, call: u32, wish: Wish) -> Result<Option<Answer>, Refusal> {
        match wish {
            Wish::Activate(_) => self.activate(tab),
            Wish::AnswerDialog(_, answer) if self.is_covered(tab) => {
                self.close_dialog(tab, answer);
            }
            Wish::AnswerDialog(..) => return Err("No dialog is showing".to_owned()),
            Wish::TakeDialogs(_, is_on) => self.take_dialogs(tab, is_on),
            Wish::Close(_) => self.close_tab(tab),
            Wish::Break(_, fault) => self.inject(tab, Injection::Page(fault)),
            Wish::Frame { after, .. } => {
                self.end_frames(tab);
                return self.wait_for(call, frame_after(tab, after));
            }
            Wish::GoToEntry(_, index) => {
                let entry = self
                    .tabs
                    .find(tab)
                    .and_then(|it| it.history.get(index.into()));
                entry.ok_or("there is no such entry")?;
                self.go_to_entry(tab, index.into());
            }
            Wish::History(_) => return Ok(self.tabs.find(tab).map(history_of)),
            Wish::Input(_, event) => return self.input_in(tab, call, event),
            Wish::Navigate(_, url) => {
                Url::parse(&url).map_err(|_| "Cannot navigate to invalid URL")?;
                self.devtools.navigating = Some(call);
                self.navigate_typed(tab, &url, NavigationKind::New);
                // It went along with the navigation, if there is one.
                let is_left = self.devtools.navigating.take().is_some();
                return Ok(is_left.then_some(Answer::Done));
            }
            Wish::Picture(_, size) => return self.picture_of(tab, call, size),
            Wish::Reload(_) => self.reload(tab),
            Wish::Requests {
                sequence, rules, ..
            } => self.set_rules(tab, sequence, rules),
            Wish::Resize { size, scale, .. } => {
                return self.resize_page(tab, call, (size, scale));
            }
            Wish::Scripts(_, is_on) => {
                if let Some(tab) = self.tabs.find_mut(tab) {
                    tab.scripts_off = !is_on;
                }
            }
            Wish::Stop(_) => self.stop(tab),
            _ => {}
        }
        Ok(Some(Answer::Done))
    }

    fn input_in(
        &mut self,
        id: TabId,
        call: u32,
        event: InputEvent,
    ) -> Result<Option<Answer>, Refusal> {
        let tab = self.tabs.find(id).ok_or("there is no such tab")?;
        let surface = tab.current().ok_or("the tab shows nothing yet")?.surface;
        let scale = self.scale_for(SurfacePart::Page, Some(id)).factor();
        let zoom = self.zoom_of(tab).factor();
        if self.is_covered(id) {
            return Ok(Some(Answer::Done));
        }
        if self.tabs.active == Some(id) && !event.is_move() {
            self.input.focus = Focus::Page;
            self.tell_focus();
        }
        let told = self.address(surface, UNANSWERED_MAX);
        let (process, sequence) = told.ok_or("the page does not answer")?;
        let is_act = matches!(
            event,
            InputEvent::PointerDown { .. } | InputEvent::KeyDown { .. }
        );
        if let Some(process) = self.processes.living_mut(process).filter(|_| is_act) {
            process.activated = true;
            process.acted = true;
            process.has_acted = true;
        }
        self.emit(Action::Input(action::Input {
            process,
            surface,
            sequence,
            event: event.scaled((scale * zoom) as f32),
        }));
        self.wait_for(call, Until::Done { process, sequence })
    }

    fn picture_of(
        &mut self,
        id: TabId,
        call: u32,
        size: Option<Size>,
    ) -> Result<Option<Answer>, Refusal> {
        let has_page = self.current_process(id).is_some();
        let tab = self.tabs.find_mut(id).filter(|_| has_page);
        let tab = tab.ok_or("the tab shows no page")?;
        let surface = tab.current().ok_or("the tab shows no page")?.surface;
        tab.picture_size = size;
        self.activate(id);
        let after = self.repaint(surface)?;
        self.wait_for(
            call,
            Until::Painted {
                surface,
                after,
                picture_of: Some(id),
            },
        )
    }

    fn resize_page(
        &mut self,
        id: TabId,
        call: u32,
        (size, scale): (Option<Size>, Option<Percent>),
    ) -> Result<Option<Answer>, Refusal> {
        let tab = self.tabs.find_mut(id).ok_or("there is no such tab")?;
        let mut is_new = std::mem::replace(&mut tab.page_size, size) != size;
        is_new |= std::mem::replace(&mut tab.page_scale, scale) != scale;
        let surface = tab.current().map(|slot| slot.surface);
        let Some(surface) = surface.filter(|_| is_new) else {
            return Ok(Some(Answer::Done));
        };
        let is_seen = self.tabs.active == Some(id) && self.window.gpu.is_some();
        if !is_seen || self.listener(surface).is_none() {
            return Ok(Some(Answer::Done));
        }
        // What it paints next is of that scale.
        self.tell_appearance_of(surface);
        let after = self.repaint(surface)?;
        self.wait_for(
            call,
            Until::Painted {
                surface,
                after,
                picture_of: None,
            },
        )
    }

    fn wait_for(&mut self, call: u32, until: Until) -> Result<Option<Answer>, Refusal> {
        if self.devtools.waiting.len() >= DEVTOOLS_CALLS_MAX {
            return Err("too many calls are under way".to_owned());
        }
        self.devtools.waiting.push(Waiting { call, until });
        Ok(None)
    }

    /// Has a page paint again, from new regions, so that what it paints is known to be newer than
    /// all that it was told before. Any later generation than the one returned is. What is hidden
    /// gets one when it is shown.
    fn repaint(&mut self, id: SurfaceId) -> Result<Generation, Refusal> {
        let entry = self.surfaces.get(id).ok_or("the tab shows no page")?;
        let (part, tab) = (entry.part, entry.tab);
        let size = self.rect_for(part, tab).size().clamped_to_surface();
        let entry = self.surfaces.get_mut(id).ok_or("the tab shows no page")?;
        let after = entry.generation;
        if entry.is_hidden() {
            return Ok(after);
        }
        let unanswered = entry.generation.0 - entry.answered.0;
        let producer = entry.producer.ok_or("the tab shows no page")?;
        if unanswered > UNANSWERED_RESIZES_MAX {
            return Err("the page does not paint".to_owned());
        }
        self.give_regions(id, producer, size);
        Ok(after)
    }

    /// Answers the calls whose time has come.
    pub(crate) fn check_wishes(&mut self) {
        self.check_commits();
        if self.devtools.waiting.is_empty() {
            return;
        }
        for mut waiting in std::mem::take(&mut self.devtools.waiting) {
            match self.outcome(&mut waiting) {
                None => self.devtools.waiting.push(waiting),
                Some(Ok(())) => {}
                Some(Err(answer)) => self.answer_devtools(waiting.call, answer),
            }
        }
    }

    /// Nothing while there is none; then the answer, unless somebody else gives it.
    fn outcome(&mut self, waiting: &mut Waiting) -> Option<Result<(), Answer>> {
        let gone = |what: &str| Some(Err(gone(what)));
        match waiting.until {
            Until::Frame { .. } => self.frame_outcome(waiting),
            Until::Done { process, sequence } => match self.processes.living(process) {
                None => gone("the page's process"),
                Some(process) if process.unanswered.has(sequence) => None,
                Some(_) => Some(Err(Answer::Done)),
            },
            Until::Painted {
                surface,
                after,
                picture_of,
            } => {
                let entry = self.surfaces.get(surface);
                let Some(entry) = entry.filter(|it| it.producer.is_some()) else {
                    self.end_picture(picture_of);
                    return gone("the page");
                };
                if entry.answered <= after {
                    return None;
                }
                let Some(tab) = picture_of else {
                    return Some(Err(Answer::Done));
                };
                self.end_picture(Some(tab));
                self.capture_surface(waiting.call, surface)
            }
        }
    }

    /// Has a call answered with what a surface shows.
    fn capture_surface(&mut self, call: u32, surface: SurfaceId) -> Option<Result<(), Answer>> {
        let devtools = self.ready_service(&self.services.devtools)?;
        let size = self.surfaces.get(surface)?.size;
        let Some(gpu) = self.window.gpu else {
            return Some(Err(gone("the gpu process")));
        };
        self.emit(Action::CapturePage {
            devtools,
            call,
            gpu,
            surface,
            size,
        });
        Some(Ok(()))
    }

    /// Watches for the frame that is waited for, wherever the tab's page is now.
    fn frame_outcome(&mut self, waiting: &mut Waiting) -> Option<Result<(), Answer>> {
        let Until::Frame {
            tab: id,
            after,
            watched,
            is_there,
        } = &mut waiting.until
        else {
            return None;
        };
        let Some(tab) = self.tabs.find(*id).filter(|tab| tab.crash.is_none()) else {
            return Some(Err(gone("the page")));
        };
        let is_shown = self.tabs.active == Some(*id);
        let shown = tab.front.filter(|_| is_shown).map(|slot| slot.surface);
        let entry = shown.and_then(|surface| self.surfaces.get(surface));
        let gpu = entry.and_then(|entry| entry.gpu);
        let (Some(gpu), Some(surface)) = (gpu, shown) else {
            (*watched, *is_there) = (None, false);
            return None;
        };
        if *watched != Some((gpu, surface)) {
            (*watched, *is_there) = (Some((gpu, surface)), false);
            let frame = *after;
            self.emit(Action::WatchSurface {
                gpu,
                surface,
                frame,
            });
        }
        let is_there = *is_there;
        is_there.then(|| self.capture_surface(waiting.call, surface))?
    }

    /// A tab has one call that waits for its frames; the one before is refused.
    fn end_frames(&mut self, tab: TabId) {
        let is_its =
            |it: &mut Waiting| matches!(it.until, Until::Frame { tab: its, .. } if its == tab);
        let ended = self.devtools.waiting.extract_if(.., is_its);
        for waiting in ended.collect::<Vec<_>>() {
            let reason = "another call waits for the frame".to_owned();
            self.answer_devtools(waiting.call, Answer::Refused { reason });
        }
    }

    /// The gpu process has taken a frame that was waited for.
    pub(crate) fn on_painted(&mut self, surface: SurfaceId, frame: u64) {
        for waiting in &mut self.devtools.waiting {
            if let Until::Frame {
                after,
                watched: Some((_, watched)),
                is_there,
                ..
            } = &mut waiting.until
            {
                *is_there |= *watched == surface && *after != frame;
            }
        }
    }

    /// The page has its own size again.
    fn end_picture(&mut self, tab: Option<TabId>) {
        if let Some(tab) = tab.and_then(|tab| self.tabs.find_mut(tab)) {
            tab.picture_size = None;
        }
    }
}

fn gone(what: &str) -> Answer {
    let reason = format!("{what} is gone");
    Answer::Refused { reason }
}

fn frame_after(tab: TabId, after: u64) -> Until {
    Until::Frame {
        tab,
        after,
        watched: None,
        is_there: false,
    }
}

/// The entries around the present one, as many as fit in a message.
fn history_of(tab: &Tab) -> Answer {
    let history = &tab.history;
    let at = history.at();
    let mut bytes = 0;
    let mut entries = Vec::new();
    // The nearest ones first.
    let mut order: Vec<usize> = (0..history.len()).collect();
    order.sort_by_key(|index| index.abs_diff(at));
    for index in order {
        let Some(entry) = history.get(index) else {
            continue;
        };
        let entry = Entry {
            index: u16::try_from(index).unwrap_or(u16::MAX),
            url: entry.url.clone(),
            title: entry.title.clone(),
        };
        bytes += entry.bytes();
        if bytes > DEVTOOLS_HISTORY_BYTES_MAX {
            break;
        }
        entries.push(entry);
    }
    entries.sort_by_key(|entry| entry.index);
    let here = entries.iter().position(|it| usize::from(it.index) == at);
    let current = here.and_then(|it| u16::try_from(it).ok()).unwrap_or(0);
    Answer::History { current, entries }
}

fn signal_of(signal: WantedSignal) -> ChildSignal {
    match signal {
        WantedSignal::Continue => ChildSignal::Continue,
        WantedSignal::Kill => ChildSignal::Kill,
        WantedSignal::Segfault => ChildSignal::Segfault,
        WantedSignal::Stop => ChildSignal::Stop,
    }
}
