// What people drop that is no workflow, told by name.
import { WorkflowError } from './error.ts'
import type { Json, JsonObject } from './json.ts'
import { isObject } from './json.ts'

/** @throws WorkflowError that says what it is instead */
export function refuseWhatIsNoWorkflow(data: Json): JsonObject {
  if (!isObject(data)) {
    throw new WorkflowError(
      '',
      `This is a JSON ${Array.isArray(data) ? 'list' : data === null ? 'null' : typeof data}, not a workflow.`,
    )
  }
  if (Array.isArray(data.nodes)) {
    if (data.version !== undefined && typeof data.version !== 'number') {
      throw new WorkflowError('version', `expected a number, got ${JSON.stringify(data.version)}.`)
    }
    return data
  }
  throw new WorkflowError('nodes' in data ? 'nodes' : '', whatItIs(data))
}

function whatItIs(data: JsonObject): string {
  const values = Object.values(data)
  const all = (test: (value: JsonObject) => boolean) =>
    values.length > 0 && values.every((value) => isObject(value) && test(value))
  if (all((value) => typeof value.class_type === 'string')) {
    return 'This is ComfyUI\'s API format (a prompt): it has no positions and cannot be shown. Save the workflow itself ("Save", not "Export (API)").'
  }
  if (isObject(data.prompt) || isObject(data.workflow)) {
    return 'This wraps a workflow in something else (a request or a history entry); save the workflow itself.'
  }
  if (all((value) => Array.isArray(value.nodes))) {
    return `This is a collection of ${values.length} graphs (${Object.keys(data).slice(0, 4).join(', ')}), not one workflow.`
  }
  if ('_class_name' in data)
    return 'This is a configuration of diffusers, not a workflow; a checkpoint is opened with LoadCheckpoint.'
  if ('nodes' in data) return 'expected a list of nodes.'
  return 'This JSON has no nodes: it is not a workflow.'
}
