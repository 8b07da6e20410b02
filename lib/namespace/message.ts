/** One message of a client, as `for await (const message of socket)` gives it. */
import type {
  AllButLast,
  Anything,
  Callback,
  DefaultEventsMap,
  EventNames,
  EventsMap,
  First,
  IsAnything,
  Last,
} from '../events.js';
import type { EventPacket } from '../packet.js';

/** Answers a client; false if nothing was asked, it has been answered, or the client is gone. */
export type Reply = (...args: unknown[]) => boolean;

type WithoutAck<Args extends readonly unknown[]> = number extends Args['length']
  ? Args
  : Last<Args> extends Callback
    ? AllButLast<Args>
    : Args;

interface MessageOf<Name, Args extends readonly unknown[]> {
  readonly name: Name;
  /** The arguments, without an acknowledgement. */
  readonly args: Args;
  /** The first argument. */
  readonly data: First<Args>;
  /** `text` and `json` for what was sent with `send()`: one string, or one other value. Else `event`. */
  readonly kind: 'event' | 'text' | 'json';
  /** Whether the client waits for an answer. */
  readonly wantsReply: boolean;
  readonly reply: Reply;
}

/** A message; its name tells the types of its arguments. */
export type Message<Listen extends EventsMap = DefaultEventsMap> =
  IsAnything<Listen> extends true
    ? MessageOf<Anything, Anything>
    : {
        [Name in EventNames<Listen>]: MessageOf<Name, WithoutAck<Parameters<Listen[Name]>>>;
      }[EventNames<Listen>];

/** The answer to those who asked nothing. */
export const noReply: Reply = () => false;

/** @param event name and arguments as the listeners get them, a reply function among them */
export function messageOf(event: readonly unknown[], reply: Reply, form: EventPacket['form']): Message {
  const name = String(event[0]);
  const args = event.slice(1).filter((arg) => arg !== reply);
  const kind = form ?? kindOf(name, args);
  return { name, args, data: args[0], kind, wantsReply: reply !== noReply, reply };
}

/** Newer protocols have no form of their own for `send()`: there it is the event `message`. */
function kindOf(name: string, args: readonly unknown[]): Message['kind'] {
  if (name !== 'message' || args.length !== 1) return 'event';
  return typeof args[0] === 'string' ? 'text' : 'json';
}
