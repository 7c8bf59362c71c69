import { Unavailable } from '#platform/outcome';

/**
 * What happens at the `at`-th call of a run, before it does anything or after it has done it. `crash`: the process is
 * gone, and no later call of it does anything. `outage`: this one answer is an outage, and the process lives on.
 */
export interface Fault {
  at: number;
  when: 'before' | 'after';
  kind: 'crash' | 'outage';
}

export interface FaultLine {
  /** The same object, whose async methods are counted and meet the fault. */
  wrap<Target extends object>(target: Target): Target;
  readonly calls: number;
  /** Whether a call has met the fault. */
  readonly isMet: boolean;
}

/** One line for all that a process calls: its database and other modules are numbered together, as they are called. */
export function faultLine(fault?: Fault): FaultLine {
  let calls = 0;
  let isDead = false;
  let isMet = false;

  function meet(): never {
    isMet = true;
    isDead = fault?.kind === 'crash';
    throw fault?.kind === 'outage' ? new Unavailable('an injected outage') : new Error('an injected crash');
  }

  function meets(call: number, when: Fault['when']): boolean {
    return fault?.at === call && fault.when === when;
  }

  async function pass(work: () => unknown): Promise<unknown> {
    calls += 1;
    const call = calls;
    if (isDead) throw new Error('a dead process does nothing');
    if (meets(call, 'before')) meet();
    const answer = await work();
    if (meets(call, 'after')) meet();
    if (isDead) throw new Error('a dead process hears nothing');
    return answer;
  }

  return {
    wrap<Target extends object>(target: Target): Target {
      const methods = Object.entries(target).flatMap(([name, method]) =>
        typeof method === 'function'
          ? [[name, (...input: unknown[]) => pass(() => method.apply(target, input))] as const]
          : [],
      );
      return { ...target, ...Object.fromEntries(methods) };
    },
    get calls() {
      return calls;
    },
    get isMet() {
      return isMet;
    },
  };
}

/** Every place of a run of `calls` calls where it may break, in every way. */
export function everyFault(calls: number): Fault[] {
  const places = Array.from({ length: calls }, (_, i) => i + 1);
  return places.flatMap(at =>
    (['before', 'after'] as const).flatMap(when => (['crash', 'outage'] as const).map(kind => ({ at, when, kind }))),
  );
}
