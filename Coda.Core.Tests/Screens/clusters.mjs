// Answers for GraphemeClusterTests what the pages' addon says of characters.
//   node clusters.mjs every      all code points after all values that can come before. Values are numbered as they come up; the first is
//                                nothing. For each: a byte of what it shows, then the number of what follows it, a byte a code point
//   node clusters.mjs given      the code points of standard input, int32 each, -1 where nothing is before: a byte each of what it shows
// What a value shows: one bit that tells whether the character joins, two of width.
import { readFileSync } from 'node:fs';
import { provider } from '../../client/graphemes.mjs';

const shown = 7;
await { every, given }[process.argv[2]]();

async function every() {
  const values = [0];
  const numbers = new Map([[0, 0]]);
  for (const before of values) {
    const record = Buffer.alloc(1 + 0x110000);
    record[0] = before & shown;
    for (let codePoint = 0; codePoint < 0x110000; codePoint++) {
      const value = provider.charProperties(codePoint, before);
      if (!numbers.has(value)) {
        numbers.set(value, values.push(value) - 1);
      }

      record[1 + codePoint] = numbers.get(value);
    }

    await new Promise(written => process.stdout.write(record, written));
  }
}

function given() {
  const input = readFileSync(0);
  const output = Buffer.alloc(input.length / 4);
  for (let at = 0, value = 0; at < output.length; at++) {
    const codePoint = input.readInt32LE(at * 4);
    value = codePoint < 0 ? 0 : provider.charProperties(codePoint, value);
    output[at] = value & shown;
  }

  process.stdout.write(output);
}
