import type { ConfigInput } from '../../shared/config/schema.ts';
import type { Answers } from './answers.ts';
import { fieldsOf } from './fields.ts';
import { readBack, sections } from './print.ts';

/** How the file finds `defineConfig`; null: it lies outside of Claywatch, and does without. */
export type DefineFrom = string | null;

const HEAD = `/**
 * What Claywatch watches here. Every key with its default, unit and range is in docs/configuration.md; only what
 * differs from a default needs to be written. A wrong key or value is refused with its name and what is allowed.
 *
 * Secrets are named, never written: \`env:NAME\` is read from the environment (command line and local runtime),
 * \`secretsmanager:NAME\` or \`secretsmanager:NAME#key\` from AWS Secrets Manager (deployed).
 */`;

/** The configuration of some answers. Pure; parse it to see whether it is valid. */
export const configOf = (answers: Answers): ConfigInput =>
  readBack({ fields: fieldsOf(answers) }) as ConfigInput;

/** The configuration of some answers as a file, formatted as the repository's formatter leaves it. Pure. */
export const configTextOf = (answers: Answers, defineFrom: DefineFrom): string => {
  const body = sections(fieldsOf(answers));
  return defineFrom === null
    ? `${HEAD}\nexport default {\n${body}\n};\n`
    : `${HEAD}\nimport { defineConfig } from '${defineFrom}';\n\nexport default defineConfig({\n${body}\n});\n`;
};
