import { describe, expect, it } from 'vitest';
import { callbackEnvironment } from '../../functions/callback/environment.ts';
import { readEnvironment } from '../../functions/environment.ts';
import { notifyEnvironment } from '../../functions/notify/environment.ts';
import { submissionsEnvironment } from '../../functions/submissions/environment.ts';
import { watchEnvironment } from '../../functions/watch/environment.ts';

const complete = {
  CLAYWATCH_CONFIG: '/var/task/claywatch.config.json',
  TABLE_NAME: 'claywatch-stateful-Table-1A2B',
  ROW_QUEUE_PREFIX: 'https://sqs.eu-central-1.amazonaws.com/111122223333/claywatch-rows-',
  ALERT_TOPIC_ARN: 'arn:aws:sns:eu-central-1:111122223333:claywatch-alerts',
  PAGES_TOPIC_ARN: 'arn:aws:sns:eu-central-1:111122223333:claywatch-pages',
};

const wrong = (env: Record<string, string | undefined>) => {
  try {
    readEnvironment(watchEnvironment, env);
  } catch (error) {
    return error;
  }
  return undefined;
};

describe('the environment of watch', () => {
  it('is read, and nothing else of the process with it', () => {
    expect(readEnvironment(watchEnvironment, { ...complete, PATH: '/bin', AWS_REGION: 'x' })).toEqual(
      complete,
    );
  });

  it.each(Object.keys(complete))('has no default for %s', (name) => {
    expect(wrong({ ...complete, [name]: undefined })).toMatchObject({
      code: 'environment.invalid',
      message: expect.stringContaining(`${name} is not set`),
    });
  });

  it.each([
    ['TABLE_NAME', 'a table'],
    ['ALERT_TOPIC_ARN', 'arn:aws:sqs:eu-central-1:111122223333:queue'],
    ['PAGES_TOPIC_ARN', 'arn:aws:sqs:eu-central-1:111122223333:queue'],
    ['CLAYWATCH_CONFIG', ''],
  ])('refuses a malformed %s, saying what it must be and not what it was', (name, value) => {
    const error = wrong({ ...complete, [name]: value });
    expect(error).toMatchObject({
      code: 'environment.invalid',
      message: expect.stringMatching(new RegExp(`${name} must be (the|a) `)),
    });
    if (value) expect(String(error)).not.toContain(value);
  });
});

describe.each([
  ['callback', callbackEnvironment],
  ['submissions', submissionsEnvironment],
  ['notify', notifyEnvironment],
])('the environment of %s', (_, schema) => {
  const given = { CLAYWATCH_CONFIG: complete.CLAYWATCH_CONFIG, TABLE_NAME: complete.TABLE_NAME };

  it('is read, and nothing else of the process with it', () => {
    expect(readEnvironment(schema, { ...complete, PATH: '/bin' })).toEqual(given);
  });

  it('has no default, and says what it must be', () => {
    expect(() => readEnvironment(schema, { CLAYWATCH_CONFIG: '', TABLE_NAME: undefined })).toThrow(
      /CLAYWATCH_CONFIG must be the path of a configuration file; TABLE_NAME is not set/,
    );
    expect(() => readEnvironment(schema, { ...given, TABLE_NAME: 'a table' })).toThrow(
      /TABLE_NAME must be the name of a DynamoDB table/,
    );
  });
});
