import type { ClayState } from '../core/state.ts';
import { FAULT_NAMES, FAULTS } from '../faults/catalogue.ts';
import { type ActiveFault, type FaultReport, nearestFaults } from '../faults/switchboard.ts';
import { failed, fine, type Said, usage } from './exit.ts';
import { formatFault, formatFaults, formatState, formatSwitchedOff, formatSwitchedOn } from './format.ts';
import { parseFaultWords } from './words.ts';

type Reply =
  | { readonly kind: 'reply'; readonly status: number; readonly body: unknown }
  | { readonly kind: 'nobody'; readonly said: Said };

const TIMEOUT_MS = 5_000;

/** Asks the simulated Clay that runs on this port, in another process. */
const ask = async (port: number, method: string, path: string, body?: object): Promise<Reply> => {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      ...(body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {}),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return { kind: 'reply', status: answer.status, body: await answer.json() };
  } catch {
    const said = failed(
      `No simulated Clay answers on port ${port}.\nStart one with:  npm run clay -- --port ${port}`,
    );
    return { kind: 'nobody', said };
  }
};

const detailOf = (body: unknown): string =>
  body instanceof Object && 'detail' in body ? String(body.detail) : 'The answer was not understood.';

/** Shows the reply when it is a 200; a refusal is a wrong call. */
const say = <T>(reply: Reply, show: (body: T) => string): Said => {
  if (reply.kind === 'nobody') return reply.said;
  return reply.status === 200 ? fine(show(reply.body as T)) : usage(detailOf(reply.body));
};

const everyFaultOff = (): readonly FaultReport[] =>
  FAULT_NAMES.map((name) => ({ name, ...FAULTS[name], on: null }));

interface FaultList {
  readonly faults: readonly FaultReport[];
}

/** Lists the faults, or shows one of them; with nobody there, all of them as they are when off. */
export const showFaults = async (port: number, name: string | undefined): Promise<Said> => {
  const reply = await ask(port, 'GET', '/_faults');
  const faults = reply.kind === 'reply' ? (reply.body as FaultList).faults : everyFaultOff();
  const note = reply.kind === 'nobody' ? `\n\n${reply.said.text}` : '';
  if (name === undefined) return fine(formatFaults(faults) + note);
  const fault = faults.find((known) => known.name === name);
  if (fault) return fine(formatFault(fault) + note);
  const nearest = nearestFaults(name).join(', ');
  return usage(`There is no fault ${JSON.stringify(name)}.${nearest ? ` Did you mean ${nearest}?` : ''}`);
};

/** Switches one fault: on, off, or, without a word, to the other side. */
export const switchFault = async (port: number, name: string, words: readonly string[]): Promise<Said> => {
  const parsed = parseFaultWords(words);
  if (parsed.kind === 'unclear') {
    return usage(`${JSON.stringify(parsed.word)} is neither on, off, nor name=value.`);
  }
  const path = `/_faults/${encodeURIComponent(name)}`;
  const on = async () =>
    say<ActiveFault>(await ask(port, 'PUT', path, parsed.params), (fault) =>
      formatSwitchedOn(fault, FAULTS[fault.name].params),
    );
  const off = async () =>
    say<{ wasOn: boolean }>(await ask(port, 'DELETE', path), ({ wasOn }) => formatSwitchedOff(name, wasOn));
  if (parsed.turn !== 'toggle') return parsed.turn === 'on' ? on() : off();
  const list = await ask(port, 'GET', '/_faults');
  if (list.kind === 'nobody') return list.said;
  const isOn = (list.body as FaultList).faults.some((fault) => fault.name === name && fault.on);
  return isOn && Object.keys(parsed.params).length === 0 ? off() : on();
};

export const clearFaults = async (port: number): Promise<Said> =>
  say<{ switchedOff: number }>(
    await ask(port, 'DELETE', '/_faults'),
    ({ switchedOff }) => `${switchedOff} switched off`,
  );

export const showState = async (port: number, json: boolean): Promise<Said> =>
  say<ClayState>(await ask(port, 'GET', '/_state'), (state) =>
    json ? JSON.stringify(state, null, 2) : formatState(state),
  );

export const postRows = async (port: number, count: number, webhook: string | undefined): Promise<Said> =>
  say<{ webhook: string; answers: Record<string, number> }>(
    await ask(port, 'POST', '/_rows', { count, ...(webhook === undefined ? {} : { webhook }) }),
    ({ webhook: id, answers }) =>
      `${id}: ${Object.entries(answers)
        .map(([status, rows]) => `${rows} answered ${status}`)
        .join(', ')}`,
  );
