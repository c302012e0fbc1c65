// Reads of a dropped file, from its classification to its opening.
import { readFileSync } from 'node:fs'
import { strToU8, zipSync } from 'fflate'
import { afterEach, expect, test, vi } from 'vitest'
import { createMemoryBrowser } from '../../../scripts/fuzz/memoryBrowser.ts'
import { writeBackup } from '../../../src/editor/backup/backupZip.ts'
import { partIds } from '../../../src/editor/backup/parts.ts'
import type { BackupServices } from '../../../src/editor/backup/services.ts'
import type { LGraphNode } from '../../../src/editor/canvas/canvas.ts'
import { listImages } from '../../../src/editor/drops/images.ts'
import { openFiles } from '../../../src/editor/drops/openDropped.ts'
import { closeDialog, shownDialog, toasts } from '../../../src/editor/ui/state.ts'
import { computeSha256 } from '../../../src/engine/checkpoint/archive.ts'
import { writeImages } from '../../../src/engine/datasets/file.ts'
import { encodePng } from '../../../src/engine/images/png.ts'
import { emptyWorkflow, pngWithWorkflow } from '../../../src/workflow/index.ts'
import { packBundle } from '../../../src/workflow/bundle.ts'

vi.mock('../../../src/editor/ui/insets.ts', () => ({ panelInsets: () => ({}) }))

/** Tasks of the reader, in order. */
const tasks: string[] = []

vi.mock('../../../src/editor/storage/fileReader.ts', async (original) => {
  const module = await original<typeof import('../../../src/editor/storage/fileReader.ts')>()
  const readFileWith: typeof module.readFileWith = (task, ...args) => {
    tasks.push(task)
    return module.readFileWith(task, ...args)
  }
  return { ...module, readFileWith }
})

vi.mock('../../../src/editor/backup/browserParts.ts', () => ({
  browserParts: () => createMemoryBrowser().parts,
}))

afterEach(() => {
  tasks.length = 0
  closeDialog()
})

/** File that records which of its bytes are handed out. */
class CountedFile extends File {
  readonly ranges: [number, number][] = []

  override slice(start = 0, end = this.size): Blob {
    this.ranges.push([start, end])
    return super.slice(start, end)
  }
  override async arrayBuffer() {
    this.ranges.push([0, this.size])
    return super.arrayBuffer()
  }
  override async text() {
    this.ranges.push([0, this.size])
    return super.text()
  }
}

function createEditor() {
  const opened: string[] = []
  const editor = {
    stage: { nodes: () => [], focus() {} },
    workspace: {
      present: { file: emptyWorkflow() },
      openText: async (text: string) => (opened.push(text), []),
      setParam: (_: LGraphNode, name: string, value: unknown) =>
        opened.push(`${name} ${String(value).length}`),
      refresh: async () => {},
    },
    files: {
      store: async (what: string, name: string, bytes: Uint8Array) => {
        opened.push(`${what} ${bytes.length}`)
        return { name, sha256: '' }
      },
    },
    savedNodeLibrary: { list: async () => [] },
  }
  return { editor: editor as object as BackupServices, opened }
}

/** Bytes that do not compress, so that no file fits into its head. */
const noise = Uint8Array.from({ length: 9000 }, (_, i) => (i * i * 31 + (i >> 3)) % 251)
const picture = encodePng({
  width: 100,
  height: 90,
  channels: 1,
  count: 1,
  pixels: Uint8ClampedArray.from(noise),
})
const dataset = writeImages({ name: '', images: noise, shape: [1, 90, 100, 1], max: 255 })
const workflow = ' '.repeat(6000)
const table = '1,2\n'.repeat(2000)
const checkpoint = readFileSync(
  'assets/checkpoints/digits.88b56d7171298731d7d5805b851788d510712c41eab418bebdf36ea97dbab4c5.zip',
)

test.each<[string, Uint8Array | string, string[], string[]]>([
  ['workflow.json', workflow, [], [workflow]],
  ['workflow.png', pngWithWorkflow(picture, workflow), ['findPngWorkflow'], [workflow]],
  [
    'bundle.zip',
    packBundle(workflow, [
      {
        what: 'dataset',
        file: { name: 'a', sha256: computeSha256(dataset), size: dataset.length },
        bytes: dataset,
      },
    ]),
    ['listZipEntries', 'unpackBundle'],
    [`dataset ${dataset.length}`, workflow],
  ],
  [
    'digits.zip',
    checkpoint,
    ['listZipEntries', 'readCheckpointFile'],
    [`checkpoint ${checkpoint.length}`],
  ],
  [
    'images.safetensors',
    dataset,
    ['listTensors', 'readDatasetFile'],
    [`dataset ${dataset.length}`],
  ],
  ['table.csv', table, ['readPointTable'], [`table ${table.length}`]],
])('%s is read once', async (name, content, expectedTasks, expected) => {
  const { editor, opened } = createEditor()
  const file = new CountedFile([content as BlobPart], name)
  const node = { type: 'diffusion/PointTable', getTitle: () => '' } as LGraphNode
  await openFiles(editor, [{ path: name, file }], node)
  expect(opened).toEqual(expected)
  expect(tasks).toEqual(expectedTasks)
  expect(file.ranges).toEqual([
    [0, 4096],
    [4096, file.size],
  ])
})

test('a ZIP of images is listed once, for its kind and for the import', async () => {
  const file = new CountedFile(
    [zipSync({ 'a.png': picture, 'b.png': picture }) as BlobPart],
    'a.zip',
  )
  await openFiles(createEditor().editor, [{ path: 'a.zip', file }])
  const { value: dialog } = shownDialog
  if (dialog?.kind !== 'import') throw new Error(`Got ${dialog?.kind}`)
  const images = await listImages(dialog.files)
  expect(images.map(({ path }) => path)).toEqual(['a/a.png', 'a/b.png'])
  expect(tasks).toEqual(['listZipEntries'])
  expect(file.ranges).toHaveLength(2)
})

test('a backup is listed once, for its kind and for the import', async () => {
  const { parts, stores } = createMemoryBrowser()
  await stores.settings.set('settings', { filler: 'a' })
  const { zip } = await writeBackup(parts, partIds, () => {})
  const file = new CountedFile([zip], 'backup.zip')
  await openFiles(createEditor().editor, [{ path: 'backup.zip', file }])
  expect(tasks.filter((task) => task === 'listZipEntries')).toHaveLength(1)
  expect(file.ranges).toHaveLength(2)
  expect(toasts.value.at(-1)?.title).toMatch(/^0 items added, 1 already present/)
})

test('images of a folder are not read before the import', async () => {
  const files = ['d/a.png', 'd/b.jpg'].map((path) => ({
    path,
    file: new CountedFile([strToU8('-')], path.slice(2)),
  }))
  await openFiles(createEditor().editor, files)
  expect(shownDialog.value?.kind).toBe('import')
  expect(files.flatMap(({ file }) => file.ranges)).toEqual([])
})
