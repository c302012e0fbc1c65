// The images that tokens come from.
import type { GraphView } from './analysis.ts'
import { asImage } from './ops/checks.ts'

/**
 * Height and width of the image whose pixels, or patches, are the tokens of the layer at `i`; undefined if they
 * are not those of an image.
 */
export function imageAround(
  { layers, shapes }: GraphView,
  i: number,
): readonly [height: number, width: number] | undefined {
  const [count] = shapes[i]
  const seen = new Set<number>()
  const pending = [i]
  while (pending.length) {
    const at = pending.pop()!
    if (seen.has(at)) continue
    seen.add(at)
    const { op, in: inputs, attrs } = layers[at]
    if (op === 'to_tokens' || op === 'patchify') {
      const [height, width] = asImage(shapes[inputs[0]], 'x')
      const size = op === 'patchify' ? attrs.size : 1
      return [height / size, width / size]
    }
    pending.push(
      ...inputs.filter((input) => shapes[input].length === 2 && shapes[input][0] === count),
    )
  }
  return undefined
}
