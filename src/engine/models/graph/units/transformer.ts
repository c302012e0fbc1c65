// Blocks of transformer layers between two linear layers, as Transformer2DModel of diffusers.
import type { GraphView } from '../analysis.ts'
import type { Matcher } from '../step.ts'
import { findNorm, isPrivate, summands } from './pattern.ts'
import type { PlanSteps } from './steps.ts'
import { blockOfSteps } from './steps.ts'

/**
 * x + project(tokens of project(norm(x))). The layers in between are steps of their own; together
 * they are one block.
 */
export const matchTransformer =
  (planSteps: PlanSteps): Matcher =>
  (view, root) => {
    for (const [x, inner] of summands(view, root)) {
      if (!isProjectedImage(view, inner)) continue
      const inside = findInside(view, inner, x)
      if (!inside || !entersByNorm(view, inside, x)) continue
      const claims = [root, ...inside]
      if (!isPrivate(view, claims, root)) continue
      const all = new Set(claims)
      const reads = [
        x,
        ...new Set(
          [...claims]
            .sort((a, b) => a - b)
            .flatMap((i) => view.layers[i].in.filter((input) => !all.has(input) && input !== x)),
        ),
      ]
      return blockOfSteps(view, root, claims, reads, planSteps)
    }
    return undefined
  }

/** True for a linear layer, or a 1 x 1 convolution, of tokens that are an image again. */
function isProjectedImage({ layers }: GraphView, i: number): boolean {
  const { op, attrs, in: inputs } = layers[i]
  const isPointwise = op === 'linear' || (op === 'conv' && attrs.kernel === 1)
  return isPointwise && layers[inputs[0]].op === 'to_image'
}

/**
 * The layers on the ways from x to `i`, and the linear layers of other tokens that they attend to.
 * Undefined if x is not on all ways.
 */
function findInside(view: GraphView, i: number, x: number): number[] | undefined {
  const { layers, dependsOnX } = view
  const found = new Set<number>()
  const pending = [i]
  let isCut = true
  while (pending.length) {
    const at = pending.pop()!
    if (at === x || found.has(at)) continue
    if (!dependsOnX[at] && layers[at].op !== 'linear') continue
    if (layers[at].op === 'x') isCut = false
    found.add(at)
    if (dependsOnX[at]) pending.push(...layers[at].in)
  }
  return isCut ? [...found] : undefined
}

/** True if x enters through one group norm. */
function entersByNorm(view: GraphView, inside: readonly number[], x: number): boolean {
  const entries = inside.filter((i) => view.layers[i].in.includes(x))
  return entries.length === 1 && findNorm(view, entries[0]) !== undefined
}
