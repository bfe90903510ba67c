import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ClayProcess, startClayProcess } from '../../../local/clay-process.ts';
import { type HttpGateway, startHttpGateway } from '../../../local/http-gateway.ts';
import { TRIAL_FAULTS } from '../../../local/trial/faults.ts';
import { trialRoutes } from '../../../local/trial/routes.ts';
import { trialResponse } from '../../../local/trial/shape.ts';
import { trialFlow } from '../../../local/trial-config.ts';
import { systemClock } from '../../../shared/clock.ts';

const CONSOLE = { 'x-claywatch-console': '1' };

let clay: ClayProcess;
let gateway: HttpGateway;

beforeAll(async () => {
  const { relay: _nobodySends, ...flow } = trialFlow(1);
  clay = await startClayProcess(0, flow);
  gateway = await startHttpGateway(
    0,
    trialRoutes({ clayUrl: clay.url, lookEverySeconds: 10, clock: systemClock }),
  );
});

afterAll(async () => {
  await gateway?.stop();
  await clay?.stop();
});

const ask = (path: string, init: RequestInit = {}) =>
  fetch(`${gateway.url}${path}`, { headers: CONSOLE, ...init });

const switched = (id: string, body: unknown, headers: Record<string, string> = CONSOLE) =>
  ask(`/trial/faults/${id}`, { method: 'POST', headers, body: JSON.stringify(body) });

describe('the guided drill of the trial', () => {
  it('lists what it can break, all of it off', async () => {
    const { faults } = trialResponse.parse(await (await ask('/trial')).json());
    expect(faults.map(({ id }) => id)).toEqual(TRIAL_FAULTS.map(({ id }) => id));
    expect(faults.some(({ on }) => on)).toBe(false);
  });

  it('switches every fault that it offers on and off at the simulated Clay', async () => {
    for (const { id } of TRIAL_FAULTS) {
      const isOn = async (reply: Response) =>
        trialResponse.parse(await reply.json()).faults.find((fault) => fault.id === id)?.on;
      expect(await isOn(await switched(id, { on: true })), id).toBe(true);
      expect(await isOn(await ask('/trial')), id).toBe(true);
      expect(await isOn(await switched(id, { on: false })), id).toBe(false);
    }
  });

  it('offers nothing else, and takes nothing but on and off', async () => {
    expect((await switched('own-network-down', { on: true })).status).toBe(404);
    for (const body of [{}, { on: 'yes' }, null, [], 'on'])
      expect((await switched('outage', body)).status, JSON.stringify(body)).toBe(400);
  });

  it('answers no page of a stranger, whatever it says', async () => {
    const asked: readonly Record<string, string>[] = [
      {},
      { ...CONSOLE, origin: 'https://example.com' },
      { ...CONSOLE, origin: 'null' },
    ];
    for (const headers of asked) {
      expect((await ask('/trial', { headers })).status, JSON.stringify(headers)).toBe(403);
      expect((await switched('outage', { on: true }, headers)).status).toBe(403);
    }
    const [get] = trialRoutes({ clayUrl: clay.url, lookEverySeconds: 10, clock: systemClock });
    const rebound = { headers: { ...CONSOLE, host: 'rebound.example.com' } } as unknown;
    expect(await get?.invoke(rebound as APIGatewayProxyEventV2)).toMatchObject({ statusCode: 403 });
  });

  it('says so when the simulated Clay is gone', async () => {
    const [get] = trialRoutes({ clayUrl: 'http://127.0.0.1:1', lookEverySeconds: 10, clock: systemClock });
    const event = { headers: { ...CONSOLE, host: 'localhost:1' } } as unknown;
    expect(await get?.invoke(event as APIGatewayProxyEventV2)).toMatchObject({ statusCode: 502 });
  });
});
