// Work like that of a UNet, and the kernels that may do it: what the tuner lets run against each other on a device.
import type { Tensor, TensorInfo } from '../tf.ts'
import { tf } from '../tf.ts'
import type { Backend } from './backend.ts'
import type { WorkClass } from './choices.ts'
import { subgroupSize } from './device.ts'
import { convFilterGradient } from './kernels/convFilterGradient.ts'
import { convForward } from './kernels/convForward.ts'
import { convInputGradient } from './kernels/convInputGradient.ts'
import type { Tile, Tiled } from './kernels/gemm.ts'
import { rules, tileName } from './kernels/gemm.ts'
import type { Squares } from './kernels/winogradFused.ts'
import { fits, squaresName } from './kernels/winogradFused.ts'
import { secondsOnDevice } from './timing.ts'

export type Candidate = Tile | Squares

export const candidateName = (one: Candidate) => (one.shape === 'winograd' ? squaresName(one) : tileName(one))

/** A piece of work, and who may do it. */
export interface Trial {
  name: WorkClass
  /** The first is that of the rules. */
  tiles: readonly Tile[]
  squares: readonly Squares[]
  /** All that is read are `numbers`. */
  run(backend: Backend, numbers: TensorInfo, by: Candidate): TensorInfo[]
}

const tiled = (rows: number, columns: number, tall: number, wide: number, depth: number): Tiled => ({
  shape: 'tiled',
  rows,
  columns,
  tall,
  wide,
  depth,
})

const large = [rules.large, tiled(8, 8, 8, 8, 16), tiled(8, 8, 16, 8, 16), tiled(4, 4, 16, 16, 16), tiled(8, 4, 8, 16, 8)]
const small = [rules.small, tiled(4, 4, 16, 8, 16), tiled(8, 4, 4, 8, 16), rules.large]

/** The first is for devices with much workgroup memory, the second for all. */
export const squareTiles: readonly [Squares, Squares] = [
  { shape: 'winograd', squares: 32, columns: 32, rows: 8, across: 8 },
  { shape: 'winograd', squares: 16, columns: 16, rows: 8, across: 4 },
]

const ITEMS = 16

/** What takes a UNet longest comes first. */
export function trialsFor(device: GPUDevice): Trial[] {
  const [wide, deep] = [convolution(32, 3, 64), convolution(8, 3, 128)]
  const squaresOf = (side: number) =>
    squareTiles.filter((one) => fits(device, { items: ITEMS, height: side, width: side, top: 1, left: 1, turned: false }, one))
  const lanes = subgroupSize(device)
  // Across lanes what is added to y would be a dispatch of its own; to a gradient of weights nothing is.
  const acrossLanes: Tile[] = lanes > 1 ? [{ shape: 'lanes', rows: 4, columns: 8, threads: 64, lanes }] : []
  return [
    { name: 'large convolution', tiles: large, squares: squaresOf(32), run: wide.forward },
    { name: 'large input gradient', tiles: large, squares: squaresOf(32), run: wide.inputGradient },
    { name: 'large filter gradient', tiles: [...large, ...acrossLanes], squares: [], run: wide.filterGradient },
    { name: 'small convolution', tiles: small, squares: squaresOf(8), run: deep.forward },
    { name: 'small input gradient', tiles: small, squares: squaresOf(8), run: deep.inputGradient },
    { name: 'large product', tiles: large, squares: [], run: convolution(16, 1, 128).forward },
    { name: 'small product', tiles: small, squares: [], run: convolution(8, 1, 128).forward },
  ]
}

/** Forward and backward by a square filter, with as many channels before as after. */
function convolution(
  side: number,
  kernel: number,
  channels: number,
): Record<'forward' | 'inputGradient' | 'filterGradient', Trial['run']> {
  const shape = [ITEMS, side, side, channels]
  const filterShape = [kernel, kernel, channels, channels]
  const around = (kernel - 1) / 2
  const geometry = { stride: 1, pad: { top: around, bottom: around, left: around, right: around } } as const
  return {
    forward: (backend, numbers, by) => [
      convForward(backend, { x: { ...numbers, shape }, weight: { ...numbers, shape: filterShape }, ...geometry }, by),
    ],
    inputGradient: (backend, numbers, by) =>
      convInputGradient(
        backend,
        { dy: { ...numbers, shape }, weight: { ...numbers, shape: filterShape }, inputShape: shape, ...geometry },
        by,
      ),
    filterGradient: (backend, numbers, by) =>
      convFilterGradient(
        backend,
        { x: { ...numbers, shape }, dy: { ...numbers, shape }, filterShape, bias: false, ...geometry },
        by as Tile,
      ),
  }
}

/** Between -0.5 and 0.5, as many as the largest trial reads. */
function someNumbers(): Tensor {
  const data = new Float32Array(ITEMS * 32 * 32 * 64)
  let state = 1
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    data[i] = state / 2 ** 32 - 0.5
  }
  return tf.tensor1d(data)
}

/** Where trials are run. */
export interface Bench {
  /** Compiles this kernel and runs it once; whether the device takes it. After `close` it is not run any more. */
  ready(trial: Trial, by: Candidate): Promise<boolean>
  /** Of one run, in a turn of so many. */
  seconds(trial: Trial, by: Candidate, runs: number): Promise<number>
  /** Whether both come to the same, within rounding. */
  agree(trial: Trial, one: Candidate, other: Candidate): Promise<boolean>
  /** Milliseconds from some moment on. */
  now(): number
  pause(milliseconds: number): Promise<void>
  close(): void
}

/** Rounding is far below this, as a share of the largest number; what is wrong is far above. */
const AGREE = 1e-3

export function benchOn(backend: Backend): Bench {
  const numbers = someNumbers()
  const dispose = (made: readonly TensorInfo[]) => made.forEach(({ dataId }) => backend.disposeData(dataId))
  const result = async (trial: Trial, by: Candidate) => {
    const made = trial.run(backend, numbers, by)
    const data = (await backend.read(made[0]!.dataId)) as Float32Array
    dispose(made)
    return data
  }
  return {
    async ready(trial, by) {
      const run = () => dispose(trial.run(backend, numbers, by))
      await backend.compileFor(run, () => {})
      if (numbers.isDisposed) return false
      const { device } = backend
      device.pushErrorScope('validation')
      run()
      backend.flush()
      return (await device.popErrorScope()) === null
    },
    async seconds(trial, by, runs) {
      const turn = await secondsOnDevice(backend, () => {
        for (let run = 0; run < runs; run++) dispose(trial.run(backend, numbers, by))
      })
      return turn / runs
    },
    async agree(trial, one, other) {
      const [first, second] = [await result(trial, one), await result(trial, other)]
      const most = first.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0)
      return first.every((value, i) => Math.abs(value - second[i]!) <= AGREE * most)
    },
    now: () => performance.now(),
    pause: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    close: () => numbers.dispose(),
  }
}
