import assert from 'node:assert';
import { describe, test } from 'node:test';
import { strokes } from './bell-tower.js';

describe('Bell tower', () => {
  test('in the morning', () => {
    assert.equal(strokes(9), 9);
  });

  test.skip('at noon and at midnight', () => {
    assert.deepEqual([strokes(12), strokes(0)], [12, 12]);
  });

  test.skip('no such hour', () => {
    assert.throws(() => strokes(24), RangeError);
  });
});
