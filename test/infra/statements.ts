import { expect } from 'vitest';
import type { Statement } from './installation.ts';

/** Parts of policies of the installation `acme`, as `flat` writes them. */

/** The right that every function has. */
export const writeLog = expect.objectContaining({ Sid: 'WriteLog' });

export const table = expect.stringMatching(/^<acme-stateful:.*StateTable\w+Arn\w+>$/);

export const may = (Sid: string, Action: unknown, Resource: unknown, Condition?: object): Statement => ({
  Sid,
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition === undefined ? {} : { Condition }),
});

/** Only items whose partition keys are of these patterns. */
export const onlyKeys = (...patterns: readonly string[]) => ({
  'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': patterns },
});

export const readSecret = (sid: string, resource: unknown) =>
  may(sid, 'secretsmanager:GetSecretValue', resource);
