// Storage of runs: their records, their details, and sweeps.
import type { Store } from '../storage/stores.ts'
import type { Run, RunDetails, StorageLimits, Sweep } from './record.ts'
import { isRunRecord, runsToDrop, storageLimits } from './record.ts'

export interface RunStores {
  runs: Store
  runDetails: Store
  sweeps: Store
}

export interface RunStore {
  /** Returns runs, newest first, and the number of unreadable records. */
  list(): Promise<{ runs: Run[]; broken: number }>
  details(id: string): Promise<RunDetails | undefined>
  /**
   * Stores a run, in place of the run with the id `replacedId` if given. Returns the runs that were
   * dropped to make room.
   */
  add(run: Run, details: RunDetails, replacedId?: string): Promise<Run[]>
  change(id: string, change: Partial<Pick<Run, 'star' | 'note'>>): Promise<void>
  /** Returns a function that restores the runs. */
  remove(ids: readonly string[]): Promise<() => Promise<void>>
  /** Deletes unreadable records. */
  removeBroken(): Promise<void>
  /** Returns sweeps, newest first, and deletes old ones that none of `runs` belongs to. */
  sweeps(runs: readonly Run[]): Promise<Sweep[]>
  addSweep(sweep: Sweep): Promise<void>
}

/** In milliseconds. The first run of a new sweep may still be in the queue. */
const UNUSED_SWEEP_LIFETIME = 24 * 3600e3

/** Place in the history. Start times of runs are not in order if the clock was set back. */
const order = ({ order, when }: Run) => order ?? when

export function createRunStore(
  { runs, runDetails, sweeps }: RunStores,
  limits: StorageLimits = storageLimits,
  now = Date.now,
): RunStore {
  /** Sweeps of this window. Their age is unknown if the clock was set forward. */
  const recent = new Set<string>()
  const drop = (id: string) => Promise.all([runs.del(id), runDetails.del(id)])
  const list = async () => {
    const all = await runs.all<unknown>()
    const readable = all.filter(isRunRecord)
    return {
      runs: readable.sort((a, b) => order(b) - order(a)),
      broken: all.length - readable.length,
    }
  }
  const read = async (id: string) =>
    [await runs.get<Run>(id), await runDetails.get<RunDetails>(id)] as const
  return {
    list,
    details: (id) => runDetails.get<RunDetails>(id),
    async add(run, details, replacedId) {
      // Details first: every listed run has details.
      await runDetails.set(run.id, details)
      const { runs: before } = await list()
      const after = before[0] ? order(before[0]) + 1 : 0
      const placed: Run = { ...run, order: Math.max(run.when, after) }
      await runs.set(run.id, placed)
      if (replacedId !== undefined) await drop(replacedId)
      const others = before.filter(({ id }) => id !== run.id && id !== replacedId)
      const dropped = runsToDrop([placed, ...others], limits).filter(({ id }) => id !== run.id)
      for (const { id } of dropped) await drop(id)
      return dropped
    },
    async change(id, change) {
      await runs.update<Run>(id, (before) => before && { ...before, ...change })
    },
    async remove(ids) {
      const removed = await Promise.all(ids.map(read))
      for (const id of ids) await drop(id)
      return async () => {
        for (const [run, details] of removed) {
          if (details) await runDetails.set(details.id, details)
          if (run) await runs.set(run.id, run)
        }
      }
    },
    async removeBroken() {
      for (const key of await runs.keys()) if (!isRunRecord(await runs.get(key))) await drop(key)
    },
    sweeps: (runs) => pruneSweeps(sweeps, runs, now(), recent),
    addSweep(sweep) {
      recent.add(sweep.id)
      return sweeps.set(sweep.id, sweep)
    },
  }
}

/** Deletes old sweeps without runs, and returns the others, newest first. */
async function pruneSweeps(
  sweeps: Store,
  runs: readonly Run[],
  now: number,
  recent: ReadonlySet<string>,
): Promise<Sweep[]> {
  const all = await sweeps.all<Sweep>()
  const used = new Set([...runs.map(({ sweep }) => sweep?.id), ...recent])
  const old = all.filter(({ id, when }) => !used.has(id) && now - when > UNUSED_SWEEP_LIFETIME)
  for (const { id } of old) await sweeps.del(id)
  return all.filter((sweep) => !old.includes(sweep)).sort((a, b) => b.when - a.when)
}
