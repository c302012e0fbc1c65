// Attention between all pixels of an image, with its linear layers and its skip connection.
import type { Tensor2D, Tensor4D } from '../../../base/tf.ts'
import { pixelAttention } from '../../../layers/pixelAttention.ts'
import type { GraphView } from '../analysis.ts'
import type { Matcher } from '../step.ts'
import { namesOf, parametersOf } from '../step.ts'
import { findLayer, findNorm, findScaledSum, isPrivate, summands } from './pattern.ts'

/** (x + out(attention(q(n), k(n), v(n)))) / by with n = norm(x): the Attention block of diffusers. */
export const matchPixelAttention: Matcher = (view, root) => {
  const { sum, by, claims } = findScaledSum(view, root)
  for (const [x, inner] of summands(view, sum)) {
    const attention = findAttention(view, inner)
    if (!attention || attention.x !== x) continue
    const all = [...claims, ...attention.claims]
    if (!isPrivate(view, all, root)) continue
    const { q, k, v, out, norm, heads, kind } = attention
    const options = { heads, eps: 0, ...norm?.options, output_scale: by }
    return {
      claims: all,
      step: {
        reads: [x],
        writes: [root],
        block: namesOf(
          view,
          [...all].sort((a, b) => a - b),
        ),
        run: ([x], weights, pass) => [
          pixelAttention(
            kind,
            x as Tensor4D,
            {
              norm: norm && parametersOf(weights, norm.name),
              q: parametersOf<Tensor2D>(weights, q),
              k: parametersOf<Tensor2D>(weights, k),
              v: parametersOf<Tensor2D>(weights, v),
              out: parametersOf<Tensor2D>(weights, out),
            },
            { ...options, half: pass.half },
          ),
        ],
      },
    }
  }
  return undefined
}

function findAttention(view: GraphView, i: number) {
  const image = findLayer(view, i, 'to_image')
  const out = findBiased(view, image?.x)
  const mixed = out?.x
  if (!image || !out || mixed === undefined) return undefined
  const { op, in: inputs, attrs } = view.layers[mixed]
  if (op !== 'attention' && op !== 'linear_attention') return undefined
  const [q, k, v] = inputs.map((input) => findBiased(view, input))
  if (!q || !k || !v || q.x !== k.x || q.x !== v.x) return undefined
  const pixels = findLayer(view, q.x, 'to_tokens')
  if (!pixels || String(view.shapes[i]) !== String(view.shapes[pixels.x])) return undefined
  const norm = findNorm(view, pixels.x)
  const claims = [image, out, { claims: [mixed] }, q, k, v, pixels, ...(norm ? [norm] : [])]
  return {
    claims: claims.flatMap((found) => found.claims),
    x: norm?.x ?? pixels.x,
    q: q.name,
    k: k.name,
    v: v.name,
    out: out.name,
    norm,
    heads: attrs.heads,
    kind: op,
  } as const
}

function findBiased(view: GraphView, i: number | undefined) {
  const found = findLayer(view, i, 'linear')
  return found?.attrs.bias ? found : undefined
}
