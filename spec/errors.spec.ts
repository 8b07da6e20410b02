/** What an error says, whatever was thrown. */
import assert from 'node:assert/strict';
import { textOf } from '../lib/errors.js';
import { readOptions } from '../lib/option-reading.js';
import { stoppedClock } from './session/clock.js';

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
  const linesOf = (act: (complain: (error: unknown, event: string) => void) => void): unknown[] => {
    const lines: unknown[] = [];
    const { error: print } = console;
    const { onError } = readOptions();
    console.error = (line: unknown) => lines.push(line);
    try {
      act((error, event) => onError(error, { event }));
    } finally {
      console.error = print;
    }
    return lines;
  };
  const printed = (error: unknown): unknown[] => linesOf((complain) => complain(error, 'x'));

  it('is one line on stderr', () => {
    const [line, ...more] = printed(new Error('boom\nbang'));
    assert.match(String(line), /^socketio: x: Error: boom bang .*errors\.spec/);
    assert.deepEqual(more, []);
  });

  it('is one line whatever a client has called its event, and colours nothing', () => {
    const name = `x\r\n\u2028[auth] admin\u001b[31m${'y'.repeat(2_000)}`;
    const [line, ...more] = linesOf((complain) => complain('boom\u0007', name));
    assert.equal(line, `socketio: x   [auth] admin [31m${'y'.repeat(79)}: boom `);
    assert.deepEqual(more, []);
  });

  it('is not lost, however odd it is', () => {
    assert.deepEqual(printed(Object.create(null)), [`socketio: x: ${unreadable}`]);
    assert.deepEqual(printed(Object.assign(new Error('boom'), { stack: {} })), ['socketio: x: Error: boom']);
    assert.deepEqual(printed(Object.assign(new Error('boom'), { stack: undefined })), [
      'socketio: x: Error: boom',
    ]);
  });

  it('is printed ten times in a second, and then counted; those of other events are printed all the same', () => {
    const clock = stoppedClock();
    try {
      const lines = linesOf((complain) => {
        for (let count = 0; count < 1_000; count++) complain('alike', 'flood');
        complain('rare', 'drop');
        clock.pass(1_000);
        for (let count = 0; count < 3; count++) complain('alike', 'flood');
        clock.pass(2_000);
      });
      const alike = 'socketio: flood: alike';
      assert.deepEqual(lines.slice(0, 10), Array(10).fill(alike));
      assert.equal(lines[10], 'socketio: drop: rare');
      assert.match(String(lines[11]), /^socketio: 990 more errors/);
      assert.deepEqual(lines.slice(12), Array(3).fill(alike));
    } finally {
      clock.restore();
    }
  });

  it('is printed for a hundred events in a second, though clients may name them', () => {
    const clock = stoppedClock();
    try {
      const lines = linesOf((complain) => {
        clock.pass(2_000);
        for (let count = 0; count < 1_000; count++) complain('odd', `name ${count}`);
        clock.pass(1_000);
      });
      assert.equal(lines.length, 101);
      assert.match(String(lines[100]), /^socketio: 900 more errors/);
    } finally {
      clock.restore();
    }
  });
});
