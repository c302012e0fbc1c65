// The page of bench/saving.ts.
import type { Graph } from '../src/engine/plan/graph.ts'
import type { BackendName } from '../src/engine/protocol.ts'
import { createClient } from '../src/hosts/worker/client.ts'
import { connect } from '../src/hosts/worker/connect.ts'
import { databaseStore } from '../src/storage/database.ts'

export interface Turn {
  /** Milliseconds per step without and with saving. */
  plain: number
  saving: number
  /** For how long each save blocked the thread, in milliseconds. */
  saves: number[]
  /** Size of the last stored state in bytes. */
  bytes: number
}

interface MeasureOptions {
  graph: Graph
  /** End of the training. */
  end: string
  backend: string
  turns: number
  seconds: number
  interval: number
}

async function measure(options: MeasureOptions): Promise<Turn[]> {
  const { graph, end, backend, turns, seconds, interval } = options
  const client = createClient(connect({ backend: backend as BackendName }))
  let steps: { index: number; at: number }[] = []
  let saves: number[] = []
  client.saveEvery(undefined)
  client.start(graph, {
    targets: [end],
    onEvent: (event) => {
      if (event.type === 'progress' && !event.emission)
        steps.push({ index: event.index, at: performance.now() })
      if (event.type === 'saved') saves.push(event.blocked)
      if (event.type === 'faults') throw new Error(event.faults[0].message)
    },
  })
  const sleep = () => new Promise((resolve) => setTimeout(resolve, 1000 * seconds))
  const timeSteps = async () => {
    steps = []
    await sleep()
    const [first, last] = [steps[0], steps.at(-1)!]
    return (last.at - first.at) / (last.index - first.index)
  }
  await sleep() // Kernels are compiled, and the first save runs new code.
  client.save()
  await sleep()
  const measured: Turn[] = []
  for (let turn = 0; turn < turns; turn++) {
    saves = []
    client.saveEvery(undefined)
    const plain = await timeSteps()
    client.saveEvery(interval)
    const saving = await timeSteps()
    measured.push({ plain, saving, saves, bytes: await lastSize() })
  }
  client.close()
  return measured
}

async function lastSize(): Promise<number> {
  const states = await databaseStore('litegraph-diffusion-states').list('state/')
  return states.at(-1)?.size ?? 0
}

const saving = { measure }
export type SavingPage = typeof saving
Object.assign(globalThis, { saving })
