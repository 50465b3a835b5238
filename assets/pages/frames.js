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

function shape(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

function label(x, y, text) {
  const element = shape("text", { x, y });
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
function drawDamage(picture, surface) {
  const scale = Math.min(THUMBNAIL.width / surface.width, THUMBNAIL.height / surface.height);
  const rect = (classes, [x, y, width, height]) => shape("rect", {
    class: classes, x: 1 + x * scale, y: 1 + y * scale,
    width: Math.max(1, width * scale), height: Math.max(1, height * scale),
  });
  const slots = surface.slots ?? [];
  const newest = slots.reduce((best, it) => it.sequence > (best?.sequence ?? 0) ? it : best, null);
  const rects = newest?.rects ?? [];
  picture.replaceChildren(rect("outline", [0, 0, surface.width, surface.height]),
    ...rects.map((it) => rect("damage", it)));
  picture.setAttribute("aria-label", `frame ${newest?.sequence ?? 0} has changed ${rects.length} parts`);
}

/** Three homes, and in each the slots that are there. */
function drawSlots(picture, surface) {
  const parts = [];
  HOMES.forEach((home, at) => {
    parts.push(shape("rect", { class: "home", x: 4 + at * 110, y: 22, width: 102, height: 126 }));
    parts.push(label(55 + at * 110, 14, home === "latch" ? "in the latch" : home));
  });
  const told = [];
  (surface.slots ?? []).forEach((slot, number) => {
    const at = HOMES.findIndex((home) => slot.owner.endsWith(home));
    if (at < 0) return;
    const isFresh = slot.owner === "latch" && surface.is_fresh;
    const y = 28 + number * 40;
    parts.push(shape("rect", {
      class: isFresh ? "slot fresh" : "slot", x: 12 + at * 110, y, width: 86, height: 34, rx: 5,
    }));
    const frame = slot.sequence === 0 ? "empty" : `frame ${slot.sequence}`;
    parts.push(label(55 + at * 110, y + 15, `slot ${number}`), label(55 + at * 110, y + 29, frame));
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
  const drawn = JSON.stringify([surface.slots, surface.is_fresh, surface.width, surface.height]);
  if (panel.dataset.drawn !== drawn) {
    panel.dataset.drawn = drawn;
    drawDamage(outline, surface);
    drawSlots(slots, surface);
  }
  const rows = panel.querySelectorAll("tr");
  ROWS.forEach(([, textOf], at) => setText(rows[at].cells[1], textOf(surface)));
}

function showSurfaces(told) {
  byId("table").hidden = true;
  const shown = [...told.surfaces].sort((a, b) => b.is_visible - a.is_visible || a.id - b.id);
  keepRows(byId("surfaces"), shown, (it) => it.id, beginSurface, updateSurface);
  setText(byId("pace"), told.is_slow ? "Slow motion is on." : "");
}

follow(showSurfaces);
