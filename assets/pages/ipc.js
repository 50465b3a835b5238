// The page of the channels: the diagram, the messages, and the counts by type.
"use strict";

/** Messages that the table shows, and those that are kept for another filter. */
const ROWS_MAX = 60;
const KEPT_MAX = 2000;
const SHOW_MS = 250;

let messages = [];
const counts = new Map();
const known = new Map();
let filter = () => true;
let isPaused = false;
let isDue = false;
let total = 0;
let expected = null;
const missing = { slow: 0, overwritten: 0, senseless: 0, hidden: 0 };

const nameOf = (id) => {
  if (id === null) return "nobody known";
  const it = known.get(id);
  return it === undefined ? `process #${id}` : `${it.role} ${it.pid}`;
};
const isOwn = (id) => known.get(id)?.site === "bulkhead://ipc";

function takeIn(told) {
  if (expected !== null) missing.slow += told.first - expected;
  expected = told.first + told.count;
  missing.overwritten += told.lost;
  missing.senseless += told.senseless;
  if (isPaused) return;
  total += told.count;
  missing.hidden += told.hidden;
  for (const [name, count, bytes] of told.names) {
    const sum = counts.get(name) ?? { name, count: 0, bytes: 0 };
    counts.set(name, { name, count: sum.count + count, bytes: sum.bytes + bytes });
  }
  const first = told.first + told.hidden;
  told.messages.forEach((it, index) => {
    const own = isOwn(it.from) || isOwn(it.to);
    messages.push({ ...it, key: first + index, own, from: nameOf(it.from), to: nameOf(it.to) });
  });
  messages = messages.slice(-KEPT_MAX);
  pulse(told.pairs, performance.now());
  showSoon();
}

/** The tables change a few times a second, however much happens. */
function showSoon() {
  if (isDue) return;
  isDue = true;
  setTimeout(() => {
    isDue = false;
    showMessages();
  }, SHOW_MS);
}

function beginMessage() {
  const cells = ["num", "", "", "", "num", "num", "num"].map((classes) => make("td", classes));
  return make("tr", "", ...cells);
}

function updateMessage(row, it) {
  const size = it.pixels === null ? String(it.bytes) : `${it.pixels} px`;
  const way = it.way_us === null ? (it.remark ?? "the two differ") : `${it.way_us.toFixed(0)} µs`;
  const texts = [(it.at / 1000).toFixed(3), it.from, it.to, it.name, size, String(it.handles), way];
  texts.forEach((text, at) => setText(row.children[at], text));
  const classes = it.remark === undefined ? "" : "odd";
  if (row.className !== classes) row.className = classes;
}

function showMessages() {
  const withOwn = byId("own").checked;
  const wanted = [];
  for (let at = messages.length - 1; at >= 0 && wanted.length < ROWS_MAX; at--) {
    const it = messages[at];
    if ((withOwn || !it.own) && filter(it)) wanted.push(it);
  }
  keepRows(byId("messages"), wanted, (it) => it.key, beginMessage, updateMessage);
  const sums = [...counts.values()].sort((a, b) => b.count - a.count).slice(0, 40);
  const begin = () => make("tr", "", make("td", ""), make("td", "num"), make("td", "num"));
  keepRows(byId("names"), sums, (it) => it.name, begin, (row, it) => {
    const texts = [it.name, String(it.count), String(it.bytes)];
    texts.forEach((text, at) => setText(row.children[at], text));
  });
  showCounts();
}

function showCounts() {
  const said = [`${total} messages and frames since this page was opened or cleared`];
  if (missing.slow > 0) said.push(`this page was too slow for ${missing.slow} of them`);
  if (missing.hidden > 0) said.push(`${missing.hidden} came too fast to be listed one by one`);
  if (missing.overwritten > 0) said.push(`${missing.overwritten} records were overwritten unread`);
  if (missing.senseless > 0) said.push(`${missing.senseless} records make no sense`);
  setText(byId("counts"), `${isPaused ? "Paused. " : ""}${said.join("; ")}.`);
}

function showChannels(told) {
  for (const it of told.processes) known.set(it.id, it);
  while (known.size > 1000) known.delete(known.keys().next().value);
  showDiagram(told, performance.now());
  const begin = () => make("tr", "", ...["", "", "", "mono"].map((classes) => make("td", classes)));
  const keyOf = (it) => `${it.a_end} ${it.b_end}`;
  keepRows(byId("channels"), told.channels, keyOf, begin, (row, it) => {
    const site = it.purpose === "fetch" ? known.get(it.a)?.site : "";
    const bound = it.surface === null ? (site ?? "") : `surface ${it.surface}`;
    const ends = [`${nameOf(it.a)} socket ${it.a_end}`, `${nameOf(it.b)} socket ${it.b_end}`];
    [...ends, it.purpose, bound].forEach((text, at) => setText(row.children[at], text));
  });
  showTraceButton(byId("trace"), told.trace);
  setText(byId("state"), traceState(told.trace.on, told.trace.last));
}

function setFilter(text) {
  try {
    filter = filterOf(text);
    setText(byId("wrong"), "");
    showMessages();
  } catch (wrong) {
    setText(byId("wrong"), `This filter does not parse: ${wrong}.`);
  }
}

byId("filter").addEventListener("input", (event) => setFilter(event.target.value));
byId("own").addEventListener("change", showMessages);
byId("pause").addEventListener("click", () => {
  isPaused = !isPaused;
  setText(byId("pause"), isPaused ? "Go on" : "Pause");
  showCounts();
});
byId("clear").addEventListener("click", () => {
  messages = [];
  counts.clear();
  total = 0;
  for (const key of Object.keys(missing)) missing[key] = 0;
  showMessages();
});
document.addEventListener("keydown", (event) => {
  if (event.target === byId("filter")) {
    if (event.key === "Escape") byId("filter").blur();
    return;
  }
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === "p") byId("pause").click();
  if (event.key === "c") byId("clear").click();
  if (event.key === "t") byId("trace").firstChild?.click();
  if (event.key === "/") {
    event.preventDefault();
    byId("filter").focus();
  }
});
beginDiagram((pid) => {
  const wanted = `with:${pid}`;
  const input = byId("filter");
  input.value = input.value === wanted ? "" : wanted;
  setFilter(input.value);
});
follow((told) => {
  if (told.messages === undefined) showChannels(told);
  else takeIn(told);
});
