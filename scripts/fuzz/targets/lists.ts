// Lists in params: the elements of all parts together are bounded before any exists.
import { strFromU8, strToU8 } from 'fflate'
import { EngineError } from '../../../src/engine/base/errors.ts'
import { NodeError } from '../../../src/engine/messages/fault.ts'
import { MOST_NUMBERS, parseNumbers } from '../../../src/engine/process/numberList.ts'
import { respacedTimesteps } from '../../../src/engine/process/respacing.ts'
import { parseStepRules } from '../../../src/engine/training/learningRates.ts'
import { MOST_ELEMENTS, parseElements } from '../../../src/nodes/loops/elements.ts'
import { parseIntegers } from '../../../src/nodes/model/numbers.ts'
import type { Rng } from '../random.ts'
import type { SingleTarget, Timed } from '../target.ts'
import { mutateText } from '../textMutations.ts'
import { refusalOrResult, Violation } from '../violation.ts'

const seeds = [
  '1, 2, 5, 10',
  '0:10:2',
  'ddim, euler',
  '0:9000:1,',
  '10,15,20',
  'ddim50',
  '1:10,0.1',
]
const words = [',', ':', '0:10000:1,', '0:5000,', '1e9', '0:1e9:1e-9', '1,', ' ', 'ddim', '-', '.5']

/** Beyond this the heap would grow by hundreds of bytes per character of the text. */
const LEAST_STOPS = 1000

export const createListsTarget = (): SingleTarget => ({
  share: 2,
  generate: (rng: Rng) => strToU8(createText(rng)),
  check: async (bytes, timed) => checkLists(strFromU8(bytes), timed),
})

/** Mutates a list, or makes a long one that is valid. */
function createText(rng: Rng): string {
  if (!rng.chance(0.03)) return mutateText(rng.pick(seeds), { words, most: 200_000 }, rng)
  const count = 2 ** rng.below(18)
  if (rng.chance(0.5)) return '1 '.repeat(count)
  const rules = Array.from({ length: Math.min(count, 5000) }, (_, i) => `1:${i + 1},`)
  return `${rules.join('')}0.1`
}

/** Counts the elements of ranges that are created while `call` runs. */
function countCreated<T>(call: () => T): { result: T; created: number } {
  const { from } = Array
  let created = 0
  Array.from = ((source: { length?: number }, ...more: never[]) => {
    created += source?.length ?? 0
    if (created > MOST_ELEMENTS + LEAST_STOPS)
      throw new Violation('allocation', `A list created more than ${MOST_ELEMENTS} elements`)
    return Reflect.apply(from, Array, [source, ...more]) as unknown[]
  }) as typeof Array.from
  try {
    return { result: call(), created }
  } finally {
    Array.from = from
  }
}

function checkLists(text: string, timed: Timed) {
  const elements = countCreated(() =>
    refusalOrResult([NodeError], text, () => timed('parseElements', () => parseElements(text))),
  ).result
  checkCount(elements?.length, MOST_ELEMENTS)
  const numbers = refusalOrResult([EngineError], text, () =>
    timed('parseNumbers', () => parseNumbers(text, 'table')),
  )
  checkCount(numbers?.length, MOST_NUMBERS)
  const integers = refusalOrResult([NodeError], text, () =>
    timed('parseIntegers', () => parseIntegers(text, 'widths')),
  )
  // A network without levels is refused by its node.
  checkCount(integers?.length || undefined, 200)
  const steps = refusalOrResult([EngineError], text, () =>
    timed('respacedTimesteps', () => respacedTimesteps(1000, text)),
  )
  checkCount(steps?.length, 1000)
  const rules = refusalOrResult([EngineError], text, () =>
    timed('parseStepRules', () => parseStepRules(text)),
  )
  checkCount(rules?.factors.length, 500)
  return (elements ?? numbers ?? integers ?? steps ?? rules) ? 'accepted' : 'refused'
}

function checkCount(count: number | undefined, most: number) {
  if (count !== undefined && (count > most || count < 1))
    throw new Violation('bounds', `A list of ${count} elements was accepted`)
}
