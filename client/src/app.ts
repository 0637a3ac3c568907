import { watchConnection } from './connection';
import './appearance';

interface BlazorStart {
  start(options: {
    circuit: {
      reconnectionOptions: { maxRetries: number; retryIntervalMilliseconds(attempt: number, maxRetries?: number): number | null };
    };
  }): Promise<void>;
}

declare const Blazor: BlazorStart;

watchConnection();

// The default back-off leaves a page dead for 15 s after a cut of one second.
void Blazor.start({
  circuit: {
    reconnectionOptions: {
      maxRetries: 200,
      retryIntervalMilliseconds: (attempt, max) => (max !== undefined && attempt >= max ? null : Math.min(250 * (attempt + 1), 3000)),
    },
  },
});
