// Settings of a link, `Node.param:value`, in a workflow file.
import type { MessageText } from '../../engine/base/catalogue.ts'
import { getErrorText } from '../../engine/messages/fault.ts'
import type { ByType, StoredFile } from '../../engine/plan/op.ts'
import { applySettings, SettingError } from '../../workflow/settings.ts'
import { toGraph, type WorkflowFile } from '../../workflow/index.ts'
import type { Json } from '../../workflow/json.ts'
import { findOuterParam, withValue } from '../graph/nodePaths.ts'

export interface SetWorkflow {
  file: WorkflowFile
  /** Messages about the settings that do not match the workflow. */
  problems: MessageText[]
}

/**
 * Returns the workflow with other values. Keys are `Title.param` or `id.param`, as on the command
 * line. Settings that do not match are left out. In a subgraph, a setting affects all its nodes.
 */
export function setParams(
  file: WorkflowFile,
  settings: Readonly<Record<string, string>>,
  declared: ByType,
  files: readonly StoredFile[] = [],
): SetWorkflow {
  const before = toGraph(file, declared)
  const declarations = [...declared.values()]
  const result: SetWorkflow = { file, problems: [] }
  for (const [key, value] of Object.entries(settings)) {
    try {
      const after = applySettings(before, { [key]: value }, declarations, files)
      const param = key.slice(key.lastIndexOf('.') + 1)
      const node = after.nodes.find(
        ({ params }, i) => params[param] !== before.nodes[i].params[param],
      )
      if (!node) continue // has this value
      const outer = findOuterParam(result.file, node.id, param)
      result.file = withValue(result.file, outer.id, outer.param, node.params[param] as Json)
    } catch (error) {
      if (!(error instanceof SettingError)) throw error
      result.problems.push(getErrorText(error))
    }
  }
  return result
}
