import { setTimeout as pause } from 'node:timers/promises';
import type { DomainEvent, EventBatch, ReadEvents } from '#platform/outbox';

/** Everything told so far. Readers wait for older transactions of the whole server, those of other tests too. */
export async function allEvents(source: {
  readEvents(input: ReadEvents): Promise<EventBatch>;
}): Promise<DomainEvent[]> {
  const read = () => source.readEvents({ consumer: 'test', after: '', limit: 10_000 });
  const { head } = await read();
  for (;;) {
    const { events, seen_to } = await read();
    if (BigInt(seen_to) >= BigInt(head)) return events;
    await pause(5);
  }
}
