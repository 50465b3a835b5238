const before = performance.now();
let answered = 0;
for (let i = 0; i < 1000; i++) {
  alert(`Your computer is infected! (${i})`);
  answered++;
}
const waited = performance.now() - before > 100 ? 'some were shown' : 'none kept the page waiting';
say(`${answered} dialogs asked for: ${waited}`);
