export const handler = async (): Promise<never> => {
  throw new Error('forward is not built yet');
};
