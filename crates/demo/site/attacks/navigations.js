// Each of its pages begins anew.
let asked = 0;
try {
  for (; asked < 1000; asked++) location.href = `${location.pathname}?again=${Math.random()}`;
} catch (error) {
  show(`refused after ${asked}: ${error.name}`);
}
