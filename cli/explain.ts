import { CAUSE_IDS, CAUSES, type Cause } from '../shared/cause.ts';
import { RUNBOOK } from '../shared/runbook/index.ts';
import type { ExplainFlags } from './commands/explain.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { renderCause, renderCauses } from './render/explain.ts';
import { jsonText } from './render/text.ts';
import { styleOf, type Terminal, widthOf } from './terminal.ts';

const isCause = (text: string | undefined): text is Cause => CAUSE_IDS.some((cause) => cause === text);

/** `claywatch explain [cause]`; commander has refused what is no cause. */
export const explain = (asked: string | undefined, flags: ExplainFlags, terminal: Terminal): ExitCode => {
  const page = { style: styleOf(terminal), width: widthOf(terminal) };
  if (isCause(asked)) {
    const entry = RUNBOOK[asked];
    terminal.stdout.write(
      flags.json
        ? jsonText({ version: 1, cause: asked, severity: CAUSES[asked], ...entry })
        : renderCause(asked, entry, page),
    );
    return EXIT.healthy;
  }
  terminal.stdout.write(
    flags.json
      ? jsonText({
          version: 1,
          causes: CAUSE_IDS.map((cause) => ({ cause, severity: CAUSES[cause], title: RUNBOOK[cause].title })),
        })
      : renderCauses(page),
  );
  return EXIT.healthy;
};
