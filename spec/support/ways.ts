/** The ways by which a client of today or yesterday connects. */

export interface Way {
  readonly name: string;
  readonly transports: readonly string[];
  readonly upgrade: boolean;
  /** What the client and the server say of a connection that breaks. */
  readonly clientCut: string;
  readonly serverCut: string;
  /** Whether its polls are scripts. */
  readonly byScripts?: true;
}

export const ways: readonly Way[] = [
  {
    name: 'by websocket',
    transports: ['websocket'],
    upgrade: false,
    clientCut: 'transport close',
    serverCut: 'transport close',
  },
  {
    name: 'by polling',
    transports: ['polling'],
    upgrade: false,
    clientCut: 'transport error',
    serverCut: 'transport error',
  },
  {
    name: 'by polling, then websocket',
    transports: ['polling', 'websocket'],
    upgrade: true,
    clientCut: 'transport close',
    serverCut: 'transport close',
  },
];

/** For those that can. */
export const scripts: Way = {
  name: 'by JSONP',
  transports: ['polling'],
  upgrade: false,
  clientCut: 'transport error',
  serverCut: 'transport error',
  byScripts: true,
};
