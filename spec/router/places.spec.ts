/** Which paths lead to us, and how many of them anybody can make us remember. */
import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { Places } from '../../lib/router/places.js';

/** A request as the HTTP server gives it. */
function arriving(url: string): IncomingMessage {
  return { url } as IncomingMessage;
}

/** A request as it comes to us through the stack: the mount path has been taken off. */
function mounted(originalUrl: string, url: string): IncomingMessage {
  return { originalUrl, url } as unknown as IncomingMessage;
}

describe('places', () => {
  it('a path is the same in any case, with or without a slash, with any query', () => {
    const places = new Places();
    places.add('/Live/');
    for (const url of ['/live', '/live/', '/LIVE/?EIO=4', '/live//?a=/x', '/live/1/websocket/abc']) {
      assert.ok(places.has(arriving(url)), url);
    }
    for (const url of ['/', '/live/x', '/live2', '/a/live', '/?/live', '/live/2/x', '/1/live', '']) {
      assert.ok(!places.has(arriving(url)), url);
    }
  });

  it('is asked about 16 KB of slashes and answers in no time', () => {
    const places = new Places();
    places.add('/live');
    const start = performance.now();
    places.has(arriving(`${'/'.repeat(16_000)}x`));
    places.has(arriving('/1/'.repeat(5_000)));
    assert.ok(performance.now() - start < 50);
  });

  it('learns the mount path, and not what strangers put behind it', () => {
    const places = new Places();
    assert.equal(places.learn(mounted('/api/live/?EIO=4', '/?EIO=4')), true);
    assert.equal(places.learn(mounted('/api/live?EIO=4', '/?EIO=4')), false);
    for (let index = 0; index < 100; index += 1) {
      assert.equal(places.learn(mounted(`/api/live/${index}`, `/${index}`)), false);
    }
    assert.ok(places.has(arriving('/api/live/')));
    assert.ok(!places.has(arriving('/api/live/7')));
  });

  it('learns 64 paths of a pattern, and no more', () => {
    const places = new Places();
    for (let index = 0; index < 1_000; index += 1) places.learn(mounted(`/tenant-${index}/live/`, '/'));
    const known = Array.from({ length: 1_000 }, (_item, index) =>
      places.has(arriving(`/tenant-${index}/live/`)),
    );
    assert.equal(known.filter(Boolean).length, 64);
  });

  it('sees a parent that is mounted after its child, and a pattern not at all', () => {
    const places = new Places();
    const root = {};
    const sub: { parent?: object; mountpath?: unknown } = {};
    places.mountedOn(sub, ['/live', '/:any', /regexp/]);
    assert.ok(places.has(arriving('/live')));
    assert.ok(places.isRoot([sub]));
    Object.assign(sub, { parent: root, mountpath: ['/a', '/b'] });
    assert.ok(places.has(arriving('/b/live')));
    assert.ok(places.has(arriving('/a/live')));
    assert.ok(!places.has(arriving('/live')));
    assert.ok(!places.has(arriving('/a/:any')));
    assert.ok(places.isRoot([() => {}, root]));
    assert.ok(!places.isRoot([sub]));
  });

  it('is not visible as long as only a pattern leads to it', () => {
    const places = new Places();
    places.mountedOn({}, '/:tenant/live');
    assert.equal(places.visible, false);
    places.add('/live');
    assert.equal(places.visible, true);
  });
});
