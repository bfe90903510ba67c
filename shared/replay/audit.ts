import type { ControlChange } from '../relay/control.ts';
import { changeControl, noted } from '../relay/control-change.ts';
import type { RunPorts } from './ports.ts';

/** Writes down, in the history of the feed, what somebody did with its rows: how many, never which. */
export const audit = async (
  { controls, clock }: Pick<RunPorts, 'controls' | 'clock'>,
  feed: string,
  kind: ControlChange['kind'],
  text: string,
  by: string,
): Promise<void> => {
  const at = clock.now();
  await changeControl(controls, feed, (control) => noted(control, { at, kind, text, by }));
};

/** The same, unless its history tells of it already; so whoever says it may be repeated. */
export const auditOnce = async (
  { controls }: Pick<RunPorts, 'controls'>,
  feed: string,
  change: ControlChange,
  isSaid: (known: ControlChange) => boolean,
): Promise<void> => {
  await changeControl(controls, feed, (control) =>
    control.history.some((known) => known.kind === change.kind && known.text === change.text && isSaid(known))
      ? control
      : noted(control, change),
  );
};
