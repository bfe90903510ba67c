import * as z from 'zod';

/*
 * What `GET /trial` answers: the faults of the simulated Clay that the guided drill offers. Served on this machine
 * alone, and only while the trial runs.
 */

export const trialResponse = z.strictObject({
  at: z.iso.datetime(),
  clay: z.string().meta({ description: 'Where the simulated Clay is.' }),
  look_every_seconds: z.number().min(1).meta({ description: 'How often the watch looks.' }),
  faults: z.array(
    z.strictObject({
      id: z.string(),
      title: z.string(),
      what_happens: z.string(),
      on: z.boolean(),
    }),
  ),
});

export type TrialResponse = z.output<typeof trialResponse>;
