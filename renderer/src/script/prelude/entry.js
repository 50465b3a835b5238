// What the host calls.

return {
  dispatch(type, handle, numbers, texts) {
    const below = wrap(handle), isPointers = texts.length === 0 && numbers.length > 0;
    const target = isPointers ? pointerTarget(type, below, numbers[7]) : below;
    if (target === null) return 0;
    const event = trusted(userEvent(type, numbers, texts));
    let isDone = type === 'click' ? clickOn(target, event) : !dispatch(target, event);
    if (type === 'click' && target !== below && !isDone) {
      n.click(handleOf(target));
      isDone = true;
    }
    if (isPointers) pointerTold(type, numbers[7]);
    if (type === 'keydown' && texts[0] === 'Enter' && !isDone && focused !== null) commit(focused);
    return (isDone ? 1 : 0) | (detailsOf(event).wasStopped ? 2 : 0);
  },
  window(type) {
    const isOfDocument = type === 'DOMContentLoaded' || type === 'readystatechange'
      || type === 'visibilitychange' || type === 'scroll';
    const bubbles = type === 'DOMContentLoaded' || type === 'scroll' || type === 'visibilitychange';
    dispatch(isOfDocument ? document : G, trusted(new Event(type, { bubbles })));
  },
  leave: wantsToStay,
  element(type, handle) {
    const target = wrap(handle);
    mapDelete(pictures, handle);
    dispatch(target, trusted(new Event(type)));
  },
  timer: runTimer,
  frames: runFrames,
  boxes: tellBoxes,
  grown() {
    noteNames(n.newNames());
    upgradeDefined();
  },
  focus: tellFocus,
  watch,
  changes: tellChanges,
  submit: submitFrom,
  answer,
  streamed,
  acted,
  rejections: tellRejections,
  rejected(promise, reason, isHandled) {
    if (isHandled) mapDelete(rejected, promise);
    else mapSet(rejected, promise, reason);
  },
  storage: tellStored,
  inspected,
  within(oldURL, newURL) {
    dispatch(G, trusted(new PopStateEvent('popstate', { state: presentState() })));
    if (oldURL !== newURL && withoutHash(oldURL) === withoutHash(newURL)) dispatch(G, trusted(new HashChangeEvent('hashchange', { oldURL, newURL })));
  },
};
