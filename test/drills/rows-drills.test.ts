import { describe } from 'vitest';
import { everyDrill } from './every-drill.ts';
import { ROWS_DRILLS } from './rows.ts';

// A file of its own, so that the two longest suites run side by side.
describe('drills of rows and credits: the right answer is known beforehand', () => {
  everyDrill(ROWS_DRILLS);
});
