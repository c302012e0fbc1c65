// Recognises JSON files that are not workflows, for helpful errors.
import type { MessageText } from '../engine/base/catalogue.ts'
import { WorkflowError } from './error.ts'
import type { Json, JsonObject } from './json.ts'
import { isObject } from './json.ts'
import { describeJson } from './readFields.ts'
import { workflowMessages, workflowWords } from '../messages/workflow.ts'

/** @throws WorkflowError that names the kind of file if it is not a workflow */
export function requireWorkflow(data: Json): JsonObject {
  if (!isObject(data)) {
    throw new WorkflowError(
      '',
      workflowMessages.otherJson({
        kind: jsonKind(data),
      }),
    )
  }
  if (Array.isArray(data.nodes)) {
    if (data.version !== undefined && typeof data.version !== 'number') {
      throw new WorkflowError(
        'version',
        workflowMessages.wrongValue({
          expected: workflowWords.number(),
          got: describeJson(data.version),
        }),
      )
    }
    return data
  }
  throw new WorkflowError('nodes' in data ? 'nodes' : '', describeOtherJson(data))
}

function describeOtherJson(data: JsonObject): MessageText {
  const values = Object.values(data)
  const all = (test: (value: JsonObject) => boolean) =>
    values.length > 0 && values.every((value) => isObject(value) && test(value))
  if (all((value) => typeof value.class_type === 'string')) {
    return workflowMessages.apiFormat()
  }
  if (isObject(data.prompt) || isObject(data.workflow)) {
    return workflowMessages.wrapped()
  }
  if (all((value) => Array.isArray(value.nodes))) {
    return workflowMessages.collection({
      count: values.length,
      names: Object.keys(data).slice(0, 4).join(', ').slice(0, 200),
    })
  }
  if ('_class_name' in data) return workflowMessages.diffusersConfig()
  if ('nodes' in data) return workflowMessages.missingValue({ expected: workflowWords.nodes() })
  return workflowMessages.noNodes()
}

function jsonKind(data: unknown): MessageText {
  if (Array.isArray(data)) return workflowWords.jsonList()
  if (typeof data === 'string') return workflowWords.jsonString()
  return typeof data === 'boolean' ? workflowWords.jsonBoolean() : String(data && typeof data)
}
