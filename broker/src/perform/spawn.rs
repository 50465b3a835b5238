//! Starts children, answers their handshake, and kills them.

use crate::child::children::Children;
use crate::child::launcher::Launcher;
use crate::child::process::Child;
use crate::poller::{Poller, Source};
use browser_core::Event;
use protocol::ids::{ProcessId, Role};

/// Starts a child, and reports the result to the core.
pub fn spawn(children: &mut Children, launcher: &mut Launcher, process: ProcessId, role: Role) {
    let event = match launcher.spawn(role) {
        Ok(child) => match watch(&children.poller, process, &child) {
            Ok(()) => {
                let pid = child.pid.unsigned_abs();
                children.rings.add_handshake(process, child.bootstrap_ends);
                children.insert(process, child);
                Event::Spawned { process, pid }
            }
            Err(error) => {
                child.kill();
                let reason = format!("epoll: {error}");
                Event::SpawnFailed { process, reason }
            }
        },
        Err(error) => {
            let reason = format!("{error:#}");
            Event::SpawnFailed { process, reason }
        }
    };
    children.report(event);
}

fn watch(poller: &Poller, process: ProcessId, child: &Child) -> nix::Result<()> {
    poller.add(&child.stderr, Source::Stderr(process))?;
    if let Some(execution) = &child.execution {
        poller.add(execution, Source::Execution(process))?;
    }
    match &child.bootstrap {
        Some((sender, _)) => poller.add(sender, Source::Bootstrap(process)),
        None => Ok(()),
    }
}

/// Answers a child's hello with its configuration, and watches its lanes.
pub fn bootstrap(children: &mut Children, launcher: &mut Launcher, process: ProcessId) {
    let poller = children.poller.clone();
    let Some((role, pid)) = children.get(process).map(|child| (child.role, child.pid)) else {
        return;
    };
    let ring = children.rings.add(process, role, pid);
    let Some(child) = children.get_mut(process) else {
        return;
    };
    match launcher.bootstrap(process, child, ring) {
        Ok(ends) => children.rings.add_lanes(process, &ends),
        Err(error) => {
            tracing::error!("cannot configure the {role} process: {error:#}");
            return child.kill();
        }
    }
    let Some(child) = children.get_mut(process) else {
        return;
    };
    if matches!(child.role, Role::Renderer | Role::Shell) {
        child.lacks_fonts = true;
        give_fonts(launcher, child);
    }
    let lanes = child.lanes.iter_mut().flat_map(|lanes| lanes.all());
    let mut watched = lanes
        .enumerate()
        .map(|(number, lane)| poller.add(&*lane, Source::lane(process, number)));
    if let Some(error) = watched.find_map(Result::err) {
        tracing::error!("epoll: {error}");
        drop(watched);
        child.kill();
    }
}

/// The fonts of the machine have been read: gives them to all who wait for them.
pub fn deliver_fonts(children: &mut Children, launcher: &mut Launcher) {
    children.poller.remove(launcher.fonts_ended());
    launcher.finish_fonts();
    for child in children.values_mut() {
        give_fonts(launcher, child);
    }
}

fn give_fonts(launcher: &Launcher, child: &mut Child) {
    if !child.lacks_fonts {
        return;
    }
    match launcher.give_fonts(child) {
        Ok(given) => child.lacks_fonts = !given,
        Err(error) => {
            tracing::error!(
                "cannot give the {} process its fonts: {error:#}",
                child.role
            );
            child.kill();
        }
    }
}

/// Kills a child. Only its crash record is still read. A signal then reports its death.
pub fn kill(children: &mut Children, process: ProcessId) {
    let poller = children.poller.clone();
    let Some(child) = children.get_mut(process) else {
        return;
    };
    child.kill();
    if let Some((sender, _)) = child.bootstrap.take() {
        poller.remove(&sender);
    }
    child.lanes = None;
    child.call_notifications = None;
}
