// The `check` command: all faults and notices of workflows, as text or JSON.
import type { Fault } from '../../engine/messages/fault.ts'
import { tryCompile } from '../../engine/plan/compile.ts'
import type { Graph } from '../../engine/plan/graph.ts'
import { opTable } from '../../engine/plan/op.ts'
import { cliMessages } from '../../messages/cli.ts'
import { shippedInNode } from '../../storage/shippedInNode.ts'
import { nodeTitle } from '../../workflow/titles.ts'
import type { BundledFile } from '../../workflow/bundle.ts'
import type { Arguments } from './arguments.ts'
import { describeFailure } from '../node/failure.ts'
import { declared, nodeTypes } from './nodeTypes.ts'
import { namedInGraph, openWorkflow, shortHash } from './open.ts'
import { statuses, type ExitStatus } from '../node/status.ts'
import { formatFault, type Terminal } from './terminal.ts'

/** A fault as in `--json`. `node` is '' and `title` missing for a fault of the file or graph. */
type Reported = Omit<Fault, 'notice'> & { title?: string }

interface Report {
  file: string
  faults: Reported[]
  notices: Reported[]
}

/** Prints all faults and notices: text on standard error, JSON on standard output. */
export async function checkWorkflows(
  { files, json }: Arguments<'check'>,
  out: Terminal,
): Promise<ExitStatus> {
  const reports: Report[] = []
  for (const file of files) {
    const report = await checkFile(file)
    reports.push(report)
    if (!json) printReport(report, files.length > 1, out)
  }
  if (json) process.stdout.write(`${JSON.stringify(reports, undefined, 2)}\n`)
  return reports.some(({ faults }) => faults.length > 0) ? statuses.failed.code : statuses.done.code
}

async function checkFile(file: string): Promise<Report> {
  try {
    const { graph, notices, files } = await openWorkflow(file)
    const { plan, faults, notices: beside = [] } = tryCompile(graph, undefined, opTable(nodeTypes))
    const all = [
      ...notices.map((message): Fault => ({ node: '', message, cure: '' })),
      ...(plan?.notices ?? beside),
      ...(await missingFiles(graph, files)),
    ]
    return {
      file,
      faults: faults.map((fault) => withTitle(fault, graph)),
      notices: all.map((notice) => withTitle(notice, graph)),
    }
  } catch (error) {
    const { text, stack } = describeFailure(error)
    if (stack !== undefined) process.stderr.write(`${stack}\n`)
    return { file, faults: [{ node: '', message: text, cure: '' }], notices: [] }
  }
}

/** Notices about files that the workflow needs and that are neither bundled nor shipped. */
async function missingFiles(graph: Graph, bundled: readonly BundledFile[]): Promise<Fault[]> {
  const shipped = shippedInNode()
  const found: Fault[] = []
  for (const kind of ['checkpoint', 'dataset'] as const)
    for (const { node, param, file } of namedInGraph(graph, kind)) {
      if (!file || bundled.some((each) => each.file.sha256 === file.sha256)) continue
      if (kind === 'checkpoint' && (await shipped.checkpoint(file.sha256))) continue
      const [name, hash] = [file.name, shortHash(file)]
      found.push({
        node: node.id,
        param,
        message: cliMessages.neededFile({ kind: cliMessages[kind](), name, hash }),
        cure: cliMessages.addFile({ kind }),
      })
    }
  return found
}

function withTitle({ notice: _notice, ...fault }: Fault, graph: Graph): Reported {
  const node = graph.nodes.find(({ id }) => id === fault.node)
  return node ? { ...fault, title: nodeTitle(node, declared) } : fault
}

function printReport({ file, faults, notices }: Report, several: boolean, out: Terminal) {
  const prefix = several ? `${file}: ` : ''
  const print = (fault: Reported, notice?: true) =>
    out.line(prefix + formatFault({ ...fault, ...(notice && { notice }) }, fault.title))
  faults.forEach((fault) => print(fault))
  notices.forEach((notice) => print(notice, true))
  out.line(
    faults.length + notices.length === 0
      ? cliMessages.noFaults({ file })
      : cliMessages.faultCount({ file, faults: faults.length, notices: notices.length }),
  )
}
