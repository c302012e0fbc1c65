// Activity of nodes (muted, bypassed, waiting) and the resulting input wires.
import { describe, expect, test } from 'vitest'
import { toDeclaration, type Declaration } from '../../src/engine/plan/op.ts'
import * as n from '../../src/nodes/define.ts'
import { toGraph, readSerialized } from '../../src/workflow/index.ts'
import { findActivities } from '../../src/workflow/activity.ts'
import { toys } from '../nodes/toys.ts'

const mix = toDeclaration(
  n.defineNode({
    type: 'diffusion/Blend',
    category: 'tools',
    summary: 'Two in one.',
    inputs: {
      mask: n.slot.optional(n.slot.noise('where')),
      a: n.slot.samples('one'),
      b: n.slot.samples('other'),
    },
    outputs: {
      out: n.slot.like('a', 'as a'),
      first: n.slot.samples('a sample'),
      none: n.slot.schedule('nothing like it comes in'),
    },
    params: {},
    run: () => ({}) as never,
  }),
)
const all = new Map(
  [...toys, mix].map((declaration): [string, Declaration] => [declaration.type, declaration]),
)

const [ON, MUTED, BYPASSED] = [0, 2, 4]

/** Builds a workflow. `nodes` maps ids to type and mode; wires read `from.slot > to.slot`. */
function fileOf(nodes: Record<string, [string, number?]>, wires: readonly string[]) {
  const links = wires.map((wire, i) => {
    const [[from, out], [to, into]] = wire.split(' > ').map((end) => end.split('.')) as [
      [string, string],
      [string, string],
    ]
    const slots = (id: string, side: 'inputs' | 'outputs') =>
      namesOf(all.get(`diffusion/${nodes[id][0]}`)!, side, wires, id)
    return [
      i + 1,
      from,
      slots(from, 'outputs').indexOf(out),
      to,
      slots(to, 'inputs').indexOf(into),
      '*',
    ]
  })
  const data = {
    nodes: Object.entries(nodes).map(([id, [type, mode = ON]]) => {
      const declaration = all.get(`diffusion/${type}`)!
      return {
        id,
        type: declaration.type,
        mode,
        inputs: namesOf(declaration, 'inputs', wires, id).map((name) => ({
          name,
          type: '*',
          link: null,
        })),
        outputs: namesOf(declaration, 'outputs', wires, id).map((name) => ({
          name,
          type: '*',
          links: [],
        })),
      }
    }),
    links,
    version: 0.4,
  }
  return readSerialized(data, all).workflow
}

/** Returns slot names in declared order. A `many` slot contributes only its wired entries. */
function namesOf(
  declaration: Declaration,
  side: 'inputs' | 'outputs',
  wires: readonly string[],
  id: string,
): string[] {
  const wired = wires
    .flatMap((wire) => wire.split(' > ')[side === 'inputs' ? 1 : 0])
    .map((end) => end.split('.'))
  return Object.entries(declaration[side]).flatMap(([name, { many }]) =>
    many
      ? [
          ...new Set(
            wired
              .filter(([to, slot]) => to === id && slot.startsWith(`${name}_`))
              .map(([, slot]) => slot),
          ),
        ].sort()
      : [name],
  )
}

/** Returns the inputs of each running node as text. */
const wiresIn = (...[nodes, wires]: Parameters<typeof fileOf>) =>
  Object.fromEntries(
    toGraph(fileOf(nodes, wires), all).nodes.map(({ id, inputs }) => [
      id,
      Object.entries(inputs).map(([name, { node, slot }]) => `${name} < ${node}.${slot}`),
    ]),
  )

describe('muted nodes', () => {
  const chain = ['noise.noise > toy.x', 'noise.schedule > toy.schedule', 'toy.y > next.x']

  test('block the nodes that depend on them', () => {
    expect(wiresIn({ noise: ['Noise', MUTED], toy: ['Toy'], next: ['Toy'] }, chain)).toEqual({})
    const play = findActivities(
      fileOf({ noise: ['Noise', MUTED], toy: ['Toy'], next: ['Toy'] }, chain),
      all,
    )
    expect(['noise', 'toy', 'next'].map((id) => play.activity(id))).toEqual([
      'muted',
      'waits',
      'waits',
    ])
  })

  test('disconnect optional inputs', () => {
    const nodes = { noise: ['Noise'], other: ['Noise', MUTED], toy: ['Toy'] } satisfies Parameters<
      typeof fileOf
    >[0]
    expect(wiresIn(nodes, ['noise.noise > toy.x', 'other.schedule > toy.schedule'])).toEqual({
      noise: [],
      toy: ['x < noise.noise'],
    })
  })

  test('leave the other entries of a many-input connected', () => {
    const nodes = {
      noise: ['Noise'],
      other: ['Noise', MUTED],
      join: ['Join'],
    } satisfies Parameters<typeof fileOf>[0]
    const wires = ['other.noise > join.item_1', 'noise.noise > join.item_2']
    expect(wiresIn(nodes, wires)).toEqual({ noise: [], join: ['item_2 < noise.noise'] })
    expect(wiresIn({ ...nodes, noise: ['Noise', MUTED] }, wires)).toEqual({})
  })

  const loop = [
    'noise.noise > start.x_T',
    'start.loop > end.loop',
    'start.x_t > body.x',
    'body.y > end.x_prev',
    'end.x_0 > after.x',
  ]
  const zone = {
    noise: ['Noise'],
    start: ['LoopStart'],
    body: ['Toy'],
    end: ['LoopEnd'],
    after: ['Toy'],
  } satisfies Parameters<typeof fileOf>[0]

  test('disable the entire loop when its body or either end is muted', () => {
    for (const quiet of ['body', 'start', 'end'] as const) {
      expect(wiresIn({ ...zone, [quiet]: [zone[quiet][0], MUTED] }, loop), quiet).toEqual({
        noise: [],
      })
    }
  })

  test('a bypassed loop outputs its initial value', () => {
    for (const end of ['start', 'end'] as const) {
      const { after } = wiresIn({ ...zone, [end]: [zone[end][0], BYPASSED] }, loop)
      expect(after).toEqual(['x < noise.noise'])
    }
  })
})

describe('bypassed nodes', () => {
  const nodes = {
    a: ['Noise'],
    b: ['Noise'],
    mix: ['Blend', BYPASSED],
    toy: ['Toy'],
  } satisfies Parameters<typeof fileOf>[0]
  const inputs = ['a.noise > mix.a', 'b.noise > mix.b']

  test('forward to each output its `like` input or the first wired input of its type', () => {
    expect(wiresIn(nodes, [...inputs, 'mix.out > toy.x']).toy).toEqual(['x < a.noise'])
    expect(wiresIn(nodes, [...inputs, 'mix.first > toy.x']).toy).toEqual(['x < a.noise'])
    expect(wiresIn(nodes, ['b.noise > mix.b', 'mix.first > toy.x']).toy).toEqual(['x < b.noise'])
  })

  test('disconnect outputs that have no matching input', () => {
    expect(wiresIn(nodes, [...inputs, 'mix.none > toy.schedule', 'a.noise > toy.x']).toy).toEqual([
      'x < a.noise',
    ])
  })

  test('forward values through a chain', () => {
    const two = { ...nodes, next: ['Blend', BYPASSED] } satisfies Parameters<typeof fileOf>[0]
    expect(wiresIn(two, [...inputs, 'mix.out > next.a', 'next.first > toy.x']).toy).toEqual([
      'x < a.noise',
    ])
  })

  test('still block downstream nodes when their own input is muted', () => {
    expect(wiresIn({ ...nodes, a: ['Noise', MUTED] }, [...inputs, 'mix.out > toy.x'])).toEqual({
      b: [],
    })
  })
})
