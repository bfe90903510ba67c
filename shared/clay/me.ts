import * as z from 'zod';
import { parseJson } from './answer.ts';

const me = z.union([z.object({ user: z.looseObject({}) }), z.object({ workspace: z.looseObject({}) })]);

/** Whether a body is what `GET /me` answers for a good key: `{user:{…},workspace:{…}}` [C]. Nothing of it is kept. */
export const isMe = (body: string): boolean => me.safeParse(parseJson(body)).success;
