import { type HttpAnswer, problem } from '../http/answer.ts';

export const handler = async (): Promise<HttpAnswer> => problem('request.not-found');
