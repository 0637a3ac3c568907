/** How long a page that is being left is not loaded again: what it asked for, such as signing out, is on its way. */
const LEAVING_MS = 10_000;

let leftAt = -Infinity;

/** Says what became of the connection, and brings the page back when the server has forgotten it. */
export function watchConnection(): void {
  addEventListener('beforeunload', () => (leftAt = performance.now()));

  // Blazor finds its display by this id, and tells it the state by event.
  const banner = document.getElementById('components-reconnect-modal');
  if (!banner) return;

  banner.addEventListener('components-reconnect-state-changed', event => {
    const state = (event as CustomEvent<{ state: string }>).detail.state;
    switch (state) {
      case 'show':
      case 'retrying':
        show(banner, 'Connection lost. Reconnecting…');
        void reloadWhenSignedOut();
        break;
      case 'hide':
        banner.hidden = true;
        break;
      case 'failed':
      case 'rejected':
      case 'resume-failed':
        show(banner, 'The server was restarted. This page reloads when it answers.');
        void reloadWhenHealthy();
        break;
    }
  });
}

function show(banner: HTMLElement, text: string): void {
  banner.textContent = text;
  banner.hidden = false;
}

/** Another tab has signed this browser out: loaded again, the page says how to come in. */
async function reloadWhenSignedOut(): Promise<void> {
  try {
    if ((await fetch(location.href, { cache: 'no-store' })).status === 401) reload();
  } catch {
    // The server is out of reach: Blazor tries again.
  }
}

/** Loads the page again, unless it is being left; whether it did. */
function reload(): boolean {
  if (performance.now() - leftAt < LEAVING_MS) return false;
  location.reload();
  return true;
}

let waiting = false;

async function reloadWhenHealthy(): Promise<void> {
  if (waiting) return;
  waiting = true;
  for (let pause = 500; ; pause = Math.min(pause * 1.5, 5000)) {
    try {
      if ((await fetch('health', { cache: 'no-store' })).ok && reload()) return;
    } catch {
      // Not there yet: the next round asks again.
    }
    await new Promise(resolve => setTimeout(resolve, pause));
  }
}
