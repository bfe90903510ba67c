import { creditsLeft, keyAccepted } from './questions/account.ts';
import { clayAnswers, clayWorks, ownNetwork } from './questions/clay.ts';
import {
  callbackReachable,
  crmPasses,
  integrationHealthy,
  metricsGood,
  providersPass,
  servicesPass,
} from './questions/endpoints.ts';
import { everythingSeen } from './questions/gaps.ts';
import { messagesArrive } from './questions/own.ts';
import { providersKnowSomething } from './questions/providers.ts';
import { nothingSetAside, paceKept, rowsForwarded, standbyLeft } from './questions/relay.ts';
import { secretsRotate } from './questions/rotation.ts';
import {
  burnUsual,
  callbacksReadable,
  crmTakesRows,
  nothingLost,
  providersServe,
  rowsComeBack,
  rowsFound,
  rowsGoStraight,
  rowsInTime,
  tableHasRoom,
  webhookHasRoom,
} from './questions/rows.ts';
import { autoRunOn, cellsClean, connectionsUp } from './questions/table.ts';
import { webhookUrlsRight } from './questions/webhook-urls.ts';
import { webhookAccepts } from './questions/webhooks.ts';
import type { Question } from './rule.ts';

/**
 * The decision tree of both runbooks, as data: asked from the network outward, upstream before downstream, so that
 * of two causes with the same severity the one nearer the source is the primary.
 */
export const DECISION_TREE: readonly Question[] = [
  ownNetwork,
  clayAnswers,
  clayWorks,
  keyAccepted,
  creditsLeft,
  burnUsual,
  webhookUrlsRight,
  webhookAccepts,
  paceKept,
  webhookHasRoom,
  standbyLeft,
  rowsForwarded,
  nothingSetAside,
  rowsGoStraight,
  tableHasRoom,
  autoRunOn,
  cellsClean,
  connectionsUp,
  callbackReachable,
  callbacksReadable,
  rowsComeBack,
  nothingLost,
  integrationHealthy,
  servicesPass,
  metricsGood,
  providersKnowSomething,
  providersPass,
  providersServe,
  rowsInTime,
  rowsFound,
  crmPasses,
  crmTakesRows,
  secretsRotate,
  messagesArrive,
  everythingSeen,
];
