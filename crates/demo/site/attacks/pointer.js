const cover = document.createElement('div');
cover.className = 'cover';
cover.textContent = 'All clicks and keys are mine. Try the tabs above.';
document.body.append(cover);
let taken = 0;
const take = (event) => {
  event.preventDefault();
  event.stopImmediatePropagation();
  event.target.setPointerCapture?.(event.pointerId);
  show(`${++taken} events taken`);
};
for (const type of ['pointerdown', 'pointermove', 'mousedown', 'click', 'contextmenu', 'wheel',
  'keydown', 'keypress']) addEventListener(type, take, { capture: true, passive: false });
const lock = document.body.requestPointerLock, full = document.body.requestFullscreen;
Promise.resolve(lock?.call(document.body)).catch(() => {});
Promise.resolve(full?.call(document.body)).catch(() => {});
const missing = [['pointer lock', lock], ['fullscreen', full]].filter((it) => !it[1]);
say(`grabbed; this browser has no ${missing.map((it) => it[0]).join(' and no ') || 'limit'}`);
