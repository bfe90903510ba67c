import { beforeAll, describe, expect, it } from 'vitest';
import { neededFunctions } from '../../functions/needed.ts';
import { FULL_CONFIG, flat, found, only, rightsOf, synthesize } from './installation.ts';

let acme: ReturnType<typeof synthesize>;
let plain: ReturnType<typeof synthesize>;
beforeAll(() => {
  acme = synthesize({
    ...FULL_CONFIG,
    rotation: { linkKey: { everyDays: 30 }, senders: { everyDays: 90 } },
  });
  plain = synthesize({ installation: 'plain' });
}, 180_000);

describe('the functions that are deployed', () => {
  it('are those that a configuration has work for, and `doctor` looks for the same', () => {
    for (const { rest, config } of [acme, plain]) {
      const deployed = found(rest, 'AWS::Lambda::Function').map(
        ([, { Properties }]) => Properties.FunctionName,
      );
      const needed = [...neededFunctions(config)].map((name) => `${config.installation}-${name}`);
      expect(deployed.toSorted()).toEqual(needed.toSorted());
    }
    expect(neededFunctions(acme.config).size).toBe(14);
    expect(neededFunctions(plain.config).size).toBe(8);
  });
});

describe('rotation', () => {
  it('is scheduled for those secrets of the installation that the configuration says, and changes none by deploying', () => {
    const schedules = found(acme.rest, 'AWS::SecretsManager::RotationSchedule').map(
      ([, { Properties }]) => Properties,
    );
    const days = schedules.map(({ RotationRules }) => RotationRules);
    // links and sessions: 30; respond and senders: 90. Those of a team are the team's.
    expect(days.map((rules) => JSON.stringify(rules)).sort()).toEqual([
      '{"AutomaticallyAfterDays":30}',
      '{"AutomaticallyAfterDays":30}',
      '{"AutomaticallyAfterDays":90}',
      '{"AutomaticallyAfterDays":90}',
    ]);
    for (const { RotateImmediatelyOnUpdate } of schedules) expect(RotateImmediatelyOnUpdate).toBe(false);
  });

  it('may be started by Secrets Manager of this account alone', () => {
    const permission = only(acme.rest, 'AWS::Lambda::Permission', {
      Principal: 'secretsmanager.amazonaws.com',
    });
    expect(flat(permission.Properties.SourceAccount)).toBe('<AWS::AccountId>');
  });

  it('may write secrets, which nothing else may, and not the key that seals rows', () => {
    const writes = (name: string) =>
      rightsOf(acme.rest, `acme-${name}`).filter(({ Action }) =>
        [Action].flat().includes('secretsmanager:PutSecretValue'),
      );
    const [statement] = writes('rotate');
    expect(statement?.Sid).toBe('RotateSecrets');
    expect(JSON.stringify(statement)).not.toMatch(/rows-key|RowsKey/i);
    expect(JSON.stringify(statement?.Resource)).not.toContain('"*"');
    for (const name of ['watch', 'callback', 'relay', 'forward', 'notify', 'incidents', 'respond'])
      expect(writes(name)).toEqual([]);
  });

  it('is looked after every fifteen minutes', () => {
    expect(only(acme.rest, 'AWS::Scheduler::Schedule', { Name: 'acme-rotate' }).Properties).toMatchObject({
      ScheduleExpression: 'rate(15 minutes)',
    });
  });

  it('is not there where no secret is named', () => {
    expect(found(plain.rest, 'AWS::Lambda::Function', { FunctionName: 'plain-rotate' })).toEqual([]);
    expect(
      found(plain.rest, 'AWS::Lambda::Permission', { Principal: 'secretsmanager.amazonaws.com' }),
    ).toEqual([]);
  });
});
