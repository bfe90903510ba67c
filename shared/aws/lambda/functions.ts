import {
  GetFunctionConfigurationCommand,
  type LambdaClient,
  ResourceNotFoundException,
} from '@aws-sdk/client-lambda';

/** A deployed function, as Lambda says of it. */
export interface DeployedFunction {
  /** `Active`, or what keeps it from running. */
  readonly state: string;
  /** `Successful`, or how its last update stands. */
  readonly lastUpdate: string;
  /** Lambda's own words about a state that is none of these; may be empty. */
  readonly reason: string;
}

/** Looks a function up by its name; null: there is none. Rejects with the SDK's error when it may not be asked. */
export const createFunctionLookup =
  (client: LambdaClient) =>
  async (name: string): Promise<DeployedFunction | null> => {
    try {
      const { State, StateReason, LastUpdateStatus, LastUpdateStatusReason } = await client.send(
        new GetFunctionConfigurationCommand({ FunctionName: name }),
      );
      return {
        state: State ?? 'Active',
        lastUpdate: LastUpdateStatus ?? 'Successful',
        reason: StateReason ?? LastUpdateStatusReason ?? '',
      };
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return null;
      throw error;
    }
  };
