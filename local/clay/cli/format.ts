import pico from 'picocolors';
import type { ClayState } from '../core/state.ts';
import type { ParamSpec } from '../faults/params.ts';
import type { ActiveFault, FaultReport } from '../faults/switchboard.ts';
import type { ClayUrls } from '../server/example-config.ts';

const columns = (rows: readonly (readonly string[])[], indent = '  '): string => {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, cell.length);
  }
  return rows
    .map(
      (row) =>
        indent +
        row
          .map((cell, index) => cell.padEnd(widths[index] ?? 0))
          .join('  ')
          .trimEnd(),
    )
    .join('\n');
};

const paramsOf = (params: Readonly<Record<string, number | string>>, defaults: FaultReport['params']) =>
  Object.entries(params)
    .filter(([name, value]) => defaults[name]?.default !== value)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');

/** Every fault with its description; the ones that are on first and marked. */
export const formatFaults = (faults: readonly FaultReport[]): string => {
  const on = faults.filter((fault) => fault.on);
  const off = faults.filter((fault) => !fault.on);
  const parts: string[] = [];
  if (on.length > 0) {
    const rows = on.map((fault) => [fault.name, paramsOf(fault.on?.params ?? {}, fault.params)]);
    parts.push(pico.bold('On'), pico.red(columns(rows)), '');
  }
  parts.push(
    pico.bold(on.length > 0 ? 'Off' : 'All faults are off'),
    columns(off.map((fault) => [fault.name, fault.description])),
  );
  return parts.join('\n');
};

const allowed = (spec: ParamSpec): string => {
  if (spec.kind === 'number') return `${spec.min} to ${spec.max}`;
  return spec.kind === 'choice' ? spec.choices.join(' | ') : `all | a ${spec.of}`;
};

/** One fault with its parameters. */
export const formatFault = (fault: FaultReport): string =>
  [
    `${pico.bold(fault.name)}${fault.on ? pico.red('  on') : ''}`,
    `  ${fault.description}`,
    '',
    columns(
      Object.entries(fault.params).map(([name, spec]) => [
        `${name}=${spec.default}`,
        spec.description,
        `(${allowed(spec)})`,
      ]),
    ),
  ].join('\n');

export const formatSwitchedOn = (fault: ActiveFault, defaults: FaultReport['params'] = {}): string => {
  const params = paramsOf(fault.params, defaults);
  return `${pico.red('on')}   ${fault.name}${params ? `  ${params}` : ''}`;
};

export const formatSwitchedOff = (name: string, wasOn: boolean): string =>
  `${pico.green('off')}  ${name}${wasOn ? '' : '  (it was not on)'}`;

const tally = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([key, value]) => `${key} × ${value}`)
    .join(', ') || '–';

/** The counts, for people. */
export const formatState = (state: ClayState): string =>
  [
    `${pico.bold('Credits')}  ${Math.floor(state.meters.credits)} left, ${state.meters.spent.credits} spent`,
    state.meters.actions === null
      ? `${pico.bold('Actions')}  not metered (legacy billing)`
      : `${pico.bold('Actions')}  ${state.meters.actions} left, ${state.meters.spent.actions} spent`,
    '',
    pico.bold('Webhooks'),
    columns(
      state.webhooks.map((webhook) => [
        webhook.id,
        `${webhook.accepted} of ${webhook.limit ?? 'unlimited'}`,
        `refused: ${tally(webhook.refused)}`,
      ]),
    ),
    pico.bold('Tables'),
    columns(
      state.tables.map((table) => [
        table.id,
        `${table.rows} of ${table.ceiling} rows`,
        `running ${table.running}`,
        `finished ${table.finished}`,
        `waiting for credits ${table.waitingForCredits}`,
        `stale ${table.stale}`,
        `dropped ${table.dropped}`,
      ]),
    ),
    pico.bold('Callbacks'),
    `  delivered ${state.callbacks.delivered}, lost ${state.callbacks.lost}, retried ${state.callbacks.retried}` +
      ` (${tally(state.callbacks.outcomes)})`,
    pico.bold('Requests'),
    columns(Object.entries(state.requests).map(([surface, counts]) => [surface, tally(counts)])),
    pico.bold('Faults on'),
    `  ${state.faults.map((fault) => fault.name).join(', ') || 'none'}`,
  ].join('\n');

/** What a newcomer needs after the start: where everything is, how to watch it, how to break it. */
export const formatStart = (
  urls: ClayUrls,
  values: { apiKey: string; webhookUrl: string; token: string },
  npmPort: string,
): string =>
  [
    pico.bold('The simulated Clay is running.'),
    '',
    columns([
      ['Clay web', urls.web],
      ['Clay API', urls.base],
      ['public API', urls.publicApi],
      ['status page', urls.status],
      ['independent host', `${urls.base}/connectivity`],
      ['stand-ins', `${urls.base}/stand-ins/callback, /health, /crm, /provider`],
      ['state, faults', `${urls.base}/_state, /_faults`],
    ]),
    '',
    `${pico.bold('Watch it')} with a configuration made for it, and these values, which open nothing else:`,
    '',
    `  curl -s ${urls.base}/_config > clay.config.json`,
    `  export CLAY_API_KEY=${values.apiKey}`,
    `  export CLAY_WEBHOOK_URL=${values.webhookUrl}`,
    `  export CLAY_WEBHOOK_TOKEN=${values.token}`,
    '',
    `${pico.bold('Break it')} from another terminal:`,
    '',
    `  npm run clay -- faults${npmPort}`,
    `  npm run clay -- fault outage on${npmPort}`,
    `  npm run clay -- fault outage off${npmPort}`,
    '',
  ].join('\n');
