// The site with the password. It keeps it wherever a page can keep something.
'use strict';
const field = document.getElementById('password');
field.focus();
document.getElementById('login').addEventListener('submit', (event) => {
  event.preventDefault();
  const password = field.value;
  const places = {
    'the field': () => true,
    'a variable': () => { window.accountPassword = password; return true; },
    'the name of the window': () => { window.name = password; return window.name === password; },
    'a cookie': () => {
      document.cookie = `vault=${encodeURIComponent(password)}; path=/`;
      return document.cookie.includes(encodeURIComponent(password));
    },
    localStorage: () => { localStorage.setItem('vault', password); return true; },
    sessionStorage: () => { sessionStorage.setItem('vault', password); return true; },
    'a message to everybody': () => {
      new BroadcastChannel('vault').postMessage(password);
      return true;
    },
  };
  const kept = Object.keys(places).filter((place) => {
    try { return places[place](); } catch { return false; }
  });
  window.opener?.postMessage(password, location.origin);
  document.getElementById('state').textContent = `Signed in. The password is in ${kept.join(', ')}.`;
  document.title = 'The vault: signed in';
});
