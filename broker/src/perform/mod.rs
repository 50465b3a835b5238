//! Carrying out what the core wants done.
//!
//! Owns: the translation from an action to system calls and messages. Trusts: the core. Never:
//! decides; what cannot be done becomes an event or a dead child.

pub(crate) mod files;

use crate::child::outbox::QueueFull;
use crate::child::process::Child;
use crate::pages;
use crate::poller::Source;
use crate::snapshot::Death;
use crate::state::{Browser, DEMO};
use crate::store::documents::document_handle;
use crate::store::surfaces::frames_channel;
use browser_core::Event;
use browser_core::action::{self, Action, Body};
use ipc::Endpoint;
use nix::fcntl::OFlag;
use protocol::error::LoadError;
use protocol::fetch;
use protocol::gpu::ToGpu;
use protocol::ids::{NavigationId, ProcessId, Role};
use protocol::network::ToNetwork;
use protocol::renderer::{BreakAction, CommitDocument, ToRenderer};
use protocol::shell::ToShell;
use protocol::site::Site;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use url::Url;

/// Ends a child for sure; its death is then reported by its process descriptor.
pub fn kill(child: &Child) {
    if let Err(error) = crate::child::pidfd::kill(child.pidfd.as_fd()) {
        tracing::debug!(pid = child.pid, "kill: {error}");
    }
}

impl Browser {
    pub(crate) fn perform(&mut self, action: Action) {
        match action {
            Action::Spawn { process, role } => self.spawn(process, role),
            Action::Bootstrap { process } => self.bootstrap(process),
            Action::Kill { process, .. } => self.kill_process(process),
            Action::HungUp { process } => self.hung_up(process),
            Action::Lock(lock) => self.lock(lock),
            Action::ReplaceFetch {
                process,
                site,
                network,
            } => {
                let result = self.open_fetch(process, &site, network);
                self.deliver(process, result, ToRenderer::FetchChannel);
            }
            Action::Fetch {
                navigation,
                network,
                url,
            } => self.fetch(navigation, network, url),
            Action::CancelFetch {
                navigation,
                network,
            } => {
                self.send_network(network, ToNetwork::Cancel { navigation }, Vec::new());
            }
            Action::BuildPage { navigation, url } => self.build_page(navigation, &url),
            Action::OpenFile { navigation, url } => self.open_file(navigation, &url),
            Action::Commit(commit) => self.commit(commit),
            Action::DropBody { navigation } => self.bodies.drop_body(navigation),
            Action::CreateSurface(create_surface) => self.create_surface(create_surface),
            Action::ResizeSurface(resize_surface) => self.resize_surface(resize_surface),
            Action::ReattachSurface(reattach_surface) => self.reattach_surface(reattach_surface),
            Action::DropSurface(drop) => self.drop_surface(drop),
            Action::SetScene { gpu, scene } => {
                self.send_gpu(gpu, ToGpu::SetScene(scene), Vec::new())
            }
            Action::SetTitle { gpu, title } => {
                self.send_gpu(gpu, ToGpu::SetTitle { title }, Vec::new());
            }
            Action::SetCursor { gpu, cursor } => {
                self.send_gpu(gpu, ToGpu::SetCursor { cursor }, Vec::new());
            }
            Action::Input(input) => self.input(input),
            Action::Stop { process } => self.send_renderer(process, ToRenderer::Stop, Vec::new()),
            Action::Break { process, action } => self.break_child(process, action),
            Action::Ping { process, sequence } => self.ping(process, sequence),
            Action::UpdateShell { process, state } => {
                self.send_shell(process, ToShell::State(state))
            }
            Action::FocusAddress { process } => self.send_shell(process, ToShell::FocusAddress),
            Action::Record(record) => self.record(record),
            Action::Exit { code } => self.exit = Some(code),
        }
    }

    fn drop_surface(&mut self, drop: action::DropSurface) {
        let action::DropSurface {
            surface,
            producer,
            gpu,
        } = drop;
        self.surfaces.remove(surface);
        if let Some(producer) = producer {
            self.send_renderer(producer, ToRenderer::DetachSurface { surface }, Vec::new());
        }
        if let Some(gpu) = gpu {
            self.send_gpu(gpu, ToGpu::DropSurface { surface }, Vec::new());
        }
    }

    fn input(&mut self, input: action::Input) {
        let action::Input {
            process,
            surface,
            sequence,
            event,
        } = input;
        let message = ToRenderer::Input {
            surface,
            sequence,
            event,
        };
        self.send_renderer(process, message, Vec::new());
    }

    fn break_child(&mut self, process: ProcessId, action: BreakAction) {
        match self.role_of(process) {
            Some(Role::Gpu) => self.send_gpu(process, ToGpu::Break(action), Vec::new()),
            Some(Role::Network) => self.send_network(process, ToNetwork::Break(action), Vec::new()),
            _ => self.send_renderer(process, ToRenderer::Break(action), Vec::new()),
        }
    }

    fn ping(&mut self, process: ProcessId, sequence: u32) {
        match self.role_of(process) {
            Some(Role::Gpu) => self.send_gpu(process, ToGpu::Ping { sequence }, Vec::new()),
            _ => self.send_network(process, ToNetwork::Ping { sequence }, Vec::new()),
        }
    }

    fn record(&mut self, record: browser_core::Record) {
        self.recorder.write(&record);
        self.plumber_follows(&record);
        if let browser_core::RecordKind::Died { role, pid, cause } = &record.kind {
            tracing::warn!("{role} process {pid} {cause}");
            self.deaths.push_front(Death {
                at_ms: self.now().0,
                role: role.to_string(),
                pid: *pid,
                tab: record.tab.map(|tab| tab.0.to_string()).unwrap_or_default(),
                cause: cause.clone(),
            });
            self.deaths.truncate(50);
        } else if let browser_core::RecordKind::GivenUp { role } = &record.kind {
            tracing::error!("the {role} process keeps dying; it is tried again within a minute");
        } else {
            tracing::debug!(?record, "kernel");
        }
        self.records.push_back(record);
    }

    pub(crate) fn spawn(&mut self, process: ProcessId, role: Role) {
        let event = match self.launcher.spawn(role) {
            Ok(child) => {
                let pid = child.pid.unsigned_abs();
                match self.watch(process, &child) {
                    Ok(()) => {
                        self.children.insert(process, child);
                        Event::Spawned { process, pid }
                    }
                    Err(error) => {
                        kill(&child);
                        Event::SpawnFailed {
                            process,
                            reason: format!("epoll: {error}"),
                        }
                    }
                }
            }
            Err(error) => Event::SpawnFailed {
                process,
                reason: format!("{error:#}"),
            },
        };
        if process != DEMO {
            self.events.push_back(event);
        } else if let Event::SpawnFailed { reason, .. } = event {
            tracing::error!("the demo server could not be started: {reason}");
        }
    }

    fn watch(&self, process: ProcessId, child: &Child) -> nix::Result<()> {
        self.set.add(&child.pidfd, Source::Exit(process))?;
        self.set.add(&child.stderr, Source::Stderr(process))?;
        match &child.bootstrap {
            Some((sender, _)) => self.set.add(sender, Source::Bootstrap(process)),
            None => Ok(()),
        }
    }

    pub(crate) fn bootstrap(&mut self, process: ProcessId) {
        use crate::child::process::Control;
        let Some(child) = self.children.get_mut(&process) else {
            return;
        };
        if let Err(error) = self.launcher.bootstrap(process, child) {
            tracing::error!("bootstrap of {}: {error:#}", child.role);
            kill(child);
            return;
        }
        let source = Source::Control(process);
        let added = match &child.control {
            Some(Control::Demo(endpoint)) => self.set.add(endpoint, source),
            Some(Control::Gpu(out, _)) => self.set.add(out, source),
            Some(Control::Network(out, _)) => self.set.add(out, source),
            Some(Control::Renderer(out, _)) => self.set.add(out, source),
            Some(Control::Shell {
                out, commands_out, ..
            }) => self
                .set
                .add(out, source)
                .and_then(|()| self.set.add(commands_out, Source::Commands(process))),
            None => Ok(()),
        };
        if let Err(error) = added {
            tracing::error!("epoll: {error}");
            kill(child);
        }
    }

    fn kill_process(&mut self, process: ProcessId) {
        let Some(child) = self.children.get_mut(&process) else {
            return;
        };
        kill(child);
        // Nothing is read from it any more; its end comes by its process descriptor. What it wrote
        // about its crash is still read then.
        if let Some((sender, _)) = child.bootstrap.take() {
            self.set.remove(&sender);
        }
        child.control = None;
        child.listener = None;
    }

    fn lock(&mut self, lock: action::Lock) {
        let action::Lock {
            process,
            site,
            network,
        } = lock;
        match network {
            None => {
                let message = ToRenderer::Lock { site, fetch: false };
                self.send_renderer(process, message, Vec::new());
            }
            Some(network) => {
                let result = self.open_fetch(process, &site, network);
                self.deliver(process, result, ToRenderer::Lock { site, fetch: true });
            }
        }
    }

    fn open_fetch(
        &mut self,
        process: ProcessId,
        site: &Site,
        network: ProcessId,
    ) -> io::Result<Vec<OwnedFd>> {
        let (renderer, server) = Endpoint::<fetch::ToNetwork, fetch::FromNetwork>::pair()?;
        let message = ToNetwork::OpenFetch {
            process,
            site: site.clone(),
        };
        self.send_network(network, message, vec![server.into_fd()]);
        Ok(vec![renderer.into_fd()])
    }

    fn fetch(&mut self, navigation: NavigationId, network: ProcessId, url: String) {
        match nix::unistd::pipe2(OFlag::O_CLOEXEC) {
            Ok((reader, writer)) => {
                self.bodies.hold_pipe(navigation, reader);
                let message = ToNetwork::Navigate { navigation, url };
                self.send_network(network, message, vec![writer]);
            }
            Err(error) => {
                let reason = format!("no pipe could be made: {}", error.desc());
                let result = Err(LoadError::Process { reason });
                self.events
                    .push_back(Event::BodyReady { navigation, result });
            }
        }
    }

    fn build_page(&mut self, navigation: NavigationId, url: &str) {
        if let Ok(url) = Url::parse(url)
            && url.host_str() == Some("lab")
        {
            return if pages::is_plumber(&url) {
                self.begin_plumber_page(navigation, &url)
            } else {
                self.build_lab_page(navigation, &url)
            };
        }
        let result = pages::build(self, url);
        self.body_ready(navigation, url, result);
    }

    fn open_file(&mut self, navigation: NavigationId, url: &str) {
        let result = files::read(url);
        self.body_ready(navigation, url, result);
    }

    pub(crate) fn body_ready(
        &mut self,
        navigation: NavigationId,
        url: &str,
        result: Result<(protocol::document::ResponseHead, Vec<u8>), LoadError>,
    ) {
        let result = result.and_then(|(head, document)| {
            self.bodies
                .hold_document(navigation, &document)
                .map_err(|error| LoadError::File {
                    path: url.to_owned(),
                    reason: format!("no memory for it: {error}"),
                })?;
            Ok(head)
        });
        self.events
            .push_back(Event::BodyReady { navigation, result });
    }

    fn commit(&mut self, commit: action::Commit) {
        let action::Commit {
            process,
            sequence,
            navigation,
            url,
            content_type,
            body,
            scroll_y,
        } = commit;
        let (content_type, source) = match body {
            Body::Url => (
                content_type,
                Ok((protocol::document::BodySource::Url, None)),
            ),
            Body::Held => {
                let taken = self.bodies.take(navigation);
                (
                    content_type,
                    taken.map(|(source, handle)| (source, Some(handle))),
                )
            }
            Body::Error(error) => {
                let made = document_handle(pages::error_page(&url, &error).as_bytes());
                let content_type = Some("text/html; charset=utf-8".to_owned());
                (
                    content_type,
                    made.map(|(source, handle)| (source, Some(handle))),
                )
            }
        };
        let result = source.map(|(body, handle)| {
            let commit = CommitDocument {
                sequence,
                navigation,
                url,
                content_type,
                body,
                scroll_y,
            };
            (commit, handle)
        });
        match result {
            Ok((commit, handle)) => {
                let handles = handle.into_iter().collect();
                self.send_renderer(process, ToRenderer::Commit(commit), handles);
            }
            Err(error) => self.give_up(process, &error),
        }
    }

    fn create_surface(&mut self, create_surface: action::CreateSurface) {
        let action::CreateSurface {
            surface,
            producer,
            gpu,
            part,
            generation,
            size,
        } = create_surface;
        let made = self
            .surfaces
            .renew(surface, size)
            .and_then(|ends| Ok((ends, frames_channel()?)));
        let (ends, (producer_end, consumer_end)) = match made {
            Ok(made) => made,
            Err(error) => return self.give_up(producer, &error),
        };
        let message = ToRenderer::AttachSurface {
            surface,
            part,
            generation,
            size,
        };
        self.send_renderer(producer, message, with_first(producer_end, ends.producer));
        if let Some(gpu) = gpu {
            let message = ToGpu::CreateSurface {
                surface,
                generation,
                size,
            };
            self.send_gpu(gpu, message, with_first(consumer_end, ends.consumer));
        }
    }

    fn resize_surface(&mut self, resize_surface: action::ResizeSurface) {
        let action::ResizeSurface {
            surface,
            producer,
            gpu,
            generation,
            size,
        } = resize_surface;
        let ends = match self.surfaces.renew(surface, size) {
            Ok(ends) => ends,
            Err(error) => return self.give_up(producer, &error),
        };
        let message = ToRenderer::ReplaceRegion {
            surface,
            generation,
            size,
            channel: false,
        };
        self.send_renderer(producer, message, ends.producer);
        if let Some(gpu) = gpu {
            let message = ToGpu::ReplaceRegion {
                surface,
                generation,
                size,
            };
            self.send_gpu(gpu, message, ends.consumer);
        }
    }

    fn reattach_surface(&mut self, reattach_surface: action::ReattachSurface) {
        let action::ReattachSurface {
            surface,
            producer,
            gpu,
            generation,
            size,
        } = reattach_surface;
        let made = frames_channel().and_then(|channel| {
            let ends = match producer {
                Some(_) => self.surfaces.renew(surface, size)?,
                None => crate::store::surfaces::Ends {
                    producer: Vec::new(),
                    consumer: self.surfaces.last(surface)?,
                },
            };
            Ok((channel, ends))
        });
        let ((producer_end, consumer_end), ends) = match made {
            Ok(made) => made,
            Err(error) => match producer {
                Some(producer) => return self.give_up(producer, &error),
                // The last frame of a dead tab is lost; everything else goes on.
                None => return tracing::error!("{surface} cannot be shown again: {error}"),
            },
        };
        if let Some(producer) = producer {
            let message = ToRenderer::ReplaceRegion {
                surface,
                generation,
                size,
                channel: true,
            };
            self.send_renderer(producer, message, with_first(producer_end, ends.producer));
        }
        let message = ToGpu::CreateSurface {
            surface,
            generation,
            size,
        };
        self.send_gpu(gpu, message, with_first(consumer_end, ends.consumer));
    }

    fn deliver(
        &mut self,
        process: ProcessId,
        handles: io::Result<Vec<OwnedFd>>,
        message: ToRenderer,
    ) {
        match handles {
            Ok(handles) => self.send_renderer(process, message, handles),
            Err(error) => self.give_up(process, &error),
        }
    }

    /// Our own lack of descriptors or memory: the child cannot be served, so it is ended, and its
    /// tab says so.
    fn give_up(&mut self, process: ProcessId, error: &io::Error) {
        tracing::error!("{process} cannot be served: {error}");
        if let Some(child) = self.children.get(&process) {
            kill(child);
        }
    }

    fn send_renderer(&mut self, process: ProcessId, message: ToRenderer, handles: Vec<OwnedFd>) {
        let sent = self
            .children
            .get_mut(&process)
            .map(|c| c.send_renderer(message, handles));
        self.after_send(process, sent);
    }

    pub(crate) fn send_gpu(&mut self, process: ProcessId, message: ToGpu, handles: Vec<OwnedFd>) {
        let sent = self
            .children
            .get_mut(&process)
            .map(|c| c.send_gpu(message, handles));
        self.after_send(process, sent);
    }

    fn send_network(&mut self, process: ProcessId, message: ToNetwork, handles: Vec<OwnedFd>) {
        let sent = self
            .children
            .get_mut(&process)
            .map(|c| c.send_network(message, handles));
        self.after_send(process, sent);
    }

    fn send_shell(&mut self, process: ProcessId, message: ToShell) {
        let sent = self
            .children
            .get_mut(&process)
            .map(|c| c.send_shell(message));
        self.after_send(process, sent);
    }

    fn after_send(&mut self, process: ProcessId, sent: Option<Result<(), QueueFull>>) {
        match sent {
            Some(Ok(())) => self.watch_outboxes(process),
            Some(Err(QueueFull(waiting))) => {
                self.events.push_back(Event::QueueFull { process, waiting });
            }
            // It has died and its end is on the way to the kernel.
            None => {}
        }
    }
}

fn with_first(first: OwnedFd, rest: Vec<OwnedFd>) -> Vec<OwnedFd> {
    std::iter::once(first).chain(rest).collect()
}
