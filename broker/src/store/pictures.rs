//! Pictures of the window. The gpu process draws them into a shared region; the broker writes them
//! as PNG.
//!
//! Owns: the regions of unfinished pictures. Trusts: the gpu process for the pixels only.

use anyhow::Context;
use protocol::geometry::Size;
use protocol::ids::ProcessId;
use shm::{Region, WritableMap};
use std::collections::HashMap;
use std::io::BufWriter;
use std::path::Path;

/// The unfinished and the finished pictures.
#[derive(Default)]
pub struct Pictures {
    next: u32,
    waiting: HashMap<u32, (Region, Size)>,
    done: HashMap<u32, Result<(Region, Size, u64), String>>,
    /// Those that the devtools process has asked for, with its call.
    pub(crate) asked_by: HashMap<u32, (ProcessId, u32)>,
}

/// Whose call is answered with which picture, of which frame.
type Asked = ((ProcessId, u32), Result<(Region, Size, u64), String>);

/// Pixels of the window.
pub struct Picture {
    /// Their size.
    pub size: Size,
    /// RGBA, rows without padding.
    pub rgba: Vec<u8>,
}

impl Pictures {
    /// Keeps the region for the gpu process; returns the number of the request.
    pub fn begin(&mut self, region: Region, size: Size) -> u32 {
        self.next += 1;
        self.waiting.insert(self.next, (region, size));
        self.next
    }

    /// The picture of that request, once; `None` while it is unfinished.
    pub fn take(&mut self, request: u32) -> anyhow::Result<Option<Picture>> {
        let Some(result) = self.done.remove(&request) else {
            return Ok(None);
        };
        let (region, size, _) = result
            .map_err(|reason| anyhow::anyhow!("cannot take a picture of the window: {reason}"))?;
        let bytes = size.frame_bytes().context("the picture is too large")?;
        let map = WritableMap::new(region.dup()?, bytes)?;
        Ok(Some(Picture {
            size,
            rgba: map.read_all(),
        }))
    }

    /// The finished pictures that a devtools process has asked for, each once.
    pub fn take_asked(&mut self) -> Vec<Asked> {
        let done = &mut self.done;
        let finished = self
            .asked_by
            .extract_if(|request, _| done.contains_key(request));
        let finished: Vec<_> = finished.collect();
        let taken = finished.into_iter();
        taken
            .filter_map(|(request, asked_by)| Some((asked_by, self.done.remove(&request)?)))
            .collect()
    }

    /// The finished requests that were not fetched.
    pub fn finished(&self) -> Vec<u32> {
        self.done.keys().copied().collect()
    }

    /// The gpu process has filled that region with that frame, or says why it cannot.
    pub fn finish(&mut self, request: u32, frame: u64, error: Option<String>) {
        if let Some((region, size)) = self.waiting.remove(&request) {
            let result = error.map_or(Ok((region, size, frame)), Err);
            self.done.insert(request, result);
        }
    }

    /// Fails all unfinished pictures.
    pub fn fail_all(&mut self, reason: &str) {
        let waiting = std::mem::take(&mut self.waiting);
        let failed = waiting
            .into_keys()
            .map(|request| (request, Err(reason.to_owned())));
        self.done.extend(failed);
    }
}

impl Picture {
    /// Writes the picture as PNG: to a temporary file first, so that nobody sees half a picture.
    pub fn write(&self, path: &Path) -> anyhow::Result<()> {
        let shown = path.display();
        let partial = path.with_extension(format!("png.{}.partial", std::process::id()));
        let result = self.encode(&partial).and_then(|()| {
            std::fs::rename(&partial, path).with_context(|| format!("cannot write {shown}"))
        });
        if result.is_err() {
            let _ = std::fs::remove_file(&partial);
        }
        result.with_context(|| format!("cannot write the picture to {shown}"))
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
