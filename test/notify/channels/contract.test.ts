import { channelContract } from './channel.contract.ts';
import {
  pagerDutyUnderTest,
  rootlyUnderTest,
  slackUnderTest,
  statuspageUnderTest,
  webhookUnderTest,
} from './under-test.ts';

channelContract('Slack', slackUnderTest);
channelContract('PagerDuty', pagerDutyUnderTest);
channelContract('signed webhook', webhookUnderTest);
channelContract('Statuspage', statuspageUnderTest);
channelContract('Rootly', rootlyUnderTest);
