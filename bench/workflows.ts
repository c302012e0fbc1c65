// Times ready workflows on wasm beside the times that the gallery and the README state: `npm run
// bench:workflows -- digits-train gan`; without names all, which takes more than an hour. The
// stated times are those of one thread, which is the default; `--threads 2` uses more. Runs that
// take longer than `--limit` seconds are stopped, and the rest of the loop in progress is estimated.
// Everything is computed, nothing is loaded from storage. Workflows that need the user's own images
// are left out.
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { assetsWith, nothingKept } from '../scripts/evaluation.ts'
import { learningPath } from '../src/editor/workspace/learningPath.ts'
import { startBackend } from '../src/engine/backends/backends.ts'
import { GraphError, type Fault } from '../src/engine/messages/fault.ts'
import { opTable, toDeclaration } from '../src/engine/plan/op.ts'
import { createSession } from '../src/engine/plan/session.ts'
import { nodes } from '../src/nodes/table.ts'
import { parseWorkflow, toGraph } from '../src/workflow/index.ts'

/** Time of a workflow, in seconds. */
interface Timed {
  id: string
  /** In the gallery. */
  stated: number
  measured: number
  /** Whether the run was stopped at the limit and its rest estimated. */
  estimated: boolean
}

export async function main(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      threads: { type: 'string', default: '1' },
      limit: { type: 'string', default: 'Infinity' },
      json: { type: 'boolean', default: false },
    },
  })
  const unknown = positionals.find((each) => learningPath.every(({ id }) => id !== each))
  if (unknown !== undefined) throw new Error(`There is no ready workflow named “${unknown}”.`)
  const { reason } = await startBackend({ prefer: 'wasm', threads: Number(values.threads) })
  const chosen = learningPath.filter(({ id, needs }) =>
    positionals.length > 0 ? positionals.includes(id) : !needs.includes('images'),
  )
  if (!values.json) console.log(`${reason}\n${row('workflow', 'stated', 'measured')}`)
  for (const { id, seconds: stated } of chosen) {
    const timed: Timed = { id, stated, ...(await timeRun(id, Number(values.limit))) }
    console.log(values.json ? JSON.stringify(timed) : toLine(timed))
  }
}

/** @throws GraphError if the run has faults */
async function timeRun(id: string, limit: number): Promise<Pick<Timed, 'measured' | 'estimated'>> {
  const declarations = nodes.map(toDeclaration)
  const text = readFileSync(`workflows/${id}.json`, 'utf8')
  const graph = toGraph(parseWorkflow(text, declarations).workflow, declarations)
  const faults: Fault[] = []
  const began = performance.now()
  let left = 0
  const session = createSession({
    ops: opTable(nodes),
    assets: assetsWith(nothingKept()),
    onEvent: (event) => {
      if (event.type === 'faults') faults.push(...event.faults.filter(({ notice }) => !notice))
      if (event.type !== 'progress' || event.emission || left > 0) return
      if (performance.now() - began < 1000 * limit || !Number.isFinite(event.secondsLeft)) return
      left = event.secondsLeft
      session.control('stop', 1)
    },
  })
  await session.run({ type: 'run', run: 1, graph })
  const took = (performance.now() - began) / 1000
  await session.dispose()
  if (faults.length > 0) throw new GraphError(faults)
  return { measured: took + left, estimated: left > 0 }
}

const row = (id: string, stated: string, measured: string) =>
  `${id.padEnd(28)}${stated.padStart(10)}${measured.padStart(12)}`

const toLine = ({ id, stated, measured, estimated }: Timed) =>
  row(id, `${stated} s`, `${estimated ? '~' : ''}${measured.toFixed(measured < 10 ? 1 : 0)} s`)
