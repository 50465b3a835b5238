let depth = 0;
const down = () => { depth++; down(); };
try {
  down();
} catch (error) {
  say(`refused at depth ${depth}: ${error.name}`);
}
