// Where runs are kept: a short record of each for the list, its details apart, and the sweeps that some belong to.
import type { Store } from '../library.ts'
import type { Bounds, Run, RunDetails, Sweep } from './record.ts'
import { beyond, bounds as usual, isRun } from './record.ts'

export interface RunStores {
  runs: Store
  runDetails: Store
  sweeps: Store
}

export interface KeptRuns {
  /** The newest first; `broken` counts records that nobody can read, which stand in nobody's way. */
  list(): Promise<{ runs: Run[]; broken: number }>
  details(id: string): Promise<RunDetails | undefined>
  /** Keeps a run; returns those that fell away for it. `instead`: another, whose place it takes. */
  add(run: Run, details: RunDetails, instead?: string): Promise<Run[]>
  change(id: string, change: Partial<Pick<Run, 'star' | 'note'>>): Promise<void>
  /** Returns its own undo. */
  remove(ids: readonly string[]): Promise<() => Promise<void>>
  /** Records that cannot be read go for good. */
  removeBroken(): Promise<void>
  /** The newest first; without those that have no run any more, of the runs there are. */
  sweeps(runs: readonly Run[]): Promise<Sweep[]>
  addSweep(sweep: Sweep): Promise<void>
}

/** A sweep without runs may wait in the queue for its first, but not for ever, in milliseconds. */
const WAITS = 24 * 3600e3

export function keepRuns({ runs, runDetails, sweeps }: RunStores, bounds: Bounds = usual, now = Date.now): KeptRuns {
  const drop = (id: string) => Promise.all([runs.del(id), runDetails.del(id)])
  const list = async () => {
    const all = await runs.all<unknown>()
    const readable = all.filter(isRun)
    return { runs: readable.sort((a, b) => b.when - a.when), broken: all.length - readable.length }
  }
  return {
    list,
    details: (id) => runDetails.get<RunDetails>(id),
    async add(run, details, instead) {
      // The details first: a run that is listed has them.
      await runDetails.set(run.id, details)
      await runs.set(run.id, run)
      if (instead !== undefined) await drop(instead)
      const fallen = beyond((await list()).runs, bounds).filter(({ id }) => id !== run.id)
      for (const { id } of fallen) await drop(id)
      return fallen
    },
    async change(id, change) {
      const before = await runs.get<Run>(id)
      if (before) await runs.set(id, { ...before, ...change })
    },
    async remove(ids) {
      const gone = await Promise.all(
        ids.map(async (id) => [await runs.get<Run>(id), await runDetails.get<RunDetails>(id)] as const),
      )
      for (const id of ids) await drop(id)
      return async () => {
        for (const [run, details] of gone) {
          if (details) await runDetails.set(details.id, details)
          if (run) await runs.set(run.id, run)
        }
      }
    },
    async removeBroken() {
      for (const key of await runs.keys()) if (!isRun(await runs.get(key))) await drop(key)
    },
    async sweeps(kept) {
      const all = await sweeps.all<Sweep>()
      const used = new Set(kept.map(({ sweep }) => sweep?.id))
      const old = all.filter(({ id, when }) => !used.has(id) && now() - when > WAITS)
      for (const { id } of old) await sweeps.del(id)
      return all.filter((sweep) => !old.includes(sweep)).sort((a, b) => b.when - a.when)
    },
    addSweep: (sweep) => sweeps.set(sweep.id, sweep),
  }
}
