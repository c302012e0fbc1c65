// The texts of a workflow file that exports contain.

type Path = readonly (string | number)[]

export interface TextPlace {
  kind: 'titles' | 'names' | 'stored'
  path: Path
}

interface RawFile {
  nodes: { title?: string; properties: Record<string, unknown> }[]
  extra: { diffusion: Record<string, unknown> }
}

/** Lists the texts of a file: titles and descriptions, params with names, and names of stored files. */
export function textPlaces(text: string): TextPlace[] {
  const { nodes } = JSON.parse(text) as RawFile
  const inNodes = nodes.flatMap(({ properties }, i): TextPlace[] => [
    { kind: 'titles', path: ['nodes', i, 'title'] },
    ...Object.keys(properties)
      .filter((name) => name === 'name' || name === 'names')
      .map((name): TextPlace => ({ kind: 'names', path: ['nodes', i, 'properties', name] })),
    ...(properties.checkpoint
      ? [{ kind: 'stored', path: ['nodes', i, 'properties', 'checkpoint', 'name'] } as const]
      : []),
  ])
  return [
    ...['title', 'about'].map((name): TextPlace => ({
      kind: 'titles',
      path: ['extra', 'diffusion', name],
    })),
    ...inNodes,
  ]
}

/** The file with a text at all places; stored files keep theirs unless they are the only ones. */
export function placeTexts(text: string, places: readonly TextPlace[], value: string): string {
  const isStored = places.every(({ kind }) => kind === 'stored')
  const used = places.filter(({ kind }) => isStored || kind !== 'stored')
  return replaceTexts(
    text,
    used.map(({ path }) => [path, value] as const),
  )
}

/** The file with texts at some places. */
export function replaceTexts(text: string, texts: readonly (readonly [Path, string])[]): string {
  const file = JSON.parse(text) as Record<string | number, unknown>
  for (const [path, value] of texts) {
    let holder = file
    for (const key of path.slice(0, -1)) holder = holder[key] as Record<string | number, unknown>
    holder[path[path.length - 1]] = value
  }
  return JSON.stringify(file)
}
