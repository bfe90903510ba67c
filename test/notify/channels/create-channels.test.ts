import { describe, expect, it } from 'vitest';
import { createChannels } from '../../../shared/notify/channels/create-channels.ts';
import { configOf } from '../messages.ts';
import { worldFor } from './world.ts';

const { deps } = worldFor({ isSilent: false });

describe('the channels of a configuration', () => {
  it('are there by their ids, one for each that is configured, and read nothing before they are used', () => {
    const channels = createChannels(
      configOf({
        notify: {
          slack: [
            { id: 'slack-ops', channel: 'C0123456789', botToken: 'env:NOT_THERE' },
            { id: 'slack-sales', channel: 'C0123456780', botToken: 'env:NOT_THERE' },
          ],
          pagerduty: [{ id: 'pagerduty', routingKey: 'env:NOT_THERE' }],
          webhooks: [{ id: 'bus', url: 'env:NOT_THERE', signingSecrets: ['env:NOT_THERE'] }],
          statusPages: [
            {
              id: 'status',
              kind: 'rootly',
              apiUrl: 'https://api.rootly.com/v1',
              token: 'env:NOT_THERE',
              pageId: 'page',
            },
          ],
        },
      }),
      deps,
    );
    expect([...channels].map(([id, { kind }]) => [id, kind])).toStrictEqual([
      ['slack-ops', 'slack'],
      ['slack-sales', 'slack'],
      ['pagerduty', 'pagerduty'],
      ['bus', 'webhook'],
      ['status', 'status-page'],
    ]);
    for (const [id, channel] of channels) expect(channel.id).toBe(id);
  });

  it('are none without any', () => {
    expect(createChannels(configOf(), deps).size).toBe(0);
  });
});
