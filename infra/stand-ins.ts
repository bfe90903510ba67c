/**
 * Modules that are not in a function's package what they are elsewhere, since what they load is never used on Lambda.
 * The SDK is bundled as it is but for these. esbuild fails where a stand-in lacks an export that is imported, and
 * test/infra/stand-ins.test.ts where the SDK no longer asks for one of them in the way that it stands in for: after an
 * update of the SDK, look at what the test shows before you change it.
 */
export const STAND_INS = {
  /** The environment alone, instead of profiles, single sign-on, token files and instance metadata. */
  '@aws-sdk/credential-provider-node': './shared/aws/deployed-credentials.ts',
  /** No profiles in a home directory. Our own functions read files by `node:fs`. */
  'node:fs/promises': './shared/aws/deployed-files.ts',
  /** Loaded by its first use. */
  'node:zlib': './shared/aws/deployed-zlib.ts',
} as const;
