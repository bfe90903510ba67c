import { type HttpAnswer, problem } from './answer.ts';
import { type HttpEvent, readBody } from './request.ts';

/** What a JSON body says, not yet checked, or the answer to one that cannot be read. An empty body counts as `{}`. */
export const readJsonBody = (
  event: HttpEvent,
  maxBytes: number,
): { readonly given: unknown } | { readonly answer: HttpAnswer } => {
  const read = readBody(event, maxBytes);
  if (read.kind === 'too-large')
    return { answer: problem('request.too-large', `At most ${maxBytes} bytes are taken.`) };
  if (read.kind === 'unsupported')
    return { answer: problem('request.unsupported', 'Send the body without a Content-Encoding.') };
  try {
    return { given: read.text.trim() === '' ? {} : JSON.parse(read.text) };
  } catch {
    return { answer: problem('request.malformed', 'The body is not JSON.') };
  }
};
