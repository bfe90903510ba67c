export const handler = async (): Promise<never> => {
  throw new Error('respond is not built yet');
};
