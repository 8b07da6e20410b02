/** Errors of the application at the door, and an `onError` that fails at them: the client is answered all the same. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { listening } from '../support/listening.js';
import { within } from '../support/patience.js';
import { openSite, type Site } from '../support/site.js';

describe('an onError that fails', () => {
  let site: Site | undefined;
  afterEach(() => site?.close());

  const onError = (): never => {
    throw new Error('onError itself');
  };

  /** What the process is warned of while something is done. */
  async function warned(act: () => unknown): Promise<string> {
    const warning = once(process, 'warning') as Promise<[Error]>;
    await act();
    return within(warning, 'a warning').then(([{ message }]) => message);
  }

  const poll = ({ url }: Site): Promise<Response> => fetch(`${url}/socket.io/?EIO=4&transport=polling`);

  for (const how of ['throws', 'is rejected'])
    it(`does not keep a client from being refused where allowRequest ${how}`, async () => {
      const fail = (): void => {
        throw new Error('allowRequest');
      };
      site = await openSite({ onError, allowRequest: how === 'throws' ? fail : async () => fail() });
      let status = 0;
      const text = await warned(async () => {
        ({ status } = await poll(site as Site));
      });
      assert.deepEqual([status, text], [403, 'onError itself failed: onError itself']);
    });

  it('does not keep a client from being refused where there is no id', async () => {
    site = await openSite({ onError });
    site.io.engine.generateId = () => Promise.reject(new Error('no id'));
    let status = 0;
    await warned(async () => {
      ({ status } = await poll(site as Site));
    });
    assert.equal(status, 400);
  });

  it('does not end the process where the port of flashPolicy is taken', async () => {
    const other = createServer();
    const listen = await listening(other);
    const text = await warned(async () => {
      site = await openSite({
        onError,
        flashPolicy: { domains: ['a.example'], ports: [80], listen: { port: listen, host: '127.0.0.1' } },
      });
    });
    assert.equal(text, 'onError itself failed: onError itself');
    assert.equal((await poll(site as Site)).status, 200);
    await new Promise((resolve) => other.close(resolve));
  });

  it('does not keep a namespace from being made', async () => {
    site = await openSite({ onError });
    const { io } = site;
    io.on('new_namespace', () => {
      throw new Error('listener');
    });
    await warned(() => assert.equal(io.of('/made').name, '/made'));
  });

  it('does not keep a middleware of the engine from refusing', async () => {
    site = await openSite({ onError });
    site.io.engine.use(() => {
      throw new Error('middleware');
    });
    let status = 0;
    await warned(async () => {
      ({ status } = await poll(site as Site));
    });
    assert.equal(status, 400);
  });
});
