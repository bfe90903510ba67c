import { describe, expect, it } from 'vitest';
import { redactText } from '../../shared/config/redact.ts';

describe('a text by somebody else', () => {
  it.each([
    ['refused Bearer plain-words of yours', 'refused (hidden) of yours'],
    ['Authorization: basic dXNlcg==', 'Authorization: (hidden)'],
    ['no mail to jane.doe+x@acme.example, sorry', 'no mail to (hidden), sorry'],
    ['invalid PhoneNumber: +4915112345678.', 'invalid PhoneNumber: (hidden).'],
    ['POST https://hooks.example.com/T0/B0 failed', 'POST (hidden) failed'],
  ])('is shown without its secrets and its people: %s', (text, shown) => {
    expect(redactText(text)).toBe(shown);
  });

  it.each([
    'connect ECONNREFUSED 127.0.0.1:9',
    '3 + 4 incidents could not be written',
    'The conditional request failed',
    'basic',
  ])('is left as it is where there is none: %s', (text) => {
    expect(redactText(text)).toBe(text);
  });
});
