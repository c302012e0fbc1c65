// The `script` command: writes a workflow as a program.
import { dirname, relative, resolve } from 'node:path'
import { GraphError } from '../../engine/messages/fault.ts'
import type { Graph } from '../../engine/plan/graph.ts'
import { opTable } from '../../engine/plan/op.ts'
import { cliMessages } from '../../messages/cli.ts'
import { generateScript } from '../script/write.ts'
import { applySettings } from '../../workflow/settings.ts'
import { writeFileAtomically } from '../../storage/atomicFile.ts'
import { nodeTitle } from '../../workflow/titles.ts'
import type { Arguments } from './arguments.ts'
import { declarations, declared, nodeTypes } from './nodeTypes.ts'
import { openWorkflow } from './open.ts'
import { statuses, type ExitStatus } from '../node/status.ts'
import { formatFault, type Terminal } from './terminal.ts'

/** Writes a workflow as a script. */
export async function writeScript(
  { file, out: path, settings, steps, nodes }: Arguments<'script'>,
  out: Terminal,
): Promise<ExitStatus> {
  const { workflow, notices, graph: opened, files } = await openWorkflow(file)
  for (const notice of notices) out.line(cliMessages.notice({ text: notice }))
  const graph = applySettings(
    opened,
    { ...stepSettings(opened, steps), ...settings },
    declarations,
    files.map((each) => each.file),
  )
  const { title, about } = workflow.extra.diffusion ?? {}
  try {
    const text = generateScript(graph, opTable(nodeTypes), {
      title,
      about,
      modules: moduleNames(nodes, path),
    })
    if (path === undefined) process.stdout.write(text)
    else await writeFileAtomically(path, text)
    return statuses.done.code
  } catch (error) {
    if (!(error instanceof GraphError)) throw error
    for (const fault of error.faults) {
      const node = graph.nodes.find(({ id }) => id === fault.node)
      out.line(formatFault(fault, node && nodeTitle(node, declared)))
    }
    return statuses.failed.code
  }
}

/** Modules of `--nodes` as imports of a script in a file, or in the current folder. */
const moduleNames = (files: readonly string[], script: string | undefined) =>
  files.map((file) => {
    const path = relative(dirname(resolve(script ?? 'script.ts')), resolve(file)).replaceAll(
      '\\',
      '/',
    )
    return path.startsWith('.') ? path : `./${path}`
  })

/** The option `--steps` as settings of every training. */
export const stepSettings = ({ nodes }: Graph, steps: number | undefined) =>
  steps === undefined
    ? {}
    : Object.fromEntries(
        nodes
          .filter(({ op }) => op === 'diffusion/TrainingStart')
          .map(({ id }) => [`${id}.steps`, steps]),
      )
