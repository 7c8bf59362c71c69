import { setTimeout as pause } from 'node:timers/promises';
import type { DomainEvent, EventBatch, ReadEvents } from '#platform/outbox';

/**
 * Everything told so far. Readers wait for older transactions of the whole server, those of other tests too. It goes on
 * from where it was: a batch that others may share is as old as its first reading, however often it is asked for.
 */
export async function allEvents(source: {
  readEvents(input: ReadEvents): Promise<EventBatch>;
}): Promise<DomainEvent[]> {
  const read = (after: string) => source.readEvents({ consumer: 'test', after, limit: 10_000 });
  const { head } = await read('');
  const told = new Map<string, DomainEvent>();
  for (let after = ''; ; ) {
    const { events, cursor, seen_to } = await read(after);
    // What came ahead of its turn comes again in it.
    for (const event of events) if (!told.has(event.event_id)) told.set(event.event_id, event);
    if (BigInt(seen_to) >= BigInt(head)) return [...told.values()];
    if (events.length === 0) await pause(5);
    after = cursor;
  }
}
