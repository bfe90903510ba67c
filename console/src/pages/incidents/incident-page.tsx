import type { IncidentDetail, ShowResponse } from '../../../../shared/respond/incident-shape.ts';
import { useResource } from '../../api/use-resource.ts';
import { formatSpan } from '../../format.ts';
import { hrefOf } from '../../route.ts';
import { Badge, IncidentStatusBadge, SeverityBadge } from '../../ui/badge.tsx';
import { Facts, Notice, PageHead, Panel } from '../../ui/panel.tsx';
import { Loaded, Skeleton } from '../../ui/state.tsx';
import { Countdown, Time } from '../../ui/time.tsx';
import { IncidentActions } from './actions.tsx';
import { DraftPanel, PostmortemPanel } from './documents.tsx';
import './incidents.css';
import { RunbookPanel } from './runbook.tsx';
import { DeliveriesPanel, EvidencePanel, TimelinePanel } from './timeline.tsx';
import { TreePanel } from './tree.tsx';
import { actorWords, isOver } from './words.ts';

const BACK = { href: hrefOf('incidents'), label: 'Incidents' };

const tookOf = ({ detected_at: from, resolved_at: to }: IncidentDetail): string | null =>
  to === null ? null : formatSpan(Date.parse(to) - Date.parse(from));

const StatePanel = ({ incident }: { readonly incident: IncidentDetail }) => {
  const { acknowledged, assignee, reviewed } = incident;
  const took = tookOf(incident);
  const over = isOver(incident);
  const who =
    acknowledged === null ? (
      'Nobody yet'
    ) : (
      <>
        {actorWords(acknowledged.by)}, <Time at={acknowledged.at} />
      </>
    );
  return (
    <Panel title="State">
      <div class="stack">
        {!over && (
          <div class="stack tight">
            {acknowledged === null && incident.status === 'triggered' && (
              <Countdown label="Respond" at={incident.respond_by} />
            )}
            <Countdown label="Next update" at={incident.next_update_at} />
            {acknowledged !== null && (
              <Countdown label="Acknowledged until" at={acknowledged.stale_at} soonMs={30 * 60_000} />
            )}
          </div>
        )}
        <Facts
          facts={[
            ['Who has it', who],
            ...(assignee === null ? [] : [['Assigned to', assignee] as const]),
            ['First seen', <Time key="seen" at={incident.detected_at} as="both" />],
            ['Opened', <Time key="opened" at={incident.opened_at} as="both" />],
            ...(incident.mitigated_at === null
              ? []
              : [['Mitigated', <Time key="mitigated" at={incident.mitigated_at} as="both" />] as const]),
            ...(incident.resolved_at === null
              ? []
              : [['Resolved', <Time key="resolved" at={incident.resolved_at} as="both" />] as const]),
            ...(took === null ? [] : [['Lasted', took] as const]),
            ...(reviewed === null ? [] : [['Reviewed by', actorWords(reviewed.by)] as const]),
            ...(incident.reopenings === 0 ? [] : [['Opened again', `${incident.reopenings} times`] as const]),
            ['About', incident.subject],
            ['Cause', <code key="cause">{incident.cause}</code>],
            ['Id', <code key="id">{incident.id}</code>],
            ...(incident.messages_owed === 0 ? [] : [['Messages owed', incident.messages_owed] as const]),
          ]}
        />
      </div>
    </Panel>
  );
};

const DonePanel = ({ actions }: { readonly actions: ShowResponse['actions'] }) =>
  actions.length === 0 ? null : (
    <Panel title="What Claywatch did">
      <ul class="steps">
        {actions.map(({ kind, mode, at, text, feed }) => (
          <li key={`${kind} ${feed} ${at}`} class="step-body prose">
            <div class="row">
              <Badge tone={mode === 'act' ? 'good' : 'accent'} icon={mode === 'act' ? 'check' : 'clock'}>
                {mode === 'act' ? kind : `proposes: ${kind}`}
              </Badge>
              <span class="small muted">
                <Time at={at} as="instant" />
              </span>
            </div>
            <span>{text}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );

const Whole = ({ shown }: { readonly shown: ShowResponse }) => {
  const { incident, runbook, path, actions, deliveries } = shown;
  return (
    <>
      <PageHead
        back={BACK}
        title={
          <span class="incident-title">
            <SeverityBadge severity={incident.severity} /> {incident.title}
            <IncidentStatusBadge status={incident.status} />
          </span>
        }
        lead={runbook.meaning}
      />
      <div class="stack">
        <IncidentActions incident={incident} />
        {incident.cause === 'drill' && (
          <Notice tone="accent" title="This is a drill">
            Nothing is wrong with the pipeline.
          </Notice>
        )}
        {incident.hidden_by !== null && (
          <Notice tone="note">
            It is the effect of <code>{incident.hidden_by}</code>, and is not told on its own.
          </Notice>
        )}
        {incident.merged_into !== null && (
          <Notice tone="note">
            It is told as part of{' '}
            <a href={hrefOf('incidents', incident.merged_into)}>{incident.merged_into}</a>.
          </Notice>
        )}
        <div class="incident-layout">
          <div class="stack">
            <Panel title="What is wrong">
              <div class="stack tight prose">
                <p>{incident.summary}</p>
                <p class="muted">{runbook.impact}</p>
              </div>
            </Panel>
            <RunbookPanel id={incident.id} runbook={runbook} />
            <TreePanel path={path} title={incident.title} />
            <EvidencePanel evidence={incident.evidence} wouldChange={incident.would_change} />
            {isOver(incident) && <PostmortemPanel id={incident.id} />}
            {!isOver(incident) && <DraftPanel id={incident.id} />}
          </div>
          <div class="stack">
            <StatePanel incident={incident} />
            <DonePanel actions={actions} />
            <TimelinePanel timeline={incident.timeline} />
            <DeliveriesPanel deliveries={deliveries} />
          </div>
        </div>
      </div>
    </>
  );
};

/** One incident: all that is known of it, and all that can be done about it. */
export const IncidentPage = ({ id }: { readonly id: string }) => {
  const watched = useResource<ShowResponse>(`v1/incidents/${encodeURIComponent(id)}`, 5_000);
  return (
    <Loaded
      of={watched}
      skeleton={
        <>
          <PageHead back={BACK} title="Incident" />
          <Skeleton height={420} />
        </>
      }
    >
      {(shown) => <Whole shown={shown} />}
    </Loaded>
  );
};
