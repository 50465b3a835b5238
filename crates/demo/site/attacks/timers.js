let set = 0;
try {
  for (; set < 1e6; set++) setTimeout(() => {}, 1e6);
  say('a million timers wait');
} catch (error) {
  say(`refused after ${set} timers: ${error.name}`);
}
