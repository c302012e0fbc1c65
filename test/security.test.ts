// SECURITY.md: the tests that it names exist, and its bounds are those of the code.
import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { bounds } from '../scripts/fuzz/protocol.ts'
import { archiveLimits } from '../src/engine/archive/limits.ts'
import { MAX_CAPTION_TABLE } from '../src/engine/datasets/captions.ts'
import { MAX_CAPTION, MAX_NUMBERS } from '../src/engine/datasets/file.ts'
import { TABLE_LIMITS } from '../src/engine/datasets/pointTable.ts'
import { LONGEST_STORED_NAME } from '../src/engine/plan/params.ts'
import { MOST_ITERATIONS } from '../src/engine/plan/plannedWork.ts'
import { MOST_NUMBERS } from '../src/engine/process/numberList.ts'
import { FETCH_LIMITS } from '../src/editor/storage/fetchTask.ts'
import {
  CHECKS_PER_HAND_IN,
  HAND_IN_MEMORY,
  LESSON_ITERATIONS,
} from '../src/hosts/cli/lessons/limits.ts'
import { SUMMARY_LIMITS } from '../src/lessons/summary.ts'
import { MOST_ELEMENTS, MOST_LIST_CHARACTERS } from '../src/nodes/loops/elements.ts'
import { MOST_CHARACTERS } from '../src/nodes/model/numbers.ts'
import { limits } from '../src/workflow/json.ts'
import { MAX_LINK_BYTES } from '../src/workflow/link.ts'

const text = readFileSync('SECURITY.md', 'utf8')

const megabytes = (bytes: number) => `${(bytes / 1e6).toLocaleString('en')} MB`
const count = (value: number) => value.toLocaleString('en')

const table = (rows: readonly (readonly [string, string])[]) =>
  ['| | at most |', '|---|---|', ...rows.map(([what, most]) => `| ${what} | ${most} |`)].join('\n')

test('the bounds are those of the code', () => {
  const expected = table([
    ['workflow file', megabytes(limits.bytes)],
    ['nesting of JSON', `${limits.depth} levels`],
    ['values in a workflow file', count(limits.values)],
    ['nodes, also after subgraphs are replaced by their contents', count(limits.nodes)],
    ['links', count(limits.links)],
    ['link with a workflow, unpacked', megabytes(MAX_LINK_BYTES)],
    ['file at the address in a link', megabytes(FETCH_LIMITS.bytes)],
    ['time to load it', `${FETCH_LIMITS.time / 1000} s`],
    ['files in the ZIP of a checkpoint or a bundle', count(archiveLimits.files)],
    ['contents of a ZIP', `${archiveLimits.unpacked / 2 ** 30} GiB`],
    ['config.json of a model', `${archiveLimits.config / 2 ** 20} MiB`],
    ['header of a safetensors file', `${archiveLimits.safetensorsHeader / 2 ** 20} MiB`],
    ['pixel values of a data set', count(MAX_NUMBERS)],
    ['characters of a table of points', count(TABLE_LIMITS.characters)],
    ['coordinates of a point in a table', count(TABLE_LIMITS.columns)],
    ['classes of a table of points', count(TABLE_LIMITS.classes)],
    ['table of captions', `${MAX_CAPTION_TABLE / 2 ** 20} MiB`],
    ['characters of a caption', count(MAX_CAPTION)],
    ['characters of the name of a stored file', count(LONGEST_STORED_NAME)],
    ['elements of a list of ForEach, its ranges together', count(MOST_ELEMENTS)],
    ['characters of a list of ForEach', count(MOST_LIST_CHARACTERS)],
    ['numbers of a table of a schedule', count(MOST_NUMBERS)],
    ['characters of a list of sizes or channels', count(MOST_CHARACTERS)],
    [
      'planned iterations of a run that starts without a question or `--iterations`',
      count(MOST_ITERATIONS),
    ],
    ['planned iterations of a check of a hand-in', count(LESSON_ITERATIONS)],
    ['resident memory of a hand-in', `${count(HAND_IN_MEMORY)} MiB`],
    ['time of all checks of a hand-in', `${CHECKS_PER_HAND_IN} times \`--seconds\``],
    ['nesting of a summary of lessons', `${SUMMARY_LIMITS.depth} levels`],
    ['values of a summary of lessons', count(SUMMARY_LIMITS.values)],
    ['arrays allocated for a mutant of the fuzzer', `${bounds.allocation / 2 ** 20} MiB`],
    ['time of a call with a mutant', `${bounds.callTime / 1000} s`],
  ])
  const [, stated] = /<!-- bounds -->\n\n?([\s\S]*?)\n*<!-- \/bounds -->/.exec(text) ?? []
  expect(stated).toBe(expected)
})

test('each promise names tests, and they exist', () => {
  const [, promises] = /## Promises([\s\S]*?)\n## /.exec(text) ?? []
  const rows = [...(promises ?? '').matchAll(/^\| (?!promise|---)(.+) \| (.+) \|$/gm)]
  expect(rows.length).toBeGreaterThan(10)
  for (const [, promise, tests] of rows) {
    const files = [...tests.matchAll(/`([^`]+)`/g)].map(([, file]) => file)
    expect(files, promise).not.toEqual([])
    for (const file of files) expect(existsSync(file), file).toBe(true)
  }
})

test('the README links to it', () => {
  expect(readFileSync('README.md', 'utf8')).toContain('](SECURITY.md)')
})
