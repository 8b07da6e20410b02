/** What the compiler knows of a typed server, and what it refuses; at run time there is nothing to do but to load this file. */
import type { Namespace, ParentNamespace, RemoteSocket, Server, Socket } from '../../lib/index.js';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type Not<A extends boolean> = A extends true ? false : true;
/** Whether a value may be used where another is wanted. */
type Fits<A, B> = [A] extends [B] ? true : false;
/** The names that a verb takes. */
type NamesOf<Verb> = Verb extends (name: infer Name, ...args: infer _Args) => unknown ? Name : never;
/** Compiles only if all are true; the line of the false one is the fault. */
function holds<_All extends true[]>(): void {}

interface FromClient {
  hello: (name: string, age: number) => void;
  save: (text: string, done: (id: number) => void) => void;
}

interface ToClient {
  news: (text: string) => void;
  bare: () => void;
  ask: (question: string, ack: (answer: number, rest: boolean) => void) => void;
  fallible: (ack: (error: Error, answer: string) => void) => void;
}

interface AmongServers {
  ping: (n: number) => void;
  count: (ack: (n: number) => void) => void;
}

interface Data {
  user: string;
}

type Io = Server<FromClient, ToClient, AmongServers, Data>;
type Client = Socket<FromClient, ToClient, AmongServers, Data>;
type Place = Namespace<FromClient, ToClient, AmongServers, Data>;
type Talking = Socket<FromClient, { message: (text: string) => void }>;

describe('the types of a server', () => {
  it('tell listeners their arguments, reserved ones, too', () => {
    const use = (io: Io): void => {
      io.on('connection', (socket) => holds<[Same<typeof socket, Client>]>());
      io.once('connect', (socket) => holds<[Same<typeof socket, Client>]>());
      io.on('ping', (n) => holds<[Same<typeof n, number>]>());
      io.of('/x', (socket) => holds<[Same<typeof socket, Client>]>());
      io.use((socket, next) => {
        holds<[Same<typeof socket, Client>]>();
        next(Object.assign(new Error('no'), { data: 1 }));
      });
    };
    void use;
    holds<[Same<NamesOf<Io['on']>, 'connect' | 'connection' | 'new_namespace' | 'ping' | 'count'>]>();
  });

  it('refuse events that nobody declared', () => {
    holds<
      [
        Same<NamesOf<Client['on']>, 'hello' | 'save' | 'disconnect' | 'disconnecting' | 'error'>,
        Same<NamesOf<Client['once']>, NamesOf<Client['on']>>,
        Same<NamesOf<Client['off']>, NamesOf<Client['on']>>,
        Same<NamesOf<Client['emit']>, 'news' | 'bare' | 'ask' | 'fallible'>,
        Same<NamesOf<Client['emitWithAck']>, 'ask' | 'fallible'>,
        Same<NamesOf<Io['serverSideEmit']>, 'ping' | 'count'>,
        Same<NamesOf<Io['serverSideEmitWithAck']>, 'count'>,
      ]
    >();
  });

  it('let a server and a namespace emit only what needs no answer', () => {
    holds<
      [
        Same<NamesOf<Io['emit']>, 'news' | 'bare'>,
        Same<NamesOf<Place['emit']>, 'news' | 'bare'>,
        Same<NamesOf<ReturnType<Io['of']>['emit']>, 'news' | 'bare'>,
        Same<NamesOf<ReturnType<Io['timeout']>['emit']>, 'news' | 'bare' | 'ask' | 'fallible'>,
      ]
    >();
  });

  it('put an error first after timeout(), and answers of many into one array', () => {
    const use = (io: Io, socket: Client): void => {
      socket.emit('ask', 'why', (answer, rest) => {
        holds<[Same<typeof answer, number>, Same<typeof rest, boolean>]>();
      });
      socket.timeout(1).emit('ask', 'why', (error, answer, rest) => {
        holds<[Same<typeof error, Error>, Same<typeof answer, number>, Same<typeof rest, boolean>]>();
      });
      socket.timeout(1).emit('fallible', (error, answer) => {
        holds<[Same<typeof error, Error>, Same<typeof answer, string>]>();
      });
      io.to('room')
        .timeout(1)
        .emit('ask', 'why', (error, answers) => {
          holds<[Same<typeof error, Error>, Same<typeof answers, number[]>]>();
        });
      socket.broadcast.timeout(1).emit('fallible', (error, answers) => {
        holds<[Same<typeof error, Error>, Same<typeof answers, string[]>]>();
      });
    };
    void use;
  });

  it('know what emitWithAck promises', () => {
    const use = (io: Io, socket: Client): void => {
      const one = socket.emitWithAck('ask', 'why');
      const late = socket.timeout(1).emitWithAck('ask', 'why');
      const fallible = socket.timeout(1).emitWithAck('fallible');
      const many = io.timeout(1).emitWithAck('ask', 'why');
      const others = socket.to('room').timeout(1).emitWithAck('fallible');
      const counts = io.serverSideEmitWithAck('count');
      holds<
        [
          Same<typeof one, Promise<number>>,
          Same<typeof late, Promise<number>>,
          Same<typeof fallible, Promise<string>>,
          Same<typeof many, Promise<number[]>>,
          Same<typeof others, Promise<string[]>>,
          Same<typeof counts, Promise<number[]>>,
        ]
      >();
    };
    void use;
  });

  it('let send() be used only by those who may emit message', () => {
    holds<
      [
        Same<Parameters<Talking['send']>, [text: string]>,
        Same<Parameters<Client['send']>, never>,
        Same<Parameters<Io['send']>, never>,
        Same<Parameters<Place['write']>, never>,
        Not<Fits<[number], Parameters<Talking['send']>>>,
      ]
    >();
  });

  it('give answers of other servers with an error in front', () => {
    const use = (io: Io): void => {
      io.serverSideEmit('ping', 1);
      io.serverSideEmit('count', (error, counts) => {
        holds<[Same<typeof error, Error>, Same<typeof counts, number[]>]>();
      });
    };
    void use;
  });

  it('tell why a client left', () => {
    const use = (socket: Client): void => {
      socket.on('disconnect', (reason) => {
        holds<
          [
            Fits<'ping timeout', typeof reason>,
            Fits<'client namespace disconnect', typeof reason>,
            Not<Fits<'bored', typeof reason>>,
            Not<Fits<string, typeof reason>>,
          ]
        >();
      });
    };
    void use;
  });

  it('know the data of a socket, wherever it is', () => {
    holds<
      [
        Same<Client['data'], Data>,
        Same<Awaited<ReturnType<Io['fetchSockets']>>[number]['data'], Data>,
        Same<Socket['data'], ReturnType<typeof JSON.parse>>,
        Fits<Client, RemoteSocket<ToClient, Data>>,
      ]
    >();
  });

  it('let a namespace stand for itself, however it was reached', () => {
    const use = (io: Io, socket: Client, loose: Socket): unknown[] => {
      const same: Place[] = [socket.nsp, io.of('/x'), io.of(/x/), io.sockets];
      const parent: ParentNamespace<FromClient, ToClient, AmongServers, Data> = io.of(/x/);
      const any: Namespace[] = [loose.nsp, socket.nsp, loose.nsp.server.of('/x')];
      const fetched: Client | undefined = io.of('/x').sockets.get('id');
      return [same, parent, any, fetched];
    };
    void use;
    holds<[Not<Fits<Namespace<FromClient>, Socket>>]>();
  });

  it('let what has types of its own stand for what has none', () => {
    type Loosely = ReturnType<typeof JSON.parse>;
    holds<
      [
        Fits<Io, Server>,
        Fits<Io, Server<Loosely, Loosely>>,
        Fits<Server, Server<Loosely, Loosely>>,
        Fits<Server<Loosely, Loosely>, Server>,
        Fits<Place, Namespace>,
        Fits<Place, Namespace<Loosely, Loosely>>,
        Fits<Client, Socket>,
        Fits<Client, Socket<Loosely, Loosely>>,
        Fits<Socket<Loosely, Loosely>, Client>,
      ]
    >();
  });

  it('let a part of a server without types have its own', () => {
    const use = (io: Server): unknown => {
      const place: Place = io.of('/x');
      io.of('/y', (socket: Client) => socket.data.user.length);
      io.on('connection', (socket: Client) => socket.emit('bare'));
      io.use((socket: Client, next) => next(socket.data.user ? undefined : new Error()));
      const typed = io.of<FromClient>('/z', (socket) => {
        holds<[Same<NamesOf<(typeof socket)['on']>, NamesOf<Client['on']>>]>();
      });
      return [place, typed];
    };
    void use;
  });
});
