import { SearchAddon } from '@xterm/addon-search';
import type { Terminal } from '@xterm/xterm';
import { button } from './button';

const decorations = {
  matchBackground: '#7a5b00',
  matchOverviewRuler: '#c8a020',
  activeMatchBackground: '#b35900',
  activeMatchColorOverviewRuler: '#ff8c00',
};

/** Finds text in the scrollback: Enter next, Shift+Enter previous, Esc closes. */
export class SearchBar {
  private readonly addon = new SearchAddon();
  private readonly bar = document.createElement('div');
  private readonly box = document.createElement('input');
  private readonly count = document.createElement('span');

  constructor(
    private readonly terminal: Terminal, host: HTMLElement, private readonly toggled: (open: boolean) => void,
  ) {
    terminal.loadAddon(this.addon);
    this.bar.className = 'terminal-search';
    this.bar.hidden = true;
    this.box.type = 'search';
    this.box.placeholder = 'Search';
    this.box.setAttribute('aria-label', 'Search in the terminal');
    this.count.setAttribute('role', 'status');
    this.bar.append(
      this.box, this.count,
      button('Previous match', 'terminal-search-previous', () => this.addon.findPrevious(this.box.value, { decorations })),
      button('Next match', 'terminal-search-next', () => this.addon.findNext(this.box.value, { decorations })),
      button('Close the search', 'terminal-search-close', () => this.close()),
    );
    host.append(this.bar);

    this.addon.onDidChangeResults(({ resultIndex, resultCount }) => {
      this.count.textContent = this.box.value === '' ? '' : resultCount === 0 ? 'none' : `${resultIndex + 1}/${resultCount}`;
    });
    this.box.addEventListener('input', () => this.addon.findNext(this.box.value, { decorations, incremental: true }));
    this.box.addEventListener('keydown', event => {
      if (event.key === 'Escape') this.close();
      else if (event.key === 'Enter' && event.shiftKey) this.addon.findPrevious(this.box.value, { decorations });
      else if (event.key === 'Enter') this.addon.findNext(this.box.value, { decorations });
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
  }

  toggle(): void {
    if (this.bar.hidden) this.open();
    else this.close();
  }

  dispose(): void {
    this.bar.remove();
  }

  private close(): void {
    this.bar.hidden = true;
    this.toggled(false);
    this.addon.clearDecorations();
    this.terminal.focus();
  }
}
