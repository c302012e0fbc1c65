// The details of runs, read when they are looked at.
import { useEffect, useState } from 'preact/hooks'
import { useEditor } from '../context.ts'
import type { Run, RunDetails } from './record.ts'

/** In the order of the runs; undefined until they are read. What is gone meanwhile is an empty one. */
export function useDetails(runs: readonly Run[]): RunDetails[] | undefined {
  const editor = useEditor()
  const [details, setDetails] = useState<RunDetails[]>()
  const ids = runs.map(({ id }) => id).join()
  useEffect(() => {
    let current = true
    void Promise.all(runs.map(({ id }) => editor.runs.details(id).catch(() => undefined))).then((all) => {
      if (current) setDetails(all.map((each, i) => each ?? nothing(runs[i]!)))
    })
    return () => void (current = false)
  }, [ids])
  return details?.map(({ id }) => id).join() === ids ? details : undefined
}

const nothing = ({ id }: Run): RunDetails => ({ id, text: '', losses: [], charts: [], pictures: [] })
