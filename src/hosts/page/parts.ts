// Pages in one file: the data in them, which the build, the editor, the command line and the page
// itself agree on.

/** Ids of the elements with data. Their contents are texts that no browser runs. */
export const parts = {
  /** Script of the engine's worker: base64 of gzip. */
  engine: 'page-engine',
  /** Files that the engine would fetch: a JSON object of base64 by name. */
  assets: 'page-assets',
  /** The workflow and its files: base64 of a ZIP. */
  bundle: 'page-bundle',
  /** Data sets of the package that this workflow needs: a JSON object of base64 by name. */
  data: 'page-data',
  /** The texts of a lesson: base64 of JSON (lessonPage.ts). */
  lesson: 'page-lesson',
  /** Licences of the packages in the page. */
  licences: 'page-licences',
} as const

/** Places in the template, which {@link fillPage} replaces. */
export const marks = {
  title: '{{title}}',
  bundle: '{{bundle}}',
  data: '{{data}}',
} as const

/** Places of the engine in both templates, which {@link fillEngine} replaces. */
export const engineMarks = {
  engine: '{{engine}}',
  assets: '{{assets}}',
} as const

/** More places in the template of lessons: fillLessonPage replaces them. */
export const lessonMarks = { lesson: '{{lesson}}', ...engineMarks } as const

/** Global with the exports of the engine's script. */
export const ENGINE_GLOBAL = 'LiteGraphDiffusionEngine'

/**
 * Global of the page's engine with the addresses of its files, by name: assets of the template and
 * data of the workflow.
 */
export const FILES_GLOBAL = 'litegraphDiffusionFiles'
