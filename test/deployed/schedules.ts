import { InvokeCommand } from '@aws-sdk/client-lambda';
import {
  GetScheduleCommand,
  type GetScheduleCommandOutput,
  paginateListSchedules,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import type { Clients } from './clients.ts';

/*
 * The stand-in for EventBridge Scheduler. The emulator's own invokes targets too, but does not fill in
 * `<aws.scheduler.scheduled-time>`, so that every run would be refused as nobody's turn; and a minute is long for a test.
 * What is invoked, and with what, is read from the deployed schedules.
 */

const SCHEDULED_TIME = '<aws.scheduler.scheduled-time>';

const schedulesOf = async (clients: Clients, installation: string) => {
  const found: GetScheduleCommandOutput[] = [];
  for await (const { Schedules = [] } of paginateListSchedules(
    { client: clients.scheduler },
    { GroupName: installation },
  )) {
    for (const { Name, GroupName } of Schedules) {
      found.push(await clients.scheduler.send(new GetScheduleCommand({ Name, GroupName })));
    }
  }
  return found;
};

/** Stops the emulator's own schedules: from now on, whoever tests says when a minute has passed. */
export const takeOverSchedules = async (
  clients: Clients,
  installation: string,
): Promise<readonly string[]> => {
  const schedules = await schedulesOf(clients, installation);
  for (const { Name, GroupName, ScheduleExpression, FlexibleTimeWindow, Target } of schedules) {
    await clients.scheduler.send(
      new UpdateScheduleCommand({
        ...{ Name, GroupName, ScheduleExpression, FlexibleTimeWindow, Target },
        State: 'DISABLED',
      }),
    );
  }
  return schedules.map(({ Name = '' }) => Name).sort();
};

/** What a function answered, and what it logged meanwhile. */
export interface Turn<T> {
  readonly answer: T;
  readonly log: string;
}

/** Invokes the target of a schedule, as if its time had come at this moment. Throws where the function fails. */
export const fireSchedule = async <T>(
  clients: Clients,
  installation: string,
  name: string,
  at: number,
): Promise<Turn<T>> => {
  const { Target } = await clients.scheduler.send(
    new GetScheduleCommand({ Name: name, GroupName: installation }),
  );
  const scheduledTime = new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
  const Payload = (Target?.Input ?? '').replaceAll(SCHEDULED_TIME, scheduledTime);
  const { FunctionError, LogResult, ...invoked } = await clients.lambda.send(
    new InvokeCommand({ FunctionName: Target?.Arn, LogType: 'Tail', Payload }),
  );
  const answer = Buffer.from(invoked.Payload ?? []).toString();
  const log = Buffer.from(LogResult ?? '', 'base64').toString();
  if (FunctionError) throw new Error(`${name} failed: ${answer}\n${log}`);
  return { answer: JSON.parse(answer), log };
};
