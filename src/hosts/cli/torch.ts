// The `torch` command: writes a workflow as a program for PyTorch, with the files that it needs.
import { basename, dirname } from 'node:path'
import { startBackend } from '../../engine/backends/backends.ts'
import { GraphError } from '../../engine/messages/fault.ts'
import { safeFileName } from '../../engine/base/fileName.ts'
import { opTable } from '../../engine/plan/op.ts'
import { cliMessages } from '../../messages/cli.ts'
import { applySettings } from '../../workflow/settings.ts'
import { createAssets } from '../../storage/assets.ts'
import { makeFolder, writeFileAtomically, writeInFolder } from '../../storage/atomicFile.ts'
import { shippedInNode } from '../../storage/shippedInNode.ts'
import { nodeTitle } from '../../workflow/titles.ts'
import { exportTorch, toScript } from '../torch/export.ts'
import { isModuleName } from '../torch/files.ts'
import { toNotebook } from '../torch/notebook.ts'
import type { Arguments } from './arguments.ts'
import { UsageError } from '../node/failure.ts'
import { declarations, declared, nodeTypes } from './nodeTypes.ts'
import { openWorkflow, readFiles, requireUse } from './open.ts'
import { stepSettings } from './script.ts'
import { statuses, type ExitStatus } from '../node/status.ts'
import { formatFault, type Terminal } from './terminal.ts'

/** Writes a workflow as a program; nothing if a node has no form in PyTorch. */
export async function writeTorch(
  { file, out: path, notebook, settings, steps, checkpoints, datasets }: Arguments<'torch'>,
  out: Terminal,
): Promise<ExitStatus> {
  const book = safeFileName(basename(path).replace(/\.py$/, '') + '.ipynb')
  const clash = [basename(path), book].find(isModuleName)
  if (clash !== undefined) throw new UsageError(cliMessages.moduleName({ name: clash }))
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
      { title, about, name: basename(path), notebook: book },
    )
    const folder = dirname(path)
    await makeFolder(folder)
    await writeFileAtomically(path, toScript(program))
    if (notebook) await writeInFolder(folder, book, toNotebook(program, notes))
    for (const { name, bytes } of program.files) await writeInFolder(folder, name, bytes)
    const own = notebook ? [basename(path), book] : [basename(path)]
    const names = [...own, ...program.files.map(({ name }) => name)]
    out.line(cliMessages.torchWritten({ files: names.join(', '), folder }))
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
