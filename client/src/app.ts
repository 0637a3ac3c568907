import { takeKeys } from './commands';
import { watchConnection } from './connection';
import { keepFormDrafts } from './form-drafts';
import { sendForms } from './forms';
import './appearance';

interface SignalRBuilder {
  withUrl(url: string, options: { transport: number; skipNegotiation: boolean }): SignalRBuilder;
}

interface BlazorStart {
  start(options: {
    circuit: {
      configureSignalR(builder: SignalRBuilder): void;
      reconnectionOptions: { maxRetries: number; retryIntervalMilliseconds(attempt: number, maxRetries?: number): number | null };
    };
  }): Promise<void>;
}

declare const Blazor: BlazorStart;

const webSockets = 1;
let connections = 0;

// SignalR takes one failed attempt for a sign that WebSockets do not work here at all, and continues with long polling. Once the
// first connection has shown that they do work, later ones use nothing else.
function configureSignalR(builder: SignalRBuilder): void {
  const polled = performance.getEntriesByType('resource').some(entry => /\/_blazor\?id=/.test(entry.name));
  if (connections++ > 0 && !polled) builder.withUrl('_blazor', { transport: webSockets, skipNegotiation: true });
}

watchConnection();
takeKeys();
keepFormDrafts();
sendForms();

// The default back-off leaves a page dead for 15 s after a cut of one second.
void Blazor.start({
  circuit: {
    configureSignalR,
    reconnectionOptions: {
      maxRetries: 200,
      retryIntervalMilliseconds: (attempt, max) => (max !== undefined && attempt >= max ? null : Math.min(250 * (attempt + 1), 3000)),
    },
  },
});
