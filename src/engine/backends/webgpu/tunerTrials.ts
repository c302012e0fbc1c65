// Trials of the autotuner: work like that of a UNet, the candidate kernels for it, and how to run
// them.
import type { Tensor, TensorInfo } from '../../base/tf.ts'
import { tf } from '../../base/tf.ts'
import type { WebGPUBackend } from './backend.ts'
import { hasSubgroupIndex, matrixUnits, subgroupSize } from './device.ts'
import { measured } from '../measured.ts'
import { measureDeviceSeconds } from './deviceTiming.ts'
import { attentionForward } from './kernels/attention/attention.ts'
import { convFilterGradient } from './kernels/convolution/convFilterGradient.ts'
import { convByGemm } from './kernels/convolution/convForward.ts'
import { convInputGradient } from './kernels/convolution/convInputGradient.ts'
import { defaultTiles, tileName } from './kernels/gemm/gemm.ts'
import { divideTile } from './kernels/gemm/gemmMatrix.ts'
import { meanSquaredDifference } from './kernels/elementwise/meanSquare.ts'
import { normStatistics } from './kernels/norm/norm.ts'
import { softmax } from './kernels/attention/softmax.ts'
import type { Reductions, Tile, Tiled, WinogradTile } from './kernels/gemm/tiles.ts'
import { fitsDevice, winogradTileName } from './kernels/convolution/winogradFused.ts'
import type { TrialName } from './tunedChoices.ts'
import { withTunedChoices } from './tunedChoices.ts'

export type TunerCandidate = Tile | WinogradTile | Reductions

export function candidateName(candidate: TunerCandidate): string {
  if (candidate.shape === 'winograd') return winogradTileName(candidate)
  if (candidate.shape !== 'reductions') return tileName(candidate)
  return candidate.lanes > 1 ? `subgroups of ${candidate.lanes}` : 'workgroup memory'
}

/** A piece of work and the candidates for it. */
export interface Trial {
  name: TrialName
  /** The default comes first. */
  tiles: readonly (Tile | Reductions)[]
  winogradTiles: readonly WinogradTile[]
  /** Runs the work with one candidate; all its inputs are parts of `data`. */
  run(backend: WebGPUBackend, data: TensorInfo, candidate: TunerCandidate): TensorInfo[]
}

const tiled = (
  rows: number,
  columns: number,
  tall: number,
  wide: number,
  depth: number,
): Tiled => ({ shape: 'tiled', rows, columns, tall, wide, depth })

const large = [
  defaultTiles.large,
  tiled(8, 8, 8, 8, 16),
  tiled(8, 8, 16, 8, 16),
  tiled(4, 4, 16, 16, 16),
  tiled(8, 4, 8, 16, 8),
]
const small = [
  defaultTiles.small,
  tiled(4, 4, 16, 8, 16),
  tiled(8, 4, 4, 8, 16),
  defaultTiles.large,
]

/** Tiles of float16, by the size of the work. */
const halfTiles = {
  large: [
    { ...tiled(8, 4, 8, 16, 32), half: 4 },
    { ...tiled(8, 8, 8, 8, 32), half: 4 },
    { ...tiled(8, 4, 8, 16, 16), half: 1 },
  ],
  small: [
    { ...tiled(4, 4, 8, 8, 32), half: 4 },
    { ...tiled(4, 4, 8, 8, 16), half: 1 },
  ],
} satisfies Record<string, Tiled[]>

/** Tiles for subgroup matrices, by the size of the work. */
const matrixTiles = {
  large: [tiled(8, 4, 8, 16, 32), tiled(8, 4, 16, 16, 32)],
  small: [tiled(4, 4, 8, 16, 32), tiled(8, 4, 8, 16, 32)],
}

/** Choices of the tuner beyond float32. */
export interface TrialOptions {
  /** Products may be of float16. */
  float16?: boolean
}

/** Returns the tiles that need features of the device. */
function hardwareTiles(
  device: GPUDevice,
  size: 'large' | 'small',
  { float16 = false }: TrialOptions,
): Tiled[] {
  const matrices = matrixUnits(device, float16).flatMap((matrix) =>
    matrixTiles[size]
      .filter(
        (tile) =>
          divideTile(tile, matrix) &&
          tile.tall * tile.wide <= device.limits.maxComputeInvocationsPerWorkgroup,
      )
      .map((tile): Tiled => ({ ...tile, matrix })),
  )
  const halves = float16 && device.features.has('shader-f16') ? halfTiles[size] : []
  return [...matrices, ...halves]
}

/** One for devices with much workgroup memory, and one for all devices. */
export const winogradTiles: readonly [WinogradTile, WinogradTile] = [
  { shape: 'winograd', squares: 32, columns: 32, rows: 8, across: 8 },
  { shape: 'winograd', squares: 16, columns: 16, rows: 8, across: 4 },
]

const ITEMS = 16

/** Returns the trials, in the order of how much time a UNet spends on such work. */
export function createTrials(device: GPUDevice, options: TrialOptions = {}): Trial[] {
  const [wide, deep] = [convolutionRuns(32, 3, 64), convolutionRuns(8, 3, 128)]
  const fittingTiles = (side: number) =>
    winogradTiles.filter((tile) =>
      fitsDevice(
        device,
        { items: ITEMS, height: side, width: side, top: 1, left: 1, rotated: false },
        tile,
      ),
    )
  const largeTiles = [...large, ...hardwareTiles(device, 'large', options)]
  const smallTiles = [...small, ...hardwareTiles(device, 'small', options)]
  const lanes = subgroupSize(device)
  // With the lanes shape, what is added to y takes a dispatch of its own. A weight gradient has
  // none.
  const lanesTiles: Tile[] =
    lanes > 1 ? [{ shape: 'lanes', rows: 4, columns: 8, threads: 64, lanes }] : []
  return [
    {
      name: 'large convolution',
      tiles: largeTiles,
      winogradTiles: fittingTiles(32),
      run: wide.forward,
    },
    {
      name: 'large input gradient',
      tiles: largeTiles,
      winogradTiles: fittingTiles(32),
      run: wide.inputGradient,
    },
    {
      name: 'large filter gradient',
      tiles: [...largeTiles, ...lanesTiles],
      winogradTiles: [],
      run: wide.filterGradient,
    },
    {
      name: 'small convolution',
      tiles: smallTiles,
      winogradTiles: fittingTiles(8),
      run: deep.forward,
    },
    {
      name: 'small input gradient',
      tiles: smallTiles,
      winogradTiles: fittingTiles(8),
      run: deep.inputGradient,
    },
    {
      name: 'large product',
      tiles: largeTiles,
      winogradTiles: [],
      run: convolutionRuns(16, 1, 128).forward,
    },
    {
      name: 'small product',
      tiles: smallTiles,
      winogradTiles: [],
      run: convolutionRuns(8, 1, 128).forward,
    },
    ...(lanes > 1 && hasSubgroupIndex() ? [reductionTrial(lanes)] : []),
  ]
}

/** Statistics of a norm, an attention, a softmax and a loss, in memory or within subgroups. */
const reductionTrial = (lanes: number): Trial => ({
  name: 'reductions',
  tiles: [
    { shape: 'reductions', lanes: 1 },
    { shape: 'reductions', lanes },
  ],
  winogradTiles: [],
  run: (backend, data, candidate) =>
    withTunedChoices(backend.device, { reductions: { tile: candidate as Reductions } }, () => {
      const [weight, bias] = [0, 1].map(() => ({ ...data, shape: [128] }))
      const norm = { x: { ...data, shape: [ITEMS, 256, 128] }, groups: 32, eps: 1e-5, weight, bias }
      const { affine, moments } = normStatistics(backend, norm)
      const qkv = { ...data, shape: [ITEMS, 64, 3 * 128] }
      const { y, logsumexp } = attentionForward(backend, { qkv, heads: 1 })
      const rows = { ...data, shape: [ITEMS * 64, 256] }
      const weights = softmax(backend, rows)
      const loss = meanSquaredDifference(backend, rows, weights)
      return [affine, moments, y, logsumexp, weights, loss]
    }),
})

/** Returns runs of a convolution that keeps the number of channels, and of its gradients. */
function convolutionRuns(
  side: number,
  kernel: number,
  channels: number,
): Record<'forward' | 'inputGradient' | 'filterGradient', Trial['run']> {
  const shape = [ITEMS, side, side, channels]
  const filterShape = [kernel, kernel, channels, channels]
  const margin = (kernel - 1) / 2
  const geometry = {
    stride: 1,
    pad: { top: margin, bottom: margin, left: margin, right: margin },
  } as const
  return {
    forward: (backend, data, candidate) => [
      convByGemm(
        backend,
        { x: { ...data, shape }, weight: { ...data, shape: filterShape }, ...geometry },
        candidate as Tile | WinogradTile,
      ),
    ],
    inputGradient: (backend, data, candidate) =>
      convInputGradient(
        backend,
        {
          dy: { ...data, shape },
          weight: { ...data, shape: filterShape },
          inputShape: shape,
          ...geometry,
        },
        candidate as Tile | WinogradTile,
      ),
    filterGradient: (backend, data, candidate) =>
      convFilterGradient(
        backend,
        {
          x: { ...data, shape },
          dy: { ...data, shape },
          filterShape,
          bias: false,
          ...geometry,
        },
        candidate as Tile,
      ),
  }
}

/** Returns numbers between -0.5 and 0.5, as many as the largest trial reads. */
function createTrialData(): Tensor {
  const data = new Float32Array(ITEMS * 32 * 32 * 64)
  let state = 1
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    data[i] = state / 2 ** 32 - 0.5
  }
  return tf.tensor1d(data)
}

/** Runs trials on a device. Separate from the tuner so that tests can replace it. */
export interface TrialRunner {
  /**
   * Compiles a candidate, runs it once, and returns whether the device accepts it. It is not run
   * any more after `close`.
   */
  prepare(trial: Trial, candidate: TunerCandidate): Promise<boolean>
  /** Returns the seconds of one run, averaged over `runs` runs in a row. */
  time(trial: Trial, candidate: TunerCandidate, runs: number): Promise<number>
  /** Returns whether two candidates have the same result, within rounding. */
  agree(trial: Trial, first: TunerCandidate, second: TunerCandidate): Promise<boolean>
  /** Returns a time in milliseconds. */
  now(): number
  pause(milliseconds: number): Promise<void>
  close(): void
}

/** Relative to the largest result. Rounding is far below this, errors are far above. */
const RELATIVE_TOLERANCE = 1e-3

/** Returns whether numbers differ by at most `tolerance`, relative to the largest of the first. */
export function isNear(a: Float32Array, b: Float32Array, tolerance: number): boolean {
  const largest = a.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  return a.every((value, i) => Math.abs(value - b[i]) <= tolerance * largest)
}

export function createTrialRunner(backend: WebGPUBackend): TrialRunner {
  const data = createTrialData()
  const dispose = (tensors: readonly TensorInfo[]) =>
    tensors.forEach(({ dataId }) => backend.disposeData(dataId))
  const readResults = async (trial: Trial, candidate: TunerCandidate) => {
    const results = trial.run(backend, data, candidate)
    const values: Float32Array[] = []
    for (const { dataId } of results) values.push((await backend.read(dataId)) as Float32Array)
    dispose(results)
    return values
  }
  return {
    async prepare(trial, candidate) {
      const run = () => dispose(trial.run(backend, data, candidate))
      await backend.precompile(run, () => {})
      if (data.isDisposed) return false
      const { device } = backend
      device.pushErrorScope('validation')
      run()
      backend.flush()
      return (await device.popErrorScope()) === null
    },
    async time(trial, candidate, runs) {
      const seconds = await measureDeviceSeconds(backend, () => {
        for (let run = 0; run < runs; run++) dispose(trial.run(backend, data, candidate))
      })
      return measured(seconds / runs)
    },
    async agree(trial, first, second) {
      const [a, b] = [await readResults(trial, first), await readResults(trial, second)]
      return a.every((values, i) => isNear(values, b[i], RELATIVE_TOLERANCE))
    },
    now: () => performance.now(),
    pause: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    close: () => data.dispose(),
  }
}
