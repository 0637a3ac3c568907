import assert from 'node:assert/strict';
import test from 'node:test';
import { Stage } from './stage';

const whole = 'O 0 6\nH 0 EXIT_CODE 0\n';

test('behind bytes that were not kept the file is read where it continues, and offsets count on in the stream', async context => {
  const gaps = 'O 0 3\nH 0 GAP {"from":3,"to":1003}\nO 0 3\nH 0 GAP {"from":1006,"to":1016}\nO 0 3\nH 0 EXIT_CODE 0\n';
  const stage = new Stage(context, 'aaabbbccc', gaps);
  await stage.playback.start(false);
  await stage.waitFor(() => stage.shown.endsWith('ccc'));
  const words = stage.shown.replace(/\x1b\[\d*m|[\r\n]/g, '');
  assert.equal(words, 'aaa[… 1,000 bytes not kept …]bbb[… 10 bytes not kept …]ccc');
  assert.equal(stage.playback.offset, 1019);
});

const large = 'x'.repeat(1 << 20) + 'end';
const largeTiming = `O 0 ${large.length}\nH 0 EXIT_CODE 0\n`;

test('output that cannot be read for a moment is asked for again, and that is said', async context => {
  const stage = new Stage(context, large, largeTiming);
  stage.failures = [0, 503];
  await stage.playback.start(false);
  await stage.waitFor(() => stage.shown.length === large.length);
  assert.equal(stage.shown, large);
  await stage.waitFor(() => stage.playback.trouble === '');
  assert.deepEqual(stage.troubles, ['The recording cannot be read at the moment; trying again…', '']);
});

test('a recording that was removed meanwhile is said to be gone, and what was shown stays', async context => {
  const stage = new Stage(context, large, largeTiming);
  stage.failures = [undefined, 404];
  await stage.playback.start(false);
  await stage.waitFor(() => stage.playback.trouble === 'The recording cannot be read (404).');
  assert.ok(stage.shown.length > 0 && large.startsWith(stage.shown));
  assert.equal(stage.playback.playing, false);
});

test('when xterm throws a fresh one shows the same', async context => {
  const stage = new Stage(context, 'abcdef', whole);
  stage.throws = true;
  await stage.playback.start(false);
  await stage.waitFor(() => stage.shown === 'abcdef' && stage.rebuilt === 1);
});

const megabyte = 1 << 20;
const piece = 1 << 14;
const lines = 640;

/** 10 MB, of which each second brings 64 KB in four pieces; each piece names itself. */
const long = Array.from({ length: lines }, (_, i) => `<${i}>`.padEnd(piece, 'x')).join('');
const longTiming = Array.from({ length: lines }, () => `O 0.25 ${piece}\n`).join('');
const end = 'H 0 EXIT_CODE 0\n';
const everyMegabyte = Array.from({ length: 9 }, (_, i) => ({
  output: (i + 1) * megabyte, lines: (i + 1) * 64, picture: `[${i + 1} MB]`,
}));

/** The pieces that a terminal was shown, by their first and last. */
function pieces(shown: string): [number, number] {
  const named = [...shown.matchAll(/<(\d+)>/g)].map(([, number]) => Number(number));
  assert.deepEqual(named, named.map((_, i) => named[0]! + i));
  return [named[0] ?? -1, named.at(-1) ?? -1];
}

test('opening a long recording fetches little of it', async context => {
  const stage = new Stage(context, long, longTiming + end, everyMegabyte);
  await stage.playback.start(false);
  await stage.waitFor(() => stage.shown !== '');
  const { overview, timing = 0, output = 0 } = stage.takeFetched();
  assert.ok(overview! > 0 && timing <= 64 << 10 && output <= 64 << 10, `${overview} ${timing} ${output}`);
});

test('a seek, on or back, begins at the nearest keyframe and feeds no more than what is behind it', async context => {
  const stage = new Stage(context, long, longTiming + end, everyMegabyte);
  await stage.open();
  for (const [to, keyframe] of [[100, 6], [40, 2], [159.9, 9], [48.1, 3], [48, 3], [47.9, 2], [90, 5]] as const) {
    stage.takeFetched();
    await stage.seek(to);
    assert.ok(stage.shown.startsWith(`[${keyframe} MB]`), `${to}: ${stage.shown.slice(0, 20)}`);
    const first = keyframe * 64;
    const last = Math.floor(to * 4) - 1;
    if (last >= first) assert.deepEqual(pieces(stage.shown), [first, last]);
    assert.equal(stage.playback.offset, (last + 1) * piece);
    assert.equal(stage.playback.position, to);
    const { output = 0, keyframes } = stage.takeFetched();
    assert.ok(output <= megabyte + (128 << 10), `${output}`);
    assert.ok(keyframes! < 100);
  }
});

test('before the first keyframe it begins at the start', async context => {
  const stage = new Stage(context, long, longTiming + end, everyMegabyte);
  await stage.open();
  await stage.seek(100);
  await stage.seek(10);
  assert.deepEqual(pieces(stage.shown), [0, 39]);
  assert.equal(stage.shown.length, 40 * piece);
});

test('a little further on only what is between is fed', async context => {
  const stage = new Stage(context, long, longTiming + end, everyMegabyte);
  await stage.open();
  await stage.seek(100);
  stage.takeFetched();
  await stage.seek(101);
  assert.equal(stage.takeFetched().keyframes, undefined);
  assert.deepEqual(pieces(stage.shown), [384, 403]);
  await stage.seek(111.5);
  await stage.seek(112.5); // over a keyframe
  assert.equal(stage.takeFetched().keyframes, undefined);
  assert.deepEqual(pieces(stage.shown), [384, 449]);
});

test('without keyframes it goes back to the start, until they are made', async context => {
  const stage = new Stage(context, long, longTiming + end);
  stage.keyframesFollow = true;
  await stage.open();
  await stage.seek(100);
  assert.deepEqual(pieces(stage.shown), [0, 399]);
  await stage.seek(50);
  assert.deepEqual(pieces(stage.shown), [0, 199]);
  stage.plant(everyMegabyte);
  stage.keyframesFollow = false;
  stage.takeFetched();
  await stage.waitFor(() => stage.takeFetched().overview !== undefined);
  await stage.seek(99);
  assert.ok(stage.shown.startsWith('[6 MB]'));
});

test('a keyframe that is damaged is passed over for the one before', async context => {
  const stage = new Stage(context, long, longTiming + end, everyMegabyte);
  await stage.open();
  stage.files.keyframes = Buffer.from(stage.files.keyframes!.map((value, i) => (i > 300 && i < 700 ? value ^ 0x55 : value)));
  await stage.seek(100);
  const [, number] = /^\[(\d) MB\]/.exec(stage.shown) ?? [];
  assert.ok(Number(number) < 6);
  assert.deepEqual(pieces(stage.shown), [Number(number) * 64, 399]);
  assert.equal(stage.playback.trouble, '');
});

test('when xterm throws behind a keyframe a fresh one shows the same', async context => {
  const stage = new Stage(context, long, longTiming + end, everyMegabyte);
  await stage.open();
  stage.throws = true;
  await stage.seek(100);
  await stage.waitFor(() => stage.rebuilt === 1 && !stage.playback.seeking && stage.playback.position === 100);
  assert.ok(stage.shown.startsWith('[6 MB]'));
  assert.deepEqual(pieces(stage.shown), [384, 399]);
});

test('behind bytes that were not kept the screen is as the terminal left it', async context => {
  const timing = 'O 1 3\nH 0 GAP {"from":3,"to":1003}\nO 0 3\nO 0 3\nO 0 3\nH 9 EXIT_CODE 0\n';
  const stage = new Stage(context, 'aaabbbcccddd', timing, [{ output: 9, lines: 4, picture: '[as it was]', offset: 1009 }]);
  await stage.open();
  await stage.seek(1);
  assert.equal(stage.shown, '[as it was]ddd');
  assert.deepEqual(stage.playback.markers, [{ at: 1, text: '1,000 bytes were not kept' }]);
  assert.equal(stage.playback.offset, 1012);
});

test('when what was not kept is the end, the screen is as the terminal left it', async context => {
  const timing = 'O 1 3\nH 0 GAP {"from":3,"to":1003}\nH 9 EXIT_CODE 0\n';
  const stage = new Stage(context, 'aaa', timing, [
    { output: 3, lines: 1, picture: '[before]' }, { output: 3, lines: 2, picture: '[as it was]', offset: 1003 },
  ]);
  await stage.playback.start(false);
  await stage.waitFor(() => stage.shown === '[as it was]');
});

test('of what runs a seek uses keyframes that came since it was opened', async context => {
  const stage = new Stage(context, long, longTiming, everyMegabyte);
  stage.told = longTiming.split('\n').slice(0, 70).join('\n').length + 1;
  await stage.open();
  assert.equal(stage.playback.duration, 17.5);
  const told = stage.told;
  stage.told = Infinity;
  await stage.waitFor(() => stage.playback.duration === lines / 4);
  assert.ok(told < longTiming.length);
  const now = performance.now.bind(performance);
  context.mock.method(performance, 'now', () => now() + 2_000); // it asks at most that often
  stage.playback.follow();
  await stage.waitFor(() => stage.playback.position === lines / 4);
  assert.ok(stage.shown.startsWith('[9 MB]'), stage.shown.slice(0, 20));
  assert.deepEqual(pieces(stage.shown), [576, 639]);
});
