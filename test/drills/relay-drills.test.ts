import { describe } from 'vitest';
import { everyDrill } from './every-drill.ts';
import { RELAY_DRILLS } from './relay.ts';

// A file of its own, so that the longest suites run side by side.
describe('drills of the relay: the right answer is known beforehand', () => {
  everyDrill(RELAY_DRILLS);
});
