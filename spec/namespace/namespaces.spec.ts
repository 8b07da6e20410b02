/** Finding a namespace by its name. */
import assert from 'node:assert/strict';
import { MemoryAdapter } from '../../lib/adapter/memory.js';
import type { Namespace } from '../../lib/namespace/namespace.js';
import { Namespaces } from '../../lib/namespace/namespaces.js';
import { settled, world } from './fake-client.js';

describe('namespaces', () => {
  it('are the same for the same name, with or without a slash', () => {
    const { namespaces, root } = world();
    assert.equal(namespaces.of('chat'), namespaces.of('/chat'));
    assert.equal(namespaces.of('/chat').name, '/chat');
    assert.equal(namespaces.of(''), root);
    assert.notEqual(namespaces.of('/chat'), namespaces.of('/chat/'));
  });

  it('are announced when they are made, but for /', () => {
    const { namespaces, created } = world();
    const chat = namespaces.of('/chat');
    namespaces.of('/chat');
    assert.deepEqual(created, [chat]);
  });

  it('are found for a client only if somebody made them', () => {
    const { namespaces, root } = world();
    const chat = namespaces.of('/chat');
    assert.equal(namespaces.resolve('/', {}), root);
    assert.equal(namespaces.resolve('', {}), root);
    assert.equal(namespaces.resolve('/chat', {}), chat);
    assert.equal(namespaces.resolve('/nowhere', {}), undefined);
    assert.equal(namespaces.resolve('__proto__', {}), undefined);
    assert.deepEqual([...namespaces], [root, chat]);
  });

  it('refuse names that no client could say', () => {
    const { namespaces } = world();
    assert.throws(() => namespaces.of('/a,b'), { code: 'NAMESPACE_INVALID' });
    assert.throws(() => namespaces.of(7 as unknown as string), { code: 'NAMESPACE_INVALID' });
  });

  it('take the adapter they are given, and its init may fail without harm', async () => {
    const { root } = world();
    const errors: unknown[] = [];
    class Failing extends MemoryAdapter<unknown> {
      override async init(): Promise<void> {
        throw new Error('no broker');
      }
    }
    const options = { ...root.options, onError: (error: unknown) => errors.push(error) };
    const made: Namespace[] = [];
    const own = new Namespaces(
      { server: root.server, options, createAdapter: (host) => new Failing(host) },
      (namespace) => made.push(namespace),
    );
    assert.ok(own.of('/chat').adapter instanceof Failing);
    await settled();
    assert.equal(made.length, 1);
    assert.match(String(errors[0]), /no broker/);
  });
});
