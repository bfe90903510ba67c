import { createMemoryRowsLedger, type MemoryRowsFeed } from '../support/memory-rows-ledger.ts';
import { createMemoryIncidentStore, createMemoryWatchStore } from '../support/memory-store.ts';
import { incidentStoreContract } from './incident-store.contract.ts';
import { rowsLedgerContract } from './rows-ledger.contract.ts';
import { sendsLedgerContract } from './sends-ledger.contract.ts';
import { watchStoreContract } from './watch-store.contract.ts';

incidentStoreContract('in memory', createMemoryIncidentStore);
watchStoreContract('in memory', createMemoryWatchStore);
const feeds = new Map<string, MemoryRowsFeed>();
rowsLedgerContract('in memory', (settings) => createMemoryRowsLedger({ ...settings, feeds }));
sendsLedgerContract('in memory', (settings) => createMemoryRowsLedger({ ...settings, feeds }));
