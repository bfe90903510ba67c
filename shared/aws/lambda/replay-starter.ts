import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import type { ReplayStarter } from '../../replay/carry-on.ts';

/** Invokes the function that carries out replays, asynchronously. Rejects with the SDK's error. */
export const createLambdaReplayStarter = ({
  client,
  functionName,
}: {
  readonly client: LambdaClient;
  readonly functionName: string;
}): ReplayStarter => ({
  start: async ({ job, after }) => {
    await client.send(
      new InvokeCommand({
        FunctionName: functionName,
        InvocationType: 'Event',
        Payload: new TextEncoder().encode(JSON.stringify({ job, after })),
      }),
    );
  },
});
