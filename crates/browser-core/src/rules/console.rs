//! What pages write to their consoles: kept by the event loop, a tab each.
//!
//! Trusts: a page on its own console only, and on no more lines than it may write. Never: lets a
//! line change anything else.

use crate::record::RecordKind;
use crate::state::core::Core;
use crate::text;
use protocol::console::ConsoleLine;
use protocol::ids::{ProcessId, TabId};

impl Core {
    pub(crate) fn on_console(&mut self, tab: TabId, id: ProcessId, line: ConsoleLine) {
        let now = self.now;
        let Some(process) = self.processes.living_mut(id) else {
            return;
        };
        if !process.console_lines.allow(now) {
            let left_out = line.left_out.saturating_add(1);
            process.console_left_out = process.console_left_out.saturating_add(left_out);
            return;
        }
        let left_out = std::mem::take(&mut process.console_left_out);
        let entry = RecordKind::Console {
            level: line.level.name(),
            text: text::plain(&line.text),
            source: text::plain(&line.source),
            line: line.line,
            column: line.column,
            groups: line.groups,
            left_out: left_out.saturating_add(line.left_out),
        };
        self.record(entry, Some(tab), Some(id));
    }
}
