import type { Cause } from '../../shared/cause.ts';
import type { ConfigInput } from '../../shared/config/schema.ts';
import type { Request } from '../../shared/respond/act-on-incident.ts';
import type { Severity } from '../../shared/severity.ts';
import type { Silence } from '../../shared/silence/silence.ts';
import type { Trouble } from './network.ts';
import type { Host } from './providers.ts';

/** Something that does not work, until it does. */
export interface Truth {
  readonly cause: Cause;
  readonly subject: string;
  readonly severity: Severity;
  readonly summary?: string;
  /** Explained by another. */
  readonly hiddenBy?: { readonly cause: Cause; readonly subject: string };
}

export type About = Pick<Truth, 'cause' | 'subject'>;

/** What happens in a night, at a minute of it. */
export type Step = { readonly minute: number } & (
  | { readonly kind: 'fails'; readonly truths: readonly Truth[] }
  | { readonly kind: 'works'; readonly about: About | 'everything' }
  | { readonly kind: 'act'; readonly about: About; readonly request: Request; readonly by?: string }
  | { readonly kind: 'merge'; readonly about: About; readonly into: About }
  | { readonly kind: 'link' | 'slack'; readonly about: About }
  | {
      readonly kind: 'silence';
      readonly id: string;
      readonly minutes: number;
      readonly more?: Partial<Silence>;
    }
  | { readonly kind: 'trouble'; readonly host: Host; readonly trouble: Trouble }
  | { readonly kind: 'mended'; readonly host: Host }
);

export interface NightScript {
  readonly name: string;
  readonly title: string;
  /** Epoch ms. */
  readonly startsAt: number;
  readonly minutes: number;
  /** How often the watch runs; every minute when left out. */
  readonly everyMinutes?: number;
  /** After the last step: everything that is owed must have come to its end by then. */
  readonly calmMinutes: number;
  readonly config?: ConfigInput;
  readonly steps: readonly Step[];
}
