import type { AuditReport } from '#audit';
import type { Clock } from '#platform/clock';

/** `counts` keeps the figures honest: how many things of a fact were really looked at. */
export interface Invariant<Fact> {
  name: string;
  counts(fact: Fact): number;
  /** What is wrong, each with its id. */
  violations(fact: Fact): string[];
}

/** Of facts that tell of one thing each: says what is wrong with it, or null. */
export function invariantOfEach<Fact>(invariant: {
  name: string;
  idOf(fact: Fact): string;
  applies?(fact: Fact): boolean;
  violation(fact: Fact): string | null;
}): Invariant<Fact> {
  const { name, idOf, applies = () => true, violation } = invariant;
  return {
    name,
    counts: fact => (applies(fact) ? 1 : 0),
    violations(fact) {
      const text = applies(fact) ? violation(fact) : null;
      return text === null ? [] : [`${idOf(fact)}: ${text}`];
    },
  };
}

/** A stream of facts and the invariants over it. */
export interface CheckParts<Fact> {
  /** What it goes through, in one word: for the progress. */
  of: string;
  facts(): AsyncIterable<Fact>;
  invariants: readonly Invariant<Fact>[];
  /**
   * For facts that are put together from several readings, between which the shop goes on: the same one read anew, and
   * how long ago it changed. What one statement has read needs neither. What is not so old, or has not been wrong for
   * so long, may yet turn out to be right: a minute where `settledAfterMs` is absent.
   */
  readAgain?(fact: Fact): Promise<Fact>;
  ageMs?(fact: Fact): number;
  settledAfterMs?: number;
}

type Finding = AuditReport['invariants'][number];

/** What all checks of one audit share. */
export interface AuditRun {
  clock: Clock;
  /** Over the whole audit: a shop that is broken in many places is told so in this time too. */
  recheckLeftMs: number;
  onProgress(progress: { of: string; checked: number }): void;
}

export interface Check {
  run(run: AuditRun): Promise<Finding[]>;
}

const VIOLATIONS_SHOWN_MAX = 100;
/** Modules commit one after another, so what is this young may be seen between two of its steps. */
const SETTLED_AFTER_MS = 60_000;
const RECHECK_PAUSE_MS = 500;

export function defineCheck<Fact>(parts: CheckParts<Fact>): Check {
  return {
    async run(run) {
      const findings = parts.invariants.map((invariant): [Invariant<Fact>, Finding] => [
        invariant,
        { name: invariant.name, ok: true, checked: 0, violations: [] },
      ]);
      for await (const fact of parts.facts()) {
        for (const [invariant, finding] of findings) {
          finding.checked += invariant.counts(fact);
          // Nearly always nothing is: then nothing is waited for.
          if (invariant.violations(fact).length === 0) continue;
          for (const text of await violationsThatStay(run, parts, invariant, fact)) addViolation(finding, text);
        }
        run.onProgress({ of: parts.of, checked: findings[0]![1].checked });
      }
      return findings.map(([, finding]) => finding);
    },
  };
}

function addViolation(finding: Finding, text: string): void {
  finding.ok = false;
  if (finding.violations.length < VIOLATIONS_SHOWN_MAX) finding.violations.push(text);
}

/** What is young is read again until nothing is wrong with it, or it is old enough to be called a violation. */
async function violationsThatStay<Fact>(
  run: AuditRun,
  { readAgain, ageMs = () => 0, settledAfterMs = SETTLED_AFTER_MS }: CheckParts<Fact>,
  invariant: Invariant<Fact>,
  first: Fact,
): Promise<string[]> {
  if (readAgain === undefined) return invariant.violations(first);
  // Of something old, too, one part may have been read before a change and the other after it, once.
  for (let wrongForMs = 0; ; wrongForMs += RECHECK_PAUSE_MS) {
    const fact = await readAgain(first);
    const texts = invariant.violations(fact);
    const isSettled = Math.max(ageMs(fact), wrongForMs) > settledAfterMs;
    if (texts.length === 0 || isSettled || run.recheckLeftMs <= 0) return texts;
    run.recheckLeftMs -= RECHECK_PAUSE_MS;
    await run.clock.sleep(RECHECK_PAUSE_MS);
  }
}
