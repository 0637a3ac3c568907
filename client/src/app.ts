import { circuit } from './circuit';
import { Connection } from './connection';
import { ConnectionLine } from './connection-line';
import { sendForms } from './forms';
import { pulse } from './pulse';
import './appearance';

const place = document.getElementById('connection')!;
const connection: Connection = new Connection(
  circuit, pulse, new ConnectionLine(place, () => connection.press()), place.dataset.server ?? '');
sendForms();
void circuit.start(connection, () => connection.onCircuitOpened(), () => connection.onFailure());
