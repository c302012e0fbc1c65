// Worst cases for the readers of workflow files and for everything that runs when one is opened.
// Each entry returns the text of a file of size n; `largest` has the greatest n that readers accept,
// or a size far above the limits for a file that they reject.

const REROUTE = 'diffusion/Reroute'
const SUBGRAPH = 'a0000000-0000-4000-8000-000000000001'

type Link = [id: number, from: number, output: number, to: number, input: number, type: string]

const range = (n: number, start = 0) => Array.from({ length: n }, (_, i) => start + i)

const file = (parts: object) => JSON.stringify({ version: 0.4, nodes: [], links: [], ...parts })

const node = (id: number, type: string, parts: object = {}) => ({
  id,
  type,
  pos: [200 * (id % 70), 100 * Math.floor(id / 70)],
  size: [180, 60],
  ...parts,
})

const slots = (...names: string[]) => names.map((name) => ({ name, type: '*' }))

const reroute = (id: number) =>
  node(id, REROUTE, { inputs: slots('value'), outputs: slots('value') })

/** Wires each node of a list to the next one, by their first slots. */
const chainLinks = (ids: readonly number[], type: string): Link[] =>
  ids.slice(1).map((id, i) => [i + 1, ids[i], 0, id, 0, type])

/** A source, n nodes in a row, and n readers of the last one. */
function chainWithReaders(n: number, link: (id: number) => object, type: string) {
  const chain = range(n + 1, 1)
  const readers = range(n, n + 2)
  const links: Link[] = [
    ...chainLinks(chain, type),
    ...readers.map((id, i): Link => [n + 1 + i, n + 1, 0, id, 0, type]),
  ]
  const source = node(1, 'diffusion/Points', { outputs: slots('dataset') })
  const read = (id: number) => node(id, 'diffusion/Inspect', { inputs: slots('value') })
  return file({ nodes: [source, ...chain.slice(1).map(link), ...readers.map(read)], links })
}

const borderSlots = (n: number) =>
  range(n).map((i) => ({ id: `${i}`, name: `slot ${i}`, type: '*', linkIds: [i + 1] }))

/** A subgraph in ComfyUI's format, with our mark. */
const subgraph = (id: string, parts: object = {}) => ({
  id,
  name: `Subgraph ${id}`,
  version: 1,
  inputNode: { id: -10, bounding: [0, 0, 180, 60] },
  outputNode: { id: -20, bounding: [400, 0, 180, 60] },
  inputs: [],
  outputs: [],
  widgets: [],
  nodes: [],
  links: [],
  extra: { diffusion: { format: 1 } },
  ...parts,
})

const subgraphId = (i: number) => `b0000000-0000-4000-8000-${String(i).padStart(12, '0')}`

const innerLink = (id: number, from: number, output: number, to: number, input: number) => ({
  id,
  origin_id: from,
  origin_slot: output,
  target_id: to,
  target_slot: input,
  type: '*',
})

/** A loop around one node, whose Start is wired to `from`. */
function loop(id: number, from: number | undefined, link: () => number): [object[], Link[]] {
  const [start, body, end] = [id, id + 1, id + 2]
  const nodes = [
    node(start, 'diffusion/RepeatStart', {
      inputs: slots('value_1'),
      outputs: [...slots('value_1'), { name: 'loop', type: 'loop' }],
    }),
    node(body, 'diffusion/StopGradient', { inputs: slots('value'), outputs: slots('value') }),
    node(end, 'diffusion/RepeatEnd', {
      inputs: [{ name: 'loop', type: 'loop' }, ...slots('value_1')],
      outputs: slots('value_1'),
    }),
  ]
  const links: Link[] = [
    [link(), start, 1, end, 0, 'loop'],
    [link(), start, 0, body, 0, '*'],
    [link(), body, 0, end, 1, '*'],
  ]
  if (from !== undefined) links.push([link(), from, 0, start, 0, '*'])
  return [nodes, links]
}

function counter() {
  let last = 0
  return () => ++last
}

/** Worst cases by name. */
export const worstCases = {
  // ---- text
  /** An unterminated string of escaped quotes. */
  escapedQuotes: (n: number) => `["${'\\"'.repeat(n)}`,
  /** Strings without an end, in a text with a bare NaN. */
  quotes: (n: number) => `[NaN,${'"\\'.repeat(n)}`,
  bareNaN: (n: number) => `{"nodes":[],"links":[],"extra":{"x":[${'NaN,'.repeat(n)}0]}}`,
  minusSigns: (n: number) => `[NaN${'-'.repeat(n)}`,
  brackets: (n: number) => '['.repeat(n),
  closedBrackets: (n: number) => '['.repeat(n) + ']'.repeat(n),
  braces: (n: number) => '{"a":'.repeat(n),
  spaces: (n: number) => `{"nodes":[],"links":[]${' '.repeat(n)}}`,
  constructorKeys: (n: number) =>
    `{"nodes":[],"links":[],"extra":{"x":[${Array(n).fill('{"constructor":1}').join(',')}]}}`,
  unknownKeys: (n: number) =>
    file({ nodes: [], ...Object.fromEntries(range(n).map((i) => [`key ${i}`, i])) }),
  /** Lists 40 levels deep. */
  deepLists: (n: number) =>
    `{"nodes":[],"links":[],"extra":{"x":[${Array(n)
      .fill('['.repeat(40) + ']'.repeat(40))
      .join(',')}]}}`,
  longText: (n: number) =>
    file({ nodes: [node(1, 'other/Text', { properties: { text: '\u0001'.repeat(n) } })] }),

  // ---- nodes and links
  reroutes: (n: number) => chainWithReaders(n, reroute, '*'),
  bypassed: (n: number) =>
    chainWithReaders(
      n,
      (id) =>
        node(id, 'diffusion/StopGradient', {
          mode: 4,
          inputs: slots('value'),
          outputs: slots('value'),
        }),
      '*',
    ),
  /** A muted source, and n nodes that wait for it, listed from the last to the first. */
  waiting: (n: number) => {
    const ids = range(n + 1, 1)
    const source = node(1, 'diffusion/Points', { mode: 2, outputs: slots('dataset') })
    const waits = (id: number) =>
      node(id, 'diffusion/StopGradient', { inputs: slots('value'), outputs: slots('value') })
    return file({
      nodes: [...ids.slice(1).toReversed().map(waits), source],
      links: chainLinks(ids, '*'),
    })
  },
  /** A reroute that feeds itself, with n readers. */
  rerouteCycle: (n: number) => {
    const chain = range(n, 1).map(reroute)
    const links = chainLinks(range(n, 1), '*')
    return file({ nodes: chain, links: [...links, [n + 1, n, 0, 1, 0, '*']] })
  },
  /** n nodes in a row, the last one observed. */
  chain: (n: number) => {
    const ids = range(n, 1)
    const pass = (id: number) =>
      node(id, 'diffusion/StopGradient', { inputs: slots('value'), outputs: slots('value') })
    return file({
      nodes: [
        node(1, 'diffusion/Points', { outputs: slots('dataset') }),
        ...ids.slice(1, -1).map(pass),
        node(n, 'diffusion/Inspect', { inputs: slots('value') }),
      ].toReversed(),
      links: chainLinks(ids, '*'),
    })
  },
  /** n nodes in a circle, which is a fault. */
  circle: (n: number) => {
    const pass = (id: number) =>
      node(id, 'diffusion/StopGradient', { inputs: slots('value'), outputs: slots('value') })
    const observer = node(n + 1, 'diffusion/Inspect', { inputs: slots('value') })
    const links = [
      ...chainLinks(range(n, 1), '*'),
      [n, n, 0, 1, 0, '*'],
      [n + 1, n, 0, n + 1, 0, '*'],
    ]
    return file({ nodes: [...range(n, 1).map(pass), observer], links })
  },
  /** n layers of two nodes, each wired to both of the previous layer. */
  diamonds: (n: number) => {
    const link = counter()
    const ids = range(n)
    const links = ids.slice(1).flatMap((i) =>
      [0, 1].flatMap((side) => [
        [link(), 2 * i - 1, 0, 2 * i + 1 + side, 0, '*'],
        [link(), 2 * i, 0, 2 * i + 1 + side, 1, '*'],
      ]),
    )
    const mix = (id: number) =>
      node(id, 'diffusion/Mix', { inputs: slots('a', 'b'), outputs: slots('mix') })
    const observer = node(2 * n + 1, 'diffusion/Inspect', { inputs: slots('value') })
    return file({
      nodes: [...range(2 * n, 1).map(mix), observer],
      links: [...links, [link(), 2 * n, 0, 2 * n + 1, 0, '*']],
    })
  },
  /** n observers of one node. */
  observers: (n: number) =>
    file({
      nodes: [
        node(1, 'diffusion/Points', { outputs: slots('dataset') }),
        ...range(n, 2).map((id) => node(id, 'diffusion/Inspect', { inputs: slots('value') })),
      ],
      links: range(n).map((i) => [i + 1, 1, 0, i + 2, 0, '*']),
    }),
  /** n nodes of an unknown type that another program wrote. */
  foreignNodes: (n: number) =>
    file({
      nodes: range(n, 1).map((id) =>
        node(id, 'Other', {
          inputs: slots('in'),
          outputs: slots('out'),
          properties: { 'Node name for S&R': 'Other' },
        }),
      ),
      links: chainLinks(range(n, 1), 'LATENT'),
    }),
  /** A node with n inputs, wired to one output. */
  oneOutput: (n: number) =>
    file({
      nodes: [
        node(1, 'other/Source', { outputs: slots('out') }),
        node(2, 'other/Target', { inputs: slots(...range(Math.ceil(n / 4)).map((i) => `i${i}`)) }),
        node(3, 'other/Target', { inputs: slots(...range(Math.ceil(n / 4)).map((i) => `i${i}`)) }),
        node(4, 'other/Target', { inputs: slots(...range(Math.ceil(n / 4)).map((i) => `i${i}`)) }),
        node(5, 'other/Target', { inputs: slots(...range(Math.ceil(n / 4)).map((i) => `i${i}`)) }),
        node(6, SUBGRAPH),
      ],
      links: range(n).map((i) => [i + 1, 1, 0, 2 + (i % 4), Math.floor(i / 4), '*']),
      definitions: { subgraphs: [subgraph(SUBGRAPH)] },
    }),
  /** Nodes with the last slot of a many-slot wired, so that all slots before it exist. */
  manySlots: (n: number) =>
    file({
      nodes: [
        node(1, 'diffusion/Points', { outputs: slots('dataset') }),
        ...range(n, 2).map((id) => node(id, 'diffusion/Scatter', { inputs: slots('samples_199') })),
      ],
      links: range(n).map((i) => [i + 1, 1, 0, i + 2, 0, '*']),
    }),
  markup: (n: number) =>
    file({ nodes: range(n, 1).map((id) => node(id, '<b>', { title: '<i>' })) }),
  lostLinks: (n: number) => file({ links: range(n, 1).map((i) => [i, 1, 0, 2, 0, '*']) }),

  // ---- loops
  /** n loops, each wired to the previous one. */
  loops: (n: number) => {
    const link = counter()
    const parts = range(n).map((i) => loop(3 * i + 1, i ? 3 * i : undefined, link))
    return file({ nodes: parts.flatMap(([nodes]) => nodes), links: parts.flatMap(([, l]) => l) })
  },
  /** n loops, each inside the previous one. */
  nestedLoops: (n: number) => {
    const link = counter()
    const starts = range(n).map((i) =>
      node(2 * i + 1, 'diffusion/RepeatStart', {
        inputs: slots('value_1'),
        outputs: [...slots('value_1'), { name: 'loop', type: 'loop' }],
      }),
    )
    const ends = range(n).map((i) =>
      node(2 * i + 2, 'diffusion/RepeatEnd', {
        inputs: [{ name: 'loop', type: 'loop' }, ...slots('value_1')],
        outputs: slots('value_1'),
      }),
    )
    const links = range(n).flatMap((i) => [
      [link(), 2 * i + 1, 1, 2 * i + 2, 0, 'loop'],
      i < n - 1
        ? [link(), 2 * i + 1, 0, 2 * i + 3, 0, '*']
        : [link(), 2 * i + 1, 0, 2 * i + 2, 1, '*'],
      ...(i < n - 1 ? [[link(), 2 * i + 4, 0, 2 * i + 2, 1, '*']] : []),
    ])
    const observer = node(2 * n + 1, 'diffusion/Inspect', { inputs: slots('value') })
    links.push([link(), 2, 0, 2 * n + 1, 0, '*'])
    return file({ nodes: [...starts, ...ends, observer], links })
  },

  // ---- subgraphs
  /** A subgraph that passes on n values. */
  border: (n: number) =>
    file({
      nodes: [
        node(1, SUBGRAPH, {
          inputs: slots(...range(n).map((i) => `slot ${i}`)),
          outputs: slots(...range(n).map((i) => `slot ${i}`)),
        }),
      ],
      definitions: {
        subgraphs: [
          subgraph(SUBGRAPH, {
            inputs: borderSlots(n),
            outputs: borderSlots(n),
            links: range(n).map((i) => innerLink(i + 1, -10, i, -20, i)),
          }),
        ],
      },
    }),
  /** n values through as many inner nodes. */
  innerNodes: (n: number) =>
    file({
      nodes: [node(1, SUBGRAPH)],
      definitions: {
        subgraphs: [
          subgraph(SUBGRAPH, {
            inputs: borderSlots(n),
            outputs: borderSlots(n),
            nodes: range(n, 1).map(reroute),
            links: range(n).flatMap((i) => [
              innerLink(2 * i + 1, -10, i, i + 1, 0),
              innerLink(2 * i + 2, i + 1, 0, -20, i),
            ]),
            widgets: range(n).map((i) => ({ id: i + 1, name: 'value', as: `p${i}` })),
          }),
        ],
      },
    }),
  /** A chain of n subgraph nodes. */
  instances: (n: number) =>
    file({
      nodes: [
        node(1, 'diffusion/Points', { outputs: slots('dataset') }),
        ...range(n, 2).map((id) =>
          node(id, SUBGRAPH, { inputs: slots('slot 0'), outputs: slots('slot 0') }),
        ),
        node(n + 2, 'diffusion/Inspect', { inputs: slots('value') }),
      ],
      links: chainLinks(range(n + 2, 1), '*'),
      definitions: {
        subgraphs: [
          subgraph(SUBGRAPH, {
            inputs: borderSlots(1),
            outputs: borderSlots(1),
            links: [innerLink(1, -10, 0, -20, 0)],
          }),
        ],
      },
    }),
  /** n subgraphs, each used once. */
  subgraphs: (n: number) =>
    file({
      nodes: range(n, 1).map((id) => node(id, subgraphId(id))),
      definitions: { subgraphs: range(n, 1).map((id) => subgraph(subgraphId(id))) },
    }),
  /** Subgraphs inside one another. */
  nestedSubgraphs: (n: number) =>
    file({
      nodes: [node(1, subgraphId(0))],
      definitions: {
        subgraphs: range(n).map((i) =>
          subgraph(subgraphId(i), {
            nodes: i < n - 1 ? [node(1, subgraphId(i + 1))] : [],
          }),
        ),
      },
    }),
  /** 16 subgraphs, each with n nodes of the next one: n^16 nodes after flattening. */
  wideSubgraphs: (n: number) =>
    file({
      nodes: [node(1, subgraphId(0))],
      definitions: {
        subgraphs: range(16).map((i) =>
          subgraph(subgraphId(i), {
            nodes: range(n, 1).map((id) => node(id, i < 15 ? subgraphId(i + 1) : 'other/Leaf')),
          }),
        ),
      },
    }),
} satisfies Record<string, (n: number) => string>

export type WorstCase = keyof typeof worstCases

/** The greatest size of each case that is read, or a large one of a case that is rejected. */
export const largest: Readonly<Record<WorstCase, number>> = {
  escapedQuotes: 3_900_000,
  quotes: 3_900_000,
  bareNaN: 900_000,
  minusSigns: 7_000_000,
  brackets: 7_900_000,
  closedBrackets: 3_900_000,
  braces: 1_500_000,
  spaces: 7_900_000,
  constructorKeys: 400_000,
  unknownKeys: 300_000,
  deepLists: 24_000,
  longText: 300_000,
  reroutes: 2400,
  bypassed: 2400,
  waiting: 4900,
  rerouteCycle: 4900,
  chain: 4999,
  circle: 4900,
  diamonds: 2400,
  observers: 4900,
  foreignNodes: 4900,
  oneOutput: 20_000,
  manySlots: 240,
  markup: 4900,
  lostLinks: 20_000,
  loops: 1600,
  nestedLoops: 1600,
  border: 4900,
  innerNodes: 4900,
  instances: 4900,
  subgraphs: 500,
  nestedSubgraphs: 500,
  wideSubgraphs: 300,
}
