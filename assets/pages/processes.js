// The table of the processes: one row a process, and for a while one for each that has died.
"use strict";

/** How long a dead process stays, milliseconds. */
const REMEMBERED_MS = 15000;
const ACTS = [
  ["kill", "Kill"],
  ["segfault", "Segfault"],
  ["stop", "Stop"],
  ["continue", "Continue"],
  ["hang", "Hang"],
  ["exhaust-memory", "Memory"],
];
/** Roles that take signals alone. */
const WITHOUT_FAULTS = ["demo", "x11-filter"];
const FAULTS = ["hang", "exhaust-memory"];
/** The time on a processor of each, by its id, when it was told last. */
let before = { nowMs: 0, cpuMs: new Map() };

const mebibytes = (bytes) => (bytes === null ? "?" : `${(bytes / 1048576).toFixed(1)} MiB`);
const age = (ms) => {
  if (ms === null) return "?";
  const seconds = Math.floor(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")} min`;
};

function beginRow(item) {
  const row = make("tr", "");
  for (const classes of ["num", "", "num", "mono", "", "num", "num", "num", "num", "", "acts"]) {
    row.append(make("td", classes));
  }
  for (const at of [5, 6]) row.children[at].append(make("span", "value"), make("i", "meter"));
  const acts = row.children[10];
  if (item.role !== "broker" && item.cause === undefined) {
    const takesFaults = !WITHOUT_FAULTS.includes(item.role);
    const offered = ACTS.filter(([name]) => takesFaults || !FAULTS.includes(name));
    acts.append(...offered.map(([name, label]) => actButton(label, name, item.pid)));
  }
  return row;
}

function setMeter(cell, text, share) {
  setText(cell.querySelector(".value"), text);
  const width = `${Math.round(Math.min(share, 1) * 60)}px`;
  const meter = cell.querySelector(".meter");
  if (meter.style.width !== width) meter.style.width = width;
}

function updateRow(row, item, most) {
  const cells = row.children;
  row.className = item.cause === undefined ? item.role : "dead";
  setText(cells[0], String(item.pid));
  setText(cells[1], item.role);
  setText(cells[2], item.tab);
  if (item.cause !== undefined) {
    setText(cells[9], item.cause);
    const canReload = item.isCrashed && cells[10].firstChild === null;
    if (canReload) cells[10].append(actButton("Reload the tab", "reload", item.tab));
    if (!item.isCrashed) cells[10].replaceChildren();
    return;
  }
  setText(cells[3], item.site);
  setText(cells[4], item.tier);
  setMeter(cells[5], mebibytes(item.pss), item.pss / most);
  setMeter(cells[6], item.cpu === null ? "" : `${Math.round(item.cpu * 100)} %`, item.cpu);
  setText(cells[7], item.descriptors === null ? "?" : String(item.descriptors));
  setText(cells[8], age(item.age_ms));
  setText(cells[9], item.state);
}

function showProcesses(told) {
  const past = told.now_ms - before.nowMs;
  for (const it of told.processes) {
    const earlier = before.cpuMs.get(it.pid);
    it.cpu = earlier === undefined || past < 300 ? null : (it.cpu_ms - earlier) / past;
  }
  if (past >= 300) {
    const cpuMs = new Map(told.processes.map((it) => [it.pid, it.cpu_ms]));
    before = { nowMs: told.now_ms, cpuMs };
  }
  const living = new Set(told.processes.map((it) => it.pid));
  const isFresh = (it) => told.now_ms - it.at_ms < REMEMBERED_MS && !living.has(it.pid);
  const dead = told.deaths.filter(isFresh);
  for (const it of dead) it.isCrashed = told.crashed.includes(+it.tab);
  const most = Math.max(1, ...told.processes.map((it) => it.pss ?? 0));
  const items = [...told.processes, ...dead];
  const keyOf = (it) => (it.cause === undefined ? it.pid : `dead ${it.pid}`);
  keepRows(byId("processes"), items, keyOf, beginRow, (row, it) => updateRow(row, it, most));
  const sum = told.processes.reduce((bytes, it) => bytes + (it.pss ?? 0), 0);
  setText(byId("sum"), `${told.processes.length} processes, ${mebibytes(sum)} in all`);
}

follow(showProcesses);
