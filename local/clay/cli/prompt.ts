import type { Clay } from '../core/clay.ts';
import { FAULTS } from '../faults/catalogue.ts';
import { formatFault, formatFaults, formatState, formatSwitchedOff, formatSwitchedOn } from './format.ts';
import { parseFaultWords } from './words.ts';

export const PROMPT_HELP = `  NAME                 switch a fault on or off, e.g.  outage
  NAME key=value …     switch it on with parameters, e.g.  api-slow delayMs=8000 surface=me
  list [NAME]          all faults, or one with its parameters
  clear                all faults off
  state                counts of webhooks, tables, credits and callbacks
  rows [N] [WEBHOOK]   send N made-up rows
  run TABLE            run the rows that arrived while auto-run was off
  help, quit`;

const switchFault = (clay: Clay, name: string, words: readonly string[]): string => {
  const parsed = parseFaultWords(words);
  if (parsed.kind === 'unclear') return `${JSON.stringify(parsed.word)} is neither on, off, nor name=value.`;
  const isOn = clay.faults.active().some((fault) => fault.name === name);
  const turnsOff = parsed.turn === 'off' || (parsed.turn === 'toggle' && isOn && words.length === 0);
  if (turnsOff) {
    const outcome = clay.faults.off(name);
    if (outcome.kind === 'off') return formatSwitchedOff(name, outcome.wasOn);
  }
  const outcome = clay.faults.set(name, parsed.params);
  if (outcome.kind === 'on') return formatSwitchedOn(outcome.fault, FAULTS[outcome.fault.name].params);
  if (outcome.kind === 'invalid-params') return outcome.problems.join('\n');
  const hint = outcome.nearest.length > 0 ? ` Did you mean ${outcome.nearest.join(', ')}?` : '';
  return `There is no command or fault ${JSON.stringify(name)}.${hint} Type help.`;
};

const listFaults = (clay: Clay, name: string | undefined): string => {
  const fault = clay.faults.list().find((known) => known.name === name);
  return fault ? formatFault(fault) : formatFaults(clay.faults.list());
};

const sendRows = (clay: Clay, words: readonly string[]): string => {
  const count = Number(words.find((word) => /^\d+$/.test(word)) ?? 1);
  const webhook = words.find((word) => !/^\d+$/.test(word)) ?? clay.state().webhooks[0]?.id ?? '';
  return detailOr(control(clay, 'POST', '/_rows', { count, webhook }));
};

const control = (clay: Clay, method: string, target: string, body: object = {}): unknown => {
  const answer = clay.handle({ method, target, headers: {}, body: JSON.stringify(body) });
  return answer.kind === 'answer' ? JSON.parse(answer.body) : undefined;
};

const detailOr = (answer: unknown): string =>
  answer instanceof Object && 'detail' in answer ? String(answer.detail) : JSON.stringify(answer);

/** Does what one typed line says, and returns what to print; `quit` says that the person wants to leave. */
export const obey = (clay: Clay, line: string): string | 'quit' => {
  const [word = '', ...rest] = line.trim().split(/\s+/);
  switch (word) {
    case '':
      return '';
    case 'help':
    case '?':
      return PROMPT_HELP;
    case 'list':
    case 'faults':
      return listFaults(clay, rest[0]);
    case 'clear':
      return `${clay.faults.clear()} switched off`;
    case 'state':
      return formatState(clay.state());
    case 'rows':
      return sendRows(clay, rest);
    case 'run':
      return detailOr(control(clay, 'POST', `/_tables/${rest[0] ?? ''}/run`));
    case 'quit':
    case 'exit':
      return 'quit';
    case 'fault':
      return switchFault(clay, rest[0] ?? '', rest.slice(1));
    default:
      return switchFault(clay, word, rest);
  }
};
