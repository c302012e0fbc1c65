// The targets of the fuzzer, by name. They are created on demand: some read many files.
import type { TargetName } from '../protocol.ts'
import type { FuzzTarget } from '../target.ts'
import { createFileTargets } from './files.ts'
import { headerTargets } from './headers.ts'
import { createNotesTarget } from './notes.ts'
import { createWorkflowTarget } from './workflow.ts'

type Creators = { [K in TargetName]: () => FuzzTarget | Promise<FuzzTarget> }

const creators: Creators = {
  workflow: createWorkflowTarget,
  notes: createNotesTarget,
  ...createFileTargets,
  ...headerTargets,
}

const created = new Map<TargetName, FuzzTarget | Promise<FuzzTarget>>()

export function createTarget(name: TargetName): FuzzTarget | Promise<FuzzTarget> {
  const found = created.get(name) ?? creators[name]()
  created.set(name, found)
  return found
}
