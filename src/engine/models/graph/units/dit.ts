// Blocks of a transformer that a vector scales and shifts (adaLN).
import type { GraphView } from '../analysis.ts'
import type { LayerOpName } from '../ops/table.ts'
import type { Matcher } from '../step.ts'
import { isPrivate, summands } from './pattern.ts'
import type { PlanSteps } from './steps.ts'
import { blockOfSteps } from './steps.ts'

/**
 * y = h + g' f(norm(h)) with h = x + g a(norm(x)): attention a and a feed-forward network f, whose
 * inputs and results are scaled and shifted by parts of one linear layer. The layers are steps of
 * their own; together they are one block.
 */
export const matchDitBlock =
  (planSteps: PlanSteps): Matcher =>
  (view, root) => {
    for (const [h, forward] of summands(view, root)) {
      const second = findBranch(view, forward, h)
      if (!second || second.attentions > 0) continue
      for (const [x, attention] of summands(view, h)) {
        const first = findBranch(view, attention, x)
        if (first?.attentions !== 1 || first.vectors !== second.vectors) continue
        const { vectors } = first
        const splits = view.readers[vectors]
        const claims = [root, h, vectors, ...splits, ...first.claims, ...second.claims]
        if (!isPrivate(view, claims, root)) continue
        const [embedding] = view.layers[vectors].in
        return blockOfSteps(view, root, claims, [x, embedding], planSteps)
      }
    }
    return undefined
  }

interface Branch {
  /** Layers between the skip connection and the sum, without those of the vectors. */
  claims: number[]
  /** The linear layer whose parts scale and shift. */
  vectors: number
  /** Number of attentions. */
  attentions: number
}

const NORMS: ReadonlySet<LayerOpName> = new Set(['layer_norm', 'rms_norm'])

/**
 * The layers from `from` to the product with a vector at `at`. `from` enters through one norm,
 * and nothing else enters but parts of one linear layer of a vector.
 */
function findBranch(view: GraphView, at: number, from: number): Branch | undefined {
  const { layers, dependsOnX } = view
  if (layers[at].op !== 'multiply') return undefined
  const found = new Set<number>()
  const vectors = new Set<number>()
  const pending = [at]
  while (pending.length) {
    const i = pending.pop()!
    if (i === from || found.has(i)) continue
    if (layers[i].op === 'x') return undefined
    if (dependsOnX[i]) {
      found.add(i)
      pending.push(...layers[i].in)
      continue
    }
    const whole = view.inputOf(i, 'split')
    if (whole === undefined || !isVectorLayer(view, whole)) return undefined
    vectors.add(whole)
  }
  const claims = [...found]
  const entries = claims.filter((i) => layers[i].in.includes(from))
  if (entries.length !== 1 || !NORMS.has(layers[entries[0]].op) || vectors.size !== 1)
    return undefined
  const attentions = claims.filter((i) => layers[i].op === 'attention').length
  return { claims, vectors: [...vectors][0], attentions }
}

const isVectorLayer = ({ layers, shapes }: GraphView, i: number) =>
  layers[i].op === 'linear' && shapes[i].length === 1
