//! Collects what Blitz reports while it works on a document: redraws and followed links. It has no
//! clipboard for Blitz: text comes and goes on the broker's word alone.

use blitz_traits::navigation::{NavigationOptions, NavigationProvider};
use blitz_traits::net::{Method, Url};
use blitz_traits::shell::{ClipboardError, ShellProvider};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// The collected events of one document. Blitz wants it shareable between threads; this process
/// has one, so no lock is ever contended.
#[derive(Debug, Default)]
pub(crate) struct BlitzEvents {
    redraw: AtomicBool,
    navigations: Mutex<Vec<Navigation>>,
    /// The target of the form that is about to be sent.
    form_target: Mutex<String>,
}

/// A followed link or a submitted form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Navigation {
    pub(crate) url: Url,
    /// Whether it is a POST form.
    pub(crate) is_post: bool,
    /// As the `target` attribute has it; empty where there is none.
    pub(crate) target: String,
}

impl BlitzEvents {
    /// Whether a redraw was asked for since the last call.
    pub(crate) fn take_redraw(&self) -> bool {
        self.redraw.swap(false, Ordering::Relaxed)
    }

    pub(crate) fn add(&self, navigation: Navigation) {
        self.navigations
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(navigation);
    }

    /// Sets the target of the form that an event may send.
    pub(crate) fn set_form_target(&self, target: String) {
        *self
            .form_target
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = target;
    }

    /// The links followed since the last call.
    pub(crate) fn take_navigations(&self) -> Vec<Navigation> {
        std::mem::take(
            &mut *self
                .navigations
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        )
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
        let navigation = Navigation {
            url: options.url,
            is_post: options.method == Method::POST,
            target: std::mem::take(
                &mut *self
                    .form_target
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner),
            ),
        };
        self.add(navigation);
    }
}
