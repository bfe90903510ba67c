import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ClaywatchError } from '../../shared/errors.ts';
import { checkCondition, compileCondition } from '../../shared/observe/conditions.ts';

const SEEN = {
  status: 200,
  latencyMs: 120.5,
  headers: { 'content-type': 'application/json' },
  body: {
    ok: true,
    n: 7,
    ratio: 0.25,
    none: null,
    name: 'fake-secret',
    list: [1, 2, 3],
    queue: { depth: 12 },
  },
};
const evaluate = (expression: string, seen = SEEN) => compileCondition(expression, 'x').evaluate(seen);

describe('a condition', () => {
  it.each([
    'status == 200',
    'status in [200, 204]',
    'status >= 200 && status < 300',
    'latency_ms < 500',
    'latency_ms < 120.6',
    'body.ok',
    'body.ok == true && body.none == null',
    'body.queue.depth < 1000',
    'body["queue"]["depth"] == 12',
    'body.list[2] == 3',
    'size(body.list) == 3',
    'body.list.exists(n, n > 2)',
    'body.list.filter(n, n > 1).all(n, n < 4)',
    'body.n - 2 == 5',
    'body.ratio * 100 < 26',
    '1 - body.ratio > 0.7',
    'body.n % 2 == 1',
    'has(body.queue) && !has(body.missing)',
    'body.name.startsWith("fake")',
    'headers["content-type"].contains("json")',
    '"content-type" in headers',
    'body.n > 5 ? true : false',
  ])('holds: %s', (expression) => {
    expect(checkCondition(expression)).toBeNull();
    expect(evaluate(expression)).toEqual({ holds: true });
  });

  it.each([
    ['status == 201', 'status was 200'],
    ['body.n > 8', 'body.n was 7'],
    ['body.ok == false', 'body.ok was true'],
    ['body.none != null', 'body.none was null'],
    ['body.name == "x"', 'body.name was a text of 11 characters'],
    ['size(body.list) == 0', 'body.list was a list of 3'],
    ['size(body.queue) == 0', 'body.queue was an object'],
    ['headers["content-type"] == "x"', 'headers["content-type"] was a text of 16 characters'],
    ['body.missing == 1', 'the answer lacks what it reads, body.missing was absent'],
    ['body.list[9] == 1', 'absent'],
    ['body.name < 3', 'what it reads is of another type than it expects'],
    ['int(body.name) == 3', 'it could not be evaluated (int_conversion_error)'],
    ['body.n', 'it gave neither true nor false, body.n was 7'],
    ['false', 'it is false'],
    ['body.__proto__ == null', 'absent'],
    ['body.constructor == null', 'absent'],
  ])('does not hold: %s, because %s', (expression, reason) => {
    const result = evaluate(expression);
    expect(result.holds).toBe(false);
    expect(result.holds ? '' : result.reason).toContain(reason);
    expect(JSON.stringify(result)).not.toContain('fake-secret');
  });

  it('knows what it reads', () => {
    expect([...compileCondition('status == 200 || body.a < latency_ms', 'x').reads].toSorted()).toEqual([
      'body',
      'latency_ms',
      'status',
    ]);
  });
});

describe('what cannot be a condition', () => {
  it.each([
    ['', 'Unexpected token'],
    ['status ==', 'Unexpected token'],
    ['status = 200', 'Unexpected'],
    ['statsu == 200', 'Unknown variable: statsu (there are status, latency_ms, body, headers)'],
    ['status', 'it gives int, and must give true or false'],
    ['status == "200"', 'no such overload'],
    ['body.name.matches("(a+)+$")', 'matches() is not available'],
    ['cel.bind(a, body, a == 1)', 'cel.bind() is not available'],
    ['body.list.exists(a, body.list.exists(b, a == b))', 'a list within a list'],
    [`${'('.repeat(100)}true${')'.repeat(100)}`, 'maxDepth'],
    [Array.from({ length: 120 }, () => 'true').join('&&'), 'max'],
    [`status == 200${' '.repeat(1_000)}`, 'longer than 1000 characters'],
  ])('%s', (expression, reason) => {
    expect(checkCondition(expression)).toContain(reason);
  });

  it('is refused with an error that names whose it is, the expression and the reason', () => {
    expect(() => compileCondition('statsu == 1', 'probes.shop.conditions[0]')).toThrow(ClaywatchError);
    expect(() => compileCondition('statsu == 1', 'probes.shop.conditions[0]')).toThrow(
      /^probes\.shop\.conditions\[0\]: the condition "statsu == 1" cannot be used: Unknown variable/,
    );
  });
});

describe('whatever is given', () => {
  it('any text is either a condition or refused with a reason', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (expression) => {
        const reason = checkCondition(expression);
        expect(reason === null || reason.length > 0).toBe(true);
      }),
    );
  });

  it('evaluating never throws, and never shows a text of the answer', () => {
    const marker = 'QZX';
    const leaf = fc.oneof(
      fc.integer(),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      fc.string().map((s) => marker + s),
    );
    const body = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        leaf,
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value')),
      ),
    })).value;
    const conditions = [
      'body.a == 1',
      'body.a.b < 2',
      'body[0].c',
      'size(body.b) > 1',
      'body.all(x, x.a > 1)',
      'int(body.a) > 0',
    ].map((expression) => compileCondition(expression, 'x'));
    fc.assert(
      fc.property(body, (value) => {
        for (const condition of conditions) {
          const result = condition.evaluate({ ...SEEN, body: value } as never);
          if (!result.holds) expect(result.reason).not.toContain(marker);
        }
      }),
    );
  });

  it('a body nested without end is not an accident', () => {
    const deep = JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`);
    expect(evaluate('body == body', { ...SEEN, body: deep } as never).holds).toBe(false);
  });
});
