// Runs the checks of a task on a graph, and collects what the student sees.
import { joinSentences } from '../engine/messages/faults.ts'
import { textFields, getText, type MessageText } from '../engine/base/catalogue.ts'
import { type Fault, getErrorText } from '../engine/messages/fault.ts'
import type { Graph } from '../engine/plan/graph.ts'
import type { View } from '../engine/base/view.ts'
import { lessonMessages } from '../messages/lessons.ts'
import { readCheckView } from '../nodes/tools/checkRules.ts'
import { CheckProblem } from './graphParts.ts'
import type { Check } from './readChecks.ts'
import { prepareCheck, type CheckContext, type CheckRun, type Outcome } from './prepareCheck.ts'

/** What a run of a graph has shown. */
export interface RunResult {
  views: ReadonlyMap<string, View>
  faults: readonly Fault[]
}

export interface CheckRunner extends CheckContext {
  /** Runs a graph to its end. */
  run: (graph: Graph) => Promise<RunResult>
}

/** Result of a check, with its hint if it failed. */
export interface Verdict extends Outcome {
  statement: string
  /** Markdown; '' if the check passed or has no hint. */
  hint: string
}

/** Runs checks in their order, all of them. */
export async function runChecks(
  checks: readonly Check[],
  graph: Graph,
  runner: CheckRunner,
  onVerdict: (verdict: Verdict, index: number) => void = () => {},
): Promise<Verdict[]> {
  const verdicts: Verdict[] = []
  for (const check of checks) {
    const outcome = await runCheck(check, graph, runner)
    const hint = outcome.passed ? '' : check.hint
    const verdict = { ...outcome, statement: check.statement, hint }
    verdicts.push(verdict)
    onVerdict(verdict, verdicts.length - 1)
  }
  return verdicts
}

async function runCheck(check: Check, graph: Graph, runner: CheckRunner): Promise<Outcome> {
  try {
    const prepared = await prepareCheck(check, graph, runner)
    return 'passed' in prepared ? prepared : judge(prepared, await runner.run(prepared.graph))
  } catch (error) {
    if (error instanceof CheckProblem)
      return { passed: false, ...textFields({ described: getErrorText(error) }) }
    throw error
  }
}

/** Passed if every node has; else the first one that has not, or the fault of the run. */
function judge({ checks }: CheckRun, { views, faults }: RunResult): Outcome {
  const fault = faults.find(({ notice }) => !notice)
  if (fault) return { passed: false, ...textFields({ described: faultText(fault) }) }
  const results = checks.map((id) => readCheckView(views.get(id)))
  const failed = results.find((result) => !result?.passed)
  const [first] = results
  if (results.every((result) => result?.passed)) return first ?? noResult()
  return failed ?? noResult()
}

const faultText = (fault: Fault): MessageText =>
  fault.cure
    ? joinSentences(getText(fault, 'message'), getText(fault, 'cure'))
    : getText(fault, 'message')

const noResult = (): Outcome => ({
  passed: false,
  ...textFields({ described: lessonMessages.noResult() }),
})
