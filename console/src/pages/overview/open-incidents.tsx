import type { IncidentBrief } from '../../../../shared/respond/incident-shape.ts';
import { formatCount, plural } from '../../format.ts';
import { hrefOf } from '../../route.ts';
import { Badge, IncidentStatusBadge, SeverityBadge } from '../../ui/badge.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Countdown, Time } from '../../ui/time.tsx';
import { Worded } from '../../ui/worded.tsx';
import './open-incidents.css';

const Deadlines = ({ incident }: { readonly incident: IncidentBrief }) => (
  <span class="incident-deadlines">
    {incident.acknowledged === null ? (
      <Countdown at={incident.respond_by} label="Respond" />
    ) : (
      <span class="small">
        <span class="muted">Taken by</span> {incident.assignee ?? incident.acknowledged.by.name}
      </span>
    )}
    <Countdown at={incident.next_update_at} label="Next update" />
  </span>
);

const Row = ({ incident }: { readonly incident: IncidentBrief }) => (
  <li class="incident-row">
    <SeverityBadge severity={incident.severity} />
    <div class="incident-what">
      <a class="incident-title" href={hrefOf('incidents', incident.id)}>
        <Worded text={incident.title} />
      </a>
      <p class="incident-summary prose">
        <Worded text={incident.summary} />
      </p>
      <p class="incident-meta">
        <IncidentStatusBadge status={incident.status} />
        <span class="prose">{incident.subject}</span>
        <span>
          open since <Time at={incident.opened_at} as="both" />
        </span>
        {incident.messages_owed > 0 && (
          <Badge tone="warn">{plural(incident.messages_owed, 'message')} not delivered yet</Badge>
        )}
      </p>
    </div>
    <Deadlines incident={incident} />
  </li>
);

/** What is open, most urgent first, and what is due when. */
export const OpenIncidents = ({
  incidents,
  more,
  effects,
}: {
  readonly incidents: readonly IncidentBrief[];
  /** Open ones that are not listed. */
  readonly more: number;
  /** Open ones that another one explains. */
  readonly effects: number;
}) => (
  <Panel
    title="Open incidents"
    note={effects > 0 ? `${formatCount(effects)} more explained by these` : undefined}
    actions={<a href={hrefOf('incidents')}>All incidents</a>}
    flush
  >
    <ul>
      {incidents.map((incident) => (
        <Row key={incident.id} incident={incident} />
      ))}
    </ul>
    {more > 0 && (
      <p class="incident-more">
        <a href={hrefOf('incidents')}>and {formatCount(more)} more</a>
      </p>
    )}
  </Panel>
);
