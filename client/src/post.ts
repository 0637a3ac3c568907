const attempts = 4;
const pause = 1_000;

/** What the server said to what was sent. */
export interface Answer {
  location?: string;
  message?: string;
  /** Whether it was taken. */
  ok: boolean;
}

const limit = 15_000;

/**
 * Sends something a person has written, whatever its length, past the circuit. The id makes it once even when it is sent again: a
 * connection that fails on the way, or does not answer, is tried again.
 */
export async function postOnce(url: string, id: string, body: string): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await fetch(url, {
        method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Coda-Form': id }, body, signal: AbortSignal.timeout(limit),
      });
      return { ok: response.ok, message: sentence(response.status), ...await read(response) };
    } catch (error) {
      if (attempt === attempts) throw error;
      await new Promise(resolve => setTimeout(resolve, pause));
    }
  }
}

function sentence(status: number): string {
  return status === 401 ? 'This browser is signed out. What you wrote is still here: sign in, then send it again.'
    : `The server refused it (${status}). What you wrote is still here.`;
}

/** What stands before the server may answer with a page. */
async function read(response: Response): Promise<{ location?: string; message?: string }> {
  try {
    return (await response.json()) as { location?: string; message?: string };
  } catch {
    return {};
  }
}
