//! Pictures of the window, for `--screenshot` and for the control pipe.

use crate::state::Broker;
use crate::store::pictures::Picture;
use anyhow::Context;
use protocol::geometry::Size;

impl Broker {
    /// Asks the gpu process for a picture; fetch it with [`Broker::take_picture`].
    pub fn capture(&mut self, size: Size) -> anyhow::Result<u32> {
        let gpu = self.children.gpu();
        let gpu = gpu.context("no gpu process is running at the moment")?;
        self.begin_capture(gpu, size, None)
    }

    /// The picture of that request, once; `None` while the gpu process works on it.
    pub fn take_picture(&mut self, request: u32) -> anyhow::Result<Option<Picture>> {
        self.store.pictures.take(request)
    }

    /// Writes finished pictures that the control pipe asked for.
    pub(crate) fn write_pictures(&mut self) {
        self.hand_over_pictures();
        for request in self.store.pictures.finished() {
            let Some(asked) = self.automation.pictures.remove(&request) else {
                continue;
            };
            let result = match self.take_picture(request) {
                Ok(Some(picture)) => picture.write(&asked.path),
                Ok(None) => continue,
                Err(error) => Err(error),
            };
            self.automation.answer_file("screenshot", &asked, result);
        }
    }
}
