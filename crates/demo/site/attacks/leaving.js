addEventListener('beforeunload', (event) => {
  event.preventDefault();
  event.returnValue = 'Do not go!';
  alert('Do not go!');
  return 'Do not go!';
});
say('armed: now close this tab, or go elsewhere');
