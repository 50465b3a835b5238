const held = [];
try {
  for (;;) held.push('x'.repeat(1 << 20) + held.length);
} catch (error) {
  const megabytes = held.length;
  held.length = 0;
  say(`refused after ${megabytes} MB: ${error.message}`);
}
