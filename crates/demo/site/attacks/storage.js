let store;
try { store = localStorage; } catch { /* It is refused altogether. */ }
let kept = 0;
if (!store) say('this browser has no localStorage');
else {
  try {
    for (; kept < 10000; kept++) store.setItem(`flood ${kept}`, 'x'.repeat(1 << 16));
    say(`${kept * 64} KB stored`);
  } catch (error) {
    say(`refused after ${kept * 64} KB: ${error.name}`);
  }
  store.clear();
}
