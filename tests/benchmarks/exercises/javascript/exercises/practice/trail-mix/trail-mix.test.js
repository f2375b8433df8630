import assert from 'node:assert';
import { test } from 'node:test';
import { mix } from './trail-mix.js';

test('bags alike', () => {
  assert.equal(mix('ace', 'bdf'), 'abcdef');
});

test.todo("one that isn't as long", () => {
  assert.deepEqual([mix('a', 'bcd'), mix('acd', 'b')], ['abcd', 'abcd']);
});
