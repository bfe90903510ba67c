/**
 * The one table, as data: the CDK stack, the local runtime and the tests create it from this. Keys and index keys
 * have generic names, so that a new kind of item needs no new index.
 *
 * | item | pk | sk | gsi1 | gsi2 |
 * |---|---|---|---|---|
 * | current incident | `incident#<cause>#<subject>` | `current` | `incident#active`, while active | `incident#<shard>` |
 * | archived incident | the same | `archived#<id>` | | `incident#<shard>` |
 * | watch state | `watch` | `state` | | |
 * | credit balance history | `credits` | `state` | | |
 * | rows of a slice of time | `rows#<feed>#s<slice><half>` | `<bucket>` | | |
 * | places of row ids not ours | `rows#<feed>#id#<hash>` | `places` | | |
 * | sums of an hour's slices | `rows#<feed>#d<day>` | `<hour>` | | |
 * | slices to read again | `rows#<feed>#touched` | `<window>#<slice>` | | |
 * | malformed callbacks | `rows#<feed>#refused` | `<hour>` | | |
 * | memory of a chat channel | `channel#<channel>#<incident>` | `memory` | | |
 * | state of a feed, its beginning | `rows#<feed>` | `state`, `beginning` | | |
 * | proof of a message on a channel | `proof#<incident>` | `<notification>#<channel>` | `proof#owed`, `proof#refused` | |
 * | evidence of an incident | `evidence#<incident>` | `<time>` | | |
 * | silence | `silence#<id>` | `silence` | `silence`, until it is over | `silence` |
 * | how much was sent lately | `notify` | `throttle` | | |
 * | control state of a feed | `relay#<feed>` | `control` | | |
 * | what forwarders counted | the same | `tally`, `tally#<window>` | | |
 * | request with an `Idempotency-Key` | `idempotency#<feed>#<hash>` | `request` | | |
 * | entity that was taken lately | `seen#<feed>#<hash>` | `entity` | | |
 * | the workspace's pace | `pace#workspace` | `state` | | |
 * | rows that were sent, sealed | `outbox#<feed>#<slice>` | `<batch>#<part>` | | |
 * | dead letters, sealed | `dead#<feed>` | `<id>` | `dead#<feed>` | |
 * | the rest of a large one | `dead#<feed>#parts` | `<id>#<part>` | | |
 * | what people asked for with an `Idempotency-Key` | `operate#<hash>` | `request` | | |
 * | replays | `replay` | `<id>` | | |
 * | rotations of a secret | `rotation` | `<secret>` | | |
 * | who uses which version of a secret | `secret-use#<secret>` | `<sender>` | | |
 * | failed sign-ins of a stretch of time | `sign-in#<source>` | `<window>` | | |
 *
 * The sort key of both indexes is `<time of opening>#<id>`; of proof the time since which it is owed, of silences in
 * gsi1 the time of their end and in gsi2 of their making, of dead letters `<fault>#<expiry>#<id>`. Indexes hold keys
 * only: they are written when an incident opens and closes, not on each of its changes, and readers fetch the item
 * itself, strongly consistent.
 */
export const tableDefinition = {
  partitionKey: { name: 'pk', type: 'S' },
  sortKey: { name: 'sk', type: 'S' },
  /** Epoch seconds. */
  timeToLiveAttribute: 'expiresAt',
  globalSecondaryIndexes: [
    {
      indexName: 'gsi1',
      partitionKey: { name: 'gsi1pk', type: 'S' },
      sortKey: { name: 'gsi1sk', type: 'S' },
      projection: 'KEYS_ONLY',
    },
    {
      indexName: 'gsi2',
      partitionKey: { name: 'gsi2pk', type: 'S' },
      sortKey: { name: 'gsi2sk', type: 'S' },
      projection: 'KEYS_ONLY',
    },
  ],
} as const;
