// Classification of dropped files, ZIP entries, and classes from folders.
import { strToU8, zipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import { countFolderClasses } from '../../../src/editor/drops/images.ts'
import { checkpointRoot, classifyFiles } from '../../../src/editor/drops/classify.ts'
import { fileFacts } from '../../../src/editor/drops/storedFileFacts.ts'
import { fileTasks } from '../../../src/editor/storage/fileTasks.ts'
import { readZipEntries } from '../../../src/editor/storage/zip.ts'
import { importImages } from '../../../src/engine/datasets/import.ts'
import { writeImages } from '../../../src/engine/datasets/file.ts'
import { writePoints } from '../../../src/engine/datasets/pointsFile.ts'
import { encodePng } from '../../../src/engine/images/png.ts'
import { pngWithWorkflow } from '../../../src/workflow/index.ts'

const picture = () =>
  encodePng({
    width: 2,
    height: 2,
    channels: 1,
    count: 1,
    pixels: Uint8ClampedArray.of(0, 80, 160, 255),
  })
const file = (name: string, content: Uint8Array | string) => new File([content as BlobPart], name)
const dropped = (files: Record<string, Uint8Array | string>) =>
  Object.entries(files).map(([path, content]) => ({
    path,
    file: file(path.split('/').at(-1)!, content),
  }))
const kinds = async (files: Record<string, Uint8Array | string>) =>
  (await classifyFiles(dropped(files))).map(({ kind, name }) => `${kind} ${name}`)

describe('classification of files', () => {
  const dataset = writeImages({
    name: 'two',
    images: Uint8Array.of(0, 255),
    shape: [2, 1, 1, 1],
    max: 255,
  })
  const points = writePoints({ name: 'p', data: Float32Array.of(1, 2), dim: 2 })
  const zip = (entries: Record<string, Uint8Array>) => zipSync(entries)
  const nothing = strToU8('-')

  test.each<[string, Record<string, Uint8Array | string>, string[]]>([
    ['text is a workflow, whatever its ending', { 'a.txt': '{"nodes": []}' }, ['workflow a.txt']],
    [
      'a PNG with a workflow inside is that workflow',
      { 'a.png': pngWithWorkflow(picture(), '{}') },
      ['workflow a.png'],
    ],
    ['a PNG without one is an image', { 'a.png': picture() }, ['images a']],
    ['an image is known by its bytes', { 'a.dat': picture() }, ['images a']],
    [
      'several images are one set',
      { 'a.png': picture(), 'b.png': pngWithWorkflow(picture(), '{}') },
      ['images Images'],
    ],
    [
      'a folder of images is a set of its name',
      { 'cats/a.png': picture(), 'cats/read me.txt': 'x' },
      ['images cats'],
    ],
    ['a data set', { 'two.safetensors': dataset }, ['dataset two.safetensors']],
    ['a data set of points', { 'p.safetensors': points }, ['dataset p.safetensors']],
    ['tables of points', { 'a.csv': '1,2', 'b.TSV': '1\t2' }, ['points a.csv', 'points b.TSV']],
    ['points by the ending of the file', { 'a.CSV': '1,2\n3,4' }, ['points a.CSV']],
    ['a ZIP by what is in it: images', { 'a.json': zip({ 'x/a.png': picture() }) }, ['images a']],
    ['a checkpoint', { 'a.png': zip({ 'p/model_index.json': nothing }) }, ['checkpoint a.png']],
    [
      'a workflow with its files',
      { 'a.zip': zip({ 'workflow.json': nothing, 'x.png': picture() }) },
      ['bundle a.zip'],
    ],
    ['nothing that is known', { 'a.zip': zip({ 'a.txt': nothing }) }, ['unknown a.zip']],
    ['bytes that are nothing', { 'a.bin': Uint8Array.of(1, 0, 2) }, ['unknown a.bin']],
    [
      'a folder of diffusers is one checkpoint',
      { 'm/model_index.json': '{}', 'm/unet/config.json': '{}', 'm/sample.png': picture() },
      ['checkpointFolder m'],
    ],
    [
      'a folder that no pipeline of diffusers runs is one checkpoint',
      {
        'm/litegraph_diffusion.json': '{}',
        'm/unet/config.json': '{}',
        'm/unet/w.safetensors': 'x',
        'm/README.md': 'x',
      },
      ['checkpointFolder m'],
    ],
    [
      'a scheduler alone is a checkpoint, whose reading reports what is missing',
      { 'DDPMScheduler/scheduler_config.json': '{}' },
      ['checkpointFolder DDPMScheduler'],
    ],
    [
      'a folder of nothing is named once',
      { 'f/a.bin': Uint8Array.of(0), 'f/b.bin': Uint8Array.of(0) },
      ['unknown f'],
    ],
    [
      'each of several things is taken for what it is',
      { 'a.json': '{}', 'two.safetensors': dataset, 'b.bin': Uint8Array.of(0) },
      ['workflow a.json', 'dataset two.safetensors', 'unknown b.bin'],
    ],
  ])('%s', async (_, files, expected) => expect(await kinds(files)).toEqual(expected))

  test('reports a truncated ZIP as damaged', async () => {
    const [find] = await classifyFiles(
      dropped({ 'a.zip': zip({ 'a.png': picture() }).slice(0, -30) }),
    )
    expect(find).toMatchObject({ kind: 'unknown', reason: expect.stringContaining('damaged') })
  })

  test('makes paths of a checkpoint relative to its folder', async () => {
    const [find] = await classifyFiles(
      dropped({ 'all/m/config.json': '{}', 'all/m/w.safetensors': 'x', 'all/other.txt': 'x' }),
    )
    expect(find).toMatchObject({ kind: 'checkpointFolder', name: 'm' })
    expect((find as { files: { path: string }[] }).files.map(({ path }) => path)).toEqual([
      'config.json',
      'w.safetensors',
    ])
  })

  test('does not accept a config without weights', () => {
    expect(checkpointRoot(['a/config.json', 'b/w.safetensors'])).toBe(undefined)
    expect(checkpointRoot(['config.json', 'w.safetensors'])).toBe('')
  })
})

describe('ZIPs', () => {
  const noise = Uint8Array.from({ length: 5000 }, (_, i) => (i * i) % 251)

  test.each([0, 6] as const)('unpack to the original files, at level %i', async (level) => {
    const entries = await readZipEntries(
      new Blob([zipSync({ 'a/b.bin': noise, 'ü.txt': strToU8('x') }, { level }) as BlobPart]),
    )
    expect(entries.map(({ path, size }) => [path, size])).toEqual([
      ['a/b.bin', 5000],
      ['ü.txt', 1],
    ])
    expect(await entries[0].unpack()).toEqual(noise)
  })

  test('are refused if an entry unpacks to more than its declared size', async () => {
    const bytes = zipSync({ a: new Uint8Array(100_000) })
    // The directory at the end declares the size.
    const view = new DataView(bytes.buffer)
    const directory = view.getUint32(bytes.length - 22 + 16, true)
    view.setUint32(directory + 24, 10, true)
    const [entry] = await readZipEntries(new Blob([bytes as BlobPart]))
    await expect(entry.unpack()).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ArchiveError: a in the ZIP is damaged: expected 10 bytes, got more.]`,
    )
  })
})

describe('folders as classes', () => {
  const names = (paths: string[]) =>
    countFolderClasses(paths).folders.map(({ name, count }) => `${name} ${count}`)

  test('use the innermost folder, in natural order', () =>
    expect(names(['d/train/10/a.png', 'd/train/2/a.png', 'd/test/2/b.png'])).toEqual([
      '2 2',
      '10 1',
    ]))

  test('leave images beside the folders without a class', () =>
    expect(countFolderClasses(['d/a.png', 'd/cat/b.png', 'd/dog/c.png'])).toEqual({
      folders: [
        { name: 'cat', count: 1 },
        { name: 'dog', count: 1 },
      ],
      loose: 1,
    }))

  test.each([
    [['pets/cat/1.png', 'pets/cat/2.png', 'pets/dog/1.png', 'pets/loose.png']],
    [['a/x/1.png', 'b/x/1.png', 'b/10/1.png', 'b/9/1.png']],
    [['one/1.png', 'one/2.png']],
  ])('what is said before the import is what the import does: %j', async (paths) => {
    const files = paths.map((path) => ({ path, size: 1, read: async () => picture() }))
    const options = { width: 2, height: 2, channels: 1, fit: 'crop', labels: true } as const
    const decode = async () => ({
      width: 1,
      height: 1,
      rows: () => new Uint8ClampedArray(4),
      close: () => {},
    })
    const { report } = await importImages({ name: '', files, options, decode })
    expect(countFolderClasses(paths)).toEqual({
      folders: report.classes,
      loose: report.skipped.length,
    })
  })

  test('yield one class for a single folder, and none without folders', () => {
    expect(names(['cat/a.png', 'cat/b.png'])).toEqual(['cat 2'])
    expect(countFolderClasses(['a.png', 'b.png'])).toEqual({ folders: [], loose: 2 })
    expect(countFolderClasses([])).toEqual({ folders: [], loose: 0 })
  })
})

test('a table of points is checked when it is read, and its size before', async () => {
  expect(await fileTasks.readPointTable(file('a.csv', 'x,y\n1,2\n3,4'))).toEqual({
    text: 'x,y\n1,2\n3,4',
    points: { data: Float32Array.of(1, 2, 3, 4), dim: 2 },
  })
  await expect(fileTasks.readPointTable(file('a.csv', '1,2\n3'))).rejects.toThrow(
    'Expected 2 cells in every line, got 1 in line 2.',
  )
  await expect(fileTasks.readPointTable(file('a.csv', '1,2\n'.repeat(2e6)))).rejects.toThrow(
    'at most 4000000 characters',
  )
})

test('a table becomes a data set of points, with the chosen column of classes', async () => {
  const table = file('a.csv', 'x,y,n\n1,2,7\n3,4,8\n')
  const bytes = await fileTasks.packPoints(table, 'mine', 'last')
  expect(await fileTasks.readDataset(bytes)).toEqual({
    name: 'mine',
    data: Float32Array.of(1, 2, 3, 4),
    dim: 2,
    labels: Int32Array.of(0, 1),
    classNames: ['7', '8'],
  })
  expect(await fileFacts('dataset', bytes)).toEqual({
    text: '2 points, 2 coordinates, 2 classes',
    hasPoints: true,
  })
  expect(await fileTasks.readDatasetFile(new Blob([bytes as BlobPart]))).toEqual({
    bytes,
    hasPoints: true,
  })
  const wrong = file('a.csv', 'x,y\n1,2\n3,cat\n')
  await expect(fileTasks.packPoints(wrong, 'mine', 'none')).rejects.toThrow(
    'Expected a number in line 3, column 2, got "cat".',
  )
})

test('the facts of images', async () => {
  const bytes = writeImages({
    name: 'two',
    images: Uint8Array.of(0, 255),
    shape: [2, 1, 1, 1],
    max: 255,
  })
  expect(await fileFacts('dataset', bytes)).toEqual({
    text: '2 images, 1 × 1, grey',
    hasPoints: false,
  })
})
