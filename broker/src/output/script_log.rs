//! The consoles of all tabs in the log, under the target `script`.

use browser_core::{Record, RecordKind};

/// Logs a line of a page's console.
pub(crate) fn log(record: &Record) {
    let RecordKind::Console {
        level,
        text,
        source,
        line,
        left_out,
        ..
    } = &record.kind
    else {
        return;
    };
    let tab = record.tab.map_or(0, |tab| tab.0);
    macro_rules! at {
        ($level:ident) => {
            match left_out {
                0 => tracing::$level!(target: "script", tab, source, line, "{text}"),
                _ => tracing::$level!(target: "script", tab, source, line, left_out, "{text}"),
            }
        };
    }
    match *level {
        "error" => at!(error),
        "warn" => at!(warn),
        "debug" => at!(debug),
        _ => at!(info),
    }
}
