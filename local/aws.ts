/** What the SDK wants to hear when it talks to the emulators, which check none of it. */
export const LOCAL_AWS = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
} as const;
