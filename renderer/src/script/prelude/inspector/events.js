// What the page's scripts say: to the console, and by what they throw.

/** Sessions that want to hear of it. */
const listening = new Set();
/** The objects of the last lines, a session's: those of older ones are let go of. */
const kept = new Map();
const LINES_MAX = 1_000, VALUES_MAX = 100;

const defaultContext = () => {
  for (const context of contexts.values()) if (context.isDefault) return context;
  return undefined;
};
const keepLine = (session, before) => {
  const lines = kept.get(session) ?? [];
  lines.push([before, lastId]);
  if (lines.length > LINES_MAX) {
    const [from, to] = lines.shift();
    for (let id = from + 1; id <= to; id++) table.delete(id);
  }
  kept.set(session, lines);
};
/** Tells a session of something with objects in it, which are kept for a while. */
const tell = (session, method, make) => {
  const before = lastId;
  // There may be no room for more objects, and a proxy's traps may throw.
  let params;
  try { params = make(); } catch { params = null; }
  keepLine(session, before);
  if (params !== null) i.event(session, method, JSON.stringify(params));
};
const hearers = {
  console(type, values) {
    const context = defaultContext();
    if (context === undefined || listening.size === 0) return;
    const callFrames = presentFrames(), timestamp = Date.now();
    const all = listOf(values).slice(0, VALUES_MAX);
    for (const session of listening) {
      tell(session, 'Runtime.consoleAPICalled', () => ({
        type,
        args: all.map((value) => remote(session, context, value, { group: 'console', preview: true })),
        executionContextId: context.id, timestamp, stackTrace: { callFrames },
      }));
    }
  },
  thrown(error, isRejection) {
    const context = defaultContext();
    if (context === undefined) return;
    for (const session of listening) {
      tell(session, 'Runtime.exceptionThrown', () => ({
        timestamp: Date.now(),
        exceptionDetails: {
          ...exceptionOf(session, context, error, isRejection ? 'Uncaught (in promise)' : 'Uncaught',
            { group: 'console', preview: true }),
          executionContextId: context.id,
        },
      }));
    }
  },
};
/** A page must not get what is thrown here, a full stack least of all: it is an object of ours. */
const quietly = (hear) => (first, second) => {
  try { hear(first, second); } catch { /* The page has no part in it. */ }
};
const heard = { console: quietly(hearers.console), thrown: quietly(hearers.thrown) };
