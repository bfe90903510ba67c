import { describe, expect, it } from 'vitest';
import { observeRotation, type Rotation, STEP_ACTIONS } from '../../shared/observe/rotation.ts';

const AT = Date.UTC(2026, 10, 21, 12);
const ARN = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:claywatch/relay-AbCdEf';
const rotation = (result: Rotation['result'], over: Partial<Rotation> = {}): Rotation => ({
  secret: 'claywatch/relay',
  at: AT,
  result,
  ...over,
});

describe('a rotation of a secret', () => {
  it('that took place is seen working', () => {
    expect(observeRotation(rotation({ kind: 'rotated' }), AT)).toMatchObject({
      outcome: 'ok',
      finding: 'rotated',
    });
  });

  it('that failed for another reason asks nobody to grant anything', () => {
    const seen = observeRotation(rotation({ kind: 'failed', step: 'testSecret' }), AT);
    expect(seen).toMatchObject({ outcome: 'failing', finding: 'failed', facts: { step: 'testSecret' } });
    expect(seen.summary).not.toContain('grant');
  });

  it.each(Object.entries(STEP_ACTIONS))(
    'that was denied in %s says which actions are missing, and on what',
    (step, actions) => {
      const { summary, facts } = observeRotation(
        rotation(
          { kind: 'denied', step: step as keyof typeof STEP_ACTIONS },
          { arn: ARN, role: 'RotationRole' },
        ),
        AT,
      );
      for (const part of [...actions, ARN, 'RotationRole']) expect(summary).toContain(part);
      expect(facts).toMatchObject({ grant: actions.join(', '), on: ARN, to: 'RotationRole' });
    },
  );

  it('names the action that AWS itself named, and nothing else that a refusal may hold', () => {
    const denied = (action: string) =>
      observeRotation(rotation({ kind: 'denied', step: 'createSecret', action }), AT).summary;
    expect(denied('kms:GenerateDataKey')).toContain('grant the rotation role kms:GenerateDataKey on');
    const hostile = denied('kms:Decrypt because the value is hunter2\nBcc: all@example.com');
    expect(hostile).not.toContain('hunter2');
    expect(hostile).toContain('secretsmanager:PutSecretValue');
  });

  it('is never from the future of a clock that is ahead', () => {
    expect(observeRotation(rotation({ kind: 'rotated' }, { at: AT + 60_000 }), AT).at).toBe(AT);
  });
});
