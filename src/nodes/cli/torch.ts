// The `torch` command: writes a workflow as a program for PyTorch, with the files that it needs.
import { basename, dirname } from 'node:path'
import { startBackend } from '../../engine/backends/backends.ts'
import { GraphError } from '../../engine/base/fault.ts'
import { opTable } from '../../engine/plan/op.ts'
import { cliMessages } from '../messages/cli.ts'
import { applySettings } from '../settings.ts'
import { createAssets } from '../storage/assets.ts'
import { makeFolder, writeFileAtomically, writeInFolder } from '../storage/atomicFile.ts'
import { shippedInNode } from '../storage/shippedInNode.ts'
import { nodeTitle } from '../titles.ts'
import { exportTorch, toScript } from '../torch/export.ts'
import { toNotebook } from '../torch/notebook.ts'
import type { TorchArguments } from './arguments.ts'
import { declarations, declared, nodeTypes } from './nodeTypes.ts'
import { openWorkflow, readFiles, requireUse } from './open.ts'
import { stepSettings } from './script.ts'
import { statuses, type ExitStatus } from './status.ts'
import { formatFault, type Terminal } from './terminal.ts'

/** Writes a workflow as a program; nothing if a node has no form in PyTorch. */
export async function writeTorch(
  { file, out: path, notebook, settings, steps, checkpoints, datasets }: TorchArguments,
  out: Terminal,
): Promise<ExitStatus> {
  const { workflow, notices, graph: opened, files: bundled } = await openWorkflow(file)
  for (const notice of notices) out.line(cliMessages.notice({ text: notice }))
  const files = await readFiles({ checkpoint: checkpoints, dataset: datasets }, bundled)
  const changes = { ...stepSettings(opened, steps), ...settings }
  const graph = applySettings(opened, changes, declarations, files.all)
  requireUse(files, graph)
  const { title, about } = workflow.extra.diffusion ?? {}
  const notes = workflow.nodes.flatMap(({ type, properties }) =>
    type === 'diffusion/Note' && typeof properties.text === 'string' ? [properties.text] : [],
  )
  await startBackend({ prefer: 'cpu' })
  const { checkpoint, dataset } = files.stores
  try {
    const program = await exportTorch(
      graph,
      opTable(nodeTypes),
      createAssets(checkpoint, dataset, shippedInNode()),
      { title, about, name: basename(path) },
    )
    const folder = dirname(path)
    const book = path.replace(/\.py$/, '') + '.ipynb'
    const written: [string, string | Uint8Array][] = [
      [basename(path), toScript(program)],
      ...(notebook ? [[basename(book), toNotebook(program, notes)] as [string, string]] : []),
      ...program.files.map(({ name, bytes }): [string, Uint8Array] => [name, bytes]),
    ]
    await makeFolder(folder)
    const [[, script], ...companions] = written
    await writeFileAtomically(path, script)
    for (const [name, contents] of companions) await writeInFolder(folder, name, contents)
    const names = written.map(([name]) => name).join(', ')
    out.line(cliMessages.torchWritten({ files: names, folder }))
    for (const need of program.needs) out.line(cliMessages.torchNeeds({ need }))
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
