//! Pictures of the window: asked of the gpu process, fetched from a shared region, written as PNG.
//!
//! Owns: the regions of the captures under way. Trusts: the gpu process with the pixels only.
//! Never: waits.

use crate::state::Browser;
use anyhow::Context;
use protocol::geometry::Size;
use protocol::gpu::ToGpu;
use protocol::ids::{ProcessId, Role};
use shm::{Region, WritableMap};
use std::collections::HashMap;
use std::io::BufWriter;
use std::path::Path;

/// The captures under way and those that are done.
#[derive(Default)]
pub struct Captures {
    next: u32,
    waiting: HashMap<u32, (Region, Size)>,
    done: HashMap<u32, Result<(Region, Size), String>>,
}

/// Pixels of the window.
pub struct Picture {
    /// Their size.
    pub size: Size,
    /// RGBA, rows without padding.
    pub rgba: Vec<u8>,
}

impl Captures {
    /// The gpu process says that it has filled that one, or why it cannot.
    pub fn finish(&mut self, request: u32, error: Option<String>) {
        if let Some(capture) = self.waiting.remove(&request) {
            let result = error.map_or(Ok(capture), Err);
            self.done.insert(request, result);
        }
    }

    /// No capture under way will be filled.
    pub fn fail_all(&mut self, reason: &str) {
        let waiting = std::mem::take(&mut self.waiting);
        let failed = waiting
            .into_keys()
            .map(|request| (request, Err(reason.to_owned())));
        self.done.extend(failed);
    }
}

impl Browser {
    /// Asks for a picture; fetch it with [`Browser::take_picture`].
    pub fn capture(&mut self, size: Size) -> anyhow::Result<u32> {
        let gpu = self
            .gpu()
            .context("there is no gpu process at the moment")?;
        let bytes = size.frame_bytes().context("the size overflows")?;
        let region = Region::create("bulkhead-capture", bytes).context("no memory")?;
        let handle = region.dup().context("no descriptor")?;
        self.captures.next += 1;
        let request = self.captures.next;
        self.captures.waiting.insert(request, (region, size));
        self.send_gpu(gpu, ToGpu::Capture { request, size }, vec![handle]);
        Ok(request)
    }

    /// The picture of that request, once.
    pub fn take_picture(&mut self, request: u32) -> anyhow::Result<Option<Picture>> {
        let Some(result) = self.captures.done.remove(&request) else {
            return Ok(None);
        };
        let (region, size) =
            result.map_err(|reason| anyhow::anyhow!("no picture of the window: {reason}"))?;
        let bytes = size.frame_bytes().context("the size overflows")?;
        let map = WritableMap::new(region.dup()?, bytes)?;
        Ok(Some(Picture {
            size,
            rgba: map.read_all(),
        }))
    }

    /// The requests that are done and not fetched.
    pub fn finished_captures(&self) -> Vec<u32> {
        self.captures.done.keys().copied().collect()
    }

    fn gpu(&self) -> Option<ProcessId> {
        self.children
            .iter()
            .find(|(_, child)| child.role == Role::Gpu && child.control.is_some())
            .map(|(process, _)| *process)
    }
}

impl Picture {
    /// Writes it as PNG: into a file beside it first, so that no half a picture is ever seen.
    pub fn write(&self, path: &Path) -> anyhow::Result<()> {
        let shown = path.display();
        let partial = path.with_extension(format!("png.{}.partial", std::process::id()));
        let result = self.encode(&partial).and_then(|()| {
            std::fs::rename(&partial, path).with_context(|| format!("cannot write {shown}"))
        });
        if result.is_err() {
            let _ = std::fs::remove_file(&partial);
        }
        result.with_context(|| format!("the picture was not written to {shown}"))
    }

    fn encode(&self, path: &Path) -> anyhow::Result<()> {
        let file = std::fs::File::create(path)?;
        let mut encoder =
            png::Encoder::new(BufWriter::new(file), self.size.width, self.size.height);
        encoder.set_color(png::ColorType::Rgba);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::Fast);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&self.rgba)?;
        writer.finish()?;
        Ok(())
    }
}
