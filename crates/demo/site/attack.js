// Starts the attack of this page, and says how far it has come.
'use strict';
const state = document.getElementById('state'), start = document.getElementById('start');
const show = (text) => { state.textContent = text; };
const say = (text) => { show(text); document.title = `${name}: ${text}`; };
const name = document.querySelector('h1').textContent;
addEventListener('error', (event) => say(`stopped: ${event.message}`));
start.addEventListener('click', () => {
  start.disabled = true;
  say('started');
  // After the page has shown that it began, if anybody sees it.
  const soon = document.hidden ? setTimeout : requestAnimationFrame;
  soon(() => setTimeout(async () => {
    try { await attack(say, show); } catch (error) { say(`stopped: ${error?.message ?? error}`); }
  }, 50));
});
start.focus();
// An attack that goes from page to page goes on by itself.
if (location.search.startsWith('?again')) start.click();
