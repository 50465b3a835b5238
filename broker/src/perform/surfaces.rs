//! Surfaces: the memory and the frames channel between a producer and the gpu process.
//!
//! Owns: both ends of a new channel and of new regions, until they are sent.

use crate::child::children::Children;
use crate::rings::ends::source_of;
use crate::store::surfaces::{Ends, Surfaces, frames_channel};
use browser_core::{Action, action};
use ipc::edge_of;
use protocol::gpu::ToGpu;
use protocol::ids::{ProcessId, SurfaceId};
use protocol::renderer::ToRenderer;
use std::os::fd::{AsFd, OwnedFd};

/// Does what the core wants done with a surface.
pub fn perform(children: &mut Children, surfaces: &mut Surfaces, action: Action) {
    match action {
        Action::CreateSurface(it) => create(children, surfaces, it),
        Action::ResizeSurface(it) => resize(children, surfaces, it),
        Action::ReattachSurface(it) => reattach(children, surfaces, it),
        Action::HideSurface(it) => hide(children, surfaces, &it),
        Action::DropSurface(it) => drop(children, surfaces, &it),
        _ => {}
    }
}

/// Creates a surface and tells both ends.
fn create(children: &mut Children, surfaces: &mut Surfaces, create: action::CreateSurface) {
    let action::CreateSurface {
        surface,
        producer,
        gpu,
        part,
        generation,
        size,
    } = create;
    let made = surfaces
        .renew(surface, size)
        .and_then(|ends| Ok((ends, frames_channel()?)));
    let (ends, (producer_end, consumer_end)) = match made {
        Ok(made) => made,
        Err(error) => return children.give_up(producer, &error),
    };
    note(
        children,
        surface,
        (producer, &producer_end),
        gpu.map(|gpu| (gpu, &consumer_end)),
    );
    let message = ToRenderer::AttachSurface {
        surface,
        part,
        generation,
        size,
    };
    children.send_renderer(producer, message, with_first(producer_end, ends.producer));
    if let Some(gpu) = gpu {
        let message = ToGpu::CreateSurface {
            surface,
            generation,
            size,
        };
        children.send_gpu(gpu, message, with_first(consumer_end, ends.consumer));
    }
}

/// Creates new regions for a surface with a new size and tells both ends.
fn resize(children: &mut Children, surfaces: &mut Surfaces, resize: action::ResizeSurface) {
    let action::ResizeSurface {
        surface,
        producer,
        gpu,
        generation,
        size,
    } = resize;
    let ends = match surfaces.renew(surface, size) {
        Ok(ends) => ends,
        Err(error) => return children.give_up(producer, &error),
    };
    let message = ToRenderer::ReplaceRegion {
        surface,
        generation,
        size,
        channel: false,
    };
    children.send_renderer(producer, message, ends.producer);
    if let Some(gpu) = gpu {
        let message = ToGpu::ReplaceRegion {
            surface,
            generation,
            size,
        };
        children.send_gpu(gpu, message, ends.consumer);
    }
}

/// Gives a surface to a new gpu process, or back to the present one: with new regions if its
/// producer is alive, else with its last frame.
fn reattach(children: &mut Children, surfaces: &mut Surfaces, reattach: action::ReattachSurface) {
    let action::ReattachSurface {
        surface,
        producer,
        gpu,
        generation,
        size,
    } = reattach;
    let made = frames_channel().and_then(|channel| {
        let ends = match producer {
            Some(_) => surfaces.renew(surface, size)?,
            None => Ends {
                producer: Vec::new(),
                consumer: surfaces.last(surface)?,
            },
        };
        Ok((channel, ends))
    });
    let ((producer_end, consumer_end), ends) = match made {
        Ok(made) => made,
        Err(error) => match producer {
            Some(producer) => return children.give_up(producer, &error),
            // Only the last frame of a dead tab is lost.
            None => return tracing::error!("cannot show {surface} again: {error}"),
        },
    };
    if let Some(producer) = producer {
        let consumer = Some((gpu, &consumer_end));
        note(children, surface, (producer, &producer_end), consumer);
        let message = ToRenderer::ReplaceRegion {
            surface,
            generation,
            size,
            channel: true,
        };
        children.send_renderer(producer, message, with_first(producer_end, ends.producer));
    }
    let message = ToGpu::CreateSurface {
        surface,
        generation,
        size,
    };
    children.send_gpu(gpu, message, with_first(consumer_end, ends.consumer));
}

/// Frees the regions of a surface that nobody sees, and tells both ends: the gpu process first, for
/// the producer closes its end of the frames channel.
fn hide(children: &mut Children, surfaces: &mut Surfaces, hide: &action::HideSurface) {
    let surface = hide.surface;
    surfaces.remove(surface);
    if let Some(gpu) = hide.gpu {
        children.send_gpu(gpu, ToGpu::DropSurface { surface }, []);
    }
    if let Some((producer, sequence)) = hide.told {
        let message = ToRenderer::HideSurface {
            surface,
            sequence,
            part: hide.part,
            size: hide.size,
        };
        children.send_renderer(producer, message, []);
    }
}

/// Frees a surface and tells both ends.
fn drop(children: &mut Children, surfaces: &mut Surfaces, drop: &action::DropSurface) {
    let surface = drop.surface;
    surfaces.remove(surface);
    children.rings.table.drop_surface(surface);
    if let Some(producer) = drop.producer {
        children.send_renderer(producer, ToRenderer::DetachSurface { surface }, []);
    }
    if let Some(gpu) = drop.gpu {
        children.send_gpu(gpu, ToGpu::DropSurface { surface }, []);
    }
}

/// Who holds which end of the frames channel, for records.
fn note(
    children: &mut Children,
    surface: SurfaceId,
    producer: (ProcessId, &OwnedFd),
    consumer: Option<(ProcessId, &OwnedFd)>,
) {
    let end = |(process, end): (ProcessId, &OwnedFd)| (source_of(process), edge_of(end.as_fd()));
    if let Some(consumer) = consumer {
        let ends = [end(producer), end(consumer)];
        children.rings.table.add_surface(surface, ends);
    }
}

fn with_first(first: OwnedFd, rest: Vec<OwnedFd>) -> Vec<OwnedFd> {
    std::iter::once(first).chain(rest).collect()
}
