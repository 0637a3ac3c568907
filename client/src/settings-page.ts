import { commands, keyLabel } from './keys';
import { choose, followSettings, type Settings } from './settings';

/** Fills the page's fields with what is chosen, and chooses what is changed there. */
export function open(host: HTMLElement): { dispose(): void } {
  const gone = new AbortController();
  const fields = [...host.querySelectorAll<HTMLInputElement>('[data-setting]')];
  followSettings(settings => {
    for (const field of fields) {
      const value = settings[field.dataset.setting as keyof Settings];
      field.checked = field.type === 'radio' ? field.value === value : value === true;
    }
  }, gone.signal);
  for (const field of fields) {
    field.addEventListener('change', () => choose({ [field.dataset.setting!]: field.type === 'radio' ? field.value : field.checked }));
  }
  host.querySelector('[data-shortcuts]')?.replaceChildren(...commands.filter(command => keyLabel(command.name) !== '').flatMap(command => {
    const [term, key] = [document.createElement('dt'), document.createElement('dd')];
    term.textContent = command.label;
    const shown = document.createElement('kbd');
    shown.textContent = keyLabel(command.name);
    key.append(shown);
    return [term, key];
  }));
  return { dispose: () => gone.abort() };
}
