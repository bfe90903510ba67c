import type { Notification } from '../../notify/publisher.ts';

/** SNS takes 256 KB of body and attributes together; the difference is left to the attributes. */
export const MESSAGE_BYTES = 240_000;
/** SNS sends at most this many characters as SMS, in several segments; ours are one. */
const SMS_CHARACTERS = 1_600;
/** SNS: "less than 100 characters". */
const SUBJECT_CHARACTERS = 99;
const SHORTENED = '\n\n[shortened: longer than SNS delivers]';

const encoder = new TextEncoder();

/** Text that SNS, SQS and mail all take: well-formed Unicode without control characters. */
const clean = (text: string): string =>
  text
    .toWellFormed()
    .replace(/[\p{Cc}\uFFFE\uFFFF]/gu, (character) => (/[\t\n\r]/.test(character) ? character : ''));

/** SNS takes a subject of printable ASCII on one line, starting with no blank. */
export const safeSubject = (subject: string): string =>
  subject
    .normalize('NFKD')
    .replace(/\s+/g, ' ')
    .replace(/[^\x20-\x7e]/g, '')
    .trim()
    .slice(0, SUBJECT_CHARACTERS)
    .trimEnd() || 'Claywatch';

/** The `Message` of a publish with `MessageStructure: 'json'`, within SNS's size; only the long text is ever cut. */
export const fitMessage = (notification: Notification): string => {
  const smsText = clean(notification.smsText).slice(0, SMS_CHARACTERS).toWellFormed();
  const whole = { ...notification, smsText, emailText: clean(notification.emailText) };
  let message = render(whole);
  let characters = whole.emailText.length;
  for (let bytes = sizeOf(message); bytes > MESSAGE_BYTES; bytes = sizeOf(message)) {
    if (characters === 0) throw new RangeError(`notification ${notification.id} is too long for SNS`);
    characters = Math.floor((characters * MESSAGE_BYTES * 0.95) / bytes);
    message = render({
      ...whole,
      emailText: `${whole.emailText.slice(0, characters).toWellFormed()}${SHORTENED}`,
    });
  }
  return message;
};

const sizeOf = (text: string): number => encoder.encode(text).byteLength;

const render = (notification: Notification): string =>
  JSON.stringify({
    default: notification.smsText || notification.subject || notification.id,
    email: notification.emailText || notification.subject || notification.id,
    sms: notification.smsText || notification.subject || notification.id,
    sqs: JSON.stringify(notification),
  });
