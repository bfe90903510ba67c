import { useState } from 'preact/hooks';
import type { ShowResponse } from '../../../../shared/respond/incident-shape.ts';
import { StateDot } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { cx } from '../../ui/class-names.ts';
import { Panel } from '../../ui/panel.tsx';
import type { Tone } from '../../ui/tone.ts';

type Node = ShowResponse['path'][number];

const ANSWERS: Readonly<Record<Node['answer'], readonly [words: string, tone: Tone]>> = {
  yes: ['Yes', 'good'],
  no: ['No', 'bad'],
  unknown: ['Cannot tell', 'warn'],
  'not-checked': ['Not looked at', 'quiet'],
};

const TreeNode = ({ node, title }: { readonly node: Node; readonly title: string }) => {
  const [words, tone] = ANSWERS[node.answer];
  return (
    <li class={cx('tree-node', node.taken && 'is-taken')} aria-current={node.taken ? 'step' : undefined}>
      <div class="tree-dot">
        <StateDot
          tone={tone}
          shape={node.answer === 'yes' ? 'check' : node.answer === 'no' ? 'cross' : 'question'}
        />
      </div>
      <div class="tree-text prose">
        <span>{node.question}</span> <span class="tree-answer">{words}</span>
        {node.because !== '' && <p class="tree-because">{node.because}</p>}
      </div>
      {node.taken && (
        <p class="tree-branch prose">
          <strong>{title}</strong>
        </p>
      )}
    </li>
  );
};

const SHOWN_BEFORE = 4;

/** The questions that were asked, from the network outward, down to the one whose "no" is this incident. */
export const TreePanel = ({ path, title }: { readonly path: readonly Node[]; readonly title: string }) => {
  const [all, setAll] = useState(false);
  if (path.length === 0) return null;
  const taken = path.findIndex((node) => node.taken);
  const from = all || taken < 0 ? 0 : Math.max(0, taken - SHOWN_BEFORE);
  const to = all || taken < 0 ? path.length : taken + 1;
  const hidden = path.length - (to - from);
  return (
    <Panel title="How Claywatch decided" note="From the network outward">
      {(hidden > 0 || all) && (
        <div class="tree-more">
          <Button small look="quiet" expanded={all} onClick={() => setAll(!all)}>
            {all ? 'Show the branch only' : `Show ${hidden} more questions`}
          </Button>
        </div>
      )}
      <ol class="tree">
        {path.slice(from, to).map((node) => (
          <TreeNode key={node.question} node={node} title={title} />
        ))}
      </ol>
    </Panel>
  );
};
