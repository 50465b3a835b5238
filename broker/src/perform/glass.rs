//! What the core wants done for built-in pages that look at the browser.

use crate::child::children::Children;
use browser_core::action::ChildSignal;
use nix::sys::signal::Signal;
use protocol::ids::{NavigationId, ProcessId};
use protocol::renderer::ToRenderer;
use std::os::fd::OwnedFd;

/// Hands a page its stream, or says that there is none.
pub fn tell_stream(
    children: &mut Children,
    process: ProcessId,
    (navigation, stream): (NavigationId, u32),
    pipe: Option<OwnedFd>,
) {
    let message = ToRenderer::Stream {
        navigation,
        stream,
        is_open: pipe.is_some(),
    };
    children.send_renderer(process, message, pipe);
}

/// Sends a signal to a child.
pub fn signal(children: &Children, process: ProcessId, signal: ChildSignal) {
    let signal = match signal {
        ChildSignal::Continue => Signal::SIGCONT,
        ChildSignal::Kill => Signal::SIGKILL,
        ChildSignal::Segfault => Signal::SIGSEGV,
        ChildSignal::Stop => Signal::SIGSTOP,
    };
    if let Some(child) = children.get(process) {
        child.signal(signal);
    }
}
