let set = 0;
setInterval(() => {
  for (let i = 0; i < 100; i++) document.title = `title ${++set} ${'x'.repeat(10000)}`;
  show(`${set} titles set so far`);
}, 0);
