//! Pictures of the window, for `--screenshot` and for the control pipe.

use crate::state::Broker;
use crate::store::pictures::Picture;
use anyhow::Context;
use protocol::geometry::Size;
use protocol::gpu::ToGpu;
use shm::Region;

impl Broker {
    /// Asks the gpu process for a picture; fetch it with [`Broker::take_picture`].
    pub fn capture(&mut self, size: Size) -> anyhow::Result<u32> {
        let gpu = self.children.gpu();
        let gpu = gpu.context("there is no gpu process at the moment")?;
        let bytes = size.frame_bytes().context("the size overflows")?;
        let region = Region::create("bulkhead-capture", bytes).context("no memory")?;
        let handle = region.dup().context("no descriptor")?;
        let request = self.store.pictures.begin(region, size);
        let message = ToGpu::Capture { request, size };
        self.children.send_gpu(gpu, message, [handle]);
        Ok(request)
    }

    /// The picture of that request, once; `None` while it is under way.
    pub fn take_picture(&mut self, request: u32) -> anyhow::Result<Option<Picture>> {
        self.store.pictures.take(request)
    }

    /// Writes the pictures that have come and were asked for by the control pipe.
    pub(crate) fn write_pictures(&mut self) {
        for request in self.store.pictures.finished() {
            let Some(path) = self.automation.pictures.remove(&request) else {
                continue;
            };
            let result = match self.take_picture(request) {
                Ok(Some(picture)) => picture.write(&path),
                Ok(None) => continue,
                Err(error) => Err(error),
            };
            self.automation.answer("screenshot", &path, result);
        }
    }
}
