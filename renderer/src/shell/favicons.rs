//! The icons of the pages in the tabs.

use protocol::ids::TabId;
use protocol::limits::ICON_SIDE;
use std::collections::BTreeMap;
use std::fmt::Write;

/// The icon of each tab that has one, as a `data:` URL.
#[derive(Default)]
pub(crate) struct Favicons(BTreeMap<TabId, String>);

impl Favicons {
    /// Without pixels the tab has no icon.
    pub(crate) fn set(&mut self, tab: TabId, pixels: &[u8]) {
        match data_url(pixels) {
            Some(url) => self.0.insert(tab, url),
            None => self.0.remove(&tab),
        };
    }

    pub(crate) fn get(&self, tab: TabId) -> Option<&str> {
        self.0.get(&tab).map(String::as_str)
    }

    /// Forgets the icons of tabs that are gone.
    pub(crate) fn retain(&mut self, is_open: impl Fn(TabId) -> bool) {
        self.0.retain(|tab, _| is_open(*tab));
    }
}

fn data_url(pixels: &[u8]) -> Option<String> {
    let side = ICON_SIDE as u32;
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, side, side);
    encoder.set_color(png::ColorType::Rgba);
    let mut writer = encoder.write_header().ok()?;
    writer.write_image_data(pixels).ok()?;
    writer.finish().ok()?;
    let mut url = "data:image/png,".to_owned();
    for byte in file {
        let _ = write!(url, "%{byte:02X}");
    }
    Some(url)
}
