/** Typed events: assertions that the compiler checks; at run time there is nothing to do but to load this file. */

import type { DisconnectReason } from '../lib/errors.js';
import type {
  AckOf,
  AllButLast,
  Anything,
  DefaultEventsMap,
  EventNames,
  EventParams,
  ForMany,
  Last,
  MessageParams,
  NamesWithAck,
  NamesWithoutAck,
  WithTimeout,
} from '../lib/events.js';
import type { Message } from '../lib/namespace/message.js';
import type { Namespace } from '../lib/namespace/namespace.js';
import type { RemoteSocket } from '../lib/namespace/remote.js';
import type { Socket } from '../lib/namespace/socket.js';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** Whether a function may be called with these arguments. */
type Takes<F, Args extends unknown[]> = F extends (...args: infer P) => unknown
  ? Args extends P
    ? true
    : false
  : false;
/** Compiles only if all are true; the line of the false one is the fault. */
function holds<_All extends true[]>(): void {}

interface FromClient {
  hello: (name: string, age: number) => void;
  ask: (question: string, ack: (answer: string) => void) => void;
}

interface ToClient {
  message: (text: string) => void;
  bare: () => void;
  ask: (question: string, ack: (answer: number, rest: boolean) => void) => void;
  maybe: (question: string, ack?: (answer: number) => void) => void;
  failing: (ack: (error: Error | null, answer: string) => void) => void;
  loose: (value: Anything) => void;
  nothing: (ack: (answer: null) => void) => void;
}

interface AmongServers {
  ping: (n: number) => void;
  count: (ack: (n: number) => void) => void;
}

interface Data {
  user: string;
}

type TypedSocket = Socket<FromClient, ToClient, AmongServers, Data>;
type TypedNamespace = Namespace<FromClient, ToClient, AmongServers, Data>;

describe('typed events', () => {
  it('name events and their arguments', () => {
    holds<
      [
        Same<EventNames<FromClient>, 'hello' | 'ask'>,
        Same<EventParams<FromClient, 'hello'>, [name: string, age: number]>,
        Same<EventNames<DefaultEventsMap>, string>,
        Same<EventParams<DefaultEventsMap, 'anything'>, Anything[]>,
      ]
    >();
  });

  it('know the last argument', () => {
    holds<
      [
        Same<Last<[string, number]>, number>,
        Same<Last<[string, number?]>, number>,
        Same<Last<[]>, undefined>,
        Same<Last<Anything[]>, Anything>,
        Same<AllButLast<[string, number]>, [string]>,
        Same<AllButLast<[string]>, []>,
        Same<AllButLast<Anything[]>, Anything[]>,
      ]
    >();
  });

  it('tell events with an acknowledgement from those without', () => {
    holds<
      [
        Same<NamesWithAck<ToClient>, 'ask' | 'maybe' | 'failing' | 'loose' | 'nothing'>,
        Same<NamesWithoutAck<ToClient>, 'message' | 'bare' | 'loose'>,
        Same<NamesWithAck<DefaultEventsMap>, string>,
        Same<NamesWithoutAck<DefaultEventsMap>, string>,
      ]
    >();
  });

  it('promise the first argument of an answer that is no error', () => {
    holds<
      [
        Same<AckOf<ToClient, 'ask'>, number>,
        Same<AckOf<ToClient, 'maybe'>, number>,
        Same<AckOf<ToClient, 'failing'>, string>,
        Same<AckOf<ToClient, 'nothing'>, null>,
        Same<AckOf<DefaultEventsMap, 'x'>, Anything>,
      ]
    >();
  });

  it('give an acknowledgement an error after timeout(), once', () => {
    type Timed = WithTimeout<ToClient>;
    holds<
      [
        Same<Last<EventParams<Timed, 'ask'>>, (error: Error, answer: number, rest: boolean) => void>,
        Same<Last<EventParams<WithTimeout<Timed>, 'ask'>>, Last<EventParams<Timed, 'ask'>>>,
        Same<EventParams<Timed, 'failing'>, EventParams<ToClient, 'failing'>>,
        Same<EventParams<Timed, 'message'>, [text: string]>,
        Same<EventParams<WithTimeout<DefaultEventsMap>, 'x'>, Anything[]>,
      ]
    >();
  });

  it('gather the answers of many in one array', () => {
    type Many = ForMany<ToClient>;
    holds<
      [
        Same<Last<EventParams<Many, 'ask'>>, (responses: number[]) => void>,
        Same<Last<EventParams<WithTimeout<Many>, 'ask'>>, (error: Error, responses: number[]) => void>,
        Same<Last<EventParams<Many, 'failing'>>, (error: Error, responses: string[]) => void>,
        Same<EventParams<Many, 'message'>, [text: string]>,
      ]
    >();
  });

  it('let send() have the arguments of `message`, or none at all', () => {
    holds<[Same<MessageParams<ToClient>, [text: string]>, Same<MessageParams<FromClient>, never>]>();
  });
});

describe('a typed socket', () => {
  it('emits what the map says', () => {
    const use = (socket: TypedSocket): void => {
      socket.emit('message', 'text');
      socket.emit('bare');
      socket.emit('ask', 'why', (answer, rest) =>
        holds<[Same<typeof answer, number>, Same<typeof rest, boolean>]>(),
      );
      socket.send('text').write('text');
      socket.timeout(1).emit('ask', 'why', (error, answer) => {
        holds<[Same<typeof error, Error>, Same<typeof answer, number>]>();
      });
      const answer = socket.emitWithAck('ask', 'why');
      const later = socket.timeout(1).emitWithAck('ask', 'why');
      holds<[Same<typeof answer, Promise<number>>, Same<typeof later, Promise<number>>]>();
    };
    void use;
  });

  it('refuses what the map does not say', () => {
    type Emit = TypedSocket['emit'];
    holds<
      [
        Takes<Emit, ['message', string]>,
        Same<Takes<Emit, ['hello', string, number]>, false>,
        Same<'hello' extends Parameters<Emit>[0] ? true : false, false>,
        Same<Takes<TypedSocket['send'], [number]>, false>,
        Same<Takes<Socket<FromClient>['send'], [string]>, false>,
        Same<'message' extends Parameters<TypedSocket['emitWithAck']>[0] ? true : false, false>,
      ]
    >();
  });

  it('hears what the map says, and what Socket.IO itself tells', () => {
    const use = (socket: TypedSocket): void => {
      socket.on('hello', (name, age) => holds<[Same<typeof name, string>, Same<typeof age, number>]>());
      socket.once('ask', (_question, ack) => ack('because'));
      socket.on('disconnect', (reason, description) => {
        holds<
          [Same<typeof reason, DisconnectReason>, Same<typeof description, ReturnType<typeof JSON.parse>>]
        >();
      });
      socket.on('disconnecting', (reason) => holds<[Same<typeof reason, DisconnectReason>]>());
      socket.on('error', (error) => holds<[Same<typeof error, Error>]>());
    };
    void use;
    type Names = Parameters<TypedSocket['on']>[0];
    holds<[Same<Names, 'hello' | 'ask' | 'disconnect' | 'disconnecting' | 'error'>]>();
  });

  it('has typed data and typed messages', () => {
    type Got = Message<FromClient>;
    holds<
      [
        Same<TypedSocket['data'], Data>,
        Same<Got['name'], 'hello' | 'ask'>,
        Same<Extract<Got, { name: 'hello' }>['args'], [name: string, age: number]>,
        Same<Extract<Got, { name: 'ask' }>['args'], [question: string]>,
        Same<Extract<Got, { name: 'ask' }>['data'], string>,
        Same<Message['data'], Anything>,
      ]
    >();
  });

  it('takes anything where nothing is declared', () => {
    const use = async (socket: Socket): Promise<void> => {
      socket.on('x', (text) => text.length);
      socket.on('y', (n: number, ack: (ok: boolean) => void) => ack(n > 0));
      socket.emit('x', 1, 'two', (answer: string) => answer);
      socket.send(1).to('room').emit('x');
      const answer = await socket.timeout(1).emitWithAck('x', 1);
      holds<[Same<typeof answer, Anything>]>();
      for await (const message of socket) socket.broadcast.send(message.data);
    };
    void use;
  });
});

describe('a typed namespace', () => {
  it('emits what needs no answer, and asks after timeout()', () => {
    const use = (nsp: TypedNamespace): void => {
      nsp.emit('message', 'text');
      nsp.to('room').emit('message', 'text');
      nsp.timeout(1).emit('ask', 'why', (error, answers) => {
        holds<[Same<typeof error, Error>, Same<typeof answers, number[]>]>();
      });
      const answers = nsp.timeout(1).emitWithAck('ask', 'why');
      holds<[Same<typeof answers, Promise<number[]>>]>();
      nsp.on('connection', (socket) => holds<[Same<typeof socket, TypedSocket>]>());
      nsp.on('ping', (n) => holds<[Same<typeof n, number>]>());
      nsp.serverSideEmit('ping', 1);
      nsp.serverSideEmit('count', (error, counts) => {
        holds<[Same<typeof error, Error>, Same<typeof counts, number[]>]>();
      });
    };
    void use;
    holds<
      [
        Same<Parameters<TypedNamespace['emit']>[0], 'message' | 'bare' | 'loose'>,
        Same<Parameters<TypedNamespace['serverSideEmit']>[0], 'ping' | 'count'>,
        Same<Awaited<ReturnType<TypedNamespace['fetchSockets']>>[number]['data'], Data>,
      ]
    >();
  });

  it('gives out sockets that can stand for remote ones', () => {
    const use = (socket: Socket, remote: RemoteSocket): RemoteSocket[] => [socket, remote];
    void use;
  });
});
