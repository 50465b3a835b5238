// The stops of the tour with their claims, each beside its evidence; and the keys that guide it.
"use strict";

const WORDS = {
  open: ["", ""],
  running: ["under way", "warn"],
  held: ["every claim holds", "ok"],
  failed: ["not as claimed", "bad"],
  skipped: ["left out", "note"],
};
const KEYS = { n: "tour-next", b: "tour-back", a: "tour-again", s: "tour-skip" };

/** What the first button does now, and what the line beside it says. */
function showKeys(told) {
  const here = told.stops[told.at];
  const isDone = here !== undefined && ["held", "failed"].includes(here.status);
  const next = byId("next");
  if (told.stops.length === 0) setText(next, "Begin (n)");
  else if (told.is_over) setText(next, "Begin anew (n)");
  else setText(next, isDone ? "Next stop (n)" : "Do it (n)");
  const held = told.stops.filter((it) => it.status === "held").length;
  const parts = [`${held} of ${document.querySelectorAll("#stops > li").length} stops held`];
  if (told.failures > 0) parts.push(`${told.failures} failed`);
  if (told.strangers > 0) parts.push(`deaths by another hand: ${told.strangers}`);
  if (told.is_over) parts.unshift("The tour is complete");
  setText(byId("state"), parts.join(", "));
}

/** The claims of a stop; what is there already stays as it is. */
function showClaims(box, shown) {
  const keyOf = (it) => `${it.holds} ${it.text} ${it.evidence.join("\n")}`;
  const begin = (it) => {
    const mark = make("span", it.holds ? "ok" : "bad", it.holds ? "✓ " : "✗ ");
    const claim = make("p", "", mark, it.text);
    const evidence = make("pre", "", it.evidence.join("\n"));
    return make("div", "claim", claim, evidence);
  };
  const problem = { holds: false, text: "It could not be done", evidence: [shown.problem] };
  const claims = shown.problem === null ? shown.claims : [...shown.claims, problem];
  keepRows(box, claims, keyOf, begin, () => {});
}

function showStop(row, shown, isHere) {
  const [word, colour] = WORDS[shown.status];
  const classes = isHere ? `here ${shown.status}` : shown.status;
  if (row.className !== classes) {
    row.className = classes;
    if (isHere) row.scrollIntoView({ block: "nearest" });
  }
  const status = row.querySelector(".status");
  status.className = `status ${colour}`;
  setText(status, word);
  showClaims(row.querySelector(".claims"), shown);
}

function showTour(told) {
  const nothing = { status: "open", claims: [], problem: null };
  for (const row of byId("stops").children) {
    const at = +row.dataset.at;
    showStop(row, told.stops[at] ?? nothing, at === told.at);
  }
  showKeys(told);
  const items = told.remarks.map((text, at) => ({ text, at }));
  const begin = (it) => make("li", "warn", it.text);
  keepRows(byId("remarks"), items, (it) => `${it.at} ${it.text}`, begin, () => {});
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  const name = KEYS[event.key.toLowerCase()];
  const button = document.querySelector(`button[data-act="${name}"]`);
  if (button !== null) act(button);
});

follow(showTour);

byId("next").focus();
