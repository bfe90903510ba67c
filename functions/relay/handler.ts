export const handler = async (): Promise<never> => {
  throw new Error('relay is not built yet');
};
