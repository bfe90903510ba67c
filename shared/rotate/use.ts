/** A version of a secret, in use by somebody. */
export interface NotedUse {
  /** The name of the secret. */
  readonly secret: string;
  /** Who used it: `callbacks/leads/<column>`, `relay/leads`, `webhooks/leads/leads-1`. */
  readonly sender: string;
  readonly version: string;
  /** Epoch ms. */
  readonly at: number;
}

/** When a sender last used each version of a secret, epoch ms. */
export interface SenderUse {
  readonly sender: string;
  readonly versions: Readonly<Record<string, number>>;
}

/** Which versions of secrets are in use, and by whom; kept for longer than any change lasts. Faults reject. */
export interface SecretUseLog {
  note(use: NotedUse): Promise<void>;
  ofSecret(secret: string): Promise<readonly SenderUse[]>;
}
