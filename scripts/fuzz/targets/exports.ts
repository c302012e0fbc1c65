// What exports must withstand: workflow files with hostile texts in titles, descriptions, params and
// names of stored files. Inputs have the texts only, by their places in one workflow, so that the
// smallest failing input has the text at fault.
import { startBackend } from '../../../src/engine/backends/backends.ts'
import { parseWorkflow, WorkflowError } from '../../../src/workflow/index.ts'
import { hostileTexts } from '../../../test/hostile/texts.ts'
import { checkWriters, ExportChecks, writeExports } from '../exports/checks.ts'
import { placeTexts, replaceTexts, textPlaces, type TextPlace } from '../exports/places.ts'
import { hasPython, Python } from '../exports/python.ts'
import { declarations, exportedWorkflow } from '../exports/workflow.ts'
import type { Rng } from '../random.ts'
import type { SingleTarget } from '../target.ts'
import { refusalOrResult } from '../violation.ts'

/** Pieces that are put together. */
const pieces = [
  ...hostileTexts.filter((text) => text.length < 60),
  ...'"\'`\\\n\r\f\0\u2028\u202e\u2066\u200f#/.%{}$()=;, '.split(''),
  'import os',
  'a',
  'B1',
  '가',
]

function hostileText(rng: Rng): string {
  if (rng.chance(0.4)) return rng.pick(hostileTexts)
  return Array.from({ length: rng.count(8) }, () => rng.pick(pieces))
    .join(rng.pick(['', '', ' ', '\n']))
    .slice(0, 290)
}

/** Names of stored files: a plain one in most files, so that not all are refused. */
function storedName(rng: Rng): string {
  const text = hostileText(rng)
  return rng.chance(0.2) ? text : text.replaceAll(/[/\\\p{Cc}]/gu, '').slice(0, 255)
}

function generate(places: readonly TextPlace[], rng: Rng): Uint8Array {
  const share = rng.pick([0.1, 0.5, 1])
  const same = rng.chance(0.3) ? hostileText(rng) : undefined
  const chosen = places.filter(() => rng.chance(share))
  const texts = chosen.map(({ kind, path }) => {
    const text = kind === 'stored' ? storedName(rng) : (same ?? hostileText(rng))
    // New nodes have empty texts, which scripts leave out.
    return [path.join('/'), text || 'a'] as const
  })
  return new TextEncoder().encode(JSON.stringify(Object.fromEntries(texts)))
}

/** The workflow with the texts of an input; smaller inputs may lack some. */
function applyTexts(seed: string, places: readonly TextPlace[], bytes: Uint8Array): string {
  const texts = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>
  return replaceTexts(
    seed,
    places.flatMap(({ path }) => {
      const text = texts[path.join('/')]
      return typeof text === 'string' && text !== '' ? [[path, text] as const] : []
    }),
  )
}

export async function createExportTarget(): Promise<SingleTarget> {
  await startBackend({ prefer: 'cpu' })
  const seed = await exportedWorkflow()
  const places = textPlaces(seed)
  const read = (text: string) => parseWorkflow(text, declarations).workflow
  const base = placeTexts(seed, places, 'Harmless')
  const harmless = await writeExports(read(base))
  if (!harmless) throw new Error('The workflow with harmless texts is refused.')
  const python = hasPython() ? new Python() : undefined
  if (!python) process.stderr.write('The target exports checks no Python: there is none.\n')
  const checks = await ExportChecks.create(harmless, python)
  return {
    isJson: true,
    share: 1 / 4,
    generate: (rng) => generate(places, rng),
    async check(bytes, timed) {
      const text = applyTexts(base, places, bytes)
      const file = refusalOrResult([WorkflowError], text, () => read(text))
      if (!file) return 'refused'
      const { title = '' } = file.extra.diffusion ?? {}
      checkWriters(title)
      const exports = await timed('exports', () => writeExports(file, text))
      if (!exports) return 'refused'
      await checks.check(exports)
      return 'accepted'
    },
  }
}
