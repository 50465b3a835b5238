// The page of the trace: what it is told, and how it is moved through.
"use strict";

const KEPT_MAX = 12000;
const DRAW_MS = 250;
let trace = null;
let expected = 0;
let missed = 0;
let isDue = false;

function takeIn(told) {
  if (told.trace === trace) missed += told.first - expected;
  else {
    log.items = [];
    missed = 0;
  }
  trace = told.trace;
  expected = told.first + told.count;
  log.items = log.items.concat(told.items).slice(-KEPT_MAX);
  log.tracks = told.tracks;
  log.lives = told.lives;
  log.now = told.now;
  if (isDue) return;
  isDue = true;
  setTimeout(() => {
    isDue = false;
    if (view.isFollowing) followNow();
    else draw();
    showLives();
  }, DRAW_MS);
}

function showLives() {
  const begin = () => make("tr", "", make("td", "num"), make("td", ""));
  const items = log.lives.map((life, at) => ({ life, key: `${life[0]} ${at}` })).reverse();
  keepRows(byId("lives"), items, (it) => it.key, begin, (row, { life }) => {
    setText(row.children[0], (life[0] / 1e6).toFixed(3));
    setText(row.children[1], life[1]);
  });
}

function showState(told) {
  showTraceButton(byId("acts"), told);
  const slow = missed === 0 ? "" : ` This page was too slow for ${missed} events.`;
  setText(byId("state"), traceState(told.on, told.last) + slow);
}

const KEYS = {
  "+": () => zoom(0.5),
  "=": () => zoom(0.5),
  "-": () => zoom(2),
  ArrowLeft: () => move(-0.2),
  ArrowRight: () => move(0.2),
  0: showAll,
  End: followNow,
  t: () => byId("acts").firstChild?.click(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || !Object.hasOwn(KEYS, event.key)) return;
  event.preventDefault();
  KEYS[event.key]();
});
const pointOf = (event) => {
  const box = picture.getBoundingClientRect();
  return { x: event.clientX - box.left, y: event.clientY - box.top };
};
byId("timeline").addEventListener("wheel", (event) => {
  if (!event.ctrlKey && event.deltaX === 0) return;
  event.preventDefault();
  if (event.ctrlKey) zoom(event.deltaY > 0 ? 1.25 : 0.8, pointOf(event).x);
  else move(event.deltaX / WIDTH);
});
byId("timeline").addEventListener("click", (event) => {
  const { x, y } = pointOf(event);
  const found = find(x, y);
  if (found !== null) setText(byId("found"), found);
});
byId("in").addEventListener("click", () => zoom(0.5));
byId("out").addEventListener("click", () => zoom(2));
byId("all").addEventListener("click", showAll);
byId("follow").addEventListener("click", followNow);

beginView();
follow((told) => {
  if (told.items === undefined) showState(told);
  else takeIn(told);
});
