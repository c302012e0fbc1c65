// Question before a large training starts, with its memory and time. Loaded with the first one.
import type { TrainingEstimate } from '../../engine/protocol.ts'
import { partTexts } from '../texts/texts.ts'
import { trainingEstimate, type TrainingEstimateTexts } from '../texts/en/trainingEstimate.ts'
import * as format from '../ui/format.ts'
import { askChoice } from '../ui/state.ts'

/** Bytes and seconds from which a training is large. */
const [LARGE, LONG] = [5e8, 3 * 3600]
/** Memory of the wasm backend, in bytes. */
const WASM_MEMORY = 2 ** 32

export const isLarge = ({ bytes, seconds = 0, steps }: TrainingEstimate) =>
  bytes >= LARGE || seconds * steps >= LONG

/** Shows the estimates of large trainings. Returns false if the user does not start them. */
export async function confirmTrainings(
  estimates: readonly TrainingEstimate[],
  title: (node: string) => string,
): Promise<boolean> {
  const large = estimates.filter(isLarge)
  if (large.length === 0) return true
  const texts = estimateTexts()
  const lines = large.flatMap((each) => describeEstimate(each, title(each.node), texts))
  const answer = await askChoice(texts.title, [...lines, texts.stops].join('\n'), [
    { label: texts.cancel, value: 'cancel' },
    { label: texts.start, value: 'start', primary: true },
  ])
  return answer === 'start'
}

const estimateTexts = partTexts('trainingEstimate', trainingEstimate)

function describeEstimate(
  { parameters, batch, steps, flops, bytes, seconds, backend }: TrainingEstimate,
  node: string,
  texts: TrainingEstimateTexts,
): string[] {
  return [
    texts.size(node, format.count(parameters), format.count(steps), format.count(batch)),
    texts.memory(format.bytes(bytes)),
    seconds === undefined
      ? texts.untimed(flops.toExponential(1), backend)
      : texts.time(format.estimate(seconds), format.estimate(seconds * steps), backend),
    ...(backend === 'wasm' && bytes > WASM_MEMORY ? [texts.tooLarge] : []),
  ]
}
