/** What an error says, whatever was thrown. */
import assert from 'node:assert/strict';
import { textOf } from '../lib/errors.js';
import { readOptions } from '../lib/option-reading.js';

const unreadable = 'an error that cannot be read';

const fails = (): never => {
  throw new Error('not even this');
};

/** Errors that fail when they are asked. */
const hostile: Record<string, unknown> = {
  'without a prototype': Object.create(null),
  'with a message that throws': {
    get message() {
      return fails();
    },
  },
  'with a toString that throws': { toString: fails },
  'that is a revoked proxy': revoked(),
};

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

describe('the text of an error', () => {
  it('is its message, or the thing itself', () => {
    assert.equal(textOf(new Error('boom')), 'boom');
    assert.equal(textOf({ message: 'boom' }), 'boom');
    assert.equal(textOf('boom'), 'boom');
    assert.equal(textOf(undefined), 'undefined');
    assert.equal(textOf(null), 'null');
    assert.equal(textOf(Symbol('boom')), 'Symbol(boom)');
    assert.equal(textOf(7n), '7');
    assert.equal(textOf(Object.assign(new Error(), { message: 5 })), 'Error: 5');
  });

  it('has the stack where that is wanted', () => {
    const error = new Error('boom');
    assert.equal(textOf(error, 'stack'), error.stack);
    assert.equal(textOf('boom', 'stack'), 'boom');
    assert.equal(textOf(Object.assign(new Error('boom'), { stack: {} }), 'stack'), 'Error: boom');
  });

  for (const [name, error] of Object.entries(hostile)) {
    it(`is found for an error ${name}`, () => {
      assert.equal(textOf(error), unreadable);
      assert.equal(typeof textOf(error, 'stack'), 'string');
    });
  }
});

describe('an error that nobody asked for', () => {
  const printed = (error: unknown): unknown[] => {
    const lines: unknown[] = [];
    const { error: print } = console;
    console.error = (line: unknown) => lines.push(line);
    try {
      readOptions().onError(error, { event: 'x' });
    } finally {
      console.error = print;
    }
    return lines;
  };

  it('is one line on stderr', () => {
    const [line, ...more] = printed(new Error('boom\nbang'));
    assert.match(String(line), /^socketio: x: Error: boom bang .*errors\.spec/);
    assert.deepEqual(more, []);
  });

  it('is not lost, however odd it is', () => {
    assert.deepEqual(printed(Object.create(null)), [`socketio: x: ${unreadable}`]);
    assert.deepEqual(printed(Object.assign(new Error('boom'), { stack: {} })), ['socketio: x: Error: boom']);
    assert.deepEqual(printed(Object.assign(new Error('boom'), { stack: undefined })), [
      'socketio: x: Error: boom',
    ]);
  });
});
