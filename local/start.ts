import { setFlagsFromString } from 'node:v8';
import { useCompileCache } from './compile-cache.ts';

// Both must be so before anything large is loaded. Short-lived objects are few here: without a limit the space for
// them grows to 100 MB over the hours, and stays.
setFlagsFromString('--max-semi-space-size=2');
useCompileCache();
await import('./main.ts');
