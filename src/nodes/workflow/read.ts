// Reads workflow files: litegraph 0.4, ComfyUI 0.4 and 1.
import type { ByType } from '../../engine/plan/op.ts'
import { WorkflowError } from './error.ts'
import type { WorkflowAbout, ForeignOriginal, WorkflowFile } from './file.ts'
import { FORMAT } from './file.ts'
import { findForeignOriginal } from './foreign.ts'
import type { Json } from './json.ts'
import { isObject } from './json.ts'
import { readBody } from './readBody.ts'
import { describeJson } from './readFields.ts'
import { requireWorkflow } from './requireWorkflow.ts'
import { readSubgraphs, requireBounded } from './subgraphs.ts'
import { workflowMessages } from '../messages/workflow.ts'

/**
 * Converts cleaned JSON to a workflow.
 * @throws WorkflowError with the part that is wrong
 */
export function readWorkflow(data: Json, declarations: ByType, notices: string[]): WorkflowFile {
  const graph = requireWorkflow(data)
  const { subgraphs, known } = readSubgraphs(graph, { declarations, notices })
  const reading = { declarations: known, notices }
  const file: WorkflowFile = { ...readBody(graph, '', reading), extra: readExtra(graph.extra) }
  if (subgraphs.length) {
    file.subgraphs = subgraphs
    requireBounded(file)
  }
  const foreign = findForeignOriginal(graph, file, reading)
  if (foreign) file.extra.diffusion = { format: FORMAT, ...file.extra.diffusion, foreign }
  return file
}

function readExtra(value: Json | undefined): WorkflowFile['extra'] {
  if (!isObject(value)) return {}
  const { diffusion, ...rest } = value
  if (!isObject(diffusion)) return rest
  const format = diffusion.format ?? FORMAT
  if (typeof format !== 'number' || format > FORMAT) {
    throw new WorkflowError(
      'extra.diffusion.format',
      workflowMessages.newerFormat({ format: describeJson(format), newest: FORMAT }),
    )
  }
  const { foreign, ...about } = diffusion
  const kept =
    isObject(foreign) && isForeignFormat(foreign.format) && typeof foreign.text === 'string'
  return {
    ...rest,
    diffusion: {
      ...about,
      format: FORMAT,
      ...(kept && { foreign: foreign as unknown as ForeignOriginal }),
    } as WorkflowAbout,
  }
}

const formats = ['litegraph', 'litegraph 0.4', 'comfyui 0.4', 'comfyui 1'] as const
const isForeignFormat = (value: unknown): value is ForeignOriginal['format'] =>
  formats.includes(value as never)
