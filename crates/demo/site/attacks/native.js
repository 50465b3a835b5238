// One call into the engine that never looks whether it should stop.
new Array(2 ** 32 - 1).join('');
