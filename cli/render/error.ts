import { redactText } from '../../shared/config/redact.ts';
import { ClaywatchError } from '../../shared/errors.ts';
import type { ExitCode } from '../exit-code.ts';
import type { Style } from '../terminal.ts';
import { joined, jsonText, plainLines } from './text.ts';

/** What is told of a fault. That of somebody else's code may quote what it was given. */
const wordsOf = (
  fault: unknown,
): { readonly code: string; readonly message: string; readonly remedy: string } => {
  if (fault instanceof ClaywatchError) return fault;
  const message = fault instanceof Error ? `${fault.name}: ${fault.message}` : 'an unknown fault';
  return {
    code: 'internal',
    message: redactText(message),
    remedy: 'This is a fault of Claywatch itself. Please report it with this message.',
  };
};

export const renderError = (fault: unknown, style: Style): string => {
  const { code, message, remedy } = wordsOf(fault);
  return joined([`${style.red(`error ${code}:`)} ${plainLines(message)}`, `  ${plainLines(remedy)}`]);
};

export const renderErrorJson = (fault: unknown, exitCode: ExitCode): string => {
  const { code, message, remedy } = wordsOf(fault);
  return jsonText({ version: 1, error: { code, message, remedy }, exitCode });
};
