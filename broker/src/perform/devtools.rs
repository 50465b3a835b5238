//! What the core wants done for the devtools process: news, its channels to documents, pictures of
//! pages, and the list of processes.
//!
//! Owns: both ends of a new channel, until they are sent. Never: reads what goes through one.

use crate::child::children::Children;
use crate::glass::usage;
use crate::rings::ends::{Purpose, source_of};
use crate::snapshot;
use crate::state::Broker;
use anyhow::Context;
use browser_core::Action;
use ipc::{Endpoint, edge_of};
use protocol::devtools::{Answer, Row, ToDevtools};
use protocol::geometry::Size;
use protocol::gpu::ToGpu;
use protocol::ids::{ProcessId, SurfaceId, TabId};
use protocol::inspector::{FromInspector, ToInspector};
use protocol::limits::DEVTOOLS_ROWS_MAX;
use protocol::network::ToNetwork;
use protocol::renderer::ToRenderer;
use protocol::traffic;
use shm::Region;
use std::io;
use std::os::fd::{AsFd, OwnedFd};

/// Bytes of a site in the list of processes.
const SITE_BYTES_MAX: usize = 300;

impl Broker {
    pub(crate) fn serve_devtools(&mut self, action: Action) {
        match action {
            Action::TellDevtools { devtools, news } => {
                self.children.send_devtools(devtools, *news, None);
            }
            Action::OpenInspector {
                process,
                tab,
                devtools,
                holds,
            } => {
                let children = &mut self.children;
                let opened = open_inspector(children, process, tab, devtools, holds);
                if let Err(error) = opened {
                    tracing::warn!("the page of {tab} cannot be inspected: {error}");
                }
            }
            Action::OpenTraffic { devtools, network } => {
                if let Err(error) = open_traffic(&mut self.children, devtools, network) {
                    tracing::warn!("requests cannot be told to the devtools process: {error}");
                }
            }
            action @ (Action::TellRequests { .. } | Action::TellContext { .. }) => {
                self.tell_network(action);
            }
            Action::EndHold { process } => self.children.end_hold(process),
            Action::CapturePage {
                devtools,
                call,
                gpu,
                surface,
                size,
            } => self.capture_page((devtools, call), gpu, surface, size),
            Action::Look {
                devtools,
                call,
                look,
            } => self.look(devtools, call, look),
            Action::WatchSurface {
                gpu,
                surface,
                frame,
            } => {
                let message = ToGpu::Watch { surface, frame };
                self.children.send_gpu(gpu, message, []);
            }
            Action::ListProcesses { devtools, call } => self.list_processes(devtools, call),
            Action::CrashBroker => {
                tracing::error!("ended by a call of Browser.crash");
                std::process::abort();
            }
            _ => {}
        }
    }

    fn tell_network(&mut self, action: Action) {
        let (network, message) = match action {
            Action::TellRequests {
                network,
                tab,
                sequence,
                rules,
            } => {
                let message = ToNetwork::Requests {
                    tab,
                    sequence,
                    rules,
                };
                (network, message)
            }
            Action::TellContext {
                context,
                network,
                is_open,
            } => match is_open {
                true => (network, ToNetwork::OpenContext { context }),
                false => (network, ToNetwork::CloseContext { context }),
            },
            _ => return,
        };
        self.children.send_network(network, message, []);
    }

    fn capture_page(
        &mut self,
        asked_by: (ProcessId, u32),
        gpu: ProcessId,
        surface: SurfaceId,
        size: Size,
    ) {
        match self.begin_capture(gpu, size, Some(surface)) {
            Ok(request) => {
                self.store.pictures.asked_by.insert(request, asked_by);
            }
            Err(error) => self.answer_picture(asked_by, Err(format!("{error:#}"))),
        }
    }

    /// Has the gpu process draw the window, or one surface, into a region.
    pub(crate) fn begin_capture(
        &mut self,
        gpu: ProcessId,
        size: Size,
        surface: Option<SurfaceId>,
    ) -> anyhow::Result<u32> {
        let bytes = size.frame_bytes().context("the picture is too large")?;
        let region = Region::create("bulkhead-capture", bytes)
            .context("cannot create the shared memory of the picture")?;
        let handle = region.dup().context("cannot duplicate a descriptor")?;
        let request = self.store.pictures.begin(region, size);
        let message = ToGpu::Capture {
            request,
            size,
            surface,
        };
        self.children.send_gpu(gpu, message, [handle]);
        Ok(request)
    }

    /// Hands finished pictures of pages over.
    pub(crate) fn hand_over_pictures(&mut self) {
        for (asked_by, result) in self.store.pictures.take_asked() {
            let result = result.and_then(|(region, size, frame)| {
                let handle = region.dup().map_err(|error| error.to_string())?;
                Ok((handle, size, frame))
            });
            self.answer_picture(asked_by, result);
        }
    }

    fn answer_picture(
        &mut self,
        (devtools, call): (ProcessId, u32),
        result: Result<(OwnedFd, Size, u64), String>,
    ) {
        let (answer, handle) = match result {
            Ok((handle, size, frame)) => (Answer::Picture { size, frame }, Some(handle)),
            Err(reason) => (Answer::Refused { reason }, None),
        };
        let message = ToDevtools::Answer { call, answer };
        self.children.send_devtools(devtools, message, handle);
    }

    fn list_processes(&mut self, devtools: ProcessId, call: u32) {
        let rows: Vec<Row> = snapshot::processes(self).into_iter().map(row).collect();
        let mut pieces = rows.chunks(DEVTOOLS_ROWS_MAX).peekable();
        while let Some(piece) = pieces.next() {
            let answer = Answer::Processes {
                rows: piece.to_vec(),
                is_last: pieces.peek().is_none(),
            };
            let message = ToDevtools::Answer { call, answer };
            self.children.send_devtools(devtools, message, None);
        }
    }
}

fn row(row: snapshot::ProcessRow) -> Row {
    let mut site = row.site;
    site.truncate(site.floor_char_boundary(SITE_BYTES_MAX));
    Row {
        pid: row.pid,
        role: row.role,
        tab: row.tab.parse().ok().map(TabId),
        site,
        tier: row.tier,
        state: row.state,
        memory: row.pss_and_private.map(|(pss, _)| pss),
        cpu_ms: usage::of(row.pid).map_or(0, |usage| usage.cpu_ms),
    }
}

/// Connects a document's process with the devtools process.
fn open_inspector(
    children: &mut Children,
    process: ProcessId,
    tab: TabId,
    devtools: ProcessId,
    holds: bool,
) -> io::Result<()> {
    let (inspector, inspected) = Endpoint::<ToInspector, FromInspector>::pair()?;
    let ends = [
        (source_of(devtools), edge_of(inspector.as_fd())),
        (source_of(process), edge_of(inspected.as_fd())),
    ];
    children.rings.table.add(Purpose::Inspector, ends);
    let message = ToRenderer::InspectorChannel;
    children.send_renderer(process, message, [inspected.into_fd()]);
    if holds {
        children.hold(process);
    }
    let message = ToDevtools::Inspector { tab };
    children.send_devtools(devtools, message, Some(inspector.into_fd()));
    Ok(())
}

/// Connects the devtools process with the network process.
fn open_traffic(
    children: &mut Children,
    devtools: ProcessId,
    network: ProcessId,
) -> io::Result<()> {
    let (near, far) = Endpoint::<traffic::ToNetwork, traffic::FromNetwork>::pair()?;
    let ends = [
        (source_of(devtools), edge_of(near.as_fd())),
        (source_of(network), edge_of(far.as_fd())),
    ];
    children.rings.table.add(Purpose::Traffic, ends);
    let message = ToNetwork::OpenTraffic { process: devtools };
    children.send_network(network, message, [far.into_fd()]);
    children.send_devtools(devtools, ToDevtools::Traffic, Some(near.into_fd()));
    Ok(())
}
