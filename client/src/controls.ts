import { button } from './button';
import type { Playback } from './playback';

const speeds = [0.5, 1, 2, 4, 8, 16];
const step = 5;

/** The bar below a replay. Everything in it that came from a recording is text, never HTML. */
export class Controls {
  private readonly play = button('Play', 'player-button', () => this.playback.toggle());
  private readonly live = button('Follow the live output', 'player-button', () => this.playback.follow());
  private readonly time = element('span', 'player-time');
  private readonly bar = element('input', 'player-seek');
  private readonly ticks = element('div', 'player-ticks');
  private readonly quiet = element('div', 'player-quiet');
  private readonly speed = element('select', 'player-speed');
  private readonly idle = element('input', '');
  private readonly step = element('div', 'player-step');
  private placedFor = -1;

  constructor(private readonly playback: Playback, host: HTMLElement) {
    this.bar.type = 'range';
    this.bar.min = '0';
    this.bar.step = 'any';
    this.bar.setAttribute('aria-label', 'Position');
    this.bar.addEventListener('input', () => playback.seek(Number(this.bar.value)));

    this.speed.setAttribute('aria-label', 'Speed');
    for (const speed of speeds) this.speed.add(new Option(`${speed}×`, String(speed), speed === 1, speed === 1));
    this.speed.addEventListener('change', () => (playback.speed = Number(this.speed.value)));

    this.idle.type = 'checkbox';
    this.idle.addEventListener('change', () => (playback.skipsIdle = this.idle.checked));
    const idle = element('label', 'player-idle');
    idle.append(this.idle, 'Skip idle');

    this.live.textContent = 'Live';
    this.live.classList.add('player-live');
    const track = element('div', 'player-track');
    track.append(this.bar, this.quiet, this.ticks);
    const row = element('div', 'player-row');
    row.append(this.play, this.time, track, this.speed, idle, this.live);
    host.append(this.step, row);
  }

  /** Space plays and pauses; the arrows go back and on; Home and End to the ends. */
  key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target instanceof HTMLSelectElement) return;
    const { playback } = this;
    switch (event.key) {
      case ' ': if (event.target instanceof HTMLButtonElement || event.target === this.idle) return; playback.toggle(); break;
      case 'ArrowLeft': playback.seek(playback.target - step); break;
      case 'ArrowRight': playback.seek(playback.target + step); break;
      case 'Home': playback.seek(0); break;
      case 'End': playback.seek(playback.duration); break;
      default: return;
    }
    event.preventDefault();
  }

  /** Shows the state of the playback. */
  update(): void {
    const { playback } = this;
    const { duration, target } = playback;
    const running = playback.playing || playback.following;
    this.play.textContent = running ? '❚❚' : '▶';
    this.play.setAttribute('aria-label', running ? 'Pause' : 'Play');
    this.time.textContent = `${clock(target)} / ${clock(duration)}`;
    this.bar.max = String(duration);
    this.bar.value = String(target);
    this.bar.setAttribute('aria-busy', String(playback.seeking));
    this.bar.setAttribute('aria-valuetext', `${clock(target)} of ${clock(duration)}`);
    this.live.hidden = playback.ended;
    this.live.setAttribute('aria-pressed', String(playback.following));
    this.placeTicks();
    const last = playback.markers.findLast(marker => marker.at <= target);
    this.step.textContent = playback.trouble || (last?.text ?? '');
    this.step.hidden = this.step.textContent === '';
  }

  private placeTicks(): void {
    const { markers, idle, duration } = this.playback;
    if (markers.length === this.ticks.childElementCount && duration === this.placedFor) return;
    this.placedFor = duration;
    const quiet = idle.map(([from, to]) => [from, to].map(at => `${(100 * at) / Math.max(duration, 0.001)}%`));
    this.quiet.style.backgroundImage = quiet.length === 0 ? '' : `linear-gradient(to right, ${
      quiet.map(([from, to]) => `transparent ${from}, currentColor ${from} ${to}, transparent ${to}`).join()})`;
    this.ticks.replaceChildren(...markers.map(marker => {
      const tick = button(`${clock(marker.at)} ${marker.text}`, 'player-button', () => this.playback.seek(marker.at));
      tick.style.left = `${(100 * marker.at) / Math.max(duration, 0.001)}%`;
      return tick;
    }));
  }
}

function element<K extends keyof HTMLElementTagNameMap>(name: K, className: string): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  if (className) made.className = className;
  return made;
}

function clock(seconds: number): string {
  const whole = Math.floor(seconds);
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n: number) => String(n).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${two(m)}:${two(s)}`;
}
