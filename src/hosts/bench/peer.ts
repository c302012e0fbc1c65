// One side of a comparison, in a worker of its own, because replaced tfjs kernels are global.
import { textFields } from '../../engine/base/catalogue.ts'
import { startBackend } from '../../engine/backends/backends.ts'
import { importBackend } from '../../engine/backends/importBackend.ts'
import { startStock, stockThreads } from '../../engine/backends/startStock.ts'
import { activeWasm } from '../../engine/backends/wasm/wasmFunctions.ts'
import { getErrorText } from '../../engine/messages/fault.ts'
import { tf } from '../../engine/base/tf.ts'
import type { StateStore } from '../../engine/plan/store.ts'
import type { WasmPaths } from '../../engine/protocol.ts'
import { computeKernels, largestDeviation } from './kernelChecks.ts'
import { createProblem } from './problem.ts'
import type { Job, KernelCheck, PeerAnswer, PeerRequest, Requests } from './protocol.ts'
import { TOLERANCE } from './protocol.ts'
import type { Step } from './steps.ts'
import { ourStep, stockStep } from './steps.ts'
import { computeCheck, turn } from './turns.ts'

export interface PeerFiles {
  wasm: WasmPaths
  /** Where the editor stores the choices of its autotuner. */
  devices: StateStore
}

type Start = Requests['start']

/** Training losses to compare: the second one depends on the gradients. */
const LOSSES = 2

/** Answers requests in order. */
export class BenchPeer {
  private side: Start['takes']['side'] = 'ours'
  private step: Step | undefined
  private last: Promise<unknown> = Promise.resolve()

  constructor(private readonly files: PeerFiles) {}

  answer(request: PeerRequest): Promise<PeerAnswer> {
    const answer = this.last
      .then(() => this.run(request))
      .then(
        (gives) => ({ gives }),
        (error: unknown) => textFields({ error: getErrorText(error) }),
      )
    this.last = answer
    return answer
  }

  private run(request: PeerRequest): Promise<Requests[keyof Requests]['gives']> {
    switch (request.name) {
      case 'start':
        return this.start(request.takes)
      case 'open':
        return this.open(request.takes)
      case 'turn':
        return this.turn(request.takes)
    }
  }

  private async start({ side, backend, threads, test }: Start['takes']): Promise<Start['gives']> {
    this.side = side
    if (threads !== undefined) limitThreads(threads)
    if (side === 'stock') {
      await startStock(backend, this.files.wasm)
      return { device: '', threads: backend === 'wasm' ? await stockThreads() : 1, checks: [] }
    }
    const right = test ? await onCpu(computeKernels) : undefined
    const { wasm, devices } = this.files
    const report = await startBackend({
      prefer: backend,
      only: true,
      wasm,
      tuning: { store: devices },
      arithmetic: 'measured',
    })
    const actual = right && (await computeKernels())
    const checks = [...(right ?? [])].map(([family, numbers]): KernelCheck => {
      const deviation = largestDeviation(actual?.get(family) ?? [], numbers)
      return { family, deviation, passed: deviation <= TOLERANCE }
    })
    return {
      device: report.device,
      ...(report.kernels !== undefined && { kernels: report.kernels }),
      ...(report.messages && { messages: report.messages }),
      threads: activeWasm()?.threads ?? 1,
      checks,
    }
  }

  private async open({ model, task, items }: Job): Promise<Requests['open']['gives']> {
    this.close()
    tf.engine().startScope()
    const data = await createProblem(task, model, items)
    const step = this.side === 'ours' ? ourStep(data) : stockStep(data)
    this.step = step
    let seconds = 0
    const timed: Step = async () => {
      const began = performance.now()
      const values = await step()
      seconds = (performance.now() - began) / 1000
      return values
    }
    const check = await computeCheck(timed, task, LOSSES)
    // The first step also compiles.
    if (task === 'sample') await timed()
    return { check, seconds }
  }

  private async turn({ seconds }: Requests['turn']['takes']): Promise<Requests['turn']['gives']> {
    if (!this.step) throw new Error('Expected steps to be opened before a turn.')
    const times = await turn(this.step, seconds)
    return { seconds: times.map((each) => each.seconds) }
  }

  /** Frees the tensors of the last steps. */
  private close() {
    if (!this.step) return
    this.step = undefined
    tf.disposeVariables()
    tf.engine().endScope()
  }
}

async function onCpu<T>(work: () => Promise<T>): Promise<T> {
  tf.enableProdMode()
  await importBackend('cpu')
  await tf.setBackend('cpu')
  return work()
}

/** tfjs and the engine start as many threads as there are cores. */
const limitThreads = (threads: number) =>
  Object.defineProperty(navigator, 'hardwareConcurrency', { value: threads, configurable: true })
