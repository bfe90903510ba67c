import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** At which of its calls to the store a process dies: before the call is made, or before it is answered. */
export interface Dies {
  readonly at: number;
  readonly when: 'before' | 'after';
}

export class Death extends Error {}

/** A client whose process dies at one of its calls, and everything else that it is doing with it. */
export const dying = (client: DynamoDBClient, dies: Dies | null) => {
  let calls = 0;
  let isDead = false;
  const send = async (command: never): Promise<unknown> => {
    if (isDead) throw new Death();
    calls += 1;
    const isTheOne = calls === dies?.at;
    if (isTheOne) isDead = true;
    if (isTheOne && dies?.when === 'before') throw new Death();
    const answer = await client.send(command);
    if (isDead) throw new Death();
    return answer;
  };
  return { client: { send } as unknown as DynamoDBClient, isDead: () => isDead };
};

export const createClock = (start: number) => {
  let now = start;
  return {
    now: () => now,
    move: (ms: number) => {
      now += ms;
    },
  };
};
