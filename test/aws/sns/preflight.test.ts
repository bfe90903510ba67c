import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { startFauxqs } from 'fauxqs';
import { describe, expect, it } from 'vitest';
import { createSnsPreflight, findTopic } from '../../../shared/aws/sns/preflight.ts';

const OPTIONS = { region: 'us-east-1', credentials: { accessKeyId: 'fake', secretAccessKey: 'fake' } };

/** SNS as it answers on the wire, by action. */
const answering = async <T>(
  answers: Readonly<Record<string, string>>,
  use: (client: SNSClient) => Promise<T>,
): Promise<T> => {
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const form = new URLSearchParams(body);
    const action = form.get('Action') ?? '';
    const answer = answers[`${action} ${form.get('NextToken') ?? ''}`.trim()];
    const isFault = answer === undefined || answer === 'NotFound';
    response.writeHead(isFault ? 404 : 200, { 'content-type': 'text/xml' });
    response.end(
      isFault
        ? `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type><Code>${answer ?? 'AuthorizationError'}</Code><Message>no</Message></Error></ErrorResponse>`
        : `<${action}Response xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><${action}Result>${answer}</${action}Result></${action}Response>`,
    );
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const client = new SNSClient({
    ...OPTIONS,
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  });
  try {
    return await use(client);
  } finally {
    client.destroy();
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
};

const member = (protocol: string, endpoint: string, arn: string) =>
  `<member><Protocol>${protocol}</Protocol><Endpoint>${endpoint}</Endpoint><SubscriptionArn>${arn}</SubscriptionArn></member>`;

describe('what SNS says about itself', () => {
  it('tells confirmed subscriptions from those that are not, over several pages', async () => {
    const found = await answering(
      {
        ListSubscriptionsByTopic: `<Subscriptions>${member('email', 'ops@example.com', 'PendingConfirmation')}</Subscriptions><NextToken>two</NextToken>`,
        'ListSubscriptionsByTopic two': `<Subscriptions>${member('sms', '+4915112345678', 'arn:aws:sns:us-east-1:111122223333:alerts:1')}</Subscriptions>`,
      },
      (client) => createSnsPreflight(client).subscriptions('arn:aws:sns:us-east-1:111122223333:alerts'),
    );
    expect(found).toEqual([
      { protocol: 'email', endpoint: 'ops@example.com', confirmed: false },
      { protocol: 'sms', endpoint: '+4915112345678', confirmed: true },
    ]);
  });

  it('tells the sandbox with its verified numbers, and the spend limit', async () => {
    const answers = {
      GetSMSSandboxAccountStatus: '<IsInSandbox>true</IsInSandbox>',
      ListSMSSandboxPhoneNumbers:
        '<PhoneNumbers><member><PhoneNumber>+491</PhoneNumber><Status>Verified</Status></member><member><PhoneNumber>+492</PhoneNumber><Status>Pending</Status></member></PhoneNumbers>',
      GetSMSAttributes:
        '<attributes><entry><key>MonthlySpendLimit</key><value>20</value></entry></attributes>',
    };
    await answering(answers, async (client) => {
      const preflight = createSnsPreflight(client);
      expect(await preflight.smsSandbox()).toEqual({ inSandbox: true, verified: ['+491'] });
      expect(await preflight.smsSpendLimit()).toBe(20);
    });
  });

  it('knows an account that is out of the sandbox, and one that never set a limit', async () => {
    const answers = {
      GetSMSSandboxAccountStatus: '<IsInSandbox>false</IsInSandbox>',
      GetSMSAttributes: '<attributes/>',
    };
    await answering(answers, async (client) => {
      const preflight = createSnsPreflight(client);
      expect(await preflight.smsSandbox()).toEqual({ inSandbox: false, verified: [] });
      expect(await preflight.smsSpendLimit()).toBeNull();
    });
  });

  it('knows a topic that is not there', async () => {
    await answering({ ListSubscriptionsByTopic: 'NotFound' }, async (client) => {
      expect(await createSnsPreflight(client).subscriptions('arn:x')).toBeNull();
    });
  });

  it('rejects when it may not be asked', async () => {
    await answering({}, async (client) => {
      await expect(createSnsPreflight(client).smsSandbox()).rejects.toThrow();
      await expect(createSnsPreflight(client).subscriptions('arn:x')).rejects.toThrow();
    });
  });

  it('finds a topic by its name, and knows one that is not there', async () => {
    const server = await startFauxqs({ port: 0, logger: false });
    const client = new SNSClient({ ...OPTIONS, endpoint: `http://127.0.0.1:${server.port}` });
    try {
      const { TopicArn = '' } = await client.send(new CreateTopicCommand({ Name: 'acme-alerts' }));
      await client.send(
        new SubscribeCommand({
          TopicArn,
          Protocol: 'sqs',
          Endpoint: 'arn:aws:sqs:us-east-1:000000000000:acme-notify-slack-ops',
        }),
      );
      expect(await findTopic(client, 'acme-alerts')).toBe(TopicArn);
      expect(await findTopic(client, 'alerts')).toBeNull();
      const preflight = createSnsPreflight(client);
      expect(await preflight.subscriptions(TopicArn)).toMatchObject([{ protocol: 'sqs', confirmed: true }]);
    } finally {
      client.destroy();
      await server.stop();
    }
  });
});
