import { parseConfig } from '../../shared/config/parse.ts';
import type { ConfigInput } from '../../shared/config/schema.ts';
import { ClaywatchError } from '../../shared/errors.ts';
import type { Answers } from './answers.ts';
import { configOf } from './config-text.ts';

const REGION = /^[a-z]{2}(-[a-z]+)+-\d$/;

export const isRegion = (text: string): boolean => REGION.test(text);

/** Names that JavaScript takes for something else, or that a configuration cannot hold. */
const NO_KEY = '__proto__';

const repeatedIn = (names: readonly string[]): string | undefined =>
  names.find((name, index) => names.indexOf(name) !== index);

/** What the configuration cannot say, because one of two answers would be lost in it; null: nothing. */
const lost = ({ feeds, people, region, runsOn }: Answers): string | null => {
  const twice = repeatedIn(feeds.map(({ name }) => name)) ?? repeatedIn(people.map(({ name }) => name));
  if (twice !== undefined) return `The name ${JSON.stringify(twice)} is there twice.`;
  if (feeds.some(({ webhooks }) => webhooks.some(({ table }) => table === NO_KEY)))
    return `A table cannot be called ${NO_KEY} here.`;
  return runsOn === 'aws' && !isRegion(region) ? `${JSON.stringify(region)} is no AWS region.` : null;
};

/** Throws what the configuration of these answers would be refused with, before anything is written. */
export const checkAnswers = (answers: Answers): void => {
  const why = lost(answers);
  if (why !== null) throw new ClaywatchError('usage.invalid', why, 'Give another name, or another --region.');
  parseConfig(configOf(answers), 'What was answered');
};

/** What is wrong with one answer, as the configuration itself would say it; undefined: nothing. */
export const faultIn = (part: ConfigInput): string | undefined => {
  try {
    parseConfig(part, 'it');
    return undefined;
  } catch (error) {
    if (!(error instanceof ClaywatchError)) throw error;
    return error.message
      .split('\n')
      .slice(1, 2)
      .map((line) => line.trim().replace(/^[^:]*: /, ''))
      .join('');
  }
};
