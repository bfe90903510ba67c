import { describe, expect, it } from 'vitest';
import { compileRowSchema } from '../../../shared/relay/intake/row-schema.ts';

const schema = compileRowSchema({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  required: ['email'],
  properties: {
    email: { type: 'string', format: 'email' },
    size: { type: 'integer', minimum: 1, maximum: 9 },
    country: { enum: ['DE', 'FR'] },
    tags: { type: 'array', maxItems: 2, items: { $ref: '#/$defs/tag' } },
    phone: { pattern: '^\\+[0-9]+$' },
    constructor: { type: 'string' },
    contact: { type: 'object', additionalProperties: false, properties: { name: { minLength: 2 } } },
    either: { anyOf: [{ type: 'string' }, { type: 'null' }] },
  },
  $defs: { tag: { type: 'string', maxLength: 5 } },
});
const email = 'secret@acme.example';

describe('a row against the JSON Schema of its feed', () => {
  it('passes when it satisfies it', () => {
    expect(
      schema({ email, size: 3, country: 'DE', tags: ['a'], phone: '+49', contact: { name: 'xy' } }),
    ).toBeNull();
    expect(schema(JSON.parse(`{"email":"${email}","__proto__":{"size":99}}`))).toBeNull();
  });

  it.each<[string, unknown, string]>([
    ['a missing key', { size: 1 }, 'The row has no email, which is required.'],
    ['a type', { email: 7 }, '/email does not satisfy: type "string".'],
    ['a format', { email: 'secret value' }, '/email does not satisfy: format "email".'],
    ['a limit', { email, size: 4_711 }, '/size does not satisfy: maximum 9.'],
    ['a list of values', { email, country: 'secret' }, '/country does not satisfy: enum ["DE","FR"].'],
    ['a member of an array', { email, tags: ['a', 'secret!'] }, '/tags/1 does not satisfy: maxLength 5.'],
    ['a pattern', { email, phone: 'secret' }, '/phone does not satisfy: pattern "^\\\\+[0-9]+$".'],
    ['a key that is not allowed', { email, contact: { extra: 1 } }, '/contact/extra is not allowed.'],
    ['a choice', { email, either: 4_711 }, '/either does not satisfy: anyOf.'],
    ['what is no object', ['secret'], 'The row does not satisfy: type "object".'],
    ['a key of the prototype', { email, constructor: 7 }, '/constructor does not satisfy: type "string".'],
  ])('is refused for %s, with place and rule, without the value', (_, row, detail) => {
    expect(schema(row)).toBe(detail);
    expect(detail).not.toMatch(/secret|4711/);
  });

  it('shows of a key that the sender chose no more than a little, in plain letters', () => {
    const open = compileRowSchema({ additionalProperties: { type: 'number' } });
    const fault = open({ [`\u001b[31m${'ä'.repeat(500)}`]: 'x' }) ?? '';
    expect(fault).toMatch(/^[\x20-\x7e…]+$/);
    expect(fault.length).toBeLessThan(200);
  });

  it('is checked by a schema that is left as it was', () => {
    const own = Object.freeze({
      type: 'object',
      properties: Object.freeze({ a: Object.freeze({ $ref: '#/$defs/b' }) }),
      $defs: Object.freeze({ b: Object.freeze({ type: 'string' }) }),
    });
    expect(compileRowSchema(own)({ a: 1 })).toBe('/a does not satisfy: type "string".');
  });
});
