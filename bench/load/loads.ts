/** Every load by its name. */
import type { Ground, Load } from './load.js';
import { ack } from './loads/ack.js';
import { binary } from './loads/binary.js';
import { broadcast } from './loads/broadcast.js';
import { document } from './loads/document.js';
import { echo } from './loads/echo.js';
import { heartbeat } from './loads/heartbeat.js';
import { idle } from './loads/idle.js';
import { idlePolling } from './loads/idle-polling.js';
import { join } from './loads/join.js';
import { lone } from './loads/lone.js';
import { polling } from './loads/polling.js';
import { upgrade } from './loads/upgrade.js';

export const loads = {
  ack,
  binary,
  broadcast,
  document,
  echo,
  heartbeat,
  idle,
  idlePolling,
  join,
  lone,
  polling,
  upgrade,
} satisfies Record<string, (ground: Ground) => Promise<Load>>;

export type LoadName = keyof typeof loads;
