// Reads workflow files: litegraph 0.4, ComfyUI 0.4 and 1.
import type { ByType, Declaration } from '../engine/plan/op.ts'
import { readAppChoices } from './appChoices.ts'
import { WorkflowError } from './error.ts'
import type { WorkflowAbout, ForeignOriginal, WorkflowFile } from './file.ts'
import { FORMAT } from './file.ts'
import { findForeignOriginal } from './foreign.ts'
import type { Json, JsonObject } from './json.ts'
import { isObject, parseJson, requireSize } from './json.ts'
import { Notices, type NoticeSink } from './notices.ts'
import { readBody } from './readBody.ts'
import { describeJson, SlotCount } from './readFields.ts'
import { requireWorkflow } from './requireWorkflow.ts'
import { readSubgraphs, requireBounded } from './subgraphs.ts'
import { workflowMessages } from '../messages/workflow.ts'

/**
 * Converts cleaned JSON to a workflow.
 * @throws WorkflowError with the part that is wrong
 */
export function readWorkflow(data: Json, declarations: ByType, notices: NoticeSink): WorkflowFile {
  const graph = requireWorkflow(data)
  const { file, known } = readGraph(graph, declarations, notices)
  const foreign =
    readForeign(graph) ?? findForeignOriginal(graph, file, { declarations: known, notices })
  if (!foreign) return file
  requireSize(foreign.text.length)
  file.extra.diffusion = { format: FORMAT, ...file.extra.diffusion, foreign }
  return file
}

/** Reads everything but the original of a foreign workflow. */
function readGraph(graph: JsonObject, declarations: ByType, notices: NoticeSink) {
  const reading = { declarations, notices, slots: new SlotCount() }
  const { subgraphs, known } = readSubgraphs(graph, reading)
  const file: WorkflowFile = {
    ...readBody(graph, '', { ...reading, declarations: known }),
    extra: readExtra(graph.extra),
  }
  if (subgraphs.length) {
    file.subgraphs = subgraphs
    requireBounded(file)
  }
  return { file, known }
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
  const { app: chosen, ...others } = diffusion
  const about = Object.fromEntries(
    Object.entries(others).filter(
      ([key, item]) => key !== 'foreign' && (!textKeys.has(key) || typeof item === 'string'),
    ),
  )
  const app = readAppChoices(chosen)
  return { ...rest, diffusion: { ...about, ...(app && { app }), format: FORMAT } as WorkflowAbout }
}

/** Keys of `extra.diffusion` that are shown. Other values than texts are ignored. */
const textKeys: ReadonlySet<string> = new Set(['title', 'about', 'topic'])

// ---- originals of foreign workflows

const findStoredOriginal = (extra: Json | undefined): Json | undefined =>
  isObject(extra) && isObject(extra.diffusion) ? extra.diffusion.foreign : undefined

/** True for a graph that a host serialised. Printed files contain no original. */
export const hasStoredOriginal = (data: Json): boolean =>
  isObject(data) && findStoredOriginal(data.extra) !== undefined

/** The stored original. Others than those of known formats are ignored. */
function readForeign({ extra }: JsonObject): ForeignOriginal | undefined {
  const foreign = findStoredOriginal(extra)
  if (!isObject(foreign)) return undefined
  const { format, text } = foreign
  if (!isForeignFormat(format) || typeof text !== 'string') return undefined
  parseOriginal(text)
  return { format, text }
}

const formats = ['litegraph', 'litegraph 0.4', 'comfyui 0.4', 'comfyui 1'] as const
const isForeignFormat = (value: unknown): value is ForeignOriginal['format'] =>
  formats.includes(value as never)

/** The original as JSON, and as it is read without declarations, which would reorder its slots. */
export interface ParsedOriginal {
  readonly original: JsonObject
  readonly before: WorkflowFile
}

const noDeclarations: ByType = new Map<string, Declaration>()

/** The latest result: an open workflow is read and printed after each edit. */
let latest: { text: string; parsed: ParsedOriginal } | undefined

/**
 * Parses the original of a foreign workflow, under the limits of a file. The result is shared and
 * must not be modified.
 * @throws WorkflowError in `extra.diffusion.foreign.text`
 */
export function parseOriginal(text: string): ParsedOriginal {
  if (latest?.text === text) return latest.parsed
  try {
    const original = withoutStoredOriginal(requireWorkflow(parseJson(text, new Notices())))
    const parsed = { original, before: readGraph(original, noDeclarations, new Notices()).file }
    latest = { text, parsed }
    return parsed
  } catch (error) {
    if (!(error instanceof WorkflowError)) throw error
    throw new WorkflowError('extra.diffusion.foreign.text', error.message)
  }
}

function withoutStoredOriginal(graph: JsonObject): JsonObject {
  if (!isObject(graph.extra) || !isObject(graph.extra.diffusion)) return graph
  const { foreign: _, ...diffusion } = graph.extra.diffusion
  return { ...graph, extra: { ...graph.extra, diffusion } }
}
