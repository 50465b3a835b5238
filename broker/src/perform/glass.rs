//! What the core wants done for built-in pages that look at the browser.

use crate::pages::live;
use crate::state::Broker;
use browser_core::Action;
use browser_core::action::ChildSignal;
use nix::sys::signal::Signal;
use protocol::ids::{NavigationId, ProcessId};
use protocol::renderer::ToRenderer;

impl Broker {
    /// Opens a page's stream, or does and answers what it wants done.
    pub(crate) fn serve_page(&mut self, action: Action) {
        match action {
            Action::OpenStream {
                process,
                navigation,
                stream,
                page,
            } => {
                let live = live::ALL.into_iter().find(|(name, _)| *name == page);
                let pipe = live.and_then(|(page, _)| self.glass.open(&self.poller, process, page));
                let is_open = pipe.is_some();
                let message = ToRenderer::Stream {
                    navigation,
                    stream,
                    is_open,
                };
                self.children.send_renderer(process, message, pipe);
            }
            Action::Acted {
                process,
                navigation,
                request,
                refusal,
            } => self.answer_act(process, navigation, request, refusal),
            Action::CarryOut {
                process,
                navigation,
                request,
                act,
            } => {
                let refusal = self.carry_out(act);
                self.answer_act(process, navigation, request, refusal);
            }
            Action::Signal { process, signal } => self.signal(process, signal),
            _ => {}
        }
    }

    fn answer_act(
        &mut self,
        process: ProcessId,
        navigation: NavigationId,
        request: u32,
        refusal: Option<String>,
    ) {
        let message = ToRenderer::Acted {
            navigation,
            request,
            refusal,
        };
        self.children.send_renderer(process, message, []);
    }

    fn signal(&self, process: ProcessId, signal: ChildSignal) {
        let signal = match signal {
            ChildSignal::Continue => Signal::SIGCONT,
            ChildSignal::Kill => Signal::SIGKILL,
            ChildSignal::Segfault => Signal::SIGSEGV,
            ChildSignal::Stop => Signal::SIGSTOP,
        };
        if let Some(child) = self.children.get(process) {
            child.signal(signal);
        }
    }
}
