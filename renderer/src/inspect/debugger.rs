//! The domain `Debugger`, as far as the engine allows: which scripts there are, and their text. The
//! engine has no breakpoints, so nothing ever pauses.

use crate::inspect::document::Inspected;
use crate::inspect::fault::{Answer, Fault, Params};
use crate::inspect::inspector::Inspector;
use crate::script::sources::{Source, Sources};
use serde_json::{Value, json};

/// The commands that need the scripts of the document.
pub(crate) const OF_SOURCES: [&str; 3] = [
    "Debugger.getPossibleBreakpoints",
    "Debugger.getScriptSource",
    "Debugger.searchInContent",
];
/// Most lines that a search finds.
const FOUND_MAX: usize = 10_000;
/// How the engine's account of a stack names scripts that stand in the document.
const INLINE: &str = "inline script";

/// Runs a command about scripts.
pub(crate) fn run(sources: &Sources, method: &str, params: &Params<'_>) -> Answer {
    let id = |id: &str| id.parse().ok().and_then(|id: usize| id.checked_sub(1));
    match method {
        "Debugger.getPossibleBreakpoints" => Ok(json!({ "locations": [] })),
        "Debugger.getScriptSource" => {
            let (all, named) = (sources.all(), params.need_text("scriptId")?);
            let source = id(named).and_then(|at| all.get(at));
            let source = source.ok_or_else(|| no_script(named))?;
            Ok(json!({ "scriptSource": source.text }))
        }
        "Debugger.searchInContent" => {
            let (all, named) = (sources.all(), params.need_text("scriptId")?);
            let source = id(named).and_then(|at| all.get(at));
            search(source.ok_or_else(|| no_script(named))?, params)
        }
        other => Err(Fault::unknown(other)),
    }
}

fn no_script(id: &str) -> Fault {
    Fault::server(format!("No script for id: {id}"))
}

fn search(source: &Source, params: &Params<'_>) -> Answer {
    if params.flag("isRegex")?.unwrap_or(false) {
        return Err(Fault::server("Regular expressions are not searched for"));
    }
    let is_exact = params.flag("caseSensitive")?.unwrap_or(false);
    let folded = |text: &str| match is_exact {
        true => text.to_owned(),
        false => text.to_lowercase(),
    };
    let wanted = folded(params.need_text("query")?);
    let lines = source.text.lines().enumerate();
    let found = lines.filter(|(_, line)| folded(line).contains(&wanted));
    let found = found.take(FOUND_MAX);
    let result = found.map(|(at, line)| json!({ "lineNumber": at, "lineContent": line }));
    Ok(json!({ "result": result.collect::<Vec<Value>>() }))
}

impl Inspector {
    /// Tells sessions of the scripts that they have not been told of. Those for which there is no
    /// room now come later.
    pub(crate) fn tell_scripts(&mut self, sources: &Sources) {
        let all = sources.all();
        let sessions: Vec<u32> = self.sessions.keys().copied().collect();
        for number in sessions {
            while let Some(params) = self.next_script(number, &all) {
                self.tell_one(number, "Debugger.scriptParsed", &params);
            }
        }
    }

    fn next_script(&mut self, session: u32, all: &[Source]) -> Option<Value> {
        let known = self.sessions.get_mut(&session)?.scripts_known.as_mut()?;
        let (at, source) = (*known, all.get(*known)?);
        if self.outbox.is_full() {
            return None;
        }
        *known += 1;
        let document = self.document.as_ref()?;
        Some(parsed(document, &self.frame, at, source))
    }
}

/// `Debugger.scriptParsed`. Where an inline script stands in its document is not known.
fn parsed(document: &Inspected, frame: &str, at: usize, source: &Source) -> Value {
    let last = source.text.rsplit('\n').next().unwrap_or_default();
    let url = match source.name.as_str() {
        INLINE => document.url.as_str(),
        name => name,
    };
    json!({
        "scriptId": (at + 1).to_string(),
        "url": url,
        "startLine": 0,
        "startColumn": 0,
        "endLine": source.text.matches('\n').count(),
        "endColumn": last.encode_utf16().count(),
        "executionContextId": document.contexts.first().map_or(0, |context| context.id),
        "hash": "",
        "buildId": "",
        "executionContextAuxData": {
            "isDefault": true, "type": "default", "frameId": frame,
        },
        "isLiveEdit": false,
        "sourceMapURL": "",
        "hasSourceURL": false,
        "isModule": source.is_module,
        "length": source.text.encode_utf16().count(),
        "scriptLanguage": "JavaScript",
    })
}
