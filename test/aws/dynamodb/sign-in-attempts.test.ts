import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDynamoSignInAttempts } from '../../../shared/aws/dynamodb/sign-in-attempts.ts';
import type { SignInAttempts } from '../../../shared/session/attempts.ts';
import { type LocalTable, startDynalite } from '../../contract/local-table.ts';
import { createMemorySignInAttempts } from '../../support/memory-sign-in-attempts.ts';

const EXPIRES = 1_795_320_000;

let table: LocalTable;
beforeAll(async () => {
  table = await startDynalite('claywatch-sign-ins');
});
afterAll(() => table.close());

const STORES: readonly [string, () => SignInAttempts][] = [
  ['in DynamoDB', () => createDynamoSignInAttempts(table)],
  ['in memory', createMemorySignInAttempts],
];

describe.each(STORES)('counts of failed sign-ins %s', (_, make) => {
  it('go up to a limit and no further, however many come at once', async () => {
    const attempts = make();
    const taken = await Promise.all(Array.from({ length: 12 }, () => attempts.take('many', 7, 5, EXPIRES)));
    expect(taken.filter((one) => one === 'taken')).toHaveLength(5);
    expect(await attempts.count('many', 7)).toBe(5);
  });

  it('are of one source and one window each', async () => {
    const attempts = make();
    expect(await attempts.take('one', 7, 1, EXPIRES)).toBe('taken');
    expect(await attempts.take('one', 7, 1, EXPIRES)).toBe('full');
    expect(await attempts.take('one', 8, 1, EXPIRES)).toBe('taken');
    expect(await attempts.take('other', 7, 1, EXPIRES)).toBe('taken');
    expect(await attempts.count('nobody', 7)).toBe(0);
  });

  it('are taken back one by one, and never below nothing', async () => {
    const attempts = make();
    await attempts.take('back', 7, 1, EXPIRES);
    await attempts.giveBack('back', 7);
    await attempts.giveBack('back', 7);
    await attempts.giveBack('never there', 7);
    expect(await attempts.count('back', 7)).toBe(0);
    expect(await attempts.take('back', 7, 1, EXPIRES)).toBe('taken');
  });

  it('go up without a limit where there is none', async () => {
    const attempts = make();
    await Promise.all(Array.from({ length: 8 }, () => attempts.add('all', 7, EXPIRES)));
    expect(await attempts.count('all', 7)).toBe(8);
  });
});

describe('in the table', () => {
  it('every count expires', async () => {
    const { Items = [] } = await table.client.send(new ScanCommand({ TableName: table.tableName }));
    expect(Items.length).toBeGreaterThan(3);
    for (const item of Items) expect(item.expiresAt).toEqual({ N: String(EXPIRES) });
  });
});
