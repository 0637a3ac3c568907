import type { Terminal } from '@xterm/xterm';
import { settings } from './settings';

const mark = '🔔 ';
const quietFor = 1_000;

/** What a program's bell does in a page: a mark in its title until the page is seen, a short sound, or nothing. */
export function ringBell(terminal: Terminal): void {
  let last = -Infinity;
  terminal.onBell(() => {
    const { bell } = settings();
    if (bell === 'nothing' || performance.now() - last < quietFor) return;
    last = performance.now();
    if (bell === 'sound') beep();
    else if (document.hidden || !document.hasFocus()) badge();
  });
}

function badge(): void {
  if (document.title.startsWith(mark)) return;
  document.title = mark + document.title;
  const seen = () => {
    if (document.hidden) return;
    document.title = document.title.replace(mark, '');
    removeEventListener('focus', seen);
    document.removeEventListener('visibilitychange', seen);
  };
  addEventListener('focus', seen);
  document.addEventListener('visibilitychange', seen);
}

let audio: AudioContext | undefined;

function beep(): void {
  audio ??= new AudioContext();
  const tone = audio.createOscillator();
  const volume = audio.createGain();
  volume.gain.setValueAtTime(0.08, audio.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + 0.15);
  tone.frequency.value = 880;
  tone.connect(volume).connect(audio.destination);
  tone.start();
  tone.stop(audio.currentTime + 0.15);
}
