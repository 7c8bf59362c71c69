import type { EventFacts } from '#platform/event-facts';
import type { Invariant } from './check.ts';

export const eventInvariants: Invariant<EventFacts>[] = [
  {
    name: 'every committed change has its event, once',
    counts: ({ changes }) => changes,
    violations: ({ untold, told_twice }) => [
      ...untold.map(name => `${name}: there is no event`),
      ...told_twice.map(name => `${name}: there is more than one event`),
    ],
  },
  {
    name: 'every event has its change',
    counts: ({ events }) => events,
    violations: ({ unfounded }) => unfounded.map(name => `${name}: it did not happen`),
  },
];
