//! The answers of well-behaved children: one at a time, or until there is nothing left to answer.

use crate::world::{Fetch, World, head};
use browser_core::Event;
use protocol::gpu::FromGpu;
use protocol::ids::{NavigationId, ProcessId, Role};
use protocol::network::FromNetwork;
use protocol::renderer::FromRenderer;

impl World {
    /// Lets well-behaved children answer until there is nothing left to answer.
    pub fn settle(&mut self) {
        for _ in 0..10_000 {
            if !self.settle_once() {
                return;
            }
        }
        panic!("the core never comes to rest");
    }

    /// One answer; `false` when there is nothing left to answer.
    pub fn settle_once(&mut self) -> bool {
        self.settle_clipboard()
            || self.settle_process()
            || self.settle_load()
            || self.settle_frame()
            || self.settle_page()
    }

    fn settle_clipboard(&mut self) -> bool {
        let Some(request) = self.reads.pop_front() else {
            return false;
        };
        let result = Ok(5);
        self.send(Event::ClipboardRead { request, result });
        true
    }

    fn settle_process(&mut self) -> bool {
        let ids: Vec<ProcessId> = self.children.keys().copied().collect();
        for id in ids {
            let hold = self.hold;
            let child = self.child(id);
            if child.is_killed {
                if !hold.exits {
                    self.die(id, 9);
                    return true;
                }
                continue;
            }
            let is_held = match child.role {
                Role::Gpu => hold.gpu,
                Role::Renderer => hold.renderers,
                _ => false,
            };
            if !is_held && self.step(id) {
                return true;
            }
        }
        false
    }

    fn settle_load(&mut self) -> bool {
        if !self.hold.pages && !self.pages.is_empty() {
            let (navigation, url) = self.pages.remove(0);
            self.send(Event::BodyReady {
                navigation,
                result: Ok(head(&url)),
            });
            return true;
        }
        let at = self.fetches.iter().position(|fetch| {
            if fetch.has_head {
                !self.hold.bodies
            } else {
                !self.hold.heads
            }
        });
        let Some(at) = at else { return false };
        let Fetch {
            navigation,
            network,
            url,
            has_head,
        } = self.fetches[at].clone();
        if self
            .children
            .get(&network)
            .is_none_or(|child| child.is_killed)
        {
            self.fetches.remove(at);
        } else if has_head {
            self.fetches.remove(at);
            self.body_end(navigation, network);
        } else {
            self.fetches[at].has_head = true;
            self.network(
                network,
                FromNetwork::Head {
                    navigation,
                    head: head(&url),
                },
            );
        }
        true
    }

    fn body_end(&mut self, navigation: NavigationId, network: ProcessId) {
        self.network(
            network,
            FromNetwork::BodyEnd {
                navigation,
                bytes: 10,
                error: None,
            },
        );
    }

    fn settle_frame(&mut self) -> bool {
        let Some(gpu) = self.gpu().filter(|_| !self.hold.frames) else {
            return false;
        };
        let mut surfaces = self.core.surfaces().into_iter();
        let is_waiting = |s: &browser_core::SurfaceInfo| {
            let is_taken = self.taken.get(&s.surface) == Some(&s.generation);
            s.is_visible && s.producer.is_some() && !(s.is_live && is_taken)
        };
        let Some(surface) = surfaces.find(is_waiting) else {
            return false;
        };
        let (surface, generation) = (surface.surface, surface.generation);
        self.taken.insert(surface, generation);
        let message = FromGpu::FirstFrame {
            surface,
            generation,
        };
        self.send(Event::FromGpu {
            process: gpu,
            message,
        });
        true
    }

    fn settle_page(&mut self) -> bool {
        if !self.hold.inputs {
            let waiting = self
                .children
                .iter_mut()
                .find(|(_, c)| !c.is_killed && !c.inputs.is_empty());
            if let Some((&process, child)) = waiting {
                let sequence = child.inputs.pop_front().expect("it is not empty");
                child.asked.retain(|(asked, _)| *asked != sequence);
                self.renderer(process, FromRenderer::Done { sequence });
                return true;
            }
        }
        if self.hold.documents || self.fresh.is_empty() {
            return false;
        }
        let (process, navigation) = self.fresh.remove(0);
        if self
            .children
            .get(&process)
            .is_some_and(|child| !child.is_killed)
        {
            let title = format!("page {navigation}");
            self.renderer(process, FromRenderer::Title { navigation, title });
            self.renderer(process, FromRenderer::Painted { navigation });
            self.renderer(
                process,
                FromRenderer::Loaded {
                    navigation,
                    failed_resources: 0,
                },
            );
        }
        true
    }
}
