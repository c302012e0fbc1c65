// Largest relative difference between the results of a workflow on wasm or webgpu and on cpu.
import type { BackendName } from '../src/engine/protocol.ts'

/** Values below this scale are compared absolutely. */
const SCALE = 1e-3

const numbersOf = (value: unknown): ArrayLike<number> | undefined =>
  value instanceof Float32Array || value instanceof Float64Array || value instanceof Int32Array
    ? value
    : typeof value === 'number'
      ? [value]
      : undefined

/**
 * Root mean square of the difference, divided by that of `a`: the largest over all arrays in two
 * values of the same form; infinite if the forms differ.
 */
export function relativeDifference(a: unknown, b: unknown): number {
  const [left, right] = [numbersOf(a), numbersOf(b)]
  if (left && right) return left.length === right.length ? relativeRms(left, right) : Infinity
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null)
    return a === b ? 0 : Infinity
  const keys = Object.keys(a)
  if (keys.join() !== Object.keys(b).join()) return Infinity
  return keys.reduce(
    (most, key) => Math.max(most, relativeDifference(a[key as never], b[key as never])),
    0,
  )
}

function relativeRms(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [difference, size] = [0, 0]
  for (let i = 0; i < a.length; i++) {
    if (Object.is(a[i], b[i])) {
      size += Number.isFinite(a[i]) ? a[i] ** 2 : 0
      continue
    }
    difference += (a[i] - b[i]) ** 2
    size += a[i] ** 2
  }
  const rms = (sum: number) => Math.sqrt(sum / Math.max(1, a.length))
  const result = rms(difference) / Math.max(rms(size), SCALE)
  return Number.isNaN(result) ? Infinity : result
}

type Bounds = Partial<Record<BackendName, number>>

/**
 * Ten times the measured difference, rounded up; at least 1e-6. Test settings keep several channels
 * per group of a norm: with one, the bias in front of it has no gradient but rounding errors, which
 * Adam turns into full steps.
 */
export const bounds: Readonly<Record<string, Bounds>> = {
  attention: { wasm: 2e-3, webgpu: 2e-3 },
  'attention-maps': { wasm: 2e-2, webgpu: 9e-3 },
  autoguidance: { wasm: 2e-6, webgpu: 2e-6 },
  classifier: { wasm: 4e-6, webgpu: 3e-6 },
  'classifier-guidance': { wasm: 3e-6, webgpu: 3e-6 },
  'consistency-distillation': { wasm: 7e-6, webgpu: 2e-5 },
  'consistency-training': { wasm: 4e-6, webgpu: 4e-6 },
  'cross-attention': { wasm: 2e-2, webgpu: 9e-3 },
  'ddpm-ddim': { wasm: 8e-6, webgpu: 7e-6 },
  'density-over-time': { wasm: 2e-6, webgpu: 2e-6 },
  'digits-sample': { wasm: 4e-6, webgpu: 4e-6 },
  'dit-digits': { wasm: 6e-6, webgpu: 1e-6 },
  'resnet-vs-transformer': { wasm: 3e-3, webgpu: 2e-3 },
  ablations: { wasm: 5e-6, webgpu: 1e-6 },
  'digits-train': { wasm: 4e-3, webgpu: 3e-3 },
  drifting: { wasm: 5e-6, webgpu: 4e-6 },
  dps: { wasm: 2e-6, webgpu: 6e-4 },
  'early-stopping': { wasm: 3e-6, webgpu: 3e-6 },
  edm: { wasm: 4e-5, webgpu: 4e-5 },
  ema: { wasm: 4e-6, webgpu: 5e-6 },
  'emoji-by-name': { wasm: 3e-3, webgpu: 3e-3 },
  'evaluate-points': { wasm: 5e-6, webgpu: 2e-6 },
  'few-step-methods': { wasm: 2e-6, webgpu: 2e-6 },
  'flow-matching': { wasm: 2e-6, webgpu: 2e-6 },
  'forward-process': { wasm: 1e-6, webgpu: 1e-6 },
  gan: { wasm: 5e-6, webgpu: 3e-6 },
  'guidance-by-hand': { wasm: 2e-6, webgpu: 2e-6 },
  'hybrid-images': { wasm: 7e-6, webgpu: 6e-6 },
  'importance-sampling': { wasm: 7e-6, webgpu: 3e-6 },
  inpainting: { wasm: 3e-6, webgpu: 2e-6 },
  interpolation: { wasm: 5e-6, webgpu: 4e-5 },
  inversion: { wasm: 4e-5, webgpu: 2e-5 },
  'learned-variance': { wasm: 5e-3, webgpu: 3e-3 },
  'latent-mnist': { wasm: 7e-5, webgpu: 7e-5 },
  likelihood: { wasm: 4e-6, webgpu: 2e-4 },
  'loss-formula': { wasm: 5e-6, webgpu: 5e-6 },
  'build-a-unet': { wasm: 2e-5, webgpu: 2e-5 },
  'self-conditioning': { wasm: 5e-3, webgpu: 4e-3 },
  'mask-training': { wasm: 3e-6, webgpu: 3e-6 },
  marginal: { wasm: 1e-6, webgpu: 1e-6 },
  'mnist-sample': { wasm: 6e-5, webgpu: 5e-5 },
  'mnist-train': { wasm: 2e-3, webgpu: 2e-3 },
  'mean-flow': { wasm: 4e-6, webgpu: 1e-6 },
  'nfe-curves': { wasm: 1e-5, webgpu: 1e-5 },
  'optimal-transport-couplings': { wasm: 3e-6, webgpu: 3e-6 },
  'no-time-embedding': { wasm: 1e-6, webgpu: 2e-6 },
  'own-images': { wasm: 9e-4, webgpu: 9e-4 },
  'own-sampler': { wasm: 1e-5, webgpu: 2e-5 },
  points: { wasm: 5e-6, webgpu: 2e-6 },
  posterior: { wasm: 1e-6, webgpu: 1e-6 },
  'progressive-distillation': { wasm: 2e-6, webgpu: 2e-6 },
  'prediction-types': { wasm: 3e-6, webgpu: 3e-6 },
  reflow: { wasm: 3e-6, webgpu: 3e-6 },
  repaint: { wasm: 2e-6, webgpu: 3e-6 },
  restart: { wasm: 2e-6, webgpu: 2e-6 },
  'reverse-kl': { wasm: 4e-6, webgpu: 6e-6 },
  'samplers-compared': { wasm: 3e-6, webgpu: 3e-6 },
  shortcut: { wasm: 3e-6, webgpu: 1e-6 },
  'schedules-compared': { wasm: 1e-6, webgpu: 1e-6 },
  'score-field': { wasm: 6e-6, webgpu: 2e-6 },
  sdedit: { wasm: 6e-6, webgpu: 5e-6 },
  spectrum: { wasm: 7e-6, webgpu: 7e-6 },
  subgraph: { wasm: 2e-6, webgpu: 3e-6 },
  'visual-anagrams': { wasm: 4e-6, webgpu: 6e-6 },
  'words-masked': { wasm: 2e-5, webgpu: 1e-5 },
}
