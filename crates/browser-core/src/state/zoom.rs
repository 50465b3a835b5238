//! How much the user has enlarged the pages of each site.

use protocol::appearance::Percent;
use protocol::limits::ZOOMED_SITES_MAX;
use protocol::site::Site;
use url::Url;

/// The steps that Chromium has.
const STEPS: [u16; 16] = [
    25, 33, 50, 67, 75, 80, 90, 100, 110, 125, 150, 175, 200, 250, 300, 400,
];
/// The last step.
const LARGEST: u16 = 500;

/// The zoom of every site where it is not 100 %, the one set first at the front. For a session
/// only, as nothing else of a site outlives it.
#[derive(Debug, Default)]
pub(crate) struct Zooms {
    of_site: Vec<(Site, Percent)>,
}

/// A change of the zoom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ZoomStep {
    In,
    Out,
    Reset,
}

impl Zooms {
    /// The zoom of the page at that URL.
    pub(crate) fn of(&self, url: &str) -> Percent {
        let site = site_of(url);
        let found = self
            .of_site
            .iter()
            .find(|(its, _)| Some(its) == site.as_ref());
        found.map_or(Percent::HUNDRED, |(_, zoom)| *zoom)
    }

    /// Changes the zoom of the site of that URL.
    pub(crate) fn step(&mut self, url: &str, step: ZoomStep) {
        let zoom = stepped(self.of(url), step);
        let Some(site) = site_of(url) else { return };
        self.of_site.retain(|(its, _)| *its != site);
        if zoom == Percent::HUNDRED {
            return;
        }
        if self.of_site.len() == ZOOMED_SITES_MAX {
            self.of_site.remove(0);
        }
        self.of_site.push((site, zoom));
    }

    pub(crate) fn len(&self) -> usize {
        self.of_site.len()
    }
}

/// The site under which a zoom is kept. All `data:` pages are one here: each of them has a site of
/// its own whenever it is loaded, and a reload must not lose the zoom.
fn site_of(url: &str) -> Option<Site> {
    Some(Site::of(&Url::parse(url).ok()?, 0))
}

fn stepped(zoom: Percent, step: ZoomStep) -> Percent {
    let steps = || STEPS.into_iter().chain([LARGEST]);
    let next = match step {
        ZoomStep::Reset => Some(100),
        ZoomStep::In => steps().find(|&step| step > zoom.0),
        ZoomStep::Out => steps().rfind(|&step| step < zoom.0),
    };
    next.map_or(zoom, Percent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::limits::{ZOOM_PERCENT_MAX, ZOOM_PERCENT_MIN};

    #[test]
    fn steps_go_from_the_smallest_zoom_to_the_largest_and_stop() {
        let mut zooms = Zooms::default();
        let url = "https://a.example/";
        for _ in 0..40 {
            zooms.step(url, ZoomStep::In);
        }
        assert_eq!(zooms.of(url), Percent(ZOOM_PERCENT_MAX));
        for _ in 0..40 {
            zooms.step(url, ZoomStep::Out);
        }
        assert_eq!(zooms.of(url), Percent(ZOOM_PERCENT_MIN));
        zooms.step(url, ZoomStep::Reset);
        assert_eq!((zooms.of(url), zooms.len()), (Percent::HUNDRED, 0));
    }

    #[test]
    fn pages_of_one_site_share_a_zoom_and_no_more_sites_are_kept_than_may_be() {
        let mut zooms = Zooms::default();
        zooms.step("https://a.example/one", ZoomStep::In);
        assert_eq!(zooms.of("https://www.a.example/two"), Percent(110));
        assert_eq!(zooms.of("https://b.example/"), Percent::HUNDRED);
        assert_eq!(zooms.of("no url"), Percent::HUNDRED);
        for n in 0..=ZOOMED_SITES_MAX {
            zooms.step(&format!("https://s{n}.example/"), ZoomStep::Out);
        }
        assert_eq!(zooms.len(), ZOOMED_SITES_MAX);
        assert_eq!(zooms.of("https://a.example/one"), Percent::HUNDRED);
    }
}
