//! Where the links and forms of a page lead: to a place of it, into a frame of it, or elsewhere.
//!
//! Never: loads another page by itself; the broker is asked.

use crate::document::frames::{self, Place};
use crate::document::parse::OPAQUE_BASE;
use crate::page::Page;
use crate::runtime::ToBroker;
use crate::view::Anchor;
use crate::view::blitz_events::Navigation;
use protocol::ids::NavigationId;
use protocol::input::InputEvent;
use protocol::limits::{TARGET_NAME_BYTES_MAX, URL_BYTES_MAX};
use protocol::renderer::{FromRenderer, GoWithin};
use url::{Position, Url};

impl Page {
    /// Does what the links that were followed ask for. With `new_tab` the user wants a tab.
    pub(crate) fn say_navigations(&mut self, new_tab: bool, control: &ToBroker) {
        let Some(shown) = self.shown else { return };
        self.follow_address();
        for navigation in self.view.events.take_navigations() {
            let place = self.place(&navigation);
            if let Some(reason) = refusal(&navigation, &place) {
                control.say(FromRenderer::Incomplete {
                    navigation: shown,
                    reason: reason.to_owned(),
                });
                continue;
            }
            self.go(shown, navigation.url, place, new_tab, control);
        }
    }

    fn place(&self, navigation: &Navigation) -> Place {
        let Some(page) = &self.view.document else {
            return Place::Refused;
        };
        if navigation.is_form && !frames::may_send_forms(page, navigation.frame) {
            return Place::Refused;
        }
        frames::place(page, navigation.frame, &navigation.target)
    }

    fn go(
        &mut self,
        navigation: NavigationId,
        url: Url,
        place: Place,
        new_tab: bool,
        control: &ToBroker,
    ) {
        let name = match place {
            _ if new_tab => None,
            Place::Frame(path) => return self.view.go_in_frame(&path, &url),
            Place::Page if self.is_within(&url) => {
                let fragment = url.fragment().unwrap_or("").to_owned();
                return self.went_within(navigation, fragment, control);
            }
            Place::Tab(name) => Some(name).filter(|name| name.len() <= TARGET_NAME_BYTES_MAX),
            Place::Page | Place::Refused => None,
        };
        if url.as_str().starts_with(OPAQUE_BASE) {
            return;
        }
        let url = String::from(url);
        control.say(match name {
            Some(name) => FromRenderer::NavigateNamed {
                navigation,
                url,
                name,
            },
            None => FromRenderer::Navigate {
                navigation,
                url,
                new_tab,
            },
        });
    }

    /// Whether a link leads to another place of the document.
    fn is_within(&self, url: &Url) -> bool {
        let Some(load) = &self.load else { return false };
        let own = &load.url[..Position::AfterQuery];
        let to = &url[..Position::AfterQuery];
        url.fragment().is_some()
            && (own == to || (load.url.cannot_be_a_base() && to == OPAQUE_BASE))
    }

    fn went_within(&mut self, navigation: NavigationId, fragment: String, control: &ToBroker) {
        // Where the document is now belongs to the entry that is left.
        self.say_scrolled(navigation, control);
        let anchor = Anchor::Fragment(fragment.clone());
        if let Some(load) = &self.load {
            let mut url = load.url.clone();
            url.set_fragment(Some(&fragment));
            if let Some(realm) = self.view.script {
                realm.host.address.go(realm.host.address.next_place(), None);
            }
            self.go_within(url, anchor);
        }
        control.say(FromRenderer::WentWithin {
            navigation,
            fragment,
        });
    }

    /// To an entry of the history that is a place of the document.
    pub(crate) fn go_to(&mut self, go: GoWithin) {
        let Ok(url) = Url::parse(&go.url) else { return };
        let anchor = match (go.scroll_y, url.fragment()) {
            (None, Some(fragment)) => Anchor::Fragment(fragment.to_owned()),
            (y, _) => Anchor::Y(y.unwrap_or(0)),
        };
        match self.view.script {
            Some(realm) => realm.host.address.go(go.place, go.state),
            None => (self.scripts.place, self.scripts.state) = (go.place, go.state),
        }
        self.go_within(url, anchor);
    }

    /// A script has given the document another address.
    fn follow_address(&mut self) {
        if let Some(realm) = self.view.script
            && realm.host.address.is_changed.take()
            && let Some(load) = &mut self.load
        {
            load.url = realm.host.url.borrow().clone();
        }
    }

    /// The user acts on the page.
    pub(crate) fn note_act(&self, event: &InputEvent) {
        let is_act = matches!(
            event,
            InputEvent::PointerDown { .. } | InputEvent::KeyDown { .. }
        );
        if let Some(realm) = self.view.script.filter(|_| is_act) {
            realm.host.address.act();
        }
    }

    /// Another place of the document: nothing is loaded, and all that the user did stays.
    fn go_within(&mut self, url: Url, anchor: Anchor) {
        self.follow_address();
        let Some(load) = &mut self.load else { return };
        let old = std::mem::replace(&mut load.url, url.clone());
        let is_loaded = load.is_loaded;
        let fragment = url.fragment();
        self.view.set_target(fragment.map(str::to_owned));
        self.view.show_target();
        self.view.set_anchor(Some(anchor));
        self.view.touch();
        if self.view.settle(&mut self.fetcher) {
            self.shown = self.load.as_ref().map(|load| load.navigation);
        }
        if is_loaded {
            self.view.set_anchor(None);
        }
        self.view.with_script(|realm| realm.went_within(&old, &url));
    }
}

/// Why that is not done.
fn refusal(navigation: &Navigation, place: &Place) -> Option<&'static str> {
    if navigation.is_post {
        Some("POST forms are not supported.")
    } else if navigation.url.as_str().len() > URL_BYTES_MAX {
        Some("The link\u{2019}s address is too long.")
    } else if *place == Place::Refused {
        Some("The page does not allow its frame to do that.")
    } else {
        None
    }
}
