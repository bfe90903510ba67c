import * as z from 'zod';
import { parseJson } from './answer.ts';

/** What is left on Clay's two meters. Amounts may be fractional, and negative after an overdraft. */
export interface Balance {
  /** Data credits. */
  readonly credits: number;
  /** Action executions; absent on legacy billing [C]. */
  readonly actions?: number;
}

const amount = z.number().nullish();
const shape = z
  .object({
    balance: z.number(),
    action_execution_balance: amount,
    actionExecutionBalance: amount,
  })
  .transform(({ balance, ...rest }): Balance => {
    const actions = rest.action_execution_balance ?? rest.actionExecutionBalance;
    return { credits: balance, ...(actions == null ? {} : { actions }) };
  });

/** Reads `GET /credits/balance`, in snake_case (the API) or camelCase (the CLI's form). Null when it is neither. */
export const readBalance = (body: string): Balance | null => {
  const read = shape.safeParse(parseJson(body));
  return read.success ? read.data : null;
};
