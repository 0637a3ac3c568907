const attempts = 4;
const pause = 1_000;

/** What the server said to what was sent. */
export interface Answer {
  location?: string;
  message?: string;
  /** Whether it was taken. */
  ok: boolean;
}

/**
 * Sends something a person has written, whatever its length, past the circuit. The id makes it once even when it is sent again: a
 * connection that fails on the way is tried again.
 */
export async function postOnce(url: string, id: string, body: string): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await fetch(url, {
        method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Coda-Form': id }, body,
      });
      const answer = (await response.json()) as { location?: string; message?: string };
      return { ok: response.ok, message: `The server refused it (${response.status}). What you wrote is still here.`, ...answer };
    } catch (error) {
      if (attempt === attempts) throw error;
      await new Promise(resolve => setTimeout(resolve, pause));
    }
  }
}
