import { SearchAddon, type ISearchOptions } from '@xterm/addon-search';
import type { Terminal } from '@xterm/xterm';
import { button } from './button';

const most = 1_000;
const shortest = 2;
const decorations = {
  matchBackground: '#7a5b00',
  matchOverviewRuler: '#c8a020',
  activeMatchBackground: '#b35900',
  activeMatchBorder: '#ffffff',
  activeMatchColorOverviewRuler: '#ff8c00',
};

/** Finds text in the scrollback, from two characters on: Enter goes to what is older, Shift+Enter to what is newer, Esc closes. */
export class SearchBar {
  private readonly addon = new SearchAddon({ highlightLimit: most });
  private readonly bar = document.createElement('div');
  private readonly box = document.createElement('input');
  private readonly count = document.createElement('span');
  private readonly caseSensitive = option('Aa', 'Aa: match case');
  private readonly wholeWord = option('word', 'word: whole words only');
  private readonly regex = option('.*', '.*: regular expression');

  constructor(private readonly terminal: Terminal, host: HTMLElement, private readonly toggled: (open: boolean) => void) {
    terminal.loadAddon(this.addon);
    this.bar.className = 'terminal-search';
    this.bar.setAttribute('role', 'search');
    this.bar.hidden = true;
    this.box.type = 'text';
    this.box.placeholder = 'Search';
    this.box.spellcheck = false;
    this.box.autocapitalize = 'off';
    this.box.setAttribute('aria-label', 'Search in the terminal');
    this.count.className = 'terminal-search-count';
    this.count.setAttribute('role', 'status');
    this.bar.append(
      this.box, this.count,
      button('Older match (Enter)', 'terminal-search-previous', () => this.find('older')),
      button('Newer match (Shift+Enter)', 'terminal-search-next', () => this.find('newer')),
      this.caseSensitive, this.wholeWord, this.regex,
      button('Close the search (Esc)', 'terminal-search-close', () => this.close()),
    );
    host.append(this.bar);

    this.addon.onDidChangeResults(({ resultIndex, resultCount }) => this.say(counted(resultIndex, resultCount)));
    this.box.addEventListener('input', () => this.find('here'));
    for (const toggle of [this.caseSensitive, this.wholeWord, this.regex]) {
      toggle.addEventListener('click', () => {
        toggle.setAttribute('aria-pressed', String(toggle.ariaPressed !== 'true'));
        this.find('here');
      });
    }
    this.bar.addEventListener('keydown', event => {
      if (event.key === 'Escape') this.close();
      else if (event.key === 'Enter' && event.target === this.box) this.find(event.shiftKey ? 'newer' : 'older');
      else return;
      event.preventDefault();
    });
  }

  open(): void {
    this.bar.hidden = false;
    this.toggled(true);
    const selected = this.terminal.getSelection();
    if (selected && !selected.includes('\n')) this.box.value = selected;
    this.box.focus();
    this.box.select();
    this.find('here');
  }

  toggle(): void {
    if (this.bar.hidden) this.open();
    else this.close();
  }

  dispose(): void {
    this.bar.remove();
  }

  private find(which: 'here' | 'older' | 'newer'): void {
    const { value } = this.box;
    const problem = this.regex.ariaPressed === 'true' ? brokenExpression(value) : '';
    this.box.setAttribute('aria-invalid', String(problem !== ''));
    this.box.title = problem;
    if (value.length < shortest || problem) {
      this.addon.clearDecorations();
      this.terminal.clearSelection();
      this.say(problem ? 'not a regular expression' : '');
      return;
    }
    const options: ISearchOptions = {
      decorations,
      caseSensitive: this.caseSensitive.ariaPressed === 'true',
      wholeWord: this.wholeWord.ariaPressed === 'true',
      regex: this.regex.ariaPressed === 'true',
    };
    // What is typed is looked for from the end on: the newest is meant.
    if (which === 'here') this.terminal.clearSelection();
    if (which === 'newer') this.addon.findNext(value, options);
    else this.addon.findPrevious(value, options);
  }

  private say(text: string): void {
    this.count.textContent = text;
  }

  private close(): void {
    this.bar.hidden = true;
    this.toggled(false);
    this.addon.clearDecorations();
    this.terminal.focus();
  }
}

/** Where the present match is among all: `3 of 17`, `1000+`, `none`. */
export function counted(index: number, count: number): string {
  if (count === 0) return 'none';
  if (count >= most) return index < 0 ? `${most}+` : `${index + 1} of ${most}+`;
  return `${index + 1} of ${count}`;
}

/** Why an expression is none, in the browser's words; empty = it is one. */
export function brokenExpression(text: string): string {
  try {
    new RegExp(text);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

function option(sign: string, label: string): HTMLButtonElement {
  const made = button(label, 'terminal-search-option', () => {});
  made.textContent = sign;
  made.setAttribute('aria-pressed', 'false');
  return made;
}
