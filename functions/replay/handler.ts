export const handler = async (): Promise<null> => null;
