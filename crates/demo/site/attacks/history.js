let pushed = 0;
try {
  for (; pushed < 100000; pushed++) history.pushState(pushed, '', `?${pushed}`);
  say(`${pushed} entries pushed; the history has ${history.length}`);
} catch (error) {
  say(`refused after ${pushed} entries: ${error.name}`);
}
