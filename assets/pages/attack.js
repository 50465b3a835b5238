// The scoreboard, and a dot that moves while an attack is made: a tab that is disturbed shows it.
"use strict";

const rowOf = new Map(
  [...document.querySelectorAll("tr[data-number]")].map((row) => [+row.dataset.number, row]),
);
const nameOf = (number) => rowOf.get(number)?.cells[0].textContent.replace("Run", "").trim();
const CLASSES = {
  ended: "ok", refused: "ok", contained: "ok", SUCCEEDED: "bad", "not made": "warn",
};
/** Whether the dot moves; since when the frames are counted, and how many there were. */
let isMoving = false, since = 0, frames = 0;

function move(now) {
  if (!isMoving) return;
  frames++;
  const turn = (now % 2000) / 1000;
  const left = 586 * (turn < 1 ? turn : 2 - turn);
  byId("beat").style.transform = `translateX(${left.toFixed(1)}px)`;
  if (now - since >= 1000) {
    const rate = Math.round((frames * 1000) / (now - since));
    setText(byId("pace"), `${rate} frames of this tab in the last second.`);
    [since, frames] = [now, 0];
  }
  requestAnimationFrame(move);
}

function startMoving() {
  if (isMoving) return;
  isMoving = true;
  [since, frames] = [performance.now(), 0];
  requestAnimationFrame(move);
}

function showOutcome(row, outcome) {
  const cell = row.querySelector(".what");
  if (cell.firstElementChild === null) {
    cell.replaceChildren(make("b", ""), " ", make("span", ""));
  }
  const [verdict, what] = cell.children;
  if (verdict.className !== CLASSES[outcome.verdict]) verdict.className = CLASSES[outcome.verdict];
  setText(verdict, outcome.verdict);
  setText(what, outcome.what);
  const meanwhile = outcome.frames === null
    ? "?" : `${outcome.frames} in ${outcome.took_ms} ms, longest gap ${outcome.gap_ms} ms`;
  setText(row.querySelector(".frames"), meanwhile);
}

function showAttacks(told) {
  const outcomes = new Map(told.outcomes.map((it) => [it.number, it]));
  for (const [number, row] of rowOf) {
    const wanted = number === told.running ? "running" : "";
    if (row.className !== wanted) row.className = wanted;
    const outcome = outcomes.get(number);
    if (outcome !== undefined) showOutcome(row, outcome);
    else setText(row.querySelector(".what"), told.waiting.includes(number) ? "waits" : "");
  }
  const left = told.waiting.length;
  const rest = left === 0 ? "" : `, ${left} to come`;
  setText(byId("now"), told.running === null
    ? "No attack is running." : `Now: ${nameOf(told.running)}${rest}.`);
  const count = (verdict) => told.outcomes.filter((it) => it.verdict === verdict).length;
  const found = Object.keys(CLASSES).filter((it) => count(it) > 0);
  const parts = found.map((it) => `${count(it)} ${it}`);
  setText(byId("score"), parts.join(", "));
  if (told.running !== null || left > 0) startMoving();
  else isMoving = false;
}

follow(showAttacks);
