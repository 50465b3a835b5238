const got = [];
const take = (text) => { if (text) got.push(text); };
try { take(await navigator.clipboard?.readText()); } catch { /* That is the point. */ }
const field = document.createElement('textarea');
document.body.append(field);
field.focus();
try { document.execCommand('paste'); } catch { /* As above. */ }
take(field.value);
const event = new Event('paste', { bubbles: true });
field.addEventListener('paste', (it) => take(it.clipboardData?.getData('text/plain')));
field.dispatchEvent(event);
try { field.dispatchEvent(new KeyboardEvent('keydown', { key: 'v', ctrlKey: true })); } catch { /* */ }
take(field.value);
field.remove();
say(got.length ? `got ${got.join()}` : 'nothing was read');
