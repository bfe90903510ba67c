import { describe, expect, it } from 'vitest';
import { SecretDenied } from '../../shared/rotate/denied.ts';
import { reportOf } from '../../shared/rotate/report.ts';
import { nameOf } from '../../shared/rotate/rotate.ts';
import { STAGE } from '../../shared/rotate/versions.ts';
import { createRotationWorld, DAY, MINUTE, STEPS, tokenOf } from './rotation-world.ts';

const [T1, T2, T3] = [tokenOf(1), tokenOf(2), tokenOf(3)];

const reported = async (world: ReturnType<typeof createRotationWorld>) => {
  const state = await world.state();
  return state ? reportOf(state, world.clock.now(), world.config.rotation) : null;
};

describe('a rotation', () => {
  it('has both values accepted from the moment that the new one is in force', async () => {
    const world = createRotationWorld();
    expect(await world.rotate(T1)).toBe('done');
    expect(world.accepted().map(({ value }) => value)).toEqual([world.current('callbacks'), 'first-secret']);
    expect(world.secrets.holder('AWSPREVIOUS')).toBe(world.secrets.holder(STAGE.alsoValid));
    expect(await reported(world)).toMatchObject({
      result: { kind: 'rotated' },
      change: { isOpen: true, keys: ['feeds.leads.callbacks.secret'] },
    });
  });

  it('leaves nothing pending where there is nothing new, so that the next one can begin', async () => {
    const world = createRotationWorld({
      installation: 'acme',
      clay: { apiKey: 'secretsmanager:acme/senders#clay' },
    });
    expect(await world.rotate(T1)).toBe('done');
    expect(world.secrets.holder(STAGE.pending)).toBeNull();
    expect(world.secrets.rotateSecret(T2)).toBe('begun');
  });

  it('withdraws a value that does not work, says so, and does not try it again', async () => {
    const world = createRotationWorld();
    world.secrets.put('{"clay":"bad-key"}', STAGE.supplied);
    expect(await world.rotate(T1)).toBe('failed');
    expect(world.current('clay')).toBe('good-key-0');
    expect(world.secrets.holder(STAGE.pending)).toBeNull();
    expect(await reported(world)).toMatchObject({
      result: { kind: 'failed', step: 'testSecret', why: 'not accepted' },
    });
    // Secrets Manager repeats it in vain, and it stays told.
    expect((await world.step(T1, 'createSecret')).result).toBe('failed');
    expect(await reported(world)).toMatchObject({ result: { kind: 'failed', why: 'not accepted' } });
    // The next one generates again, since what was supplied is not looked at twice.
    expect(await world.rotate(T2)).toBe('done');
    expect(await reported(world)).toMatchObject({ result: { kind: 'rotated' } });
  });

  it('that cannot be tested waits for the next attempt, and is given up after a day', async () => {
    const world = createRotationWorld();
    world.secrets.put('{"clay":"good-key-1"}', STAGE.supplied);
    world.world.isVendorDown = true;
    expect(await world.rotate(T1)).toBe('failed');
    expect(world.secrets.holder(STAGE.pending)).toBe(T1);
    await world.clock.advance(DAY);
    await world.upkeep();
    expect(world.secrets.holder(STAGE.pending)).toBeNull();
    world.world.isVendorDown = false;
    expect(await world.rotate(T2)).toBe('done');
    expect(world.current('clay')).toBe('good-key-1');
  });

  it('never puts into force what was not tested', async () => {
    const world = createRotationWorld();
    world.secrets.rotateSecret(T1);
    await world.step(T1, 'createSecret');
    const { result, error } = await world.step(T1, 'finishSecret');
    expect(result).toBe('failed');
    expect(error).toMatchObject({ code: 'rotation.failed' });
    expect(world.secrets.holder(STAGE.current)).not.toBe(T1);
  });

  it('does not begin while the change before is not over, and then does', async () => {
    const world = createRotationWorld();
    await world.send('callbacks/leads', 'first-secret');
    await world.rotate(T1);
    const second = world.current('callbacks') ?? '';
    await world.rotate(T2);
    expect(world.current('callbacks')).toBe(second);
    expect(world.secrets.holder(STAGE.pending)).toBeNull();
    await world.clock.advance(MINUTE);
    await world.send('callbacks/leads', second);
    await world.clock.advance(61 * MINUTE);
    await world.upkeep();
    await world.rotate(T3);
    expect(world.current('callbacks')).not.toBe(second);
    expect(await world.send('callbacks/leads', second)).toBe(true);
    expect(await world.send('callbacks/leads', 'first-secret')).toBe(false);
  });

  it('of one member goes on beside the change of another', async () => {
    const world = createRotationWorld();
    await world.send('callbacks/leads', 'first-secret');
    await world.rotate(T1);
    world.secrets.put('{"clay":"good-key-1"}', STAGE.supplied);
    await world.rotate(T2);
    expect(world.current('clay')).toBe('good-key-1');
    expect(await world.send('callbacks/leads', 'first-secret')).toBe(true);
    expect((await world.state())?.changes).toHaveLength(2);
  });

  it('that nobody followed is taken back by itself, and says who still uses the old one', async () => {
    const world = createRotationWorld();
    await world.send('callbacks/leads', 'first-secret');
    await world.rotate(T1);
    for (let day = 0; day < 14; day += 1) {
      await world.clock.advance(DAY);
      await world.send('callbacks/leads', 'first-secret');
    }
    expect((await world.upkeep()).report).toMatchObject({ rolledBack: 1 });
    expect(world.current('callbacks')).toBe('first-secret');
    expect(world.secrets.holder('AWSPREVIOUS')).toBe(T1);
    expect(await reported(world)).toMatchObject({
      result: { kind: 'rolled-back', waiting: ['callbacks/leads'] },
      change: { isOpen: false },
    });
  });

  it('fills a secret that was created empty', async () => {
    const world = createRotationWorld(undefined, null);
    expect(await world.rotate(T1)).toBe('done');
    expect(world.current('callbacks')).toMatch(/^[\w-]{43}$/);
    expect(world.secrets.holder(STAGE.alsoValid)).toBeNull();
  });

  it('leaves what an operator supplies meanwhile for the next one', async () => {
    const world = createRotationWorld();
    world.secrets.put('{"clay":"good-key-1"}', STAGE.supplied);
    world.secrets.rotateSecret(T1);
    await world.step(T1, 'createSecret');
    const later = world.secrets.put('{"clay":"good-key-2"}', STAGE.supplied);
    for (const step of STEPS) await world.step(T1, step);
    expect(world.current('clay')).toBe('good-key-1');
    expect(world.secrets.holder(STAGE.supplied)).toBe(later);
    await world.rotate(T2);
    expect(world.current('clay')).toBe('good-key-2');
  });

  it('refuses secrets that the configuration does not name', async () => {
    const world = createRotationWorld({ installation: 'acme' });
    expect((await world.step(T1, 'createSecret')).error).toMatchObject({ code: 'rotation.failed' });
  });
});

describe('a rotation that is denied', () => {
  it('says what is missing and to whom, keeps the old value, and is over with the next that is not', async () => {
    const world = createRotationWorld();
    world.secrets.rotateSecret(T1);
    const put = world.secrets.port.putPending;
    Object.assign(world.secrets.port, {
      putPending: () => {
        throw new SecretDenied('x', { action: 'secretsmanager:PutSecretValue', role: 'acme-rotate' });
      },
    });
    expect((await world.step(T1, 'createSecret')).result).toBe('failed');
    expect(await reported(world)).toMatchObject({
      role: 'acme-rotate',
      result: { kind: 'denied', step: 'createSecret', action: 'secretsmanager:PutSecretValue' },
    });
    Object.assign(world.secrets.port, { putPending: put });
    expect(await world.steps(T1)).toBe('done');
    expect(await reported(world)).toMatchObject({ result: { kind: 'rotated' } });
  });

  it('counts as failed when it goes no further', async () => {
    const world = createRotationWorld();
    world.secrets.rotateSecret(T1);
    await world.step(T1, 'createSecret');
    expect(await reported(world)).toMatchObject({ result: { kind: 'rotated' } });
    await world.clock.advance(60 * MINUTE);
    expect(await reported(world)).toMatchObject({ result: { kind: 'failed', step: 'createSecret' } });
  });
});

it('the name of a secret is told from its ARN, also where it ends as one does', () => {
  expect(nameOf('arn:aws:secretsmanager:eu-central-1:111122223333:secret:acme/clay-AbCdEf')).toBe(
    'acme/clay',
  );
  expect(nameOf('arn:aws-cn:secretsmanager:x:1:secret:a-secret-AbCdEf')).toBe('a-secret');
  expect(nameOf('acme/clay-secret')).toBe('acme/clay-secret');
});
