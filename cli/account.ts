import { userInfo } from 'node:os';

/** The name of the account that a command is run with, for others to know who did something. */
export const accountName = (): string => {
  try {
    return userInfo().username;
  } catch {
    return 'somebody';
  }
};
