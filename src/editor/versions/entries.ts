// Entries of the versions dialog: stored versions, and the unsaved state of the open tab.
import { useEffect, useState } from 'preact/hooks'
import { parseWorkflow, type WorkflowFile } from '../../workflow/index.ts'
import { ownTypes } from '../graph/declarations.ts'
import { texts } from '../texts/texts.ts'
import * as format from '../ui/format.ts'
import { useWorkspace } from '../workspace/services.ts'
import { workflowId } from '../workspace/state.ts'
import type { Version } from '../workspace/versions.ts'

export interface VersionEntry {
  id: string
  label: string
  /** Undefined if it is unreadable. */
  file: WorkflowFile | undefined
  /** Undefined for the unsaved state. */
  version?: Version
}

/**
 * Entries of a workflow, and a function that reloads them. The unsaved state comes first if the
 * workflow is open and differs from the latest version. Undefined while loading.
 */
export function useVersionEntries(
  workflow: string,
): [VersionEntry[] | undefined, () => Promise<void>] {
  const { library, workspace } = useWorkspace()
  const [entries, setEntries] = useState<VersionEntry[]>()
  const load = async () => {
    const versions = await library.versions.list(workflow)
    const text = workflowId.value === workflow ? workspace.text() : undefined
    const unsaved: VersionEntry[] =
      text !== undefined && text !== versions[0]?.text
        ? [{ id: 'now', label: texts.versions.current, file: parseFile(text) }]
        : []
    setEntries([...unsaved, ...versionEntries(versions)])
  }
  useEffect(() => void load(), [workflow])
  return [entries, load]
}

/** Labels versions by name and time, with seconds if two share a minute. */
function versionEntries(versions: readonly Version[]): VersionEntry[] {
  const minutes = versions.map((version) => format.dateTime(version.when))
  return versions.map((version, i) => {
    const isUnique = minutes.indexOf(minutes[i]) === minutes.lastIndexOf(minutes[i])
    const when = isUnique ? minutes[i] : format.dateTime(version.when, true)
    return {
      id: version.id,
      label: version.name ? `${version.name} · ${when}` : when,
      file: parseFile(version.text),
      version,
    }
  })
}

function parseFile(text: string): WorkflowFile | undefined {
  try {
    return parseWorkflow(text, ownTypes).workflow
  } catch {
    return undefined
  }
}
