import assert from 'node:assert/strict';
import test from 'node:test';
import { outcomeOf, pastedFiles, percentOf, tooLarge } from '../src/upload-words';

const at = new Date(2026, 2, 1, 14, 5, 9);

function names(files: File[], text = ''): string[] {
  return pastedFiles({ getData: () => text, files: files as unknown as FileList }, at).map(file => file.name);
}

test('a pasted image without a name of its own is called after the time', () => {
  assert.deepEqual(names([new File(['x'], 'image.png', { type: 'image/png' })]), ['pasted-2026-03-01-140509.png']);
  assert.deepEqual(names([new File(['x'], '', { type: 'image/jpeg' })]), ['pasted-2026-03-01-140509.jpg']);
  assert.deepEqual(names([new File(['x'], '')]), ['pasted-2026-03-01-140509']);
});

test('several of them have names of their own', () => {
  const image = new File(['x'], 'image.png', { type: 'image/png' });
  assert.deepEqual(names([image, image]), ['pasted-2026-03-01-140509-1.png', 'pasted-2026-03-01-140509-2.png']);
});

test('a pasted file keeps its name, and its content', async () => {
  const [kept] = pastedFiles({ getData: () => '', files: [new File(['abc'], 'image.png')] as unknown as FileList }, at);
  assert.equal(await kept?.text(), 'abc');
  assert.deepEqual(names([new File(['x'], 'my report.pdf')]), ['my report.pdf']);
});

test('a paste with text is a paste of text', () => assert.deepEqual(names([new File(['x'], 'image.png')], 'A1\tB1'), []));

test('an answer is a path to type, or a sentence', () => {
  assert.deepEqual(outcomeOf(200, '{"path":"/a","typed":"/a "}'), { typed: '/a ' });
  assert.deepEqual(outcomeOf(413, '{"message":"Too large."}'), { message: 'Too large.' });
  for (const body of ['<html>', '', 'null', '[]', '"x"']) {
    for (const status of [200, 502]) {
      assert.match((outcomeOf(status, body) as { message: string }).message, new RegExp(`${status}.*again`), body);
    }
  }
});

test('all is up only when the server says so', () => {
  assert.deepEqual([percentOf(0, 0), percentOf(1, 3), percentOf(3, 3)], [0, 33, 99]);
});

test('a file that is too large is said to be', () => assert.match(tooLarge(32 << 20), /larger than 32 MiB.*scp/));
