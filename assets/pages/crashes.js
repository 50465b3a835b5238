// The table of the deaths, newest first.
"use strict";

function showCrashes(told) {
  const begin = (it) => {
    const cells = ["num", "", "num", "num", "bad", "acts"].map((classes) => make("td", classes));
    const row = make("tr", "", ...cells);
    const texts = [`${(it.at_ms / 1000).toFixed(1)} s`, it.role, String(it.pid), it.tab, it.cause];
    texts.forEach((text, at) => setText(row.children[at], text));
    return row;
  };
  const shown = new Set();
  const update = (row, it) => {
    const acts = row.children[5];
    // Only the last death of a tab is the one that it shows.
    const canReload = it.tab !== "" && told.crashed.includes(+it.tab) && !shown.has(it.tab);
    shown.add(it.tab);
    if (!canReload) acts.replaceChildren();
    else if (acts.firstChild === null) acts.append(actButton("Reload the tab", "reload", it.tab));
  };
  keepRows(byId("deaths"), told.deaths, (it) => `${it.pid} ${it.at_ms}`, begin, update);
  for (const { of, names } of told.names) {
    const list = document.querySelector(`ol[data-of="${of}"]`);
    if (list === null || list.firstChild !== null) continue;
    list.append(...names.map((name) => make("li", name === null ? "note" : "", name ?? "no name")));
  }
  const nameless = told.nameless === null ? "" : `Backtraces have no names: ${told.nameless}`;
  setText(byId("nameless"), nameless);
  setText(byId("none"), told.deaths.length === 0 ? "none" : "");
}

follow(showCrashes);
