// What a workflow file must withstand: reading, printing, opening in the editor, saving, checking,
// and conversion to a neutral graph and a script.
import { NodeError, GraphError, type Fault } from '../../../src/engine/messages/fault.ts'
import { tryCompile } from '../../../src/engine/plan/compile.ts'
import { opTable, toDeclaration } from '../../../src/engine/plan/op.ts'
import { generateScript } from '../../../src/hosts/script/write.ts'
import { nodes } from '../../../src/nodes/table.ts'
import {
  parseWorkflow,
  stringifyWorkflow,
  toGraph,
  withFixedSeeds,
  WorkflowError,
  type WorkflowFile,
} from '../../../src/workflow/index.ts'
import { findNamedFiles } from '../../../src/workflow/bundle.ts'
import { nodeActivities } from '../../../src/workflow/planGraph.ts'
import { HeadlessEditor } from '../headlessEditor.ts'
import { mutateJson, printMutant } from '../jsonMutations.ts'
import { pickSeed, readJsonSeeds, type JsonSeeds } from '../jsonSeeds.ts'
import type { Rng } from '../random.ts'
import { checkScript } from '../scriptText.ts'
import type { SingleTarget, Timed } from '../target.ts'
import { checkMessage, refusalOrResult, Violation } from '../violation.ts'

const ops = opTable(nodes)
const list = nodes.map(toDeclaration)
const declared = new Map(list.map((declaration) => [declaration.type, declaration]))

export function createWorkflowTarget(): SingleTarget {
  const seeds = readJsonSeeds()
  const checks = new WorkflowChecks()
  return {
    isJson: true,
    share: 1,
    generate: (rng) => new TextEncoder().encode(mutateSeed(seeds, rng)),
    check: (bytes, timed) => checks.check(new TextDecoder().decode(bytes), timed),
  }
}

type JsonRoot = Parameters<typeof mutateJson>[0]

function mutateSeed(seeds: JsonSeeds, rng: Rng): string {
  const parse = () => JSON.parse(pickSeed(seeds, rng)) as JsonRoot
  const root = parse()
  mutateJson(root, rng, parse)
  return printMutant(root, rng)
}

export class WorkflowChecks {
  private readonly editor = new HeadlessEditor()

  /** @throws Violation */
  async check(text: string, timed: Timed): Promise<'accepted' | 'refused'> {
    const parsed = refusalOrResult([WorkflowError], text, () =>
      timed('parseWorkflow', () => parseWorkflow(text, declared)),
    )
    if (!parsed) return 'refused'
    for (const notice of parsed.notices) checkMessage(notice, text)
    const printed = checkStable('print of a read file', parsed.workflow, timed)
    // Opening may complete a file in place, so it gets its own copy.
    const file = parseWorkflow(printed, declared).workflow
    try {
      await this.checkEditor(file, printed, timed)
    } finally {
      this.editor.close()
    }
    checkGraph(file, text, timed)
    return 'accepted'
  }

  /** Opens a file, whose text is `printed`, saves it, and opens what was saved. */
  private async checkEditor(file: WorkflowFile, printed: string, timed: Timed) {
    const opened = await timed('open', () => this.editor.open(file))
    await this.checkInside(opened, timed)
    const saved = timed('stringifyWorkflow', () => stringifyWorkflow(opened))
    if (saved === printed) return
    checkStable('save of an opened file', opened, timed)
    const again = await this.editor.open(reread(saved))
    if (stringifyWorkflow(again) !== saved)
      throw new Violation('stable', 'A saved file is saved differently after it was opened again')
  }

  /** Opens the inside of a subgraph node. */
  private async checkInside(file: WorkflowFile, timed: Timed) {
    const subgraphs = new Set(file.subgraphs?.map(({ id }) => id))
    const instance = file.nodes.find(({ type }) => subgraphs.has(type))
    if (!instance) return
    const inside = await timed('openInside', () => this.editor.openInside(instance))
    checkStable('save from inside a subgraph', inside, timed)
  }
}

/** Reads a file that this program printed. */
function reread(printed: string): WorkflowFile {
  try {
    return parseWorkflow(printed, declared).workflow
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new Violation('reopen', `A printed file cannot be read: ${message}`, error)
  }
}

/** Prints, reads and prints again. Returns the text. */
function checkStable(what: string, file: WorkflowFile, timed: Timed): string {
  const printed = timed('stringifyWorkflow', () => stringifyWorkflow(file))
  const again = timed('stringifyWorkflow', () => stringifyWorkflow(reread(printed)))
  if (again === printed) return printed
  const at = [...printed].findIndex((letter, i) => letter !== again[i])
  const [before, after] = [printed, again].map((each) => each.slice(Math.max(0, at - 40), at + 40))
  throw new Violation(
    'stable',
    `${what}: ${JSON.stringify(before)} became ${JSON.stringify(after)}`,
  )
}

function checkFaults(faults: readonly Fault[], text: string) {
  for (const { message, cure } of faults) {
    checkMessage(message, text)
    checkMessage(cure, text)
  }
}

function checkGraph(file: WorkflowFile, text: string, timed: Timed) {
  const graph = timed('toGraph', () => toGraph(file, declared))
  const activity = timed('nodeActivities', () => nodeActivities(file, declared))
  for (const { id } of file.nodes) activity(String(id))
  timed('withFixedSeeds', () => withFixedSeeds(file, declared))
  timed('findNamedFiles', () => findNamedFiles(file, list))
  const { faults } = timed('check', () => tryCompile(graph, undefined, ops))
  checkFaults(faults, text)
  const { title, about } = file.extra.diffusion ?? {}
  const script = refusalOrResult([GraphError, NodeError], text, () =>
    timed('generateScript', () => generateScript(graph, ops, { title, about })),
  )
  if (script !== undefined) checkScript(script)
}
