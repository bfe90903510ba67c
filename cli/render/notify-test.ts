import type { DeliveryProof } from '../../shared/notify/proof.ts';
import { SNS } from '../../shared/notify/proof.ts';
import type { Severity } from '../../shared/severity.ts';
import type { StoreSource } from '../store.ts';
import { time } from './amounts.ts';
import { hang, joined, jsonText, type Page, plain } from './text.ts';
import { sourceText } from './usage.ts';

export interface TestedWay extends DeliveryProof {
  /** Of e-mail and SMS: to whom SNS sends it. */
  readonly recipients: readonly string[];
}

export interface TestAbout {
  readonly id: string;
  readonly severity: Severity;
  /** Channels that do not hear of it. */
  readonly left: readonly string[];
  readonly source: StoreSource;
  readonly isLocal: boolean;
}

const found = (
  { status, channel, recipients, owedAt, deliveredAt, lastError }: TestedWay,
  isLocal: boolean,
): string => {
  const why = lastError === null ? '' : ` ${lastError}`;
  if (status === 'delivered') {
    const took = `after ${time(Math.max(0, (deliveredAt ?? owedAt) - owedAt))}`;
    if (channel !== SNS) return `Arrived ${took}.`;
    return isLocal
      ? `SNS took it; it is in the inbox of the local runtime, for ${recipients.join(', ')}.`
      : `SNS took it ${took}, for ${recipients.join(', ')}. Look there: SNS does not say whether it was read.`;
  }
  if (status === 'refused') return `Refused.${why}`;
  return why === '' ? 'No proof yet: nobody has taken it from the queue.' : `Not taken yet.${why}`;
};

const name = (channel: string): string => (channel === SNS ? 'e-mail and SMS' : plain(channel));

export const renderNotifyTest = (ways: readonly TestedWay[], about: TestAbout, page: Page): string => {
  const { style, width } = page;
  const missing = ways.filter(({ status }) => status !== 'delivered').length;
  return joined([
    ...hang('', `Test ${about.id}, as a ${about.severity}, from ${sourceText(about.source)}:`, width),
    ...ways.flatMap((way) => {
      const isFine = way.status === 'delivered';
      return [
        `  ${isFine ? style.green('✓') : style.red('✗')} ${style.bold(name(way.channel))}`,
        ...hang('      ', found(way, about.isLocal), width),
      ];
    }),
    ...(about.left.length > 0
      ? hang('  – ', `Not tested, since they do not hear of it: ${about.left.join(', ')}.`, width)
      : []),
    missing === 0
      ? 'Everything arrived.'
      : `${missing} of ${ways.length} did not arrive. claywatch doctor says what to do.`,
  ]);
};

export const renderNotifyTestJson = (ways: readonly TestedWay[], { source, ...about }: TestAbout): string =>
  jsonText({ version: 1, source, ...about, ways });
