// Saving of a lesson as a page in one file: its texts, its workflow and the engine.
import { LESSON_TEMPLATE, PAGE_TEMPLATE } from '../../hosts/page/fileNames.ts'
import { fillLessonPage } from '../../hosts/page/lessonPage.ts'
import { parseWorkflow, stringifyWorkflow } from '../../workflow/index.ts'
import { findNamedFiles, packBundle, type BundledFile } from '../../workflow/bundle.ts'
import type { WorkflowFile } from '../../workflow/file.ts'
import { declarations, ownTypes } from '../graph/declarations.ts'
import { figureTexts } from '../texts/figureTexts.ts'
import { lessonTexts } from '../texts/lessonTexts.ts'
import { texts } from '../texts/texts.ts'
import { download } from '../ui/download.ts'
import * as format from '../ui/format.ts'
import { formatError } from '../ui/reason.ts'
import { askChoice, showToast } from '../ui/state.ts'
import { loadTemplate, readPageData } from '../workspace/pageFiles.ts'
import { shippedCheckpoint } from '../workspace/shippedCheckpoints.ts'
import { loadSource, loadWorkflow, type ListedLesson } from './library.ts'

/** Shows the size of the page, and downloads it if the user agrees. */
export async function saveLessonPage(listed: ListedLesson) {
  const words = figureTexts().page
  try {
    const title = listed.lesson.title.replaceAll('$', '')
    const page = await createPage(listed, title)
    const answer = await askChoice(
      words.title,
      lessonTexts().pageAbout(format.bytes(page.length)),
      [
        { label: texts.dialogs.cancel, value: 'cancel' },
        { label: words.save, value: 'yes', primary: true },
      ],
    )
    if (answer !== 'yes') return
    download({ name: format.fileName(title, '.html'), mime: 'text/html', bytes: page })
  } catch (error) {
    showToast(words.failed, { text: formatError(error), error: true })
  }
}

async function createPage({ id, lesson }: ListedLesson, title: string): Promise<string> {
  const [source, workflow, template, page] = await Promise.all([
    loadSource(id),
    lesson.workflow === undefined ? undefined : packLessonWorkflow(id, lesson.workflow),
    loadTemplate(LESSON_TEMPLATE),
    loadTemplate(PAGE_TEMPLATE),
  ])
  const nothing = { bundle: new Uint8Array(), data: {} }
  return fillLessonPage(
    { lesson: template, page },
    { title, lesson: source, ...(workflow ?? nothing) },
  )
}

/** The workflow of a lesson with its files. */
async function packLessonWorkflow(id: string, name: string) {
  const { workflow } = parseWorkflow(await loadWorkflow(id, name), ownTypes)
  const [data, files] = await Promise.all([readPageData(workflow), readShippedFiles(workflow)])
  return { bundle: packBundle(stringifyWorkflow(workflow), files), data }
}

/** Checkpoints that come with the editor; lessons use no others. */
async function readShippedFiles(workflow: WorkflowFile): Promise<BundledFile[]> {
  const found = await Promise.all(
    findNamedFiles(workflow, declarations).map(async ({ what, file }) => {
      const bytes = await shippedCheckpoint(file.sha256)
      return bytes ? [{ what, file, bytes }] : []
    }),
  )
  return found.flat()
}
