//! The rights of a renderer: its site, and a fetch channel bound to that site.
//!
//! Owns: both ends of a new channel, until they are sent.

use crate::child::children::Children;
use crate::rings::ends::{Purpose, source_of};
use browser_core::{Action, action};
use ipc::{Endpoint, edge_of};
use protocol::fetch;
use protocol::ids::{ContextId, ProcessId, TabId};
use protocol::network::ToNetwork;
use protocol::renderer::ToRenderer;
use protocol::site::Site;
use std::io;
use std::os::fd::{AsFd, OwnedFd};

/// Locks a renderer to its site, and connects the renderer with the network process, if any.
pub fn lock(children: &mut Children, lock: action::Lock) {
    let (process, tab, site) = (lock.process, lock.tab, lock.site);
    let context = lock.context;
    let Some(network) = lock.network else {
        let message = ToRenderer::Lock { site, fetch: false };
        return children.send_renderer(process, message, []);
    };
    match open_fetch(children, (process, tab, context), &site, network) {
        Ok(channel) => {
            let message = ToRenderer::Lock { site, fetch: true };
            children.send_renderer(process, message, [channel]);
        }
        Err(error) => children.give_up(process, &error),
    }
}

/// Connects a locked renderer with a new network process.
pub fn replace(children: &mut Children, action: Action) {
    let Action::ReplaceFetch {
        process,
        tab,
        context,
        site,
        network,
    } = action
    else {
        return;
    };
    match open_fetch(children, (process, tab, context), &site, network) {
        Ok(channel) => {
            children.send_renderer(process, ToRenderer::FetchChannel, [channel]);
        }
        Err(error) => children.give_up(process, &error),
    }
}

/// Opens a fetch channel for the site: tells the network process, returns the renderer's end.
fn open_fetch(
    children: &mut Children,
    (process, tab, context): (ProcessId, TabId, ContextId),
    site: &Site,
    network: ProcessId,
) -> io::Result<OwnedFd> {
    let (renderer, server) = Endpoint::<fetch::ToNetwork, fetch::FromNetwork>::pair()?;
    let ends = [
        (source_of(process), edge_of(renderer.as_fd())),
        (source_of(network), edge_of(server.as_fd())),
    ];
    children.rings.table.add(Purpose::Fetch, ends);
    let message = ToNetwork::OpenFetch {
        process,
        tab,
        context,
        site: site.clone(),
    };
    children.send_network(network, message, [server.into_fd()]);
    Ok(renderer.into_fd())
}
