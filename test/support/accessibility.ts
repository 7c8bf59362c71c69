import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import axe, { type Result } from 'axe-core';
import type { Page } from 'playwright-core';

/** WCAG 2.0, 2.1 and 2.2 at A and AA, and what axe takes for good practice. */
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice'];
const CHECK_WITHIN_MS = 30_000;
const HTML_CHARACTERS_MAX = 200;

/** Fails with every violation on the page as it stands: the rule, where, and how to mend it. */
export async function checkAccessibility(page: Page): Promise<void> {
  // A colour on its way to another one is nobody's: what moves and ends is waited for.
  await page.evaluate(`Promise.all(document.getAnimations()
    .filter(({ effect }) => Number.isFinite(effect?.getComputedTiming().endTime ?? Number.NaN))
    .map(animation => animation.finished.catch(() => undefined))).then(() => undefined)`);
  const violations = await withTimers(page, () => findViolations(page));
  const count = violations.reduce((sum, { nodes }) => sum + nodes.length, 0);
  if (count === 0) return;
  assert.fail([`${count} accessibility violation(s) on ${page.url()}`, ...violations.map(tell)].join('\n'));
}

async function findViolations(page: Page): Promise<Result[]> {
  // Evaluated by the debugger, which our Content-Security-Policy does not bind: no page is loosened to be checked.
  await page.evaluate(axe.source);
  const options = { runOnly: { type: 'tag', values: TAGS }, resultTypes: ['violations'] };
  const run = page.evaluate<Result[]>(
    `axe.run(document, ${JSON.stringify(options)}).then(({ violations }) => violations)`,
  );
  const late = pause(CHECK_WITHIN_MS, null, { ref: false });
  return (await Promise.race([run, late])) ?? assert.fail(`axe did not answer within ${CHECK_WITHIN_MS} ms`);
}

/**
 * Axe needs timers, which a page without JavaScript has not. They are let run for the check only: the page's own
 * scripts were not loaded and are not loaded by this.
 */
async function withTimers<Value>(page: Page, check: () => Promise<Value>): Promise<Value> {
  const hasScripts = await page.evaluate("matchMedia('(scripting: enabled)').matches");
  if (hasScripts) return check();
  const session = await page.context().newCDPSession(page);
  const disable = (value: boolean) => session.send('Emulation.setScriptExecutionDisabled', { value });
  // A session that never disabled scripts can't enable them: it would change nothing.
  await disable(true);
  await disable(false);
  try {
    return await check();
  } finally {
    await disable(true);
  }
}

function tell({ id, impact, help, nodes }: Result): string {
  const places = nodes.map(({ target, html, failureSummary = '' }) => {
    const mend = failureSummary.split('\n').map(line => `      ${line.trim()}`);
    return [`    ${target.flat().join(' ')}`, `      ${html.slice(0, HTML_CHARACTERS_MAX)}`, ...mend].join('\n');
  });
  return [`  ${id} (${impact}): ${help}`, ...places].join('\n');
}
