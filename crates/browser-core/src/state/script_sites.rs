//! The sites of which the user wants no scripts.

use protocol::limits::SCRIPTLESS_SITES_MAX;
use protocol::site::Site;
use url::Url;

/// Those sites, the one set first at the front. For a session only, as nothing else of a site
/// outlives it.
#[derive(Debug, Default)]
pub(crate) struct ScriptSites(Vec<Site>);

impl ScriptSites {
    /// Whether the user lets pages of that URL's site run scripts.
    pub(crate) fn allow(&self, url: &str) -> bool {
        site_of(url).is_none_or(|site| !self.0.contains(&site))
    }

    /// Turns the scripts of that URL's site off, or on again.
    pub(crate) fn toggle(&mut self, url: &str) {
        let Some(site) = site_of(url) else { return };
        let before = self.0.len();
        self.0.retain(|its| *its != site);
        if self.0.len() < before {
            return;
        }
        if self.0.len() == SCRIPTLESS_SITES_MAX {
            self.0.remove(0);
        }
        self.0.push(site);
    }
}

/// All `data:` pages are one site here: each has one of its own whenever it is loaded.
fn site_of(url: &str) -> Option<Site> {
    Some(Site::of(&Url::parse(url).ok()?, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_turned_off_and_on_for_a_whole_site() {
        let mut sites = ScriptSites::default();
        sites.toggle("https://www.a.example/x");
        assert!(!sites.allow("https://a.example/") && sites.allow("https://b.example/"));
        sites.toggle("https://a.example/");
        assert!(sites.allow("https://www.a.example/x"));
        for n in 0..=SCRIPTLESS_SITES_MAX {
            sites.toggle(&format!("https://s{n}.example/"));
        }
        assert!(sites.allow("https://s0.example/") && !sites.allow("https://s1.example/"));
    }
}
