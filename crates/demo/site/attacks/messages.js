let sent = 0, got = 0;
addEventListener('message', () => { got++; postMessage('again', '*'); });
try {
  for (; sent < 1e6; sent++) postMessage('x', '*');
} catch (error) {
  say(`refused after ${sent} messages: ${error.name}`);
}
setInterval(() => show(`${got} messages came so far`), 500);
