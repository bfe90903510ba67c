import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitMessage, MESSAGE_BYTES, safeSubject } from '../../../shared/aws/sns/message.ts';
import type { Notification } from '../../../shared/notify/publisher.ts';

const notification = (over: Partial<Notification> = {}): Notification => ({
  id: 'inc-20261121-0a1b2c3d:1:triggered',
  incidentId: 'inc-20261121-0a1b2c3d',
  subject: 'P1 clay.outage',
  emailText: 'Clay does not answer.',
  smsText: 'P1 Clay does not answer',
  attributes: { severity: 'P1' },
  ...over,
});
const bytesOf = (text: string) => new TextEncoder().encode(text).byteLength;
const hostileText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('\uD800', '\u0000', '\uFFFF', '"', '\\', '\n', '🙂', 'a') }),
);

describe('the message for SNS', () => {
  it('gives each protocol its own text, and queues the whole notification', () => {
    const message = JSON.parse(fitMessage(notification()));
    expect(message).toEqual({
      default: 'P1 Clay does not answer',
      email: 'Clay does not answer.',
      sms: 'P1 Clay does not answer',
      sqs: expect.any(String),
    });
    expect(JSON.parse(message.sqs)).toEqual(notification());
  });

  it('is cut to the size that SNS takes, however long the text is', () => {
    const emailText = `first line\n${'\\"🙂'.repeat(100_000)}`;
    const text = fitMessage(notification({ emailText }));
    const message = JSON.parse(text);
    expect(bytesOf(text)).toBeLessThanOrEqual(MESSAGE_BYTES);
    expect(bytesOf(text)).toBeGreaterThan(MESSAGE_BYTES * 0.8);
    expect(message.email).toMatch(/^first line\n/);
    expect(message.email).toMatch(/\[shortened: longer than SNS delivers\]$/);
    expect(JSON.parse(message.sqs).emailText).toBe(message.email);
  });

  it('always holds a text for every protocol, without control characters or broken Unicode', () => {
    fc.assert(
      fc.property(hostileText, hostileText, (emailText, smsText) => {
        const message = JSON.parse(fitMessage(notification({ emailText, smsText })));
        for (const key of ['default', 'email', 'sms', 'sqs']) {
          expect(message[key]).not.toBe('');
          expect(message[key].isWellFormed()).toBe(true);
          expect(message[key]).not.toMatch(/[^\P{Cc}\t\n\r]/u);
        }
      }),
    );
  });

  it('is refused when something else than the text is what makes it too long', () => {
    const attributes = { severity: 'x'.repeat(MESSAGE_BYTES) };
    expect(() => fitMessage(notification({ attributes }))).toThrow(RangeError);
  });
});

describe('the subject for SNS', () => {
  it('is printable ASCII on one line, shorter than 100 characters, and never empty', () => {
    fc.assert(
      fc.property(hostileText, (subject) => {
        expect(safeSubject(subject)).toMatch(/^[\x21-\x7e]([\x20-\x7e]{0,97}[\x21-\x7e])?$/);
      }),
    );
  });

  it('keeps what it can of other alphabets and line breaks', () => {
    expect(safeSubject('P1 Zürich:\r\n webhook gone')).toBe('P1 Zurich: webhook gone');
    expect(safeSubject('')).toBe('Claywatch');
  });
});
