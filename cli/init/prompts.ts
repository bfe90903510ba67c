import {
  confirm as clackConfirm,
  select as clackSelect,
  text as clackText,
  isCancel,
  log,
} from '@clack/prompts';
import type { Terminal } from '../terminal.ts';

/** Asking, so that tests can answer. Every question rejects with `Cancelled` when the person wants no more. */
export interface Prompts {
  /** `fault`: what is wrong with what was typed; undefined: nothing. */
  text(question: {
    readonly message: string;
    readonly initial: string;
    readonly placeholder?: string;
    readonly fault?: (typed: string) => string | undefined;
  }): Promise<string>;
  choice<T extends string>(question: {
    readonly message: string;
    readonly initial: T;
    readonly options: readonly { readonly value: T; readonly label: string; readonly hint?: string }[];
  }): Promise<T>;
  yes(question: { readonly message: string; readonly initial: boolean }): Promise<boolean>;
  /** A line that needs no answer. */
  say(text: string): void;
}

/** The person wants no more: Ctrl-C or Escape. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';
}

const answered = <T>(answer: T): Exclude<T, symbol> => {
  if (isCancel(answer)) throw new Cancelled('cancelled');
  return answer as Exclude<T, symbol>;
};

/** Asks on a terminal. */
export const createPrompts = ({ stdin: input, stdout: output }: Terminal): Prompts => ({
  text: async ({ message, initial, placeholder, fault }) =>
    answered(
      await clackText({
        // clack draws its bar before the first line of a text question only.
        message: message.replaceAll('\n', '\n│  '),
        initialValue: initial,
        ...(placeholder !== undefined && { placeholder }),
        ...(fault && { validate: (typed) => fault((typed ?? '').trim()) }),
        input,
        output,
      }),
    )?.trim() ?? '',
  choice: async ({ message, initial, options }) =>
    answered(
      await clackSelect<string>({
        message,
        initialValue: initial,
        options: options.map(({ value, label, hint }) => ({
          value,
          label,
          ...(hint !== undefined && { hint }),
        })),
        input,
        output,
      }),
    ) as never,
  yes: async ({ message, initial }) =>
    answered(await clackConfirm({ message, initialValue: initial, input, output })),
  say: (text) => log.info(text, { output }),
});
