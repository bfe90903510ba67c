import { everyKey, type KeyDescription } from './keys.ts';

const INTRODUCTION = `# Configuration

Claywatch reads \`claywatch.config.ts\` (or \`.js\`, \`.mjs\`, \`.json\`) in the working directory, or the file given with
\`--config\`. Every key may be left out unless it is marked as required. A wrong key, type or range is refused with
the name of the key, its value (unless it could be a secret) and what is allowed.

\`\`\`ts
import { defineConfig } from './shared/config/define.ts';

export default defineConfig({
  clay: { apiKey: 'env:CLAY_API_KEY' },
  feeds: {
    leads: {
      affects: ['Sales development'],
      webhooks: [{ id: 'leads-1', url: 'env:CLAY_WEBHOOK_URL', table: 'Inbound leads' }],
      callback: { url: 'https://example.com/clay/callback/health' },
    },
  },
  probes: {
    crm: {
      kind: 'crm',
      url: 'https://crm.example.com/health',
      headers: { authorization: { secret: 'env:CRM_AUTHORIZATION' } },
      conditions: ['status == 200', 'body.queue.depth < 1000'],
    },
  },
  notify: { email: [{ address: 'oncall@example.com' }] },
});
\`\`\`

## Secrets

Secrets are named, never written. \`env:NAME\` is an environment variable (command line and local runtime);
\`secretsmanager:NAME\` is a secret in AWS Secrets Manager, and \`secretsmanager:NAME#key\` one member of a JSON secret.
A webhook URL is a secret too: whoever has it can write rows and spend credits.

## Canaries

A webhook whose \`check\` is \`canary\` gets a real row each time. Each one counts against the webhook's limit for life
and starts enrichments that spend credits, so a canary is priced when the configuration is read: rows per year are
the minutes of a year divided by \`everyMinutes\`, and their share of \`limit\` must not exceed
\`canary.maxShareOfLimitPerYear\`. A canary over its budget is refused (\`config.canary-over-budget\`) unless
\`canary.force\` is true.

## Keys
`;

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

const code = (text: string): string => `\`${text.replaceAll('|', '\\|')}\``;

const fallbackCell = ({ required, fallback, section }: KeyDescription): string => {
  if (required) return 'required';
  if (fallback === undefined) return section ? '' : 'none';
  return code(JSON.stringify(fallback));
};

const row = (key: KeyDescription): string => {
  const name = key.path.split('.').at(-1) ?? key.path;
  const allowed = key.unit ? `${key.allowed} (${key.unit})` : key.allowed;
  return `| ${code(name)} | ${cell(key.meaning)} | ${cell(allowed)} | ${fallbackCell(key)} |`;
};

const parentOf = (path: string): string => path.split('.').slice(0, -1).join('.');
/** How the path of a section's children begins: lists and named entries carry a mark. */
const childPrefixes = (path: string): string[] => [path, `${path}[]`, `${path}.<name>`];

const table = (title: string, meaning: string, keys: readonly KeyDescription[]): string =>
  [
    `### ${title}`,
    ...(meaning ? [meaning] : []),
    ['| key | meaning | allowed | default |', '| --- | --- | --- | --- |', ...keys.map(row)].join('\n'),
  ].join('\n\n');

/** The text of docs/configuration.md: every key with its meaning, range, unit and default. */
export const renderConfigurationDoc = (): string => {
  const keys = everyKey();
  const childrenOf = (path: string) =>
    keys.filter((key) => childPrefixes(path).includes(parentOf(key.path)) && !key.section);
  const top = table(
    'Top level',
    'Sections of the configuration have a table of their own below.',
    keys.filter((key) => parentOf(key.path) === '' && !key.section),
  );
  const sections = keys
    .filter((key) => key.section && childrenOf(key.path).length > 0)
    .map((key) => table(code(key.path), key.meaning, childrenOf(key.path)));
  return `${[INTRODUCTION.trimEnd(), top, ...sections].join('\n\n')}\n`;
};
