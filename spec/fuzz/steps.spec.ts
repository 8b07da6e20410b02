import assert from 'node:assert/strict';
import { closeCodeIn } from './steps.js';

const head = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n';

describe('the code that a WebSocket was closed with', () => {
  it('is found behind frames of every length, once all of it has come', () => {
    const before = `\x81\x02hi\x82\x7e\x00\x80${'\x88'.repeat(128)}\x81\x7f\0\0\0\0\0\0\0\x03\x88\x00x`;
    const heard = `${head}${before}\x88\x05\x03\xf0bye`;
    assert.equal(closeCodeIn(heard), 1008);
    for (let end = 0; end < heard.length; end++) assert.equal(closeCodeIn(heard.slice(0, end)), undefined);
  });

  it('is 1005 where there is none, and absent where there is no WebSocket', () => {
    assert.equal(closeCodeIn(`${head}\x88\x00`), 1005);
    assert.equal(closeCodeIn('HTTP/1.1 400 Bad Request\r\n\r\n\x88\x02\x03\xe8'), undefined);
  });
});
