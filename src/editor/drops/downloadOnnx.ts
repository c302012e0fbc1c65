// Download of the model of a checkpoint as ONNX.
import { safeFileName } from '../../engine/base/fileName.ts'
import { readFileWith } from '../storage/fileReader.ts'
import { texts } from '../texts/texts.ts'
import { download } from '../ui/download.ts'
import * as format from '../ui/format.ts'
import { formatError } from '../ui/reason.ts'
import { showToast } from '../ui/state.ts'

/** Size in bytes from which the conversion takes seconds. */
const LARGE = 16 * 2 ** 20

/** Downloads one file, or one for each part of an autoencoder. Shows errors with their cure. */
export async function downloadOnnx(name: string, checkpoint: Uint8Array) {
  try {
    if (checkpoint.length > LARGE)
      showToast(name, { text: texts.panel.writingOnnx(format.bytes(checkpoint.length)) })
    const stem = name.replace(/\.zip$/i, '')
    for (const file of await readFileWith('exportOnnx', checkpoint, stem)) {
      const name = safeFileName(file.name)
      download({ ...file, name, mime: 'application/octet-stream' })
    }
  } catch (error) {
    showToast(name, { text: formatError(error), error: true })
  }
}
