import { RecordingGone } from './ranges';
import type { Marker } from './timing';

/** A place in a recording at which it can be begun: what the terminal showed there is in a file of its own. */
export interface Keyframe {
  /** Seconds from the start. */
  at: number;
  /** Bytes of the stream before it. */
  offset: number;
  /** Where its output and its timing continue, in their files. */
  fileOffset: number;
  timingOffset: number;
  columns: number;
  rows: number;
  /** Where in the file of keyframes it is, and how long. */
  start: number;
  length: number;
}

/** What is known of a recording before any of it is loaded. */
export interface Overview {
  /** Length of the timing when the overview was made, in bytes; the file may have grown since. */
  timingEnd: number;
  ended: boolean;
  duration: number;
  /** Where in the file the output begins, and where it ends. */
  outputStart: number;
  outputEnd: number;
  columns: number;
  rows: number;
  markers: Marker[];
  /** The longest times without output, from and to. */
  idle: [number, number][];
  /** Whether there will be more keyframes. */
  keyframesFollow: boolean;
  keyframes: Keyframe[];
}

/** As the server says it; times are seconds (docs/decisions/recording-format.md). */
interface Answer extends Omit<Overview, 'timingEnd' | 'markers' | 'keyframes'> {
  files: { timing: number };
  marks: [number, string][];
  gaps: [number, number, number][];
  keyframes: [number, number, number, number, number, number, number, number][];
}

export async function loadOverview(url: string): Promise<Overview> {
  const response = await fetch(`${url}/overview`, { cache: 'no-store' });
  if (!response.ok) throw new RecordingGone(response.status);
  const answer: Answer = await response.json();
  const gaps = answer.gaps.map(([at, from, to]) => ({ at, text: `${(to - from).toLocaleString('en')} bytes were not kept` }));
  return {
    ...answer,
    timingEnd: answer.files.timing,
    markers: [...answer.marks.map(([at, text]) => ({ at, text })), ...gaps].sort((a, b) => a.at - b.at),
    keyframes: answer.keyframes.map(([at, offset, fileOffset, timingOffset, columns, rows, start, length]) =>
      ({ at, offset, fileOffset, timingOffset, columns, rows, start, length })),
  };
}

/** The sequences that make a fresh terminal show what a keyframe has, as gzip. */
export async function loadKeyframe(url: string, { start, length }: Keyframe): Promise<Uint8Array> {
  const response = await fetch(`${url}/keyframes`, { headers: { Range: `bytes=${start}-${start + length - 1}` }, cache: 'no-store' });
  if (response.status !== 206) throw new RecordingGone(response.status);
  return new Uint8Array(await response.arrayBuffer());
}
