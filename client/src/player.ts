import type { ITheme } from '@xterm/xterm';
import { fontSize } from './appearance';
import { Controls } from './controls';
import { exposeForInspection } from './inspection';
import { Playback } from './playback';
import { Screen } from './screen';
import { copyOnShortcut } from './shortcuts';
import { Touch } from './touch';

const smallestFont = 9;
const largestFont = 32;

/** A replay: a screen that takes no input, and the bar that drives it. */
class Player {
  private readonly screen: Screen;
  private readonly playback: Playback;
  private readonly controls: Controls;
  private readonly observer: ResizeObserver;
  private readonly unexpose: () => void;
  private readonly gone = new AbortController();
  /** The font that was chosen with two fingers; none = as it fits. */
  private font?: number;
  private readonly keyed = (event: KeyboardEvent) => this.controls.key(event);

  constructor(id: string, private readonly host: HTMLElement, theme: ITheme) {
    const stage = host.appendChild(document.createElement('div'));
    stage.className = 'player-stage';
    const bar = document.createElement('div');
    bar.className = 'player-bar';
    // A click into the picture gives xterm the keys, which has no use for them: they are the player's, and the browser's.
    const touch = new Touch(stage, () => this.screen.terminal, {
      zoom: size => this.zoom(size),
      scrolledUp: () => {},
      doubleTap: () => this.zoom(this.font === undefined ? fontSize() : undefined),
    }, this.gone.signal);
    this.screen = new Screen(stage, theme, { disableStdin: true, cursorBlink: false }, terminal => {
      touch.watch(terminal);
      terminal.attachCustomKeyEventHandler(event => {
        if (event.type === 'keydown') copyOnShortcut(terminal, event);
        return false;
      });
    });
    this.playback = new Playback(`recordings/${id}`, this.screen, () => this.controls.update());
    this.controls = new Controls(this.playback, bar);
    host.append(bar);
    host.tabIndex = 0;
    host.addEventListener('keydown', this.keyed);
    this.observer = new ResizeObserver(() => this.screen.fitFont(true));
    this.observer.observe(stage);
    this.unexpose = exposeForInspection(id, () => this.screen.terminal, () => this.playback.offset);
  }

  start(follow: boolean): Promise<void> {
    this.host.focus();
    return this.playback.start(follow);
  }

  private zoom(size: number | undefined): void {
    this.font = size === undefined ? undefined : Math.max(smallestFont, Math.min(largestFont, size));
    this.screen.chooseFont(this.font);
  }

  dispose(): void {
    this.gone.abort();
    this.playback.dispose();
    this.observer.disconnect();
    this.host.removeEventListener('keydown', this.keyed);
    this.unexpose();
    this.screen.dispose();
  }
}

/** Shows a recording in `host`; `follow` starts at the end while it runs. False = the server has no such recording. */
export async function open(id: string, host: HTMLElement, theme: ITheme, follow: boolean): Promise<Player> {
  const player = new Player(id, host, theme);
  await player.start(follow);
  return player;
}
