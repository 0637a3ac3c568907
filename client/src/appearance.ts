declare global {
  interface Window {
    codaAppearance: { setDark(dark: boolean): void; prefersDark(): boolean };
  }
}

const fontSizeKey = 'coda.terminal.fontSize';
const defaultFontSize = 14;
const smallestFont = 8;
const largestFont = 32;

// The server reads the cookie, so that the first paint has the right colours already.
window.codaAppearance = {
  setDark(dark: boolean): void {
    document.cookie = `coda-theme=${dark ? 'dark' : 'light'}; path=/; max-age=31536000; samesite=lax`;
    document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  },
  prefersDark: () => matchMedia('(prefers-color-scheme: dark)').matches,
};

/** The font of every terminal. */
export const fontFamily =
  'ui-monospace, "JetBrains Mono", "Cascadia Code", "Fira Code", "SF Mono", Menlo, Consolas, '
  + '"DejaVu Sans Mono", "Liberation Mono", monospace';

/** The size the user chose, in pixels. */
export function fontSize(): number {
  const stored = Number(localStorage.getItem(fontSizeKey));
  return stored >= smallestFont && stored <= largestFont ? stored : defaultFontSize;
}

/** Remembers another size; 0 goes back to the default. */
export function changeFontSize(by: number): number {
  return setFontSize(by === 0 ? defaultFontSize : fontSize() + by);
}

/** Remembers a size, as near as it is allowed. */
export function setFontSize(wanted: number): number {
  const size = Math.min(largestFont, Math.max(smallestFont, wanted));
  localStorage.setItem(fontSizeKey, String(size));
  return size;
}
