//! The commands that the document itself has to answer.

use crate::inspect::debugger::OF_SOURCES;

/// Commands about values, which the inspector's program answers.
pub(crate) const OF_VALUES: [&str; 10] = [
    "Runtime.evaluate",
    "Runtime.callFunctionOn",
    "Runtime.awaitPromise",
    "Runtime.getProperties",
    "Runtime.releaseObject",
    "Runtime.releaseObjectGroup",
    "Runtime.compileScript",
    "Runtime.runScript",
    "Runtime.globalLexicalScopeNames",
    "Runtime.discardConsoleEntries",
];

/// Commands about nodes.
const OF_NODES: [&str; 24] = [
    "DOM.getDocument",
    "DOM.querySelector",
    "DOM.querySelectorAll",
    "DOM.describeNode",
    "DOM.resolveNode",
    "DOM.requestNode",
    "DOM.requestChildNodes",
    "DOM.pushNodesByBackendIdsToFrontend",
    "DOM.getOuterHTML",
    "DOM.setOuterHTML",
    "DOM.getAttributes",
    "DOM.setAttributeValue",
    "DOM.setAttributesAsText",
    "DOM.removeAttribute",
    "DOM.setNodeValue",
    "DOM.removeNode",
    "DOM.focus",
    "DOM.getBoxModel",
    "DOM.getContentQuads",
    "DOM.scrollIntoViewIfNeeded",
    "DOM.getNodeForLocation",
    "Page.getLayoutMetrics",
    "Accessibility.getFullAXTree",
    "Accessibility.queryAXTree",
];

/// Whether it cannot be done without the document's realm.
pub(crate) fn needs_realm(method: &str) -> bool {
    OF_VALUES.contains(&method)
        || OF_SOURCES.contains(&method)
        || OF_NODES.contains(&method)
        || matches!(
            method,
            "DOM.getFrameOwner" | "DOM.setFileInputFiles" | "Runtime.getHeapUsage"
        )
}
