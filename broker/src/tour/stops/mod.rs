//! The stops of the tour, in their order.

mod compromised;
mod frame;
mod kill_gpu;
mod kill_network;
mod kill_tab;
mod left;
mod navigation;
mod page_pipe;
mod script;
mod seal;
mod start;

use crate::tour::stop::Stop;

/// All stops.
pub static ALL: [Stop; 11] = [
    start::STOP,
    seal::STOP,
    navigation::STOP,
    frame::STOP,
    page_pipe::STOP,
    kill_tab::STOP,
    kill_gpu::STOP,
    kill_network::STOP,
    script::STOP,
    compromised::STOP,
    left::STOP,
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn each_stop_names_sources_that_exist() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        for stop in &ALL {
            assert!(!stop.look.is_empty());
            for path in stop.source.split(", ") {
                assert!(root.join(path).exists(), "{}: {path}", stop.title);
            }
        }
    }
}
