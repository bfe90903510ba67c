import type { ReadVersion, SecretVersions, Stage } from '../../shared/rotate/versions.ts';

interface Version {
  text: string | null;
  readonly stages: Set<string>;
}

/**
 * Secrets Manager in memory, as it is documented: a version is written once, a label is on one version at a time and
 * moves atomically, moving AWSCURRENT puts AWSPREVIOUS on the version that had it, a version without labels is gone,
 * and a rotation announces its version as pending, empty, before it calls the function.
 */
export const createMemorySecrets = (name = 'acme/senders') => {
  const arn = `arn:aws:secretsmanager:eu-central-1:111122223333:secret:${name}-AbCdEf`;
  const versions = new Map<string, Version>();
  /** Every text that was ever written for a version. */
  const written = new Map<string, Set<string>>();
  let made = 0;

  const holder = (stage: string): string | null =>
    [...versions].find(([, { stages }]) => stages.has(stage))?.[0] ?? null;
  const prune = () => {
    for (const [id, { stages }] of versions) if (stages.size === 0) versions.delete(id);
  };
  const label = (stage: string, to: string) => {
    const from = holder(stage);
    if (from === to) return;
    if (from !== null) versions.get(from)?.stages.delete(stage);
    versions.get(to)?.stages.add(stage);
    if (stage === 'AWSCURRENT' && from !== null) label('AWSPREVIOUS', from);
    if (stage === 'AWSCURRENT') versions.get(to)?.stages.delete('AWSPREVIOUS');
    prune();
  };
  const write = (id: string, text: string) => {
    const texts = written.get(id) ?? new Set<string>();
    written.set(id, texts.add(text));
    const before = versions.get(id);
    if (before) before.text = text;
    else versions.set(id, { text, stages: new Set() });
  };
  const found = (id: string | null): ReadVersion | null => {
    const text = id === null ? null : (versions.get(id)?.text ?? null);
    return id === null || text === null ? null : { version: id, text };
  };

  const port: SecretVersions = {
    describe: async () => ({
      arn,
      name,
      stages: Object.fromEntries([...versions].map(([id, { stages }]) => [id, [...stages]])),
    }),
    read: async (_id, which) => found('version' in which ? which.version : holder(which.stage)),
    putPending: async (_id, version, text) => {
      const before = versions.get(version)?.text ?? null;
      if (before !== null && before !== text) return 'exists';
      write(version, text);
      label('AWSPENDING', version);
      return 'put';
    },
    move: async (_id, stage, { to, from }) => {
      const at = holder(stage);
      if (from !== undefined && at !== from) return 'elsewhere';
      if (from === undefined && at !== null && at !== to) return 'elsewhere';
      if (to !== undefined && !versions.has(to)) return 'elsewhere';
      if (to === undefined) {
        if (from !== undefined) versions.get(from)?.stages.delete(stage);
        prune();
      } else label(stage, to);
      return 'moved';
    },
  };

  return {
    arn,
    name,
    port,
    written,
    holder: (stage: Stage | 'AWSPREVIOUS') => holder(stage),
    textAt: (stage: Stage | 'AWSPREVIOUS') => found(holder(stage))?.text ?? null,
    textOf: (version: string) => versions.get(version)?.text ?? null,
    /** `put-secret-value`, by a person. */
    put: (text: string, stage: Stage = 'AWSCURRENT'): string => {
      made += 1;
      const id = `put-${String(made).padStart(32, '0')}`;
      write(id, text);
      label(stage, id);
      return id;
    },
    /** `rotate-secret`: refused while another version is pending; that rotation is then taken up again. */
    rotateSecret: (token: string): 'begun' | { readonly again: string } => {
      const pending = holder('AWSPENDING');
      if (pending !== null && pending !== holder('AWSCURRENT')) return { again: pending };
      if (!versions.has(token)) versions.set(token, { text: null, stages: new Set() });
      label('AWSPENDING', token);
      return 'begun';
    },
  };
};

export type MemorySecrets = ReturnType<typeof createMemorySecrets>;
