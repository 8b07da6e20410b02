/** An object that is a function: what Express and Connect mount, with methods on it. */
import type { IncomingMessage, ServerResponse } from 'node:http';

export type Next = (error?: unknown) => void;

export interface Callable {
  /** As middleware is called. */
  (req: IncomingMessage, res: ServerResponse, next?: Next): void;
  /** Three: with four, Express would take it for an error handler. */
  readonly length: number;
}

/**
 * Makes each instance a function that calls its own `handle`. A class that extends this has its fields and its private
 * members on that function, since a constructor may return the object that becomes `this`.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the interface is what the constructor returns
export abstract class Callable {
  constructor() {
    const self = (req: IncomingMessage, res: ServerResponse, next?: Next): void =>
      instance.handle(req, res, next);
    const instance: Callable = Object.setPrototypeOf(self, new.target.prototype);
    // biome-ignore lint/correctness/noConstructorReturn: the returned function is the instance
    return instance;
  }

  abstract handle(req: IncomingMessage, res: ServerResponse, next?: Next): void;

  /** Express takes what has `handle` and `set` for an application, and tells it where it is mounted. */
  set(_name?: string, _value?: unknown): this {
    return this;
  }
}

/** Express says `mount` with the application as its only argument; nobody broadcasts a function. */
export function isMount(name: unknown, args: readonly unknown[]): boolean {
  return name === 'mount' && args.length === 1 && typeof args[0] === 'function';
}

// What functions can do, Express may ask of us.
Object.setPrototypeOf(Callable.prototype, Function.prototype);
