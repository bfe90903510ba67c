import { describe } from 'vitest';
import { everyDrill } from './every-drill.ts';
import { ROTATION_DRILLS } from './rotation.ts';

// A file of its own, so that the longest suites run side by side.
describe('drills of rotations: the right answer is known beforehand', () => {
  everyDrill(ROTATION_DRILLS);
});
