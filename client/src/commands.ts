import { commandOf, type CommandName } from './keys';
import { nextRegion } from './regions';

const handlers = new Map<CommandName, (() => void)[]>();

/** Does something when the command is given; the last that was provided does it. */
export function provide(name: CommandName, handle: () => void, until: AbortSignal): void {
  const all = handlers.get(name) ?? [];
  handlers.set(name, all);
  all.push(handle);
  until.addEventListener('abort', () => all.splice(all.indexOf(handle), 1));
}

/** Does it: what was provided, else the click on the page's element that is marked with the command. False = nothing here does it. */
export function run(name: CommandName): boolean {
  const handle = handlers.get(name)?.at(-1);
  if (handle) {
    handle();
    return true;
  }
  const element = document.querySelector<HTMLElement>(`[data-command="${name}"]`);
  element?.click();
  return element !== null;
}

/** Takes the keys that are ours before whatever has the focus sees them. */
export function takeKeys(): void {
  const pressed = new Set<string>();
  document.addEventListener('keydown', event => {
    const name = commandOf(event);
    // What a dialog asks comes first.
    if (!name || document.querySelector('dialog[open]') || !run(name)) return;
    pressed.add(event.code);
    event.preventDefault();
    event.stopImmediatePropagation();
  }, { capture: true });
  document.addEventListener('keyup', event => {
    // A program that asked for releases would get one whose press it never saw.
    if (pressed.delete(event.code)) event.stopImmediatePropagation();
  }, { capture: true });

  const always = new AbortController().signal;
  provide('next-terminal', () => openRow(1), always);
  provide('previous-terminal', () => openRow(-1), always);
  for (let number = 1; number <= 9; number++) provide(`terminal-${number}`, () => rows()[number - 1]?.click(), always);
  provide('next-asking', openAsking, always);
  provide('leave', () => nextRegion(1), always);
  provide('leave-back', () => nextRegion(-1), always);
}

/** The terminals of the navigation, in its order. */
function rows(): HTMLAnchorElement[] {
  return [...document.querySelectorAll<HTMLAnchorElement>('a[data-row]')];
}

function openRow(step: number): void {
  const all = rows();
  const present = all.findIndex(row => row.pathname === location.pathname);
  all.at(present < 0 ? (step > 0 ? 0 : -1) : (present + step) % all.length)?.click();
}

/** The next terminal or task after the present one that waits for a person; else the inbox says that there is none. */
function openAsking(): void {
  const all = [...document.querySelectorAll<HTMLAnchorElement>('a[data-row], a[data-task-row]')];
  const present = all.findIndex(row => row.pathname === location.pathname);
  const next = [...all.slice(present + 1), ...all.slice(0, present + 1)].find(row => 'asks' in row.dataset);
  (next ?? document.querySelector<HTMLAnchorElement>('a[data-inbox]'))?.click();
}
