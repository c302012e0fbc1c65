// Workflow files that mutants start from: the ready workflows, parts of them, and the files of other
// programs and of attackers.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Rng, mutantSeed } from './random.ts'

interface RawNode {
  id: number | string
  [key: string]: unknown
}

interface RawFile {
  nodes: RawNode[]
  links: unknown[]
  [key: string]: unknown
}

/** Numbers of nodes in the parts of a workflow. Small files are read fast, so more fit in a run. */
const SIZES = [1, 2, 2, 3, 4, 6]

const jsonFiles = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => readFileSync(join(folder, name), 'utf8'))

/** Texts of valid JSON by origin. */
export interface JsonSeeds {
  ready: string[]
  parts: string[]
  others: string[]
}

export function readJsonSeeds(): JsonSeeds {
  const ready = jsonFiles('workflows')
  const others = ['test/fixtures/foreign', 'test/fixtures/hostile'].flatMap(jsonFiles)
  const parts = ready.flatMap((text, i) => takeParts(text, new Rng(mutantSeed('part', i))))
  return { ready, parts, others: others.filter(isJson) }
}

/** Most mutants start from parts. */
export function pickSeed({ ready, parts, others }: JsonSeeds, rng: Rng): string {
  return rng.pick(rng.chance(0.8) ? parts : rng.chance(0.4) ? ready : others)
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function takeParts(text: string, rng: Rng): string[] {
  return SIZES.map((size) => {
    const file = JSON.parse(text) as RawFile
    const ids = neighbours(file, rng.pick(file.nodes).id, size)
    const links = file.links.filter(
      (link): link is unknown[] =>
        Array.isArray(link) && ids.has(link[1] as string) && ids.has(link[3] as string),
    )
    return JSON.stringify({
      ...file,
      nodes: file.nodes.filter(({ id }) => ids.has(id)),
      links,
      groups: [],
      extra: { diffusion: { format: 1 } },
    })
  })
}

/** The first `size` nodes of a breadth-first search along the wires. */
function neighbours({ links }: RawFile, start: number | string, size: number) {
  const ids = new Set([start])
  for (const id of ids) {
    for (const link of links) {
      if (ids.size >= size) return ids
      if (!Array.isArray(link)) continue
      if (link[1] === id) ids.add(link[3] as string)
      else if (link[3] === id) ids.add(link[1] as string)
    }
  }
  return ids
}
