//! Lies about what only a page's scripts bring before the broker: dialogs, console, address,
//! history. The liar speaks for its own document; what it says of another one is in `control.rs`.

use super::packets::say;
use super::{Liar, Lie, NOBODYS, Who, dies, goes_on};
use crate::rig::Attacker;
use protocol::act::{Act, ActKind};
use protocol::console::{ConsoleLevel, ConsoleLine};
use protocol::dialog::{DialogKind, DialogRequest};
use protocol::ids::NavigationId;
use protocol::limits::{CONSOLE_LINE_BYTES_MAX, DIALOG_TEXT_BYTES_MAX, STATE_BYTES_MAX};
use protocol::renderer::FromRenderer;

const RENDERER: Who = Who::Only(Attacker::Renderer);

pub const LIES: &[Lie] = &[
    // The second one before the answer: an honest script waits. Or, where nobody can answer, the
    // first one after it was told that it may ask no more.
    dies(
        "script-dialogs-without-end",
        "WrongState",
        RENDERER,
        |liar| {
            for request in 0..1_000 {
                dialog(liar, own(liar), request, DialogKind::Alert, "again");
            }
        },
    ),
    dies(
        "script-dialog-of-the-browser",
        "ValueOutOfRange",
        RENDERER,
        |liar| {
            dialog(liar, own(liar), 1, DialogKind::Leave, "Leave?");
        },
    ),
    dies(
        "script-dialog-of-another-page",
        "ForeignId",
        Who::Documents,
        |liar| {
            dialog(liar, nobodys(), 1, DialogKind::Confirm, "Your bank asks");
        },
    ),
    dies("script-dialog-too-long", "Oversized", RENDERER, |liar| {
        let text = "x".repeat(DIALOG_TEXT_BYTES_MAX + 1);
        dialog(liar, own(liar), 1, DialogKind::Alert, &text);
    }),
    dies(
        "script-leave-answer-unasked",
        "WrongState",
        Who::Documents,
        |liar| {
            let (sequence, stays) = (NOBODYS, true);
            say(
                liar.control(),
                &FromRenderer::LeaveAnswer { sequence, stays },
            );
        },
    ),
    // The broker keeps a hundred of them and counts the others.
    goes_on("script-console-flood", RENDERER, |liar| {
        for _ in 0..5_000 {
            console(liar, own(liar), &"x".repeat(CONSOLE_LINE_BYTES_MAX), 0);
        }
        liar.lives();
    }),
    dies("script-console-without-end", "Flood", RENDERER, |liar| {
        loop {
            console(liar, own(liar), "x", 0);
        }
    }),
    dies("script-console-too-long", "Oversized", RENDERER, |liar| {
        let text = "x".repeat(CONSOLE_LINE_BYTES_MAX + 1);
        console(liar, own(liar), &text, 0);
    }),
    dies(
        "script-console-too-deep",
        "ValueOutOfRange",
        RENDERER,
        |liar| {
            console(liar, own(liar), "x", u8::MAX);
        },
    ),
    dies(
        "script-console-of-another-page",
        "ForeignId",
        Who::Documents,
        |liar| {
            console(liar, nobodys(), "x", 0);
        },
    ),
    dies(
        "script-stream-of-a-built-in-page",
        "ForeignOrigin",
        RENDERER,
        |liar| {
            let (navigation, stream) = (own(liar), 1);
            say(
                liar.control(),
                &FromRenderer::OpenStream { navigation, stream },
            );
        },
    ),
    dies(
        "script-act-of-a-built-in-page",
        "ForeignOrigin",
        RENDERER,
        |liar| {
            acts(liar, own(liar), ActKind::Kill);
        },
    ),
    dies(
        "script-act-of-another-page",
        "ForeignId",
        Who::Documents,
        |liar| {
            acts(liar, nobodys(), ActKind::Reload);
        },
    ),
    dies(
        "script-state-of-another-origin",
        "ValueOutOfRange",
        RENDERER,
        |liar| {
            push(liar, own(liar), "https://bank.test/login", None);
        },
    ),
    dies(
        "script-state-of-a-file",
        "ValueOutOfRange",
        RENDERER,
        |liar| {
            push(liar, own(liar), "file:///etc/passwd", None);
        },
    ),
    dies("script-state-too-long", "Oversized", RENDERER, |liar| {
        let state = "x".repeat(STATE_BYTES_MAX + 1);
        push(liar, own(liar), "https://bank.test/", Some(state));
    }),
    dies(
        "script-state-of-another-page",
        "ForeignId",
        Who::Documents,
        |liar| {
            push(liar, nobodys(), "https://bank.test/", None);
        },
    ),
    dies(
        "script-history-of-another-page",
        "ForeignId",
        Who::Documents,
        |liar| {
            let (navigation, by) = (nobodys(), -1);
            say(liar.control(), &FromRenderer::Traverse { navigation, by });
        },
    ),
    dies(
        "script-reload-of-another-page",
        "ForeignId",
        Who::Documents,
        |liar| {
            let navigation = nobodys();
            say(liar.control(), &FromRenderer::Reload { navigation });
        },
    ),
    dies(
        "script-close-of-another-tab",
        "ForeignId",
        Who::Documents,
        |liar| {
            let navigation = nobodys();
            say(liar.control(), &FromRenderer::CloseTab { navigation });
        },
    ),
    // No page opened its tab.
    goes_on("script-close-of-the-users-tab", RENDERER, |liar| {
        let navigation = own(liar);
        say(liar.control(), &FromRenderer::CloseTab { navigation });
        liar.lives();
    }),
    // The user is asked before such a page is left, and that changes nothing else.
    goes_on("script-guards-without-scripts", RENDERER, |liar| {
        let navigation = own(liar);
        say(liar.control(), &FromRenderer::GuardsLeaving { navigation });
        say(liar.control(), &FromRenderer::ScriptStopped { navigation });
        liar.lives();
    }),
];

fn own(liar: &Liar<'_>) -> NavigationId {
    liar.reach.document.expect("it shows a document")
}

fn nobodys() -> NavigationId {
    NavigationId(NOBODYS.into())
}

fn dialog(liar: &Liar<'_>, navigation: NavigationId, request: u32, kind: DialogKind, text: &str) {
    let dialog = DialogRequest {
        request,
        kind,
        text: text.to_owned(),
        default_text: String::new(),
    };
    say(liar.control(), &FromRenderer::Dialog { navigation, dialog });
}

fn console(liar: &Liar<'_>, navigation: NavigationId, text: &str, groups: u8) {
    let line = ConsoleLine {
        level: ConsoleLevel::Error,
        text: text.to_owned(),
        source: String::new(),
        line: 1,
        column: 1,
        groups,
        left_out: 0,
    };
    say(liar.control(), &FromRenderer::Console { navigation, line });
}

fn acts(liar: &Liar<'_>, navigation: NavigationId, kind: ActKind) {
    let (request, act) = (1, Act { kind, of: 1 });
    say(
        liar.control(),
        &FromRenderer::Act {
            navigation,
            request,
            act,
        },
    );
}

fn push(liar: &Liar<'_>, navigation: NavigationId, url: &str, state: Option<String>) {
    let message = FromRenderer::PushState {
        navigation,
        url: url.to_owned(),
        state,
        replaces: false,
    };
    say(liar.control(), &message);
}
