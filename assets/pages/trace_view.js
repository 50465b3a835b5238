// The timeline as an SVG picture: few paths of many pieces, whatever happens.
"use strict";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 1000;
const ROW = 22;
const COLOURS = { span: "#4d86d9", message: "#1d9a6f", arrow: "#f0a030", life: "#d9534a" };
const SPAN_MIN_US = 5;

/** What is on show: times in microseconds. */
const view = { from: 0, to: 1, isFollowing: true };
const log = { items: [], tracks: [], lives: [], now: 0 };
const paths = {};
let picture = null;

function beginView() {
  picture = document.createElementNS(SVG, "svg");
  for (const name of ["span", "arrow", "message", "life"]) {
    const path = document.createElementNS(SVG, "path");
    const isLine = name === "arrow" || name === "life";
    path.setAttribute("fill", isLine ? "none" : COLOURS[name]);
    path.setAttribute("stroke", isLine ? COLOURS[name] : "none");
    path.setAttribute("stroke-width", name === "life" ? "2" : "1");
    paths[name] = path;
    picture.append(path);
  }
  byId("timeline").append(picture);
}

const xOf = (time) => ((time - view.from) / (view.to - view.from)) * WIDTH;
const timeOf = (x) => view.from + (x / WIDTH) * (view.to - view.from);
const isSeen = (from, to) => to >= view.from && from <= view.to;

/** The tracks by process, each with its place from the top. */
function rows() {
  const order = log.tracks.map((track, index) => ({ index, label: track[0], thread: track[1] }));
  const first = new Map();
  for (const it of order) if (!first.has(it.label)) first.set(it.label, it.index);
  order.sort((a, b) => first.get(a.label) - first.get(b.label) || a.thread - b.thread);
  return order;
}

function draw() {
  const order = rows();
  const top = new Map(order.map((it, at) => [it.index, at * ROW]));
  const height = Math.max(order.length * ROW, 20);
  setAttribute(picture, "width", String(WIDTH));
  setAttribute(picture, "height", String(height));
  setAttribute(picture, "viewBox", `0 0 ${WIDTH} ${height}`);
  const pieces = { span: [], message: [], arrow: [], life: [] };
  // Of what lies in one pixel, one is drawn.
  const drawn = new Set();
  const isNew = (...key) => {
    const text = key.join(" ");
    const known = drawn.has(text);
    drawn.add(text);
    return !known;
  };
  for (const it of log.items) drawItem(it, top, pieces, isNew);
  for (const [at] of log.lives) {
    if (isSeen(at, at)) pieces.life.push(`M${round(xOf(at))} 0V${height}`);
  }
  for (const [name, path] of Object.entries(paths)) {
    setAttribute(path, "d", pieces[name].join("") || "M0 0");
  }
  drawLabels(order);
  const span = (view.to - view.from) / 1000;
  const [from, to] = [view.from, view.to].map((time) => (time / 1e6).toFixed(3));
  setText(byId("range"), `${from} s to ${to} s: ${span.toFixed(1)} ms`);
}

function drawItem(it, top, pieces, isNew) {
  if (it[0] === 0) {
    const [, track, at] = it;
    if (!isSeen(at, at) || !top.has(track)) return;
    const x = Math.round(xOf(at));
    if (isNew("m", track, x)) pieces.message.push(`M${x} ${top.get(track) + 9}h2v10h-2z`);
  } else if (it[0] === 1) {
    const [, track, from, to] = it;
    if (!isSeen(from, to) || !top.has(track)) return;
    const [a, b] = [Math.max(xOf(from), 0), Math.min(xOf(to), WIDTH)];
    const width = Math.max(b - a, 1);
    if (width > 2 || isNew("s", track, Math.round(a))) {
      pieces.span.push(`M${round(a)} ${top.get(track) + 3}h${round(width)}v14h${round(-width)}z`);
    }
  } else {
    const [, from, sent, to, received] = it;
    if (!isSeen(sent, received) || !top.has(from) || !top.has(to)) return;
    const [a, b] = [xOf(sent), xOf(received)];
    if (!isNew("a", from, to, Math.round(a / 2))) return;
    pieces.arrow.push(`M${round(a)} ${top.get(from) + 14}L${round(b)} ${top.get(to) + 14}`);
  }
}

const round = (number) => Math.round(Math.min(Math.max(number, -9999), 9999) * 10) / 10;

function setAttribute(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

function drawLabels(order) {
  const timeline = byId("timeline");
  const old = [...timeline.querySelectorAll(".track")];
  order.forEach((it, at) => {
    const label = old[at] ?? timeline.appendChild(make("div", "track"));
    const isFirst = at === 0 || order[at - 1].label !== it.label;
    const classes = isFirst ? "track first" : "track";
    if (label.className !== classes) label.className = classes;
    if (label.style.top !== `${at * ROW}px`) label.style.top = `${at * ROW}px`;
    const thread = it.thread === 0 ? "" : `thread ${it.thread}`;
    setText(label, isFirst ? `${it.label} ${thread}` : `    ${thread || "main"}`);
  });
  old.slice(order.length).forEach((label) => label.remove());
}

/** What is nearest to a point of the picture, as a sentence. */
function find(x, y) {
  const row = rows()[Math.floor(y / ROW)];
  if (row === undefined) return null;
  const time = timeOf(x);
  let best = null;
  for (const it of log.items) {
    if (it[0] === 2 || it[1] !== row.index) continue;
    const end = it[0] === 1 ? it[3] : it[2];
    const distance = time < it[2] ? it[2] - time : Math.max(time - end, 0);
    const length = end - it[2];
    const isBetter = best === null || distance < best.distance
      || (distance === best.distance && length < best.length);
    if (isBetter) best = { it, distance, length };
  }
  if (best === null) return null;
  const { it } = best;
  const name = it[0] === 1 ? it[4] : it[3];
  const long = it[0] === 1 ? `, ${((it[3] - it[2]) / 1000).toFixed(3)} ms` : "";
  const at = `${(it[2] / 1e6).toFixed(6)} s`;
  return `${at}: ${name}${long}, ${row.label} thread ${row.thread}${wayOf(it)}`;
}

function wayOf(it) {
  if (it[0] !== 0) return "";
  const isAt = (track, time) => track === it[1] && time === it[2];
  const isEnd = (arrow) =>
    arrow[0] === 2 && (isAt(arrow[1], arrow[2]) || isAt(arrow[3], arrow[4]));
  const arrow = log.items.find(isEnd);
  if (arrow === undefined) return "";
  const isSent = arrow[1] === it[1] && arrow[2] === it[2];
  const other = log.tracks[isSent ? arrow[3] : arrow[1]]?.[0] ?? "?";
  return ` ${isSent ? "to" : "from"} ${other}, ${(arrow[4] - arrow[2]).toFixed(1)} µs on the way`;
}

function zoom(factor, x = WIDTH / 2) {
  const at = timeOf(x);
  const span = Math.max((view.to - view.from) * factor, SPAN_MIN_US);
  view.from = at - (x / WIDTH) * span;
  view.to = view.from + span;
  view.isFollowing = false;
  draw();
}

function move(share) {
  const step = (view.to - view.from) * share;
  view.from += step;
  view.to += step;
  view.isFollowing = false;
  draw();
}

function showAll() {
  const times = log.items.map((it) => it[2]);
  view.from = times.reduce((a, b) => Math.min(a, b), log.now);
  view.to = Math.max(log.now, view.from + SPAN_MIN_US);
  view.isFollowing = false;
  draw();
}

/** The last two seconds, as they come. */
function followNow() {
  view.isFollowing = true;
  view.to = log.now;
  view.from = log.now - 2e6;
  draw();
}
