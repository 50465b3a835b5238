//! Collects what Blitz reports while it works on a document: redraws and followed links. It has no
//! clipboard for Blitz: text comes and goes on the broker's word alone.

use crate::script::limits::NAVIGATIONS_MAX;
use blitz_traits::navigation::{NavigationOptions, NavigationProvider};
use blitz_traits::net::{Method, Url};
use blitz_traits::shell::{ClipboardError, ShellProvider};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The collected events of one document. Blitz wants it shareable between threads; this process
/// has one, so no lock is ever contended.
#[derive(Debug, Default)]
pub(crate) struct BlitzEvents {
    redraw: AtomicBool,
    navigations: Mutex<Vec<Navigation>>,
    /// The target of the form that is about to be sent.
    form_target: Mutex<String>,
    /// Documents in frames that are to be scrolled once they are laid out, and to which fragment.
    frame_anchors: Mutex<Vec<(usize, String)>>,
}

/// A followed link or a submitted form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Navigation {
    pub(crate) url: Url,
    /// Whether it is a POST form.
    pub(crate) is_post: bool,
    /// Whether it is a form.
    pub(crate) is_form: bool,
    /// As the `target` attribute has it; empty where there is none.
    pub(crate) target: String,
    /// The document that it stands in, if that is in a frame.
    pub(crate) frame: Option<usize>,
}

impl BlitzEvents {
    /// Whether a redraw was asked for since the last call.
    pub(crate) fn take_redraw(&self) -> bool {
        self.redraw.swap(false, Ordering::Relaxed)
    }

    pub(crate) fn add(&self, navigation: Navigation) {
        let mut waiting = lock(&self.navigations);
        if waiting.len() < NAVIGATIONS_MAX {
            waiting.push(navigation);
        }
    }

    /// A form is sent from the page, or from that document in a frame.
    pub(crate) fn add_form(&self, options: NavigationOptions, frame: Option<usize>) {
        self.add(Navigation {
            url: options.url,
            is_post: options.method == Method::POST,
            is_form: true,
            target: std::mem::take(&mut *lock(&self.form_target)),
            frame,
        });
    }

    pub(crate) fn add_frame_anchor(&self, document: usize, fragment: String) {
        lock(&self.frame_anchors).push((document, fragment));
    }

    pub(crate) fn take_frame_anchors(&self) -> Vec<(usize, String)> {
        std::mem::take(&mut *lock(&self.frame_anchors))
    }

    /// Sets the target of the form that an event may send.
    pub(crate) fn set_form_target(&self, target: String) {
        *lock(&self.form_target) = target;
    }

    /// The links followed since the last call.
    pub(crate) fn take_navigations(&self) -> Vec<Navigation> {
        std::mem::take(&mut *lock(&self.navigations))
    }
}

impl ShellProvider for BlitzEvents {
    fn request_redraw(&self) {
        self.redraw.store(true, Ordering::Relaxed);
    }

    fn get_clipboard_text(&self) -> Result<String, ClipboardError> {
        Err(ClipboardError)
    }

    fn set_clipboard_text(&self, _text: String) -> Result<(), ClipboardError> {
        Err(ClipboardError)
    }
}

impl NavigationProvider for BlitzEvents {
    fn navigate_to(&self, options: NavigationOptions) {
        self.add_form(options, None);
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
