// The targets of the fuzzer, by name. They are created on demand: some read many files.
import type { TargetName } from '../protocol.ts'
import type { FuzzTarget } from '../target.ts'
import { createExportTarget } from './exports.ts'
import { createFileTargets } from './files.ts'
import { createHandInsTarget } from './handIns.ts'
import { headerTargets } from './headers.ts'
import { createNotesTarget } from './notes.ts'
import { createLessonsTarget } from './lessons.ts'
import { createListsTarget } from './lists.ts'
import { createTablesTarget } from './tables.ts'
import { createServiceWorkerTarget } from './serviceWorker.ts'
import { createSettingsTarget } from './settings.ts'
import { createStoredTarget } from './stored.ts'
import { createWorkflowTarget } from './workflow.ts'

type Creators = { [K in TargetName]: () => FuzzTarget | Promise<FuzzTarget> }

const creators: Creators = {
  workflow: createWorkflowTarget,
  notes: createNotesTarget,
  exports: createExportTarget,
  ...createFileTargets,
  ...headerTargets,
  lessons: createLessonsTarget,
  'hand-ins': createHandInsTarget,
  lists: createListsTarget,
  tables: createTablesTarget,
  'service-worker': createServiceWorkerTarget,
  settings: createSettingsTarget,
  stored: createStoredTarget,
}

const created = new Map<TargetName, FuzzTarget | Promise<FuzzTarget>>()

export function createTarget(name: TargetName): FuzzTarget | Promise<FuzzTarget> {
  const found = created.get(name) ?? creators[name]()
  created.set(name, found)
  return found
}
