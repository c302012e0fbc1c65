// The gallery as a learning path: complete, in order, and the source of the tables of workflows.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { updateFirstWorkflows, updateWorkflowTable } from '../../../scripts/readmeTable.ts'
import { FIRST_READY, loadAllReady, OWN_IMAGES } from '../../../src/editor/workspace/gallery.ts'
import { groupByLevel, learningPath, levels } from '../../../src/editor/workspace/learningPath.ts'

const root = join(import.meta.dirname, '../../..')
const names = (folder: string, ends: string) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith(ends))
    .map((name) => name.slice(0, -ends.length))
    .sort()

test('the learning path has every ready workflow once, from basic to advanced', async () => {
  const ids = learningPath.map(({ id }) => id)
  expect([...ids].sort()).toEqual(names('workflows', '.json'))
  expect(ids[0]).toBe(FIRST_READY)
  const ranks = learningPath.map(({ level }) => levels.indexOf(level))
  expect(ranks).toEqual([...ranks].sort((a, b) => a - b))
  for (const { id, seconds } of learningPath) expect(seconds, id).toBeGreaterThan(0)
  const ready = await loadAllReady()
  expect(ready.map(({ id, place }) => [id, place])).toEqual(ids.map((id, i) => [id, i + 1]))
  expect(groupByLevel(ready).map(([level]) => level)).toEqual([...levels])
})

test('requirements: own images for one workflow, a GPU for all that take long', () => {
  const needing = (need: string) =>
    learningPath.filter(({ needs }) => needs.some((each) => each === need)).map(({ id }) => id)
  expect(needing('images')).toEqual([OWN_IMAGES])
  const slow = learningPath.filter(({ seconds }) => seconds > 360).map(({ id }) => id)
  expect(needing('gpu')).toEqual(expect.arrayContaining(slow))
})

test('levels without workflows are left out, and workflows without a level come last', () => {
  const ready = [{ id: 'mine' }, { id: 'a', path: { level: 'advanced' as const } }]
  expect(groupByLevel(ready).map(([level, some]) => [level, some.map(({ id }) => id)])).toEqual([
    ['advanced', ['a']],
    ['', ['mine']],
  ])
})

test('the tables of workflows are up to date (npm run docs)', () => {
  const page = readFileSync(join(root, 'docs/workflows.md'), 'utf8')
  expect(updateWorkflowTable(page)).toBe(page)
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  expect(updateFirstWorkflows(readme, page)).toBe(readme)
})

test('every workflow has a thumbnail, and light ones belong to a workflow', () => {
  expect(names('workflows', '.webp')).toEqual(names('workflows', '.json'))
  const light = join(root, 'workflows/light')
  if (!existsSync(light)) return
  const workflows = new Set(names('workflows', '.json'))
  expect(names('workflows/light', '.webp').filter((name) => !workflows.has(name))).toEqual([])
})
