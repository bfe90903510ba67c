import { describe, expect, it } from 'vitest';
import { inheritedEnvironment } from '../../local/function-environment.ts';
import { parseConfig } from '../../shared/config/parse.ts';

const ENV = {
  CLAY_API_KEY: 'a-key',
  OTHER_SECRET: 'not-named',
  HOME: '/home/somebody',
  AWS_PROFILE: 'company',
  AWS_REGION: 'eu-central-1',
};
const FAKE_AWS = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
const config = (apiKey: string) => parseConfig({ clay: { apiKey } }, 'test');

describe('the environment of a local function', () => {
  it('has the secrets that the configuration names and nothing else of this process', () => {
    expect(inheritedEnvironment(config('env:CLAY_API_KEY'), ENV)).toEqual({
      CLAY_API_KEY: 'a-key',
      ...FAKE_AWS,
    });
  });

  it('may use AWS as this process does when the configuration names secrets that are there', () => {
    expect(inheritedEnvironment(config('secretsmanager:claywatch/api-key'), ENV)).toEqual({
      HOME: '/home/somebody',
      AWS_PROFILE: 'company',
      AWS_REGION: 'eu-central-1',
    });
  });

  it('has credentials for the emulators when this process has none', () => {
    expect(inheritedEnvironment(config('secretsmanager:claywatch/api-key'), {})).toEqual(FAKE_AWS);
  });
});
