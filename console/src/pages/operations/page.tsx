import { useOverview } from '../../api/use-overview.ts';
import { PageHead } from '../../ui/panel.tsx';
import { DrillsPanel } from './drills.tsx';
import { FeedPanels } from './feeds.tsx';
import './operations.css';
import { PreflightPanel } from './preflight.tsx';
import { ReplaysPanel } from './replay.tsx';
import { SilencesPanel } from './silences.tsx';

export default () => {
  const { data } = useOverview();
  return (
    <>
      <PageHead
        title="Operations"
        lead="Hold and resume, fail over, send rows again, silence, practise. Each asks first and stands on the audit trail."
      />
      <div class="operations-grid">
        <div class="operations-wide">
          <FeedPanels />
        </div>
        <SilencesPanel feeds={data?.feeds.map(({ feed }) => feed) ?? []} />
        <DrillsPanel />
        <div class="operations-wide">
          <ReplaysPanel />
        </div>
        <div class="operations-wide">
          <PreflightPanel />
        </div>
      </div>
    </>
  );
};
