// Says in the title what the page's own library has made: the counter, and each row with a star
// where it is ticked.
'use strict';
(() => {
  const say = () => {
    const rows = [...document.querySelectorAll('#app li')].map((row) => {
      const mark = row.querySelector('input')?.checked ? '*' : '';
      return row.querySelector('span').textContent.trim() + mark;
    });
    const count = document.getElementById('count')?.textContent.trim() ?? '';
    document.title = `${count} | ${rows.join(' ')}`;
  };
  const watched = { subtree: true, childList: true, characterData: true, attributes: true };
  new MutationObserver(say).observe(document.getElementById('app'), watched);
  document.addEventListener('change', () => setTimeout(say, 0));
  addEventListener('load', say);
})();
