/** A parser as a user would write one: each packet is one JSON text. */
import { EventEmitter } from 'node:events';

export class Encoder {
  encode(packet: object): string[] {
    return [JSON.stringify(packet)];
  }
}

export class Decoder extends EventEmitter {
  add(message: unknown): void {
    this.emit('decoded', JSON.parse(String(message)));
  }

  destroy(): void {
    this.removeAllListeners();
  }
}
