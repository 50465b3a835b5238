if (typeof fetch !== 'function') say('this browser has no fetch');
else {
  let asked = 0, answered = 0, failed = 0;
  for (; asked < 5000; asked++) {
    fetch(`/colors?${asked}`).then((it) => it.text()).then(() => answered++, () => failed++);
  }
  say(`${asked} requests begun at once`);
  setInterval(() => show(`${answered} answered, ${failed} refused of ${asked}`), 500);
}
