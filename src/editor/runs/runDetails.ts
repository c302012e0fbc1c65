// Details of runs, loaded on demand.
import { useEffect, useState } from 'preact/hooks'
import type { Run, RunDetails } from './record.ts'
import { useRuns } from './services.ts'

/** Details in the order of the runs; undefined while loading. Deleted runs have empty details. */
export function useRunDetails(runs: readonly Run[]): RunDetails[] | undefined {
  const history = useRuns().runs
  const [details, setDetails] = useState<RunDetails[]>()
  const ids = runs.map(({ id }) => id).join()
  useEffect(() => {
    let current = true
    void Promise.all(runs.map(({ id }) => history.details(id).catch(() => undefined))).then(
      (all) => {
        if (current) setDetails(all.map((each, i) => each ?? emptyDetails(runs[i])))
      },
    )
    return () => void (current = false)
  }, [ids])
  return details?.map(({ id }) => id).join() === ids ? details : undefined
}

const emptyDetails = ({ id }: Run): RunDetails => ({
  id,
  text: '',
  losses: [],
  charts: [],
  pictures: [],
})
