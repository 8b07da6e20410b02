/** A stand-in for a MongoDB collection: documents make a real round trip through BSON, and changes are told. */
import { EventEmitter } from 'node:events';
import { deserialize, ObjectId, serialize } from 'bson';

interface Filter {
  readonly $match: { readonly 'fullDocument.uid': { readonly $ne: string } };
}

class Changes extends EventEmitter {
  readonly resumeToken = undefined;
  readonly #stranger: string;
  readonly #ended: (changes: Changes) => void;
  closed = false;

  constructor(stranger: string, ended: (changes: Changes) => void) {
    super();
    this.#stranger = stranger;
    this.#ended = ended;
  }

  /** Everybody hears of it but who wrote it; each reader has a copy of its own. */
  inserted(bytes: Uint8Array): void {
    const fullDocument = deserialize(bytes, { promoteBuffers: true });
    if (this.closed || fullDocument.uid === this.#stranger) return;
    this.emit('change', { operationType: 'insert', fullDocument });
  }

  async close(): Promise<void> {
    this.closed = true;
    this.#ended(this);
    this.emit('close');
  }
}

export class Documents {
  readonly #watching = new Set<Changes>();

  async insertOne(document: Record<string, unknown>): Promise<{ insertedId: ObjectId }> {
    const insertedId = new ObjectId();
    const bytes = serialize({ _id: insertedId, ...document }, { ignoreUndefined: true });
    setImmediate(() => {
      for (const changes of this.#watching) changes.inserted(bytes);
    });
    return { insertedId };
  }

  watch([filter]: [Filter]): Changes {
    const changes = new Changes(filter.$match['fullDocument.uid'].$ne, (ended) =>
      this.#watching.delete(ended),
    );
    this.#watching.add(changes);
    return changes;
  }
}
