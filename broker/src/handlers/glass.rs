//! Tells live pages what has happened since they were told last.
//!
//! Never: reads the state while nobody looks.

use crate::pages::{detailed, live};
use crate::state::Broker;
use crate::store::call_names;
use browser_core::ProcessState;
use protocol::gpu::ToGpu;
use protocol::ids::{ProcessId, Role};
use protocol::network::ToNetwork;
use protocol::request::RequestNews;
use std::time::Instant;

impl Broker {
    /// Tells those who look, if it is time.
    pub(crate) fn show_glass(&mut self) {
        let now = Instant::now();
        if !self.glass.begin_round(now) {
            return;
        }
        for (page, build) in live::ALL {
            if self.glass.is_watched(page) {
                let event = build(self).to_string();
                self.glass.tell(&self.poller, page, &event);
            }
        }
        self.tell_trace();
        self.glass.end_round(now);
    }

    /// Tells the network process whether somebody looks at its requests, and the gpu process how
    /// slow frames are to be: both may be new, and a page that is closed changes either.
    pub(crate) fn keep_looking(&mut self) {
        self.name_calls();
        let is_looked_at = self.glass.is_watched("net");
        let network = self.service(
            Role::Network,
            is_looked_at || self.glass.watched_network.is_some(),
        );
        let wanted = network.filter(|_| is_looked_at);
        if wanted != self.glass.watched_network {
            let before = std::mem::replace(&mut self.glass.watched_network, wanted);
            let told = wanted.or(before.filter(|it| Some(*it) == network));
            if let Some(network) = told {
                let is_on = wanted.is_some();
                self.children
                    .send_network(network, ToNetwork::Watch { is_on }, []);
            }
            self.store.requests.begin(wanted);
            self.glass.has_changed("net");
        }
        self.glass.is_slow &= self.glass.is_watched("frames");
        let is_slow = self.glass.is_slow;
        let gpu = self.service(Role::Gpu, is_slow || self.glass.slowed_gpu.is_some());
        let wanted = gpu.filter(|_| is_slow);
        if wanted != self.glass.slowed_gpu {
            let before = std::mem::replace(&mut self.glass.slowed_gpu, wanted);
            let told = wanted.or(before.filter(|it| Some(*it) == gpu));
            if let Some(gpu) = told {
                self.children.send_gpu(gpu, ToGpu::SetPace { is_slow }, []);
            }
        }
    }

    /// Asks for the names of the calls that the page of the crashes shows.
    fn name_calls(&mut self) {
        if !self.glass.is_watched("crashes") {
            return;
        }
        let shown = detailed(&self.store.deaths);
        let traces = shown.filter_map(|death| call_names::trace(&death.last_words.crash));
        let traces = traces.map(<[u64]>::to_vec).collect();
        let support = self.launcher.support();
        self.store.call_names.want(&self.poller, support, traces);
    }

    /// The process of that service that is at work; not looked for unless it matters.
    fn service(&self, role: Role, matters: bool) -> Option<ProcessId> {
        if !matters {
            return None;
        }
        let processes = self.core.processes().into_iter();
        let mut ready = processes.filter(|it| it.state == ProcessState::Ready);
        Some(ready.find(|it| it.role == role)?.process)
    }

    /// Keeps news of a request, and has them shown.
    pub(crate) fn note_request(&mut self, news: RequestNews) {
        if self.glass.is_watched("net") {
            self.store.requests.note(self.now().0, news);
            self.glass.has_changed("net");
        }
    }
}
