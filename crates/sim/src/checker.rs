//! Watches events and actions from outside and says when the stream breaks an invariant that the
//! core's state alone cannot show: 1 to 5, 7, and what bodies and inputs need.

use crate::recipients::recipients;
use browser_core::{Action, Body, Event, KillReason, Record, RecordKind, action};
use protocol::ids::{Generation, NavigationId, ProcessId, SurfaceId};
use protocol::site::{Site, may_rewrite};
use std::collections::{BTreeMap, BTreeSet};
use url::Url;

#[derive(Debug, Default)]
struct Process {
    is_sealed: bool,
    is_killed: bool,
    is_gone: bool,
    bootstraps: u32,
    site: Option<Site>,
    inputs: u32,
    /// What is committed in it, and where.
    document: Option<(NavigationId, String)>,
}

#[derive(Debug)]
struct Surface {
    producer: ProcessId,
    generation: Generation,
}

#[derive(Debug, Default)]
pub struct Checker {
    processes: BTreeMap<ProcessId, Process>,
    surfaces: BTreeMap<SurfaceId, Surface>,
    dropped: BTreeSet<SurfaceId>,
    begun: BTreeSet<NavigationId>,
    ended: BTreeSet<NavigationId>,
    built: BTreeSet<NavigationId>,
    held: BTreeSet<NavigationId>,
    /// Must be killed before the next event.
    guilty: Option<ProcessId>,
    is_over: bool,
}

type Check = Result<(), String>;

fn ensure(holds: bool, violation: impl FnOnce() -> String) -> Check {
    if holds { Ok(()) } else { Err(violation()) }
}

impl Checker {
    pub fn event(&mut self, event: &Event) -> Check {
        match event {
            Event::Sealed { process, .. } => {
                // Whether the core takes it as such is its business; before this nothing counts.
                if let Some(process) = self.processes.get_mut(process) {
                    process.is_sealed = process.bootstraps == 1;
                }
            }
            Event::SpawnFailed { process, .. } | Event::Exited { process, .. } => {
                if let Some(process) = self.processes.get_mut(process) {
                    process.is_gone = true;
                }
            }
            Event::Misbehaved { process, .. }
            | Event::Flooded { process, .. }
            | Event::QueueFull { process, .. }
            | Event::SystemCallRefused { process, .. }
            | Event::SealRefused { process, .. }
            | Event::StartFailed { process, .. } => {
                let is_alive = self
                    .processes
                    .get(process)
                    .is_some_and(|p| !p.is_killed && !p.is_gone);
                self.guilty = is_alive.then_some(*process);
            }
            Event::BodyReady { navigation, result } => {
                let was_asked_for = self.built.remove(navigation);
                if was_asked_for && result.is_ok() {
                    self.held.insert(*navigation);
                }
            }
            _ => {}
        }
        Ok(())
    }

    pub fn action(&mut self, action: &Action) -> Check {
        if self.is_over {
            let is_legal = matches!(action, Action::Record(_) | Action::DropBody { .. });
            ensure(is_legal, || format!("after the end: {action:?}"))?;
        }
        for recipient in recipients(action) {
            let process = self.processes.get(&recipient);
            ensure(process.is_some_and(|p| !p.is_killed && !p.is_gone), || {
                format!("4: {recipient} is dead and gets {action:?}")
            })?;
            let is_early = matches!(action, Action::Bootstrap { .. } | Action::Kill { .. });
            ensure(is_early || process.is_some_and(|p| p.is_sealed), || {
                format!("2: {recipient} is not sealed and gets {action:?}")
            })?;
        }
        self.process_action(action)?;
        self.surface_action(action)?;
        self.navigation_action(action)
    }

    fn process_action(&mut self, action: &Action) -> Check {
        match action {
            Action::Spawn { process, .. } => {
                let is_new = self
                    .processes
                    .insert(*process, Process::default())
                    .is_none();
                ensure(is_new, || format!("{process} is spawned twice"))
            }
            Action::Kill { process, reason } => {
                if self.guilty == Some(*process) {
                    self.guilty = None;
                    ensure(*reason == KillReason::Fault, || {
                        format!("4: {process}: {reason:?}")
                    })?;
                }
                self.process(*process).is_killed = true;
                Ok(())
            }
            Action::Bootstrap { process } => {
                self.process(*process).bootstraps += 1;
                ensure(self.process(*process).bootstraps == 1, || {
                    format!("{process} twice")
                })
            }
            Action::Lock(action::Lock { process, site, .. }) => {
                let old = self.process(*process).site.replace(site.clone());
                ensure(old.is_none(), || format!("1: {process} is locked twice"))
            }
            Action::ReplaceFetch { process, site, .. } => {
                let locked = self.process(*process).site.clone();
                ensure(locked.as_ref() == Some(site), || {
                    format!("2: {process} fetches for {site}")
                })
            }
            Action::Commit(commit) => self.commit(commit),
            Action::GoWithin { process, go } => {
                self.next_in_order(*process, go.sequence)?;
                let document = self.process(*process).document.as_ref();
                let is_its = document.is_some_and(|(id, _)| *id == go.navigation);
                ensure(is_its, || format!("6: {process} is moved in {document:?}"))
            }
            Action::Record(Record {
                kind: RecordKind::Within { navigation, url },
                process: Some(process),
                ..
            }) => self.within(*process, *navigation, url),
            Action::Exit { .. } => {
                self.is_over = true;
                let living = self.processes.values().find(|p| !p.is_killed && !p.is_gone);
                ensure(living.is_none(), || format!("the end leaves {living:?}"))
            }
            _ => self.numbered_action(action),
        }
    }

    /// What is numbered, so that its answer can be told.
    fn numbered_action(&mut self, action: &Action) -> Check {
        match action {
            Action::Input(action::Input {
                process,
                sequence,
                surface,
                ..
            }) => self.number_of_surface(*process, *sequence, *surface),
            Action::Edit {
                process,
                sequence,
                surface,
                ..
            }
            | Action::Inspect {
                process,
                sequence,
                surface,
                ..
            }
            | Action::Paste {
                process,
                sequence,
                surface,
                ..
            } => self.number_of_surface(*process, *sequence, *surface),
            Action::HideSurface(action::HideSurface {
                told: Some((process, sequence)),
                ..
            }) => self.next_in_order(*process, *sequence),
            Action::SetAppearance(told) => self.appearance(told),
            Action::Find(action::Find {
                process, sequence, ..
            })
            | Action::AskLeave { process, sequence } => self.next_in_order(*process, *sequence),
            _ => Ok(()),
        }
    }

    fn number_of_surface(
        &mut self,
        process: ProcessId,
        sequence: u32,
        surface: SurfaceId,
    ) -> Check {
        self.next_in_order(process, sequence)?;
        let producer = self.surfaces.get(&surface).map(|surface| surface.producer);
        ensure(producer == Some(process), || {
            format!("{process} gets input of {surface}")
        })
    }

    fn appearance(&mut self, told: &action::SetAppearance) -> Check {
        self.number_of_surface(told.process, told.sequence, told.surface)?;
        ensure(told.appearance.check().is_ok(), || format!("8: {told:?}"))
    }

    /// The address shown differs from the committed one by no more than a script may change.
    fn within(&mut self, process: ProcessId, navigation: NavigationId, url: &str) -> Check {
        let document = self.process(process).document.clone();
        let parse = |text: &str| Url::parse(text).ok();
        let own = document.filter(|(id, _)| *id == navigation);
        let both = own.and_then(|(_, at)| parse(&at).zip(parse(url)));
        let is_its = both.is_some_and(|(at, url)| may_rewrite(&at, &url));
        ensure(is_its, || format!("6: {process} is nowhere near {url}"))
    }

    fn commit(&mut self, commit: &action::Commit) -> Check {
        let action::Commit {
            process, url, body, ..
        } = commit;
        self.next_in_order(*process, commit.sequence)?;
        self.process(*process).document = Some((commit.navigation, url.clone()));
        let Some(site) = self.process(*process).site.clone() else {
            return Err(format!("1: {process} is not locked"));
        };
        let expected = match (body, Url::parse(url)) {
            (Body::Error(_), _) => Site::error_pages(),
            (Body::Url, _) => return Ok(()),
            (Body::Held, Ok(url)) if matches!(url.scheme(), "about" | "view-source") => {
                let alone = format!("{}:opaque-", url.scheme());
                let is_alone = site.as_str().starts_with(&alone);
                return ensure(is_alone, || format!("6: {url} is committed in {site}"));
            }
            (Body::Held, Ok(url)) => Site::of(&url, 0),
            (Body::Held, Err(e)) => return Err(format!("6: {url}: {e}")),
        };
        ensure(site == expected, || {
            format!("6: {url} is committed in {site}")
        })
    }

    fn surface_action(&mut self, action: &Action) -> Check {
        match *action {
            Action::CreateSurface(action::CreateSurface {
                surface,
                producer,
                generation,
                size,
                ..
            }) => {
                let is_new =
                    !self.surfaces.contains_key(&surface) && !self.dropped.contains(&surface);
                ensure(is_new && size.is_valid_surface(), || {
                    format!("5: {action:?}")
                })?;
                self.surfaces.insert(
                    surface,
                    Surface {
                        producer,
                        generation,
                    },
                );
                Ok(())
            }
            Action::HideSurface(ref hide) => self.hide(hide),
            Action::ResizeSurface(action::ResizeSurface {
                surface,
                producer,
                generation,
                size,
                ..
            }) => {
                ensure(size.is_valid_surface(), || format!("5: {action:?}"))?;
                self.next_generation(surface, Some(producer), generation)
            }
            Action::ReattachSurface(action::ReattachSurface {
                surface,
                producer: Some(producer),
                generation,
                ..
            }) => self.next_generation(surface, Some(producer), generation),
            Action::ReattachSurface(action::ReattachSurface {
                surface,
                producer: None,
                generation,
                ..
            }) => {
                let same = self
                    .surfaces
                    .get(&surface)
                    .map(|surface| surface.generation);
                ensure(same == Some(generation), || format!("3: {action:?}"))
            }
            Action::DropSurface(action::DropSurface { surface, .. }) => {
                let was = self.surfaces.remove(&surface).is_some();
                ensure(was && self.dropped.insert(surface), || {
                    format!("5: {action:?}")
                })
            }
            Action::SetScene { ref scene, .. } => {
                let mut items = scene.items.iter();
                let stranger = items.find(|item| !self.surfaces.contains_key(&item.surface));
                ensure(stranger.is_none(), || {
                    format!("5: the scene has {stranger:?}")
                })
            }
            _ => Ok(()),
        }
    }

    /// A surface may begin hidden, with a producer and no generation.
    fn hide(&mut self, hide: &action::HideSurface) -> Check {
        ensure(hide.size.is_valid_surface(), || format!("5: {hide:?}"))?;
        let (id, told) = (hide.surface, hide.told.map(|(producer, _)| producer));
        match (self.surfaces.get(&id), told) {
            (Some(surface), Some(told)) => ensure(surface.producer == told, || {
                format!("5: {id} has another producer")
            }),
            (Some(_), None) => Ok(()),
            (None, told) => {
                let producer = told.filter(|_| !self.dropped.contains(&id));
                let producer = producer.ok_or_else(|| format!("5: no {id} to hide"))?;
                let generation = Generation(0);
                self.surfaces.insert(
                    id,
                    Surface {
                        producer,
                        generation,
                    },
                );
                Ok(())
            }
        }
    }

    fn next_generation(
        &mut self,
        id: SurfaceId,
        producer: Option<ProcessId>,
        generation: Generation,
    ) -> Check {
        let Some(surface) = self.surfaces.get_mut(&id) else {
            return Err(format!("5: no {id}"));
        };
        ensure(producer == Some(surface.producer), || {
            format!("5: {id} has another producer")
        })?;
        let is_next = generation.0 == surface.generation.0 + 1;
        surface.generation = generation;
        ensure(is_next, || format!("3: {id} jumps to {generation}"))
    }

    fn navigation_action(&mut self, action: &Action) -> Check {
        match action {
            Action::Fetch(action::Fetch { navigation, .. }) => {
                self.begun.insert(*navigation);
                ensure(self.held.insert(*navigation), || {
                    format!("{navigation} has a body already")
                })
            }
            Action::BuildPage { navigation, .. } | Action::OpenFile { navigation, .. } => {
                self.built.insert(*navigation);
                ensure(self.begun.insert(*navigation), || {
                    format!("7: {navigation} begins twice")
                })
            }
            Action::Commit(action::Commit {
                navigation, body, ..
            }) => {
                self.begun.insert(*navigation);
                ensure(!self.ended.contains(navigation), || {
                    format!("7: {navigation} is over")
                })?;
                if *body == Body::Held {
                    ensure(self.held.remove(navigation), || {
                        format!("{navigation} has no body")
                    })?;
                }
                ensure(!self.held.contains(navigation), || {
                    format!("{navigation} leaks its body")
                })
            }
            Action::DropBody { navigation } => ensure(self.held.remove(navigation), || {
                format!("{navigation} has no body to drop")
            }),
            Action::Record(record) => match record.kind {
                RecordKind::Committed { navigation, .. }
                | RecordKind::Failed { navigation, .. }
                | RecordKind::Superseded { navigation } => {
                    self.begun.insert(navigation);
                    ensure(self.ended.insert(navigation), || {
                        format!("7: {navigation} ends twice")
                    })
                }
                _ => Ok(()),
            },
            _ => Ok(()),
        }
    }

    /// After all actions of an event.
    pub fn settled(&self) -> Check {
        ensure(self.guilty.is_none(), || {
            format!("4: {:?} gets away", self.guilty)
        })
    }

    /// When nothing is under way any more.
    pub fn at_rest(&self) -> Check {
        let open: Vec<_> = self.begun.difference(&self.ended).collect();
        ensure(open.is_empty(), || format!("7: {open:?} never end"))?;
        ensure(self.held.is_empty(), || {
            format!("bodies of {:?} are kept for ever", self.held)
        })
    }

    /// Inputs and commits of a process are numbered together.
    fn next_in_order(&mut self, process: ProcessId, sequence: u32) -> Check {
        self.process(process).inputs += 1;
        let expected = self.process(process).inputs;
        ensure(sequence == expected, || {
            format!("{process}: number {sequence} where {expected} is due")
        })
    }

    fn process(&mut self, process: ProcessId) -> &mut Process {
        self.processes.entry(process).or_default()
    }
}

#[cfg(test)]
mod seeded_mutants {
    //! The watcher itself is tested: each of these streams breaks one rule and must be caught.

    use super::*;
    use crate::world::WAITING;
    use protocol::ids::Role;

    const P: ProcessId = ProcessId(1);
    const N: NavigationId = NavigationId(1);

    fn spawn() -> Action {
        Action::Spawn {
            process: P,
            role: Role::Renderer,
        }
    }

    fn kill() -> Action {
        Action::Kill {
            process: P,
            reason: KillReason::Fault,
        }
    }

    fn superseded() -> Action {
        let kind = RecordKind::Superseded { navigation: N };
        Action::Record(Record {
            kind,
            tab: None,
            process: None,
        })
    }

    fn verdict(actions: &[Action]) -> Check {
        let mut checker = Checker::default();
        actions
            .iter()
            .try_for_each(|action| checker.action(action))?;
        checker.at_rest()
    }

    #[test]
    fn checker_accepts_a_legal_stream() {
        assert_eq!(
            verdict(&[spawn(), Action::Bootstrap { process: P }, kill()]),
            Ok(())
        );
    }

    #[test]
    fn checker_catches_a_second_kill() {
        assert!(verdict(&[spawn(), kill(), kill()]).is_err());
    }

    #[test]
    fn checker_catches_a_send_after_the_kill() {
        assert!(verdict(&[spawn(), kill(), Action::Bootstrap { process: P }]).is_err());
    }

    #[test]
    fn checker_catches_a_lock_of_an_unsealed_process() {
        let lock = Action::Lock(action::Lock {
            tab: protocol::ids::TabId(1),
            context: protocol::ids::ContextId::DEFAULT,
            process: P,
            site: Site::error_pages(),
            network: None,
        });
        assert!(verdict(&[spawn(), lock]).is_err());
    }

    #[test]
    fn checker_catches_a_navigation_that_ends_twice_or_never() {
        let build = || Action::BuildPage {
            navigation: N,
            url: "bulkhead://welcome".to_owned(),
        };
        assert_eq!(verdict(&[build(), superseded()]), Ok(()));
        assert!(verdict(&[build(), superseded(), superseded()]).is_err());
        assert!(verdict(&[build()]).is_err());
    }

    #[test]
    fn checker_catches_misbehaviour_without_a_kill() {
        let mut checker = Checker::default();
        checker.action(&spawn()).expect("legal");
        checker
            .event(&Event::QueueFull {
                process: P,
                waiting: WAITING,
            })
            .expect("an event");
        assert!(checker.settled().is_err());
        checker.action(&kill()).expect("legal");
        assert_eq!(checker.settled(), Ok(()));
    }
}
