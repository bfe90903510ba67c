import { createMemoryIncidentStore, createMemoryWatchStore } from '../support/memory-store.ts';
import { incidentStoreContract } from './incident-store.contract.ts';
import { watchStoreContract } from './watch-store.contract.ts';

incidentStoreContract('in memory', createMemoryIncidentStore);
watchStoreContract('in memory', createMemoryWatchStore);
