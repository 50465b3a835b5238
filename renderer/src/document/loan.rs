//! A document on loan: whoever shows a document lends it to what works on it, a parser above all.
//!
//! Whoever holds the loan borrows the document for one call at a time, so that work may be done by
//! several in turns, each between two calls of another.

use blitz_dom::BaseDocument;
use std::cell::{Ref, RefCell, RefMut};
use std::rc::Rc;

/// Where a document is while it is lent. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Loan(Rc<RefCell<Option<BaseDocument>>>);

/// Why a borrower may rely on the document.
const LENT: &str = "a document is worked on while it is lent";

impl Loan {
    /// Lends `document` while `work` is done; `None` if there is no document.
    pub(crate) fn lend<T>(
        &self,
        document: &mut Option<BaseDocument>,
        work: impl FnOnce() -> T,
    ) -> Option<T> {
        let lent = document.take()?;
        self.0.replace(Some(lent));
        let result = work();
        *document = self.0.take();
        Some(result)
    }

    /// The lent document, to look at.
    pub(crate) fn read(&self) -> Ref<'_, BaseDocument> {
        Ref::map(self.0.borrow(), |document| document.as_ref().expect(LENT))
    }

    /// The lent document, to change.
    pub(crate) fn change(&self) -> RefMut<'_, BaseDocument> {
        RefMut::map(self.0.borrow_mut(), |document| {
            document.as_mut().expect(LENT)
        })
    }
}
