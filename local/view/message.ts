import type { InboxMessage } from '../inbox.ts';
import { type Colors, indent, printable, shownPath, wrap } from './text.ts';

const PAD = '          ';
const EMAIL_LINES = 8;

/** Its telephone or address, and who was paged by name. */
const recipient = ({ to, person }: InboxMessage): string =>
  person === undefined ? to : `${to}, to page ${printable(person)}`;

const sms = (message: InboxMessage, colors: Colors, columns: number): string =>
  [
    `${PAD}${colors.cyan('SMS')}     to ${recipient(message)}`,
    indent(wrap(printable(message.text), columns - PAD.length - 10), `${PAD}        ${colors.cyan('│')} `),
  ].join('\n');

const email = (message: InboxMessage, colors: Colors): string => {
  const lines = printable(message.text)
    .split('\n')
    .filter((line) => line.trim() !== '');
  const first = lines.slice(0, EMAIL_LINES).join('\n');
  const rest = lines.length - EMAIL_LINES;
  return [
    `${PAD}${colors.cyan('e-mail')}  to ${recipient(message)}`,
    `${PAD}        ${colors.bold(printable(message.subject))}`,
    indent(first, `${PAD}        ${colors.cyan('│')} `),
    colors.dim(`${PAD}        ${rest > 0 ? `${rest} more lines: ` : ''}${shownPath(message.file)}`),
  ].join('\n');
};

/** A message as its recipient got it: an SMS whole, of an e-mail the beginning and where the rest is. */
export const messageBlock = (message: InboxMessage, colors: Colors, columns = 100): string =>
  message.protocol === 'sms' ? sms(message, colors, columns) : email(message, colors);
