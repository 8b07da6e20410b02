/** A genuine client that says very much at once; started by a spec. */
import { io as connect } from 'socket.io-client';

const { URL: url = '', TRANSPORT = '', MESSAGES, MESSAGE } = process.env;
const client = connect(url, { transports: [TRANSPORT], reconnection: false });
const text = 'x'.repeat(Number(MESSAGE));
client.on('connect', () => {
  let count = 0;
  // In turns: a client that never rests does not hear our heartbeat either.
  const more = (): void => {
    for (let batch = 0; batch < 50 && count < Number(MESSAGES); batch++) client.emit('n', count++, text);
    if (count < Number(MESSAGES)) setTimeout(more, 1);
  };
  more();
  process.send?.('flooding');
});
client.on('disconnect', (why) => process.send?.(why));
process.on('disconnect', () => process.exit());
