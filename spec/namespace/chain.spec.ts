/** Middlewares in a row. */
import assert from 'node:assert/strict';
import { type Middleware, refusalOf, runChain } from '../../lib/namespace/chain.js';

function run(...links: Middleware<string>[]): unknown[][] {
  const told: unknown[][] = [];
  runChain(links, 'subject', {
    pass: () => told.push(['pass']),
    refuse: (error, thrown) => told.push(['refuse', error, thrown]),
    failed: (error) => told.push(['failed', error]),
  });
  return told;
}

const pass: Middleware<string> = (_subject, next) => next();

describe('a chain', () => {
  it('lets pass when all do', () => {
    assert.deepEqual(run(), [['pass']]);
    assert.deepEqual(run(pass, pass), [['pass']]);
  });

  it('shows each link the subject', () => {
    const seen: string[] = [];
    run((subject, next) => {
      seen.push(subject);
      next();
    }, pass);
    assert.deepEqual(seen, ['subject']);
  });

  it('stops at the first error', () => {
    const error = new Error('no');
    const never: Middleware<string> = () => assert.fail('must not be asked');
    assert.deepEqual(
      run(pass, (_subject, next) => next(error), never),
      [['refuse', error, false]],
    );
  });

  it('takes only the first word of a link', () => {
    const babble: Middleware<string> = (_subject, next) => {
      next();
      next();
      next(new Error('too late'));
    };
    assert.deepEqual(run(babble, pass), [['pass']]);
  });

  it('counts a throw as a refusal, but not after the link has spoken', async () => {
    const error = new Error('boom');
    const throws: Middleware<string> = () => {
      throw error;
    };
    const speaksAndThrows: Middleware<string> = (_subject, next) => {
      next();
      throw error;
    };
    assert.deepEqual(run(throws), [['refuse', error, true]]);
    assert.deepEqual(run(speaksAndThrows), [['pass'], ['failed', error]]);
    const rejected = run(() => Promise.reject(error));
    await null;
    await null;
    assert.deepEqual(rejected, [['refuse', error, true]]);
  });

  it('does not listen to a link that has failed', () => {
    let later = (): void => {};
    const told = run((_subject, next) => {
      later = next;
      throw new Error('boom');
    });
    later();
    assert.equal(told.length, 1);
  });

  it('says nothing when a link is silent', () => {
    assert.deepEqual(
      run(() => {}, pass),
      [],
    );
  });

  it('takes a falsy error for none', () => {
    assert.deepEqual(
      run(
        (_subject, next) => next(null),
        (_subject, next) => next(''),
      ),
      [['pass']],
    );
  });

  it('may be a long one', () => {
    assert.deepEqual(run(...Array.from({ length: 1_000 }, () => pass)), [['pass']]);
  });
});

describe('a refusal', () => {
  it('shows message and data, whatever was thrown', () => {
    assert.deepEqual(refusalOf(new Error('no')), { message: 'no' });
    assert.deepEqual(refusalOf({ message: 'no', data: 0 }), { message: 'no', data: 0 });
    assert.deepEqual(refusalOf('no'), { message: 'no' });
    assert.deepEqual(refusalOf(undefined), { message: 'undefined' });
    assert.deepEqual(refusalOf(null), { message: 'null' });
  });

  it('is one even if nothing of it can be read', () => {
    const hostile = {
      get message() {
        throw new Error('no message');
      },
      get data() {
        throw new Error('no data');
      },
    };
    const message = 'an error that cannot be read';
    assert.deepEqual(refusalOf(Object.create(null)), { message });
    assert.deepEqual(refusalOf(hostile), { message });
  });
});
