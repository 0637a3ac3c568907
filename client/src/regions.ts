const focusable = 'a[href], button:not(:disabled), input:not(:disabled), select, textarea, [tabindex]:not([tabindex="-1"])';

/** Moves the focus to the first part of the next region of the page, or of the one before. A terminal takes the keys of its own. */
export function nextRegion(step: number): void {
  const regions = [...document.querySelectorAll<HTMLElement>('[data-region]')].filter(region => first(region));
  const present = regions.findIndex(region => region.contains(document.activeElement));
  const next = regions.at((present + step) % regions.length);
  if (next) first(next)?.focus();
}

function first(region: HTMLElement): HTMLElement | undefined {
  const terminal = region.querySelector<HTMLElement>('.xterm-helper-textarea:not(:disabled)');
  return terminal ?? [...region.querySelectorAll<HTMLElement>(focusable)].find(element =>
    element.checkVisibility({ visibilityProperty: true }) && element.getBoundingClientRect().right > 0);
}
