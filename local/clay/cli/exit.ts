/** As documented: 0 fine, 1 could not do it, 64 called wrongly. */
export const EXIT = { fine: 0, failed: 1, usage: 64 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What a command has to say, and how it ends. */
export interface Said {
  readonly text: string;
  readonly code: ExitCode;
}

export const fine = (text: string): Said => ({ text, code: EXIT.fine });
export const failed = (text: string): Said => ({ text, code: EXIT.failed });
export const usage = (text: string): Said => ({ text, code: EXIT.usage });
