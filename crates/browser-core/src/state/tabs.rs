//! All tabs, in the order of the strip, and which of them the window shows.

use crate::state::tab::Tab;
use protocol::ids::TabId;

/// All tabs.
#[derive(Debug, Default)]
pub(crate) struct Tabs {
    in_order: Vec<Tab>,
    /// The one that the window shows. `None` only while there is no tab.
    pub(crate) active: Option<TabId>,
    /// The one that it showed before, unless that is closed.
    pub(crate) shown_before: Option<TabId>,
}

impl Tabs {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Tab> {
        self.in_order.iter()
    }

    /// Their ids, so that each can be changed while the list is walked.
    pub(crate) fn ids(&self) -> Vec<TabId> {
        self.iter().map(|tab| tab.id).collect()
    }

    pub(crate) fn len(&self) -> usize {
        self.in_order.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.in_order.is_empty()
    }

    pub(crate) fn find(&self, tab: TabId) -> Option<&Tab> {
        self.iter().find(|t| t.id == tab)
    }

    pub(crate) fn find_mut(&mut self, tab: TabId) -> Option<&mut Tab> {
        self.in_order.iter_mut().find(|t| t.id == tab)
    }

    /// The tab that the window shows.
    pub(crate) fn shown(&self) -> Option<&Tab> {
        self.find(self.active?)
    }

    /// The tab at that place in the strip, counted from 0.
    pub(crate) fn at(&self, place: usize) -> Option<&Tab> {
        self.in_order.get(place)
    }

    pub(crate) fn place_of(&self, tab: TabId) -> Option<usize> {
        self.iter().position(|t| t.id == tab)
    }

    pub(crate) fn last(&self) -> Option<&Tab> {
        self.in_order.last()
    }

    /// Puts a tab at that place, or at the end where there are fewer.
    pub(crate) fn insert(&mut self, place: usize, tab: Tab) {
        self.in_order.insert(place.min(self.in_order.len()), tab);
    }

    /// Takes the tab at that place out of the strip.
    ///
    /// # Panics
    ///
    /// When there is none.
    pub(crate) fn remove(&mut self, place: usize) -> Tab {
        self.in_order.remove(place)
    }

    /// Puts a tab to another place in the strip, or to the end where there are fewer.
    pub(crate) fn shift(&mut self, tab: TabId, to: usize) {
        if let Some(from) = self.place_of(tab) {
            let tab = self.in_order.remove(from);
            self.insert(to, tab);
        }
    }

    /// The tab so many places further to the right of the active one, round and round.
    pub(crate) fn neighbour(&self, by: isize) -> Option<TabId> {
        let place = self.place_of(self.active?)?;
        let place = (place as isize + by).rem_euclid(self.in_order.len() as isize);
        self.at(place as usize).map(|tab| tab.id)
    }

    pub(crate) fn clear(&mut self) {
        *self = Tabs::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::ids::ContextId;

    fn three() -> Tabs {
        let mut tabs = Tabs::default();
        for id in 1..=3 {
            tabs.insert(9, Tab::new(TabId(id), ContextId::DEFAULT, String::new()));
        }
        tabs.active = Some(TabId(1));
        tabs
    }

    #[test]
    fn neighbours_go_round_in_both_directions() {
        let mut tabs = three();
        assert_eq!(tabs.neighbour(-1), Some(TabId(3)));
        tabs.active = Some(TabId(3));
        assert_eq!(tabs.neighbour(1), Some(TabId(1)));
        assert_eq!(Tabs::default().neighbour(1), None);
    }

    #[test]
    fn tabs_are_moved_within_the_strip() {
        let mut tabs = three();
        tabs.shift(TabId(1), 1);
        assert_eq!(tabs.ids(), [TabId(2), TabId(1), TabId(3)]);
        tabs.shift(TabId(2), 200);
        assert_eq!(tabs.ids(), [TabId(1), TabId(3), TabId(2)]);
        tabs.shift(TabId(9), 0);
        assert_eq!(tabs.ids(), [TabId(1), TabId(3), TabId(2)]);
    }

    #[test]
    fn a_tab_beyond_the_end_is_put_at_the_end() {
        assert_eq!(three().ids(), [TabId(1), TabId(2), TabId(3)]);
    }
}
