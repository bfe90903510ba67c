import type { Actor } from '../incident/incident.ts';
import { actorWords } from '../notify/who.ts';

const NOBODY = '-';

/** Who does it, as histories keep it: `Ada (console)`. The name is what they gave, and proves nothing. */
export const operatorText = ({ name, via }: Actor): string => {
  const words = actorWords({ name, via });
  return words.startsWith(`${NOBODY} (`) ? `somebody${words.slice(NOBODY.length)}` : words;
};
