// The processes and their layers. A process that was born while the page is open is marked: its
// canaries have just run.
"use strict";

/** Those that were there when the page was opened. */
let known = null;

function beginProcess() {
  return make("tr", "", ...["", "mono", "", ""].map((classes) => make("td", classes)));
}

function updateProcess(row, process) {
  const isNew = !known.has(process.title) && process.tier !== null;
  setText(row.cells[0], process.title);
  setText(row.cells[1], process.purpose);
  setText(row.cells[2], process.tier ?? "");
  setText(row.cells[3], isNew ? `${process.finding}, just now` : process.finding);
  if (row.cells[3].className !== process.class) row.cells[3].className = process.class;
}

function beginLayers(process) {
  const head = ["Layer", "State", "Known", "Tried", "Found"].map((it) => make("th", "", it));
  const rows = process.layers.map((it) => {
    return make("tr", "", make("td", "", it.layer), make("td", it.class, it.state),
      make("td", "", it.known), make("td", "mono", it.tried), make("td", "", it.note));
  });
  const table = make("table", "", make("thead", "", make("tr", "", ...head)),
    make("tbody", "", ...rows));
  return make("div", "", make("h2", "", ""), make("div", "panel", table));
}

function showSandbox(told) {
  known ??= new Set(told.processes.map((it) => it.title));
  keepRows(byId("processes"), told.processes, (it) => it.title, beginProcess, updateProcess);
  const sealed = told.processes.filter((it) => it.layers.length > 0);
  keepRows(byId("layers"), sealed, (it) => it.title, beginLayers, (section, it) => {
    setText(section.firstElementChild, `${it.title} ${it.purpose}`);
  });
  const born = sealed.filter((it) => !known.has(it.title));
  if (born.length > 0) {
    const last = born[born.length - 1];
    const tried = last.layers.filter((it) => it.tried !== "").map((it) => it.tried);
    setText(byId("canaries"), `${last.title} has just tried: ${tried.join("; ")}.`);
  }
  const verdict = byId("verdict");
  verdict.classList.toggle("bad", !told.is_sufficient);
  setText(verdict, `every process has at least tier C: ${told.is_sufficient ? "yes" : "NO"}`);
}

follow(showSandbox);
