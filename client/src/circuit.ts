import { pulse } from './pulse';

/** Of SignalR's connection what is used here. */
interface Hub {
  readonly state: string;
  stop(): Promise<void>;
  on(method: string, called: () => void): void;
  onclose(closed: () => void): void;
}

interface SignalRBuilder {
  withUrl(url: string, options: { transport?: number; skipNegotiation?: boolean; WebSocket: unknown }): SignalRBuilder;
  build(): Hub;
}

/** What Blazor is told about its connection, and when it says what. */
export interface Reconnection {
  onConnectionDown(options: unknown, error?: Error, paused?: boolean): void;
  onConnectionUp(): void;
}

interface BlazorCircuit {
  start(options: {
    circuit: {
      configureSignalR(builder: SignalRBuilder): void;
      reconnectionHandler: Reconnection;
      circuitHandlers: { onCircuitOpened(): void }[];
    };
  }): Promise<void>;
  reconnect(): Promise<boolean>;
  resumeCircuit(): Promise<boolean>;
}

declare const Blazor: BlazorCircuit;
declare const DotNet: { invokeMethodAsync(assembly: string, method: string): Promise<void> };

const webSockets = 1;
let connections = 0;
let hub: Hub | undefined;
let socket: WebSocket | undefined;

/** The circuit behind this page, as Blazor and SignalR have it. */
export const circuit = {
  /** Starts Blazor. `failed` is called when the server ends the circuit after an error. */
  start(reconnection: Reconnection, opened: () => void, failed: () => void): Promise<void> {
    return Blazor.start({
      circuit: {
        configureSignalR: builder => configure(builder, failed),
        reconnectionHandler: reconnection,
        circuitHandlers: [{ onCircuitOpened: opened }],
      },
    });
  },

  /** One attempt: whether the server has this page or made it again. Throws where the server is out of reach. */
  async regain(): Promise<boolean> {
    return (await Blazor.reconnect()) || Blazor.resumeCircuit();
  },

  /** A round trip over the circuit's own socket. */
  ping: (): Promise<void> => DotNet.invokeMethodAsync('Coda.Web', 'Ping'),

  /** Gives the connection up, or the attempt to have one: a dead socket would take minutes to say so. */
  drop(): void {
    // SignalR waits for a socket that is being opened, whatever it is asked.
    if (socket?.readyState === WebSocket.CONNECTING) socket.close();
    else void hub?.stop();
  },

  /** When there is no connection. */
  closed(): Promise<void> {
    return new Promise(resolve => (hub?.state === 'Connected' ? hub.onclose(() => setTimeout(resolve)) : resolve()));
  },
};

// SignalR takes one failed attempt for a sign that WebSockets do not work here at all, and continues with long polling. Once the
// first connection has shown that they do work, later ones use nothing else.
function configure(builder: SignalRBuilder, failed: () => void): void {
  const polled = performance.getEntriesByType('resource').some(entry => /\/_blazor\?id=/.test(entry.name));
  const only = connections++ > 0 && !polled;
  builder.withUrl('_blazor', { WebSocket: KnownSocket, ...(only && { transport: webSockets, skipNegotiation: true }) });
  // Blazor keeps its connection to itself.
  const build = builder.build.bind(builder);
  builder.build = () => {
    hub = build();
    hub.on('JS.Error', failed);
    return hub;
  };
}

/** Only where there is a browser: tests import this file in Node. */
const KnownSocket = typeof WebSocket === 'undefined' ? undefined : class extends WebSocket {
  constructor(url: string, protocols?: string | string[]) {
    super(url, protocols);
    socket = this;
    this.addEventListener('message', () => pulse.heard());
  }
};
