// Accessibility problems of a page, found by axe.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface Findings {
  violations: {
    id: string
    impact: string
    nodes: { target: string[]; failureSummary: string }[]
  }[]
}

/** Evaluates it, because the content security policy forbids inline scripts. */
export const addAxe = (page: Pick<Page, 'evaluate'>) => page.evaluate(axe)

/**
 * Returns the serious and critical problems in a part of a screen, by all rules or by the rule for
 * contrast. Requires {@link addAxe}.
 */
export async function findViolations(
  page: Pick<Page, 'evaluate'>,
  screen: string,
  within: string,
  rules: 'all' | 'contrast' = 'all',
): Promise<string[]> {
  const { violations } = await page.evaluate(
    ([within, rules]) =>
      (
        globalThis as unknown as {
          axe: { run(within: string, options: object): Promise<Findings> }
        }
      ).axe.run(within, rules === 'all' ? {} : { runOnly: ['color-contrast'] }),
    [within, rules],
  )
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(
        ({ target, failureSummary }) =>
          `${screen}: ${id} at ${target.join(' ')}: ${failureSummary}`,
      ),
    )
}
