import type { Terminal } from './terminal.ts';

/** Asks a person; no, Ctrl-C and Escape are all no. */
export const confirmed = async (question: string, { stdin, stdout }: Terminal): Promise<boolean> => {
  const { confirm } = await import('@clack/prompts');
  const answer = await confirm({ message: question, initialValue: false, input: stdin, output: stdout });
  return answer === true;
};
