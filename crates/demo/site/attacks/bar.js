document.title = 'My bank';
const bar = document.createElement('div');
bar.className = 'bar';
bar.innerHTML = '<span>🔒</span><b>https://my-bank.example/login</b>';
document.body.prepend(bar);
const tries = [
  () => history.pushState(null, '', 'https://my-bank.example/login'),
  () => history.replaceState(null, '', '//my-bank.example/'),
  () => {
    document.domain = 'my-bank.example';
    if (document.domain !== 'my-bank.example') throw 0;
  },
];
const refused = tries.filter((attempt) => {
  try { attempt(); return false; } catch { return true; }
});
show(`${refused.length} of ${tries.length} ways to another address were refused`);
