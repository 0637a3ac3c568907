// The login page: the code is in the address's fragment, which browsers do not send, and leaves the page only when a person presses the
// button. Programs that fetch links, such as those of messengers, cannot use it.
const form = document.querySelector<HTMLFormElement>('#sign-in');
const field = form?.elements.namedItem('code');
const code = new URLSearchParams(location.hash.slice(1)).get('c');

if (form && field instanceof HTMLInputElement && code) {
  field.value = code;
  // The code is a secret: it stays neither in the history nor on the screen.
  history.replaceState(null, '', location.pathname);
  form.hidden = false;
  const others = document.querySelector<HTMLElement>('#no-code');
  if (others) others.hidden = true;
  const button = form.querySelector('button');
  button?.focus();
  form.addEventListener('submit', () => {
    // A second press would come with a code that is used up.
    if (button) button.disabled = true;
  });
}
