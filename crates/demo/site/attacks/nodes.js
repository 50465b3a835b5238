let made = 0, box = document.createElement('div');
try {
  for (;; made++) box.append(document.createElement('p'));
} catch (error) {
  const text = `refused after ${made} elements: ${error.name}`;
  // There is no room left to say so, until the elements are gone.
  box = null;
  setTimeout(() => say(text), 200);
}
