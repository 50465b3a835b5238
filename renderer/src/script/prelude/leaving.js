// The question before a page is left.

class BeforeUnloadEvent extends Event {
  #value = '';
  get returnValue() { return this.#value; }
  set returnValue(value) { this.#value = text(value); }
  static of(event) { return event.#value; }
}
const valueOfLeaving = BeforeUnloadEvent.of;
delete BeforeUnloadEvent.of;
expose('BeforeUnloadEvent', BeforeUnloadEvent);
/** Whether the page does not want to be left. */
const wantsToStay = () => {
  const event = trusted(new BeforeUnloadEvent('beforeunload', { cancelable: true }));
  const isPrevented = !dispatch(G, event);
  return isPrevented || valueOfLeaving(event) !== '';
};
