import { useState } from 'preact/hooks';
import type { IncidentDetail, ShowResponse } from '../../../../shared/respond/incident-shape.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Table } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { actorWords, kindWords } from './words.ts';

const AT_FIRST = 12;

/** Newest first; the whole of it may be long. */
export const TimelinePanel = ({ timeline }: { readonly timeline: IncidentDetail['timeline'] }) => {
  const [all, setAll] = useState(false);
  const entries = timeline.toReversed();
  const shown = all ? entries : entries.slice(0, AT_FIRST);
  return (
    <Panel title="Timeline" note="Newest first">
      <ol class="timeline">
        {shown.map((entry, index) => {
          const { words, tone } = kindWords(entry.kind);
          return (
            <li key={`${entry.at} ${entries.length - index}`} class="timeline-entry">
              <span class="timeline-when">
                <Time at={entry.at} as="instant" />
              </span>
              <div class="prose">
                <div class="timeline-head">
                  <Badge tone={tone}>{words}</Badge>
                  <span class="small muted">
                    {actorWords(entry.by)}
                    {entry.audience === null ? '' : `, for ${entry.audience}`}
                  </span>
                </div>
                {entry.text !== '' && <p class="words">{entry.text}</p>}
              </div>
            </li>
          );
        })}
      </ol>
      {entries.length > AT_FIRST && (
        <Button small look="quiet" expanded={all} onClick={() => setAll(!all)}>
          {all ? 'Show the newest only' : `Show all ${entries.length}`}
        </Button>
      )}
    </Panel>
  );
};

export const EvidencePanel = ({
  evidence,
  wouldChange,
}: {
  readonly evidence: IncidentDetail['evidence'];
  readonly wouldChange: readonly string[];
}) => (
  <Panel title="Evidence" note="What was seen" flush>
    <Table
      caption="Evidence"
      rows={evidence}
      keyOf={({ probe, finding }) => `${probe} ${finding}`}
      empty="Nothing was written down."
      columns={[
        { key: 'at', head: 'Seen', narrow: true, cell: ({ at }) => <Time at={at} as="instant" /> },
        { key: 'probe', head: 'By', rowHead: true, cell: ({ probe }) => <span class="mono">{probe}</span> },
        { key: 'summary', head: 'What', cell: ({ summary }) => summary },
      ]}
    />
    {wouldChange.length > 0 && (
      <div class="would-change stack tight">
        <h3>What would change this verdict</h3>
        <ul class="bullets prose">
          {wouldChange.map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      </div>
    )}
  </Panel>
);

type Delivery = ShowResponse['deliveries'][number];

const PROOF_TONES = {
  delivered: 'good',
  superseded: 'quiet',
  'fallen-back': 'warn',
  failed: 'bad',
  owed: 'note',
} as const;

const toneOf = (state: string) => PROOF_TONES[state as keyof typeof PROOF_TONES] ?? 'note';

export const DeliveriesPanel = ({ deliveries }: { readonly deliveries: readonly Delivery[] }) => (
  <Panel title="Messages" note="With proof of each">
    {deliveries.length === 0 ? (
      <p class="muted">Nobody was told yet.</p>
    ) : (
      <ul class="deliveries">
        {deliveries.map(({ channel, transition, state, at, receipt, error }, index) => (
          <li key={`${channel} ${transition} ${index}`} class="delivery">
            <div class="row apart">
              <span>
                <strong>{kindWords(transition).words}</strong> <span class="muted">by {channel}</span>
              </span>
              <span class="small muted">{at === null ? 'not yet' : <Time at={at} as="instant" />}</span>
            </div>
            <div class="row">
              <Badge tone={toneOf(state)}>{state}</Badge>
              {receipt !== null && (
                <span class="small muted mono receipt" title={`Receipt ${receipt}`}>
                  {receipt}
                </span>
              )}
            </div>
            {error !== null && <p class="small prose">{error}</p>}
          </li>
        ))}
      </ul>
    )}
  </Panel>
);
