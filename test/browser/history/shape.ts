const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** How long before now the day is at its busiest: so that a picture shows the same at whatever hour it is taken. */
const BUSIEST_HOURS_AGO = 3;

/** How busy a time is, beside the mean of 1: a day has a morning, a noon and a night; some days are quieter. */
export const busyness = (at: number, now: number): number => {
  const hours = (now - at) / HOUR;
  const phase = ((hours - BUSIEST_HOURS_AGO) / 24) * 2 * Math.PI;
  const day = Math.floor((now - at) / DAY) % 7;
  return (1 + 0.55 * Math.cos(phase) + 0.12 * Math.cos(3 * phase)) * (day >= 5 ? 0.7 : 1);
};
