// What the host calls.

return {
  dispatch(type, handle, numbers, texts) {
    const target = wrap(handle), event = trusted(userEvent(type, numbers, texts));
    const isDone = type === 'click' ? clickOn(target, event) : !dispatch(target, event);
    if (type === 'keydown' && texts[0] === 'Enter' && !isDone && focused !== null) commit(focused);
    return (isDone ? 1 : 0) | (detailsOf(event).wasStopped ? 2 : 0);
  },
  window(type) {
    const isOfDocument = type === 'DOMContentLoaded' || type === 'readystatechange'
      || type === 'visibilitychange' || type === 'scroll';
    const bubbles = type === 'DOMContentLoaded' || type === 'scroll' || type === 'visibilitychange';
    dispatch(isOfDocument ? document : G, trusted(new Event(type, { bubbles })));
  },
  element(type, handle) { dispatch(wrap(handle), trusted(new Event(type))); },
  timer: runTimer,
  frames: runFrames,
  boxes: tellBoxes,
  names() { noteNames(n.newNames()); },
  focus: tellFocus,
  watch,
  changes: tellChanges,
  submit: submitFrom,
  rejections: tellRejections,
  rejected(promise, reason, isHandled) {
    if (isHandled) mapDelete(rejected, promise);
    else mapSet(rejected, promise, reason);
  },
  within(oldURL, newURL) {
    dispatch(G, trusted(new PopStateEvent('popstate', { state: historyState })));
    if (oldURL !== newURL) dispatch(G, trusted(new HashChangeEvent('hashchange', { oldURL, newURL })));
  },
};
