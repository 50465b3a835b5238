let written = 0;
try {
  for (; written < 100000; written++) document.write('<p>' + 'again '.repeat(100));
  say(`${written} pieces written`);
} catch (error) {
  say(`refused after ${written} pieces: ${error.name}`);
}
