// What the live pages share: the stream of the page, its acts, and tables that keep their rows, so
// that focus, selection and scrolling stay where they are.
"use strict";

const byId = (id) => document.getElementById(id);

/** Calls `show` with what each event says. */
function follow(show) {
  const note = byId("stream");
  let dropped = 0;
  const source = new EventSource("/stream");
  source.onopen = () => {
    note.textContent = "Live: changes are shown as they happen.";
  };
  source.addEventListener("dropped", (event) => {
    dropped += +event.data;
    note.textContent = `Live. This page was too slow for ${dropped} events.`;
  });
  source.onmessage = (event) => show(JSON.parse(event.data));
  source.onerror = () => {
    note.textContent = "The stream of this page has ended; F5 opens it again.";
  };
}

/** Has the browser do something; says why, if it does not. */
async function act(button) {
  const request = { act: button.dataset.act, of: +button.dataset.of };
  const response = await fetch("/action", { method: "POST", body: JSON.stringify(request) });
  const { refusal } = await response.json();
  byId("refusal").textContent = refusal === null ? "" : `Nothing was done: ${refusal}.`;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-act]");
  if (button !== null) act(button);
});

/** An element with classes and a text, or with children. */
function make(name, classes, ...content) {
  const element = document.createElement(name);
  if (classes !== "") element.className = classes;
  element.append(...content);
  return element;
}

/** Changes a text only if it is another one. */
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** A button for an act. */
function actButton(label, name, of) {
  const button = make("button", "act", label);
  button.dataset.act = name;
  button.dataset.of = of;
  return button;
}

/** Makes the rows of a table those of `items`, in their order; a row stays that of its key. */
function keepRows(body, items, keyOf, begin, update) {
  const keys = new Set(items.map((item) => String(keyOf(item))));
  removeRows([...body.children], (row) => keys.has(row.dataset.key));
  const old = new Map([...body.children].map((row) => [row.dataset.key, row]));
  let at = body.firstElementChild;
  for (const item of items) {
    const key = String(keyOf(item));
    let row = old.get(key);
    if (row === undefined) {
      row = begin(item);
      row.dataset.key = key;
    }
    if (row === at) at = at.nextElementSibling;
    else body.insertBefore(row, at);
    update(row, item);
  }
}

/** Removes rows. If one had the focus, its neighbour gets it, and no button: Enter does no harm. */
function removeRows(rows, stays) {
  const held = rows.findIndex((row) => row.contains(document.activeElement));
  for (const row of rows) if (!stays(row)) row.remove();
  if (held < 0 || stays(rows[held])) return;
  const heir = rows.slice(held).find(stays) ?? rows.slice(0, held).findLast(stays);
  if (heir === undefined) return;
  heir.tabIndex = -1;
  heir.focus();
}

/** What is known of the trace, as a sentence. */
function traceState(on, last) {
  const it = on ?? last;
  if (it === null) return "No trace is being written.";
  const size = `${(it.bytes / 1048576).toFixed(2)} MiB`;
  const missing = it.dropped + it.lost;
  const lack = missing === 0 ? "" : `, without ${missing} events that were too many`;
  const failure = it.failure === null ? "" : ` It ended early: ${it.failure}.`;
  const verb = on === null ? "The last trace is in" : "A trace is being written to";
  return `${verb} ${it.path}: ${size}${lack}.${failure}`;
}

/** The button that starts a trace, or stops the one that is being written. */
function showTraceButton(place, { on }) {
  const isOn = on !== null;
  const name = isOn ? "stop-trace" : "start-trace";
  if (place.firstChild === null) place.append(actButton("", name, 0));
  setText(place.firstChild, isOn ? "Stop the trace" : "Start a trace");
  place.firstChild.dataset.act = name;
}
