// Handed-in files: summaries and workflows, and what they claim.
import { readFile, stat } from 'node:fs/promises'
import type { Graph } from '../../../engine/plan/graph.ts'
import { isSummary, readSummary, type SignatureState } from '../../../lessons/summary.ts'
import type { LessonProgress } from '../../../lessons/summary.ts'
import { parseWorkflow, toGraph } from '../../../workflow/index.ts'
import type { BundledFile } from '../../../workflow/bundle.ts'
import { atPath, CommandError } from '../../node/failure.ts'
import { declarations } from '../nodeTypes.ts'
import { openWorkflow } from '../open.ts'
import { cliMessages } from '../../../messages/cli.ts'

/** A handed-in workflow with the files it brings. */
export interface HandedIn {
  graph: Graph
  files: readonly BundledFile[]
}

export type Submission =
  | {
      kind: 'summary'
      student: string
      course: string
      signature: SignatureState
      lessons: LessonProgress[]
    }
  | ({ kind: 'workflow' } & HandedIn)

/** Largest handed-in file in bytes. */
const MAX_SIZE = 100_000_000

/** @throws LessonError, WorkflowError, CommandError, or an error of the file system */
export async function readSubmission(path: string, code: string): Promise<Submission> {
  if ((await atPath(path, stat(path))).size > MAX_SIZE)
    throw new CommandError(cliMessages.submissionTooLarge({ path, most: MAX_SIZE / 1e6 }))
  if (/\.json$/i.test(path)) {
    const summary = readSummaryText(path, await atPath(path, readFile(path, 'utf8')), code)
    if (summary) return summary
  }
  const { graph, files } = await openWorkflow(path)
  return { kind: 'workflow', graph, files }
}

/** The submission in the text of a summary; undefined for another text. @throws LessonError */
export function readSummaryText(path: string, text: string, code: string): Submission | undefined {
  const data = parseIfJson(text)
  if (!isSummary(data)) return undefined
  const { summary, signature } = readSummary(path, data, code)
  return { kind: 'summary', signature, ...summary }
}

/** Undefined for a text that is not JSON, which the reader of workflows then reports. */
function parseIfJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The graph of a workflow in a summary. @throws WorkflowError */
export const readHandedIn = (text: string): HandedIn => ({
  graph: toGraph(parseWorkflow(text, declarations).workflow, declarations),
  files: [],
})
