// Names of the rules and quantities of Check, and how its view is read. The page uses them, so they
// are apart from the node.
import { viewText } from '../../engine/base/viewTexts.ts'
import type { View } from '../../engine/base/view.ts'

/** Rules of a check. `carries` compares the type of the value instead of a number. */
export const checkRules = ['at_most', 'at_least', 'between', 'carries'] as const
export type CheckRuleName = (typeof checkRules)[number]

/** Numbers that a check can compute from all numbers of a value. */
export const quantities = [
  'mean',
  'std',
  'rms',
  'smallest',
  'largest',
  'largest_size',
  'first',
  'last',
  'item',
  'late_mean',
] as const
export type Quantity = (typeof quantities)[number]

/** The result in the view of a Check: undefined for any other view. */
export const readCheckView = (
  view: View | undefined,
): { passed: boolean; described: string } | undefined => {
  if (view?.kind !== 'rows' || !view.rows[0]) return undefined
  const [[result, described]] = view.rows
  return { passed: result === viewText('checkPassed'), described }
}
