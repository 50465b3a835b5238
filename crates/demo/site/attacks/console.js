for (let i = 0; i < 200000; i++) console.error('flood '.repeat(200) + i);
say('200000 lines written; the console keeps a few and counts the rest');
