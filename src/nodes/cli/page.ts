// The `page` command: writes a workflow, its files and the engine to one HTML file.
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { parse } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cliMessages } from '../messages/cli.ts'
import { fillPage } from '../page/fillPage.ts'
import { findPageData } from '../page/pageData.ts'
import { applyChangedValues, applySettings } from '../settings.ts'
import { writeFileAtomically } from '../storage/atomicFile.ts'
import { shippedInNode } from '../storage/shippedInNode.ts'
import { stringifyWorkflow } from '../workflow.ts'
import { findNamedFiles, packBundle, type BundledFile, type NamedFile } from '../workflow/bundle.ts'
import type { WorkflowFile } from '../workflow/file.ts'
import type { PageArguments } from './arguments.ts'
import { CommandError } from './failure.ts'
import { declarations } from './nodeTypes.ts'
import { openWorkflow, readFiles, requireUse, shortHash, type RunFiles } from './open.ts'
import { stepSettings } from './script.ts'
import { statuses, type ExitStatus } from './status.ts'
import type { Terminal } from './terminal.ts'

/**
 * Writes a workflow as a page. `template` is that of the package.
 * @throws CommandError if the template was not built
 */
export async function writePage(
  { file, out: path, settings, steps, checkpoints, datasets }: PageArguments,
  template: URL,
  out: Terminal,
): Promise<ExitStatus> {
  const { workflow, notices, graph: opened, files: bundled } = await openWorkflow(file)
  for (const notice of notices) out.line(cliMessages.notice({ text: notice }))
  const files = await readFiles({ checkpoint: checkpoints, dataset: datasets }, bundled)
  const changes = { ...stepSettings(opened, steps), ...settings }
  const graph = applySettings(opened, changes, declarations, files.all)
  requireUse(files, graph)
  const changed = applyChangedValues(workflow, opened, graph)
  const { here, missing } = await collectFiles(changed, files)
  for (const each of missing) out.line(cliMessages.notice({ text: describeMissing(each) }))
  const page = fillPage(await readTemplate(template), {
    title: changed.extra.diffusion?.title ?? parse(file).name,
    bundle: packBundle(stringifyWorkflow(changed), here),
    data: await readData(changed),
  })
  await writeFileAtomically(path, page)
  return statuses.done.code
}

/** The files that the workflow names: from the command line, its bundle or the package. */
async function collectFiles(workflow: WorkflowFile, { stores }: RunFiles) {
  const shipped = shippedInNode()
  const here: BundledFile[] = []
  const missing: NamedFile[] = []
  for (const { what, file } of findNamedFiles(workflow, declarations)) {
    const stored = await stores[what].get(file.sha256)
    const bytes =
      stored ?? (what === 'checkpoint' ? await shipped.checkpoint(file.sha256) : undefined)
    if (bytes) here.push({ what, file, bytes })
    else missing.push({ what, file })
  }
  return { here, missing }
}

function describeMissing({ what, file }: NamedFile): string {
  const kind = what === 'checkpoint' ? cliMessages.checkpoint() : cliMessages.dataset()
  const missing = cliMessages.neededFile({ kind, name: file.name, hash: shortHash(file) })
  return `${missing} ${cliMessages.addToPage({ kind: what })}`
}

async function readData(workflow: WorkflowFile): Promise<Record<string, Uint8Array>> {
  const shipped = shippedInNode()
  const entries = findPageData(workflow).map(
    async (name) => [name, await shipped.file(name)] as const,
  )
  return Object.fromEntries(await Promise.all(entries))
}

async function readTemplate(template: URL): Promise<string> {
  const path = fileURLToPath(template)
  if (!existsSync(path)) throw new CommandError(cliMessages.noPageTemplate({ path }))
  return readFile(path, 'utf8')
}
