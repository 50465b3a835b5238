// One panel a surface: its outline with what has changed, its three slots with their owners, and
// what is counted of its frames.
"use strict";

const SVG = "http://www.w3.org/2000/svg";
const THUMBNAIL = { width: 240, height: 150 };
const HOMES = ["producer", "latch", "gpu"];
const ROWS = [
  ["Process", (it) => it.producer === null ? "dead" : String(it.producer)],
  ["Size, generation", (it) => `${it.width} x ${it.height}, ${it.generation}`],
  ["Memory", (it) => `${(it.bytes / 1048576).toFixed(1)} MiB`],
  ["Last frame taken", (it) => it.sequence === null ? "none" : String(it.sequence)],
  ["Frames taken", (it) => String(it.taken)],
  ["Skipped, late", (it) => `${it.skipped}, ${it.late}`],
  ["Changed in the last", (it) => it.damage === null ? "" : `${it.damage} pixels`],
  ["Bytes not copied", (it) => `${(it.not_copied / 1048576).toFixed(1)} MiB`],
];

/** The colours of the page, which an image does not inherit; they change with the desktop. */
const colourOf = (selector, name) => getComputedStyle(document.querySelector(selector))[name];
const palette = () => ({
  ink: colourOf("body", "color"), soft: colourOf(".note", "color"),
  accent: colourOf("#slow", "color"), badge: colourOf("#slow", "backgroundColor"),
});

function shape(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

function label(x, y, text, fill) {
  const style = { "font-family": "sans-serif", "font-size": 12, "text-anchor": "middle" };
  const element = shape("text", { x, y, fill, ...style });
  element.textContent = text;
  return element;
}

function beginSurface() {
  const rows = ROWS.map(([name]) => make("tr", "", make("td", "", name), make("td", "num")));
  const size = { width: THUMBNAIL.width + 2, height: THUMBNAIL.height + 2, role: "img" };
  return make("div", "panel wide", make("h3", ""),
    make("div", "surface", shape("svg", size),
      shape("svg", { width: 330, height: 152, role: "img" }),
      make("table", "", make("tbody", "", ...rows))));
}

/** The outline of a surface, and over it what the newest frame has changed. */
function drawDamage(picture, surface, colours) {
  const scale = Math.min(THUMBNAIL.width / surface.width, THUMBNAIL.height / surface.height);
  const rect = (style, [x, y, width, height]) => shape("rect", {
    ...style, x: 1 + x * scale, y: 1 + y * scale,
    width: Math.max(1, width * scale), height: Math.max(1, height * scale),
  });
  const slots = surface.slots ?? [];
  const newest = slots.reduce((best, it) => it.sequence > (best?.sequence ?? 0) ? it : best, null);
  const rects = newest?.rects ?? [];
  const outline = { fill: colours.badge, stroke: colours.soft };
  const damage = { fill: "#c8452f", "fill-opacity": 0.4, stroke: "#c8452f" };
  picture.replaceChildren(rect(outline, [0, 0, surface.width, surface.height]),
    ...rects.map((it) => rect(damage, it)));
  const told = `frame ${newest?.sequence ?? 0} has changed ${rects.length} parts`;
  picture.setAttribute("aria-label", told);
}

/** Three homes, and in each the slots that are there. */
function drawSlots(picture, surface, colours) {
  const parts = [];
  HOMES.forEach((home, at) => {
    parts.push(shape("rect", {
      fill: "none", stroke: colours.soft, "stroke-dasharray": "4 3",
      x: 4 + at * 110, y: 22, width: 102, height: 126,
    }));
    parts.push(label(55 + at * 110, 14, home === "latch" ? "in the latch" : home, colours.ink));
  });
  const told = [];
  (surface.slots ?? []).forEach((slot, number) => {
    const at = HOMES.findIndex((home) => slot.owner.endsWith(home));
    if (at < 0) return;
    const isFresh = slot.owner === "latch" && surface.is_fresh;
    const y = 28 + number * 40;
    parts.push(shape("rect", {
      fill: colours.badge, stroke: colours.accent, "stroke-width": isFresh ? 3 : 1,
      x: 12 + at * 110, y, width: 86, height: 34, rx: 5,
    }));
    const frame = slot.sequence === 0 ? "empty" : `frame ${slot.sequence}`;
    const name = `slot ${number}${isFresh ? ", new" : ""}`;
    parts.push(label(55 + at * 110, y + 15, name, colours.ink),
      label(55 + at * 110, y + 29, frame, colours.ink));
    told.push(`slot ${number}: ${slot.owner}, ${frame}`);
  });
  picture.replaceChildren(...parts);
  picture.setAttribute("aria-label", told.join("; "));
}

function updateSurface(panel, surface) {
  const tab = surface.tab === null ? "" : ` of tab ${surface.tab}`;
  const hidden = surface.is_visible ? "" : ", not on show";
  setText(panel.firstChild, `Surface ${surface.id}: ${surface.part}${tab}${hidden}`);
  const [outline, slots] = panel.querySelectorAll("svg");
  const colours = palette();
  const { slots: told, is_fresh: isFresh, width, height } = surface;
  const drawn = JSON.stringify([told, isFresh, width, height, colours]);
  if (panel.dataset.drawn !== drawn) {
    panel.dataset.drawn = drawn;
    drawDamage(outline, surface, colours);
    drawSlots(slots, surface, colours);
  }
  const rows = panel.querySelectorAll("tr");
  ROWS.forEach(([, textOf], at) => setText(rows[at].cells[1], textOf(surface)));
}

let last = null;

function showSurfaces(told) {
  last = told;
  byId("table").hidden = true;
  const shown = [...told.surfaces].sort((a, b) => b.is_visible - a.is_visible || a.id - b.id);
  keepRows(byId("surfaces"), shown, (it) => it.id, beginSurface, updateSurface);
  setText(byId("pace"), told.is_slow ? "Slow motion is on." : "");
}

follow(showSurfaces);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  if (last !== null) showSurfaces(last);
});
