// The diagram: processes as buttons, channels as lines of an SVG picture behind them.
"use strict";

const SVG = "http://www.w3.org/2000/svg";
/** What the panel has room for in a window of 1280 pixels. */
const WIDTH = 1116;
const NODE = { width: 148, height: 44 };
/** Places in the row of the renderers. */
const COLUMNS = 7;
/** How long what has died stays, milliseconds. */
const DEAD_MS = 8000;
/** How long a line is lit by a message, milliseconds. */
const LIT_MS = 350;
const COLOURS = { calm: "#8a94a6", lit: "#f0a030", broken: "#d9534a" };

const nodes = new Map();
const lines = new Map();
let picture = null;
let animation = null;

function svg(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

function beginDiagram(onChosen) {
  const diagram = byId("diagram");
  picture = svg("svg", { width: WIDTH, height: 300, viewBox: `0 0 ${WIDTH} 300` });
  diagram.append(picture);
  diagram.addEventListener("click", (event) => {
    const button = event.target.closest("button.node");
    if (button !== null && button.dataset.pid !== "") onChosen(button.dataset.pid);
  });
}

/** Where each process stands: renderers above, the broker in the middle, services below. */
function places(processes) {
  const at = new Map();
  const row = (items, y) => {
    const step = WIDTH / Math.max(items.length, 1);
    items.forEach((it, index) => at.set(it.id, { x: step * (index + 0.5), y }));
  };
  row(processes.filter((it) => it.role === "renderer").slice(-COLUMNS), 30);
  row(processes.filter((it) => it.role === "broker"), 150);
  row(processes.filter((it) => it.role !== "broker" && it.role !== "renderer"), 270);
  return at;
}

function beginNode(it) {
  const button = make("button", "node", make("b", ""), make("span", ""));
  button.dataset.pid = String(it.pid);
  return button;
}

function showDiagram(told, now) {
  for (const it of told.processes) nodes.set(it.id, { ...it, died: null });
  const living = new Set(told.processes.map((it) => it.id));
  for (const [id, it] of nodes) {
    if (!living.has(id)) it.died ??= now;
    if (it.died !== null && now - it.died > DEAD_MS) nodes.delete(id);
  }
  const shown = [...nodes.values()].sort((a, b) => a.id - b.id);
  const at = places(shown);
  const buttons = shown.filter((it) => at.has(it.id));
  const body = byId("diagram");
  const rest = shown.length - buttons.length;
  const more = { id: "rest", role: `${rest} more ${rest === 1 ? "renderer" : "renderers"}`, pid: "", site: "", tab: "" };
  if (rest > 0) buttons.push(more);
  keepNodes(body, buttons, at);
  showLines(told.channels, at, now);
}

function keepNodes(body, items, at) {
  const old = new Map([...body.querySelectorAll("button.node")].map((it) => [it.dataset.key, it]));
  for (const it of items) {
    const key = String(it.id);
    let button = old.get(key);
    old.delete(key);
    if (button === undefined) {
      button = beginNode(it);
      button.dataset.key = key;
      body.append(button);
    }
    const place = at.get(it.id) ?? { x: WIDTH / 2 + 250, y: 90 };
    const left = `${Math.round(place.x - NODE.width / 2)}px`;
    const top = `${Math.round(place.y - NODE.height / 2)}px`;
    if (button.style.left !== left) button.style.left = left;
    if (button.style.top !== top) button.style.top = top;
    const classes = it.died == null ? "node" : "node dead";
    if (button.className !== classes) button.className = classes;
    setText(button.children[0], `${it.role} ${it.pid}`);
    setText(button.children[1], it.died == null ? under(it) : "dead");
  }
  for (const button of old.values()) button.remove();
}

function under(it) {
  const site = it.site.replace(/^[a-z]+:\/\//, "");
  if (it.tab !== "") return `tab ${it.tab} ${site}`;
  return it.role === "renderer" && site === "" ? "spare" : site;
}

function showLines(channels, at, now) {
  const pairs = new Map();
  for (const it of channels) {
    if (!at.has(it.a) || !at.has(it.b)) continue;
    const key = pairOf(it.a, it.b);
    pairs.set(key, { a: it.a, b: it.b, count: (pairs.get(key)?.count ?? 0) + 1 });
  }
  for (const [key, line] of lines) {
    if (pairs.has(key) && at.has(line.a)) continue;
    const isDead = nodes.get(line.a)?.died != null || nodes.get(line.b)?.died != null;
    line.broken ??= isDead ? now : 0;
    if (now - line.broken > DEAD_MS || !at.has(line.a) || !at.has(line.b)) {
      line.element.remove();
      lines.delete(key);
    }
  }
  for (const [key, it] of pairs) {
    let line = lines.get(key);
    if (line === undefined) {
      line = { ...it, element: svg("path", { fill: "none" }), lit: 0, broken: null };
      picture.append(line.element);
      lines.set(key, line);
    }
    line.count = it.count;
  }
  for (const line of lines.values()) drawLine(line, at, now);
}

const pairOf = (a, b) => `${Math.min(a, b)} ${Math.max(a, b)}`;

function drawLine(line, at, now) {
  if (at !== null) {
    const [from, to] = [at.get(line.a), at.get(line.b)];
    const middle = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 };
    // What is in one row is bowed around the nodes between.
    const bow = from.y === to.y ? (from.y < 150 ? 80 : -80) : 0;
    const isBroken = line.broken !== null;
    const cut = (end) => ({
      x: end.x + (middle.x - end.x) * 0.75,
      y: end.y + (middle.y - end.y) * 0.75,
    });
    const [a, b] = [cut(from), cut(to)];
    line.path = isBroken
      ? `M${from.x} ${from.y}L${a.x} ${a.y - 6}M${b.x} ${b.y + 6}L${to.x} ${to.y}`
      : `M${from.x} ${from.y}Q${middle.x} ${middle.y + bow} ${to.x} ${to.y}`;
  }
  const isLit = now - line.lit < LIT_MS;
  const colour = line.broken !== null ? COLOURS.broken : isLit ? COLOURS.lit : COLOURS.calm;
  const width = String(isLit ? 5 : 1 + Math.min(line.count, 4) * 0.5);
  const wanted = { d: line.path, stroke: colour, "stroke-width": width };
  for (const [key, value] of Object.entries(wanted)) {
    if (line.element.getAttribute(key) !== value) line.element.setAttribute(key, value);
  }
}

/** Lights the lines over which messages have gone. */
function pulse(pairs, now) {
  for (const [from, to] of pairs) {
    const line = lines.get(pairOf(from, to));
    if (line === undefined) continue;
    line.lit = now;
    drawLine(line, null, now);
  }
  if (animation !== null) return;
  animation = setInterval(() => {
    const time = performance.now();
    for (const line of lines.values()) drawLine(line, null, time);
    if ([...lines.values()].some((line) => time - line.lit < LIT_MS)) return;
    clearInterval(animation);
    animation = null;
  }, 150);
}
