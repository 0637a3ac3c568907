import { circuit } from './circuit';
import { takeKeys } from './commands';
import { Connection } from './connection';
import { ConnectionLine } from './connection-line';
import { keepFormDrafts } from './form-drafts';
import { sendForms } from './forms';
import { pulse } from './pulse';
import './appearance';

declare global {
  interface Window {
    codaPage: { isTypingElsewhere(): boolean };
  }
}

window.codaPage = {
  /** Whether the keys are in a field of the user's, and not in a terminal. */
  isTypingElsewhere: () => document.activeElement?.matches('input, textarea:not(.xterm-helper-textarea), dialog *') ?? false,
};

const place = document.getElementById('connection')!;
const connection: Connection = new Connection(
  circuit, pulse, new ConnectionLine(place, () => connection.press()), place.dataset.server ?? '');
takeKeys();
keepFormDrafts();
sendForms();
void circuit.start(connection, () => connection.onCircuitOpened(), () => connection.onFailure());
