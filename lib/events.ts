/** Typed event maps: what a user declares once, and what each verb makes of it. */

/** Anything at all; the one loose type of the house. */
// biome-ignore lint/suspicious/noExplicitAny: an event that nobody declared carries what the application says; `unknown` would refuse `on('x', (text) => text.length)`, which Socket.IO's users write
export type Anything = any;

/** A function of which nothing is known. */
export type Callback = (...args: Anything[]) => Anything;

/** The widest event map: a name, and a function whose parameters are the event's arguments. */
export interface EventsMap {
  [event: string]: Anything;
}

/** What holds where nothing is declared: any name, any arguments. */
export interface DefaultEventsMap {
  [event: string]: (...args: Anything[]) => void;
}

/** Where no event is foreseen. */
export type NoEvents = Record<never, never>;

/** The names in a map. */
export type EventNames<Events extends EventsMap> = keyof Events & (string | symbol);

/** The arguments of one event, its acknowledgement included. */
export type EventParams<Events extends EventsMap, Name extends EventNames<Events>> = Parameters<Events[Name]>;

/** The names that `on` takes: the reserved ones and the user's. */
export type ListenNames<Listen extends EventsMap, Reserved extends EventsMap> =
  | EventNames<Listen>
  | EventNames<Reserved>;

/** The listener of one event; a reserved name keeps its meaning whatever the user's map says. */
export type ListenerOf<Listen extends EventsMap, Reserved extends EventsMap, Name> =
  Name extends EventNames<Reserved> ? Reserved[Name] : Name extends EventNames<Listen> ? Listen[Name] : never;

/** The last of some arguments: `undefined` where there are none, anything where their number is open. */
export type Last<Args extends readonly unknown[]> = Args extends readonly []
  ? undefined
  : Required<Args> extends readonly [...unknown[], infer Final]
    ? Final
    : Anything;

/** All arguments but the last; all of them where their number is open. */
export type AllButLast<Args extends readonly unknown[]> =
  Required<Args> extends readonly [...infer Front, unknown] ? Front : Args;

/** The first of some arguments. */
export type First<Args extends readonly unknown[]> = Args extends readonly [] ? undefined : Args[0];

/** Whether a type is the loose one. */
export type IsAnything<Value> = 0 extends 1 & Value ? true : false;

/** An `Error`, maybe optional; an answer that is nothing but `null` is an answer. */
type IsError<Value> =
  IsAnything<Value> extends true
    ? false
    : [NonNullable<Value>] extends [never]
      ? false
      : [NonNullable<Value>] extends [Error]
        ? true
        : false;

type WithoutError<Args extends readonly unknown[]> = Args extends readonly [infer Head, ...infer Rest]
  ? IsError<Head> extends true
    ? Rest
    : Args
  : Args;

/** What an acknowledgement answers: its first argument that is no error. */
export type Answer<Ack> = Ack extends (...args: infer Args) => Anything
  ? First<WithoutError<Args>>
  : Anything;

/** The names of events that end with an acknowledgement. */
export type NamesWithAck<Events extends EventsMap> = {
  [Name in EventNames<Events>]: Last<EventParams<Events, Name>> extends Callback ? Name : never;
}[EventNames<Events>];

/** The names of events that do not. */
export type NamesWithoutAck<Events extends EventsMap> = {
  [Name in EventNames<Events>]: Last<EventParams<Events, Name>> extends Callback ? never : Name;
}[EventNames<Events>];

/** What `emitWithAck` promises for one event. */
export type AckOf<Events extends EventsMap, Name extends EventNames<Events>> = Answer<
  Last<EventParams<Events, Name>>
>;

type Timed<Ack> = Ack extends (...args: infer Args) => infer Result
  ? WithoutError<Args> extends Args
    ? (error: Error, ...args: Args) => Result
    : Ack
  : Ack;

type Gathered<Ack> = Ack extends (...args: infer Args) => infer Result
  ? WithoutError<Args> extends Args
    ? (responses: First<Args>[]) => Result
    : (error: Error, responses: First<WithoutError<Args>>[]) => Result
  : Ack;

type IsOpen<Args extends readonly unknown[]> = number extends Args['length'] ? true : false;

/** The map after `timeout()`: each acknowledgement takes `error: Error` first, unless it does already. */
export type WithTimeout<Events extends EventsMap> = {
  [Name in keyof Events]: Events[Name] extends (...args: infer Args) => infer Result
    ? IsOpen<Args> extends true
      ? Events[Name]
      : Last<Args> extends Callback
        ? (...args: [...AllButLast<Args>, Timed<Last<Args>>]) => Result
        : Events[Name]
    : Events[Name];
};

/** The map of a broadcast: each acknowledgement gets all clients' first arguments in one array. */
export type ForMany<Events extends EventsMap> = {
  [Name in keyof Events]: Events[Name] extends (...args: infer Args) => infer Result
    ? IsOpen<Args> extends true
      ? Events[Name]
      : Last<Args> extends Callback
        ? (...args: [...AllButLast<Args>, Gathered<Last<Args>>]) => Result
        : Events[Name]
    : Events[Name];
};

/** The arguments of `send`: those of the event `message`, which the map must have. */
export type MessageParams<Events extends EventsMap> =
  'message' extends EventNames<Events> ? EventParams<Events, 'message'> : never;
