import type { Actor } from '../../shared/incident/incident.ts';
import type { Granted } from './access.ts';
import { type HttpEvent, headerOf } from './request.ts';

const LONGEST_NAME = 200;

/**
 * Who acts, for others to read: of a session whoever signed in, whatever the request says; of a secret the name that
 * the request gives. Bounded here, made safe wherever it is shown.
 */
export const actorOf = ({ via, name }: Granted, event: HttpEvent, given?: string): Actor => ({
  name: (name ?? given ?? headerOf(event, 'x-claywatch-actor') ?? '').slice(0, LONGEST_NAME),
  via,
});
