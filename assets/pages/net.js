// Who fetches, and a waterfall of the requests: each bar begins when its request began.
"use strict";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 260;
const COLOURS = {
  name: "#8a63d2", connect: "#d9822b", secure: "#c2417c", wait: "#5d8f3f", body: "#4d86d9",
  open: "#929daa",
};
/** The parts of a bar: each ends at a time, and begins where the one before has ended. */
const PARTS = [
  ["name", "name"], ["connect", "connected"], ["secure", "secured"], ["wait", "head"],
  ["body", "now"],
];

function beginUser(user) {
  const row = make("tr", "", make("td", ""), make("td", ""), make("td", "mono"), make("td", ""),
    make("td", "acts"));
  if (user.role === "network") row.cells[4].append(actButton("Cut", "kill", user.pid));
  return row;
}

function updateUser(row, user) {
  setText(row.cells[0], `${user.role} ${user.pid}`);
  setText(row.cells[1], user.role === "network"
    ? "all navigations and fetches" : "the fetches of its document");
  setText(row.cells[2], user.site);
  setText(row.cells[3], user.state);
}

function beginRequest() {
  const classes = ["mono", "address mono", "", "num", "num", "num", ""];
  const row = make("tr", "", ...classes.map((it) => make("td", it)));
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("class", "waterfall");
  picture.setAttribute("width", WIDTH);
  picture.setAttribute("height", 14);
  picture.setAttribute("role", "img");
  row.cells[6].append(picture);
  return row;
}

/** From and to, in ms, of each part of a request. */
function partsOf(request, nowMs) {
  const { times } = request;
  let from = 0;
  const parts = [];
  for (const [kind, field] of PARTS) {
    if (times[field] === null || (kind === "body" && times.head === null)) continue;
    const to = times[field] / 1000;
    if (to > from) parts.push([kind, from, to]);
    from = Math.max(from, to);
  }
  if (request.is_under_way) parts.push(["open", from, Math.max(from, nowMs - request.began_ms)]);
  return parts;
}

function draw(picture, parts, offset, span) {
  const wanted = JSON.stringify([parts, offset, span]);
  if (picture.dataset.drawn === wanted) return;
  picture.dataset.drawn = wanted;
  const scale = WIDTH / span;
  picture.replaceChildren(...parts.map(([kind, from, to]) => {
    const bar = document.createElementNS(SVG, "rect");
    bar.setAttribute("fill", COLOURS[kind]);
    bar.setAttribute("x", ((offset + from) * scale).toFixed(1));
    bar.setAttribute("y", 2);
    bar.setAttribute("height", 10);
    bar.setAttribute("width", Math.max(1.5, (to - from) * scale).toFixed(1));
    return bar;
  }));
  const told = parts.map(([kind, from, to]) => `${kind} ${from.toFixed(1)} to ${to.toFixed(1)} ms`);
  picture.setAttribute("aria-label", told.join(", "));
}

function updateRequest(row, request, told, first, span) {
  const cells = row.cells;
  setText(cells[0], request.site);
  setText(cells[1], request.url);
  setText(cells[2], request.state);
  const isBad = request.is_lost || request.is_failed;
  const classes = isBad ? "bad" : request.is_under_way ? "warn" : "ok";
  if (cells[2].className !== classes) cells[2].className = classes;
  setText(cells[3], request.bytes === null ? "" : String(request.bytes));
  const { now, full } = request.times;
  const isOpen = request.is_under_way || request.is_lost;
  setText(cells[4], isOpen ? "" : (now / 1000).toFixed(1));
  setText(cells[5], full === 0 ? "" : (full / 1000).toFixed(1));
  draw(cells[6].firstChild, partsOf(request, told.now_ms), request.began_ms - first, span);
}

/** Requests that follow each other are drawn on one scale; a rest begins another one. */
const REST_MS = 2000;

function scales(requests) {
  const found = new Map();
  let group = [];
  let end = -Infinity;
  const close = () => {
    if (group.length === 0) return;
    const first = group[0].began_ms;
    group.forEach((it) => found.set(it.key, [first, Math.max(1, end - first)]));
  };
  for (const it of requests) {
    if (it.began_ms - end > REST_MS) {
      close();
      group = [];
    }
    group.push(it);
    end = Math.max(group.length === 1 ? 0 : end, it.began_ms + it.length);
  }
  close();
  return found;
}

function showRequests(told) {
  keepRows(byId("users"), told.users, (it) => it.pid, beginUser, updateUser);
  for (const it of told.requests) {
    it.length = it.is_under_way ? told.now_ms - it.began_ms : it.times.now / 1000;
  }
  const found = scales(told.requests);
  const newest = [...told.requests].reverse();
  keepRows(byId("requests"), newest, (it) => it.key, beginRequest, (row, it) => {
    updateRequest(row, it, told, ...found.get(it.key));
  });
  setText(byId("none"), newest.length === 0 ? "none yet" : "");
}

follow(showRequests);
