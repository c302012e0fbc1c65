// The `page` command: writes a workflow, or a lesson with its workflow, their files and the engine to
// one HTML file.
import { existsSync } from 'node:fs'
import { join, parse } from 'node:path'
import { cliMessages } from '../../messages/cli.ts'
import { fillEngine, fillPage, type PageContents } from '../page/fillPage.ts'
import { fillLessonPage } from '../page/lessonPage.ts'
import { findPageData } from '../page/pageData.ts'
import { applyChangedValues, applySettings } from '../../workflow/settings.ts'
import { writeFileAtomically } from '../../storage/atomicFile.ts'
import { shippedInNode } from '../../storage/shippedInNode.ts'
import { stringifyWorkflow } from '../../workflow/index.ts'
import {
  findNamedFiles,
  packBundle,
  type BundledFile,
  type NamedFile,
} from '../../workflow/bundle.ts'
import type { WorkflowFile } from '../../workflow/file.ts'
import type { Arguments } from './arguments.ts'
import { readEngine, readTemplates, type BuiltFiles } from './builtFiles.ts'
import { openLessonSource } from './lessons/folder.ts'
import { declarations } from './nodeTypes.ts'
import {
  chooseFiles,
  openWorkflow,
  readFiles,
  requireUse,
  shortHash,
  type RunFiles,
} from './open.ts'
import { stepSettings } from './script.ts'
import { statuses, type ExitStatus } from '../node/status.ts'
import type { Terminal } from './terminal.ts'

/**
 * Writes a workflow as a page, or the lesson in a folder.
 * @throws CommandError if the package was not built
 */
export async function writePage(
  wanted: Arguments<'page'>,
  built: BuiltFiles,
  out: Terminal,
): Promise<ExitStatus> {
  const templates = await readTemplates(built.templates)
  const page = fillEngine(templates.page, await readEngine(built.engine))
  const lesson = existsSync(join(wanted.file, 'lesson.md'))
    ? await openLessonSource(wanted.file)
    : undefined
  const html = lesson
    ? fillLessonPage(
        { page, lesson: templates.lesson },
        {
          ...(lesson.workflow === undefined
            ? { bundle: new Uint8Array() }
            : await packWorkflow({ ...wanted, file: lesson.workflow }, out)),
          title: lesson.title,
          lesson: lesson.source,
        },
      )
    : fillPage(page, await packWorkflow(wanted, out))
  await writeFileAtomically(wanted.out, html)
  return statuses.done.code
}

/** The workflow with its files, and the data sets of the package that it needs. */
async function packWorkflow(
  { file, settings, steps, checkpoints, datasets }: Arguments<'page'>,
  out: Terminal,
): Promise<PageContents> {
  const { workflow, notices, graph: opened, files: bundled } = await openWorkflow(file)
  for (const notice of notices) out.line(cliMessages.notice({ text: notice }))
  const files = await readFiles({ checkpoint: checkpoints, dataset: datasets }, bundled)
  const changes = { ...stepSettings(opened, steps), ...settings }
  const graph = chooseFiles(files, applySettings(opened, changes, declarations, files.all))
  requireUse(files, graph)
  const changed = applyChangedValues(workflow, opened, graph)
  const { here, missing } = await collectFiles(changed, files)
  for (const each of missing) out.line(cliMessages.notice({ text: describeMissing(each) }))
  return {
    title: changed.extra.diffusion?.title ?? parse(file).name,
    bundle: packBundle(stringifyWorkflow(changed), here),
    data: await readData(changed),
  }
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
