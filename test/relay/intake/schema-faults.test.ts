import { describe, expect, it } from 'vitest';
import { compileRowSchema } from '../../../shared/relay/intake/row-schema.ts';
import { schemaFaults } from '../../../shared/relay/intake/schema-faults.ts';

const GOOD = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  required: ['email'],
  properties: {
    email: { type: 'string', pattern: '^[^@]+@', maxLength: 254 },
    company: { $ref: '#/$defs/company' },
    // A key of the row that is called like a keyword.
    type: { enum: ['lead', 'account'] },
    tags: { type: 'array', items: { type: ['string', 'null'] }, prefixItems: [true] },
  },
  patternProperties: { '^x-': { type: 'number', minimum: 0 } },
  allOf: [{ if: { required: ['company'] }, else: { maxProperties: 9 } }],
  additionalProperties: false,
  $defs: { company: { anyOf: [{ type: 'string' }, { $ref: '#' }] } },
};

describe('a JSON Schema', () => {
  it('that is well written has no fault, and judges rows', () => {
    expect(schemaFaults(GOOD)).toEqual([]);
    const judge = compileRowSchema(GOOD);
    expect(judge({ email: 'a@b.example', company: 'Example', 'x-n': 1 })).toBeNull();
    expect(judge({ email: 'nobody' })).not.toBeNull();
  });

  it.each([
    ['a misspelt type', { properties: { a: { type: 'strng' } } }, 'properties.a.type'],
    ['a pattern that is none', { properties: { a: { pattern: '(' } } }, 'properties.a.pattern'],
    ['a pattern of keys that is none', { patternProperties: { '[': true } }, 'patternProperties'],
    ['a reference to nothing', { properties: { a: { $ref: '#/$defs/b' } } }, 'properties.a.$ref'],
    ['a reference to elsewhere', { items: { $ref: 'https://example.com/schema' } }, 'items.$ref'],
    ['an $id that is no address', { $id: 'http://', $ref: '#' }, ''],
    ['required keys that are no list', { required: 'email' }, 'required'],
    ['a schema that is none', { properties: { a: 'string' } }, 'properties.a'],
    ['schemas that are no list', { allOf: {} }, 'allOf'],
    ['a length that is none', { allOf: [{ maxLength: -1 }] }, 'allOf.0.maxLength'],
    ['a limit that is none', { not: { minimum: '1' } }, 'not.minimum'],
  ])('has a fault at its place: %s', (_, schema, place) => {
    expect(schemaFaults(schema).map(({ path }) => path.join('.'))).toEqual([place]);
  });
});
