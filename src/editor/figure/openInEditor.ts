// Opens the workflow of a figure in a tab of its own, with the values of its form.
import { stringifyWorkflow } from '../../workflow/index.ts'
import type { BundledFile } from '../../workflow/bundle.ts'
import type { WorkflowFile } from '../../workflow/file.ts'

/** Limit of the files in an address, in bytes. */
const MAX_FILES = 100e3

/**
 * Opens the editor, which stores the workflow in the user's library only when the user saves it
 * there.
 */
export async function openInEditor(file: WorkflowFile, files: readonly BundledFile[]) {
  const [{ packBundle }, { bundleToHash }] = await Promise.all([
    import('../../workflow/bundle.ts'),
    import('../../workflow/link.ts'),
  ])
  const size = files.reduce((sum, { bytes }) => sum + bytes.length, 0)
  const bundle = packBundle(stringifyWorkflow(file), size <= MAX_FILES ? files : [])
  const editor = location.href.replace(/[?#].*$/s, '')
  window.open(editor + bundleToHash(bundle), '_blank', 'noopener')
}
