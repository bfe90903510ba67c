import type { OverviewResponse } from '../../../../shared/report/overview-shape.ts';
import { formatCount, formatPerMinute } from '../../format.ts';
import { hrefOf } from '../../route.ts';
import { cx } from '../../ui/class-names.ts';
import { Icon, type IconName } from '../../ui/icon.tsx';
import { STAGE_TONES } from '../../ui/tone.ts';
import { Worded } from '../../ui/worded.tsx';
import { type Flow, flowsOf, secondsPerDash } from './flow.ts';
import './pipeline.css';

export type Stage = OverviewResponse['feeds'][number]['stages'][number];

const NAMES: Readonly<Record<Stage['stage'], string>> = {
  sender: 'Sender',
  relay: 'Relay',
  queue: 'Queue',
  webhook: 'Webhook',
  table: 'Clay table',
  callback: 'Callback',
};

const STATES: Readonly<Record<Stage['state'], { readonly word: string; readonly icon: IconName }>> = {
  working: { word: 'Working', icon: 'check' },
  slow: { word: 'Slow', icon: 'clock' },
  held: { word: 'Held', icon: 'pause' },
  broken: { word: 'Broken', icon: 'cross' },
  unknown: { word: 'Not known', icon: 'question' },
};

/** The way between two stages: dashes run along it where rows move, as fast as they do. */
const Way = ({ flow, to }: { readonly flow: Flow; readonly to: Stage }) => {
  const duration = `${secondsPerDash(to.rows_per_minute)}s`;
  const line = (x2: string, y2: string, x1: string, y1: string) => (
    <>
      <line class="way-bed" x1={x1} y1={y1} x2={x2} y2={y2} />
      <line class="way-flow" x1={x1} y1={y1} x2={x2} y2={y2} style={{ animationDuration: duration }} />
    </>
  );
  return (
    <span class={cx('way', flow)} aria-hidden="true">
      <svg class="way-across" width="100%" height="14" aria-hidden="true">
        {line('100%', '7', '0', '7')}
      </svg>
      <svg class="way-down" width="14" height="100%" aria-hidden="true">
        {line('7', '100%', '7', '0')}
      </svg>
      {flow === 'blocked' && (
        <span class="way-block">
          <Icon name="cross" size={10} />
        </span>
      )}
    </span>
  );
};

const Node = ({ stage }: { readonly stage: Stage }) => {
  const { word, icon } = STATES[stage.state];
  return (
    <div class={cx('node', `tone-${STAGE_TONES[stage.state]}`, stage.state)}>
      <div class="node-head">
        <Icon name={stage.stage} />
        <span class="node-name">{NAMES[stage.stage]}</span>
      </div>
      <div class="node-label" title={stage.label}>
        {stage.label}
      </div>
      <div class="node-figures">
        <span class="node-rate">{formatPerMinute(stage.rows_per_minute)}</span>
        {stage.rows_waiting !== null && (
          <span class={cx('node-waiting', stage.rows_waiting > 0 && 'some')}>
            {formatCount(stage.rows_waiting)} waiting
          </span>
        )}
      </div>
      <div class="node-state">
        <Icon name={icon} size={11} />
        {stage.incident === null ? (
          word
        ) : (
          <a href={hrefOf('incidents', stage.incident)}>{word}: see the incident</a>
        )}
      </div>
      {stage.detail !== '' && (
        <p class="node-detail prose">
          <Worded text={stage.detail} />
        </p>
      )}
    </div>
  );
};

/** The way of a row through one feed, as it is. */
export const Pipeline = ({
  feed: { feed, flow: feedFlow, stages },
}: {
  readonly feed: OverviewResponse['feeds'][number];
}) => {
  const flows = flowsOf(stages, feedFlow);
  return (
    <div class="pipeline-box">
      <ol class="pipeline" aria-label={`The way of a row through ${feed}`}>
        {stages.map((stage, index) => {
          const flow = flows[index - 1];
          return (
            <li key={stage.stage} class="pipeline-stage">
              {flow && <Way flow={flow} to={stage} />}
              <Node stage={stage} />
            </li>
          );
        })}
      </ol>
    </div>
  );
};
