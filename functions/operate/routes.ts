/** As API Gateway names its routes; each is one of this function's. */
export const ROUTES = {
  hold: 'POST /v1/feeds/{feed}/hold',
  resume: 'POST /v1/feeds/{feed}/resume',
  failover: 'POST /v1/feeds/{feed}/failover',
  replayPlan: 'POST /v1/feeds/{feed}/replay/plan',
  replay: 'POST /v1/feeds/{feed}/replay',
  replayResume: 'POST /v1/replays/{id}/resume',
  silence: 'POST /v1/silences',
  silenceEnd: 'POST /v1/silences/{id}/end',
  drill: 'POST /v1/drills',
  drillEnd: 'POST /v1/drills/end',
} as const;
