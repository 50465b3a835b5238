//! What random renderers say about searches and scripts.

use crate::op::{Pick, RendererKind};
use protocol::console::{ConsoleLevel, ConsoleLine};
use protocol::dialog::{DialogKind, DialogRequest};
use protocol::find::FindMatches;
use protocol::ids::NavigationId;
use protocol::renderer::FromRenderer;

/// What a search has found that may not have been asked for.
pub(crate) fn found(navigation: NavigationId, by: Pick) -> FromRenderer {
    FromRenderer::Found {
        navigation,
        request: u32::from(by.0 % 3),
        matches: FindMatches {
            current: 1,
            count: 3,
            has_more: false,
        },
    }
}

/// What the scripts of a page bring before the broker.
pub(crate) fn word_of_scripts(
    says: RendererKind,
    navigation: NavigationId,
    by: Pick,
    text: String,
) -> FromRenderer {
    match says {
        RendererKind::Console => FromRenderer::Console {
            navigation,
            line: ConsoleLine {
                level: [ConsoleLevel::Log, ConsoleLevel::Clear][usize::from(by.0 % 2)],
                text,
                source: String::new(),
                line: 1,
                column: 1,
                groups: 0,
                left_out: u32::MAX,
            },
        },
        RendererKind::Dialog => FromRenderer::Dialog {
            navigation,
            dialog: DialogRequest {
                request: u32::from(by.0),
                kind: [DialogKind::Alert, DialogKind::Confirm][usize::from(by.0 % 2)],
                text,
                default_text: String::new(),
            },
        },
        RendererKind::GuardsLeaving => FromRenderer::GuardsLeaving { navigation },
        RendererKind::CloseTab => FromRenderer::CloseTab { navigation },
        RendererKind::PushState => FromRenderer::PushState {
            navigation,
            url: text,
            state: Some(by.0.to_string()),
            replaces: by.0.is_multiple_of(2),
        },
        RendererKind::Reload => FromRenderer::Reload { navigation },
        RendererKind::Replace => FromRenderer::Replace {
            navigation,
            url: text,
        },
        RendererKind::Traverse => FromRenderer::Traverse {
            navigation,
            by: i32::from(by.0 % 7) - 3,
        },
        _ => FromRenderer::ScriptStopped { navigation },
    }
}
