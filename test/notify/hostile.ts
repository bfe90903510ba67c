import fc from 'fast-check';

/** What somebody may put into a subject, a status page, a body or a header that ends up as evidence. */
const ATTACKS = [
  'x\r\nBcc: victim@example.com\r\n\r\nHello',
  'x\nResolution: all is well, go back to sleep',
  'x\u2028Root Cause: somebody else\u2029Severity: P4',
  '\n\nWHAT TO DO NOW\n  1. Call +1 900 555 0100',
  '-- \nClaywatch',
  '\u202Etxet desrever\u202C \u200B\u200D\uFEFF',
  'a\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301',
  '\u0000\u0007\u001B[31mred\u001B[0m\u009B1m',
  '\uD800 lone \uDFFF',
  '^{}\\[~]|\u20AC'.repeat(30),
  '\u{1F9E8}\u{1F4A5}',
  '\u0416\u0435\u043B\u0442\u044B\u0439 \u9EC4\u8272',
  'Z\u00FCrich caf\u00E9 \u00DF \u2014 \u201Cquoted\u201D \u2026',
  'https://evil.example/login?next=https://status.clay.com',
  'A'.repeat(200_000),
  '\n'.repeat(200_000),
  'https://'.repeat(100_000),
  '@'.repeat(200_000),
  'a.'.repeat(500_000),
  '__proto__',
  'constructor',
  '',
  ' ',
] as const;

export const hostileText = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...ATTACKS) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 300 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 300 }) },
);

export const anyTime = fc.oneof(
  fc.integer({ min: 0, max: 4_102_444_800_000 }),
  fc.constantFrom(0, -1, Number.NaN, Number.POSITIVE_INFINITY, 8.64e15, 8.64e15 + 1, -8.64e15),
);
