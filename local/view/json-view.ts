import type { Terminal, View } from './live-view.ts';

/** One JSON object per line, for programs: `started`, `run` (the report of the run), `message`, `fault`, `stopped`. */
export const createJsonView = (out: Terminal): View => {
  const write = (type: string, content: object) => out.write(`${JSON.stringify({ type, ...content })}\n`);
  return {
    started: ({ everySeconds, clay, runtime: { endpoints, tableName, topicArn, inboxDir } }) =>
      write('started', { everySeconds, clay: clay?.url ?? null, endpoints, tableName, topicArn, inboxDir }),
    carriedOver: () => undefined,
    runStarted: () => undefined,
    report: ({ slot, ...rest }, missed, relay) =>
      write('run', { slot: new Date(slot).toISOString(), missed, ...rest, relay }),
    message: ({ at, ...rest }) => write('message', { at: new Date(at).toISOString(), ...rest }),
    fault: ({ name, message }, of) => write('fault', { of, name, message }),
    notice: () => undefined,
    end: () => write('stopped', {}),
  };
};
