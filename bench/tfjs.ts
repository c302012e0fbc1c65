// Peers based on tfjs: ours, stock, and stock with external tuning. One process or page each,
// because replacing tfjs kernels is global.
import { startBackend } from '../src/engine/backends/backends.ts'
import { broadcastSumGradients } from '../src/engine/backends/gradients.ts'
import { startStock } from '../src/engine/backends/startStock.ts'
import { tf } from '../src/engine/base/tf.ts'
import { memoryStore } from '../src/engine/plan/store.ts'
import type { BackendName } from '../src/engine/protocol.ts'
import type { ProblemData } from '../src/hosts/bench/problem.ts'
import type { Step } from '../src/hosts/bench/steps.ts'
import { ourStep, stockStep } from '../src/hosts/bench/steps.ts'
import type { OpenForm } from './forms.ts'
import { isOpenForm } from './forms.ts'
import { newModel } from './models.ts'

export type TfjsWho = 'ours' | 'portable' | OpenForm | 'stock' | 'tuned'

/** A peer. */
export interface Opened {
  device: string
  step: Step
}

/** Starts the peer. Throws Error if the backend is not available. */
export async function openTfjs(
  who: TfjsWho,
  backend: BackendName,
  data: ProblemData,
): Promise<Opened> {
  const device = await startTfjs(who, backend)
  if (!isOurs(who)) return { device, step: stockStep(data) }
  const form = isOpenForm(who) ? who : undefined
  return { device, step: ourStep(data, newModel(data.problem.model, form)) }
}

const isOurs = (who: TfjsWho) => who === 'ours' || who === 'portable' || isOpenForm(who)

/** Activates the backend, with our kernels only for ours. Returns the device name, if known. */
export async function startTfjs(who: TfjsWho, backend: BackendName): Promise<string> {
  if (isOurs(who)) {
    const report = await startBackend({
      prefer: backend,
      tuning: { store: memoryStore() },
      threads: threadsInNode(),
      arithmetic: who === 'portable' ? 'portable' : 'measured',
    })
    if (report.name !== backend) throw new Error(report.reason)
    return report.kernels === undefined ? report.device : `${report.device}. ${report.kernels}`
  }
  await startStock(backend)
  if (who === 'tuned') tune(backend)
  return ''
}

/** In Node one thread, as the peers have, unless the environment variable sets another number. */
const threadsInNode = () =>
  typeof process === 'undefined' ? undefined : Number(process.env.LITEGRAPH_DIFFUSION_THREADS ?? 1)

/** Tuning that a user of tfjs can do without custom kernels. */
function tune(backend: BackendName) {
  broadcastSumGradients()
  if (backend !== 'webgpu') return
  tf.env().set('WEBGPU_USE_NAIVE_CONV2D_TRANSPOSE', false)
  tf.env().set('WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE', 1000)
}
