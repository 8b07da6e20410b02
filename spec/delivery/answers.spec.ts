/** Whoever looks for faults in what was said and answered must find those that there are. */
import assert from 'node:assert/strict';
import { auditHeard, Questions } from './answers.js';

const heard = (numbers: readonly number[], insists = false, said = 4) =>
  auditHeard({ traveller: 'somebody', insists, said, numbers });

describe('the audit of what clients said', () => {
  it('finds nothing where nothing is wrong, and counts what a broken line has swallowed', () => {
    assert.deepEqual(heard([1, 2, 3, 4]), { faults: [], again: 0, lost: 0 });
    assert.deepEqual(heard([1, 4]), { faults: [], again: 0, lost: 2 });
  });

  it('lets a client that insists say things again, and never lose one', () => {
    assert.deepEqual(heard([1, 1, 2, 3, 3, 4], true), { faults: [], again: 2, lost: 0 });
    assert.match(heard([1, 2, 4], true).faults.join(), /1 of 4 were lost/);
  });

  it('finds what was heard twice, out of order, or never said', () => {
    assert.match(heard([1, 1]).faults.join(), /heard twice: 1/);
    assert.match(heard([2, 1]).faults.join(), /out of order: 1 after 2/);
    assert.match(heard([5]).faults.join(), /never said 5/);
  });
});

describe('the audit of questions', () => {
  it('finds nothing where each was answered once, or failed once', () => {
    const questions = new Questions();
    const [first, settle] = questions.ask();
    const [, fail] = questions.ask();
    assert.equal(questions.open, 2);
    settle(null, first);
    fail(new Error('late'));
    assert.deepEqual([questions.open, questions.answered, questions.failed], [0, 1, 1]);
    assert.deepEqual(questions.faults([[0], [1]]), []);
  });

  it('finds those that were asked, answered or failed twice, wrongly or never', () => {
    const questions = new Questions();
    const [, settle] = questions.ask();
    const [, other] = questions.ask();
    questions.ask();
    settle(null, 7);
    other(null, 1);
    other(new Error('late'));
    assert.deepEqual(questions.faults([[2, 2]]), [
      'question 2 was asked twice',
      'question 0 was answered 7',
      'question 1 was settled 2 times',
      'question 2 was settled 0 times',
    ]);
  });
});
