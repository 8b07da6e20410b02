/** Ids of sessions and sockets: unguessable, and short. */
import { Buffer } from 'node:buffer';
import { randomFillSync } from 'node:crypto';

/** 15 bytes are 20 characters of `[A-Za-z0-9_-]`; balancers and sharded adapters rely on that form. */
const ID_BYTES = 15;
const pool = Buffer.alloc(ID_BYTES * 256);
let used = pool.length;

/** A secret of 120 bits from the CSPRNG; one system call serves 256 of them. */
export function newId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const id = pool.toString('base64url', used, used + ID_BYTES);
  pool.fill(0, used, used + ID_BYTES);
  used += ID_BYTES;
  return id;
}
