import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import './panel.css';
import { cx } from './class-names.ts';
import type { Tone } from './tone.ts';

/** The head of a page. The shell moves the focus to its heading when the page is opened. */
export const PageHead = ({
  title,
  lead,
  back,
  actions,
}: {
  readonly title: ComponentChildren;
  readonly lead?: ComponentChildren;
  /** The page above. */
  readonly back?: { readonly href: string; readonly label: string };
  readonly actions?: ComponentChildren;
}) => (
  <header class="page-head">
    <div class="page-head-text">
      {back && (
        <a class="page-back" href={back.href}>
          {back.label}
        </a>
      )}
      <h1 id="page-title" tabIndex={-1}>
        {title}
      </h1>
      {lead !== undefined && <div class="page-lead prose">{lead}</div>}
    </div>
    {actions && <div class="row">{actions}</div>}
  </header>
);

/** A titled part of a page. */
export const Panel = ({
  title,
  note,
  actions,
  children,
  flush = false,
  level = 2,
}: {
  readonly title: ComponentChildren;
  readonly note?: ComponentChildren;
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
  /** Without space around its content, e.g. of a table. */
  readonly flush?: boolean;
  readonly level?: 2 | 3;
}) => {
  const heading = useId();
  const Heading = level === 2 ? 'h2' : 'h3';
  return (
    <section class={cx('panel', flush && 'flush')} aria-labelledby={heading}>
      <header class="panel-head">
        <div class="panel-title">
          <Heading id={heading}>{title}</Heading>
          {note !== undefined && <p class="panel-note">{note}</p>}
        </div>
        {actions && <div class="row">{actions}</div>}
      </header>
      <div class="panel-body">{children}</div>
    </section>
  );
};

/** A number with its name. */
export const Figure = ({
  label,
  value,
  note,
  tone,
}: {
  readonly label: string;
  readonly value: ComponentChildren;
  readonly note?: ComponentChildren;
  readonly tone?: Tone;
}) => (
  <div class={cx('figure', tone !== undefined && `tone-${tone}`)}>
    <dt>{label}</dt>
    <dd>
      <span class="figure-value">{value}</span>
      {note !== undefined && <span class="figure-note">{note}</span>}
    </dd>
  </div>
);

export const Figures = ({ children }: { readonly children: ComponentChildren }) => (
  <dl class="figures">{children}</dl>
);

/** Names and what they stand for, in two columns. */
export const Facts = ({
  facts,
}: {
  readonly facts: readonly (readonly [label: string, value: ComponentChildren])[];
}) => (
  <dl class="facts">
    {facts.map(([label, value]) => (
      <div key={label}>
        <dt>{label}</dt>
        <dd class="prose">{value}</dd>
      </div>
    ))}
  </dl>
);

/** A sentence that must be seen. */
export const Notice = ({
  tone = 'note',
  title,
  children,
  action,
}: {
  readonly tone?: Tone;
  readonly title?: string;
  readonly children?: ComponentChildren;
  readonly action?: ComponentChildren;
}) => (
  <div class={cx('notice', `tone-${tone}`)}>
    <div class="notice-text prose">
      {title !== undefined && <strong>{title}</strong>}
      {children !== undefined && <div>{children}</div>}
    </div>
    {action}
  </div>
);
