import { GetQueueUrlCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { ClaywatchError } from '../../errors.ts';

/**
 * The URL of a feed's queue without the name of the feed, found by the name of one of the queues. Throws
 * `relay.not-configured` when there is no such queue.
 */
export const findQueueUrlPrefix = async (
  client: SQSClient,
  { namePrefix, feed }: { readonly namePrefix: string; readonly feed: string },
): Promise<string> => {
  const name = `${namePrefix}${feed}`;
  const { QueueUrl: url = '' } = await client
    .send(new GetQueueUrlCommand({ QueueName: name }))
    .catch((error: unknown) => {
      throw error instanceof Error && /QueueDoesNotExist|NonExistentQueue/.test(error.name)
        ? new ClaywatchError(
            'relay.not-configured',
            `There is no queue ${name} in this account and region.`,
            'Look at `installation` in the configuration, at the region (AWS_REGION), and deploy the feed.',
            { cause: error },
          )
        : error;
    });
  return url.slice(0, url.length - feed.length);
};
