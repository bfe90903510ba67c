/** The id under which a feed's relay is watched; those of its parts begin with it. */
export const relayProbe = (feed: string, part?: string): string =>
  part === undefined ? `relay:${feed}` : `relay:${feed}/${part}`;

export const webhookPart = (webhook: string): string => `webhook/${webhook}`;

/** How far the whole workspace keeps its pace: all feeds share it. */
export const PACE_PROBE = 'relay.pace';

/** Whether it is rows themselves that show it, and nothing else could. */
export const isSeenByRows = (probe: string): boolean => probe.startsWith('relay:') || probe === PACE_PROBE;
