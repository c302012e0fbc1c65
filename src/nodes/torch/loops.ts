// Loops of Python for zones.
import { splitMany, valueId, type ValueId } from '../../engine/base/ids.ts'
import type { Timesteps } from '../../engine/base/values.ts'
import { wire } from '../../engine/plan/graph.ts'
import type { LoopStep } from '../../engine/plan/steps.ts'
import { torchMessages } from '../messages/torch.ts'
import type { Emitter, Place } from './emit.ts'
import { titleName } from './names.ts'
import { parseElements } from '../loops/elements.ts'
import { pyNumbers } from './python.ts'
import { writeTraining } from './training.ts'
import type { Ref } from './types.ts'

type LoopWriter = (emitter: Emitter, step: LoopStep, place: Place) => void

const writers: ReadonlyMap<string, LoopWriter> = new Map<string, LoopWriter>([
  ['diffusion/TrainingStart', writeTraining],
  ['diffusion/SamplingStart', writeSampling],
  ['diffusion/RepeatStart', writeRepeat],
  ['diffusion/ForEachStart', writeForEach],
])

export function writeLoop(emitter: Emitter, step: LoopStep, place: Place) {
  const write = writers.get(step.op)
  if (!write) throw emitter.error(step.id, torchMessages.loop())
  emitter.refuseWiredParams(step.id, emitter.op(step.op), step.inputs)
  emitter.refuseWiredParams(step.end, emitter.op(step.endOp), step.next)
  const [periodic] = [...(step.files ?? []), ...(step.snapshots ?? [])]
  if (periodic) throw emitter.error(periodic.file.id, torchMessages.periodic())
  if (place.lines.at(-1) !== '' && place.lines.length > 0) place.lines.push('')
  write(emitter, step, place)
}

/** A place inside a loop. */
export const insideOf = (place: Place, index: string): Place => ({
  ...place,
  lines: [],
  before: [],
  after: [],
  count: undefined,
  path: [...place.path, index],
  index,
})

export const indent = (lines: readonly string[]): string[] =>
  lines.map((line) => line.replaceAll(/^(?=.)/gm, '    '))

/** Writes the body, and the values that it passes on, which must be assigned together. */
export function writeBody(
  emitter: Emitter,
  step: LoopStep,
  inside: Place,
  passes: readonly [variable: string, next: ValueId | undefined][],
) {
  const last = step.body.at(-1)
  emitter.writeSteps(step.body, inside)
  const pairs = passes.flatMap(([variable, next]) =>
    next === undefined ? [] : [[variable, emitter.get(next).code] as const],
  )
  const own = pairs.filter(([variable, code]) => variable !== code)
  // The last statement assigns directly, if nothing else reads its result.
  const [only] = own
  const line = inside.lines.at(-1)
  const isLast = last?.kind === 'run' && emitter.readers.get(passes[0]?.[1] ?? '') === 1
  if (own.length === 1 && isLast && line?.startsWith(`${only[1]} = `)) {
    inside.lines[inside.lines.length - 1] = only[0] + line.slice(only[1].length)
    return
  }
  if (own.length > 0)
    inside.lines.push(
      `${own.map(([variable]) => variable).join(', ')} = ${own.map(([, code]) => code).join(', ')}`,
    )
}

/** A sampling loop: `x_T` moves along the transitions of a list. */
function writeSampling(emitter: Emitter, step: LoopStep, place: Place) {
  const title = titleName(emitter.loopTitle(step))
  const timesteps = emitter.get(step.inputs.timesteps)
  const index = emitter.names.take('i')
  const [t, s] = [emitter.names.take('t'), emitter.names.take('t_prev')]
  const passes: [string, ValueId | undefined][] = []
  const starts: string[] = []
  for (const [slot, value] of Object.entries(step.inputs)) {
    const [base, number] = splitMany(slot)
    if (base !== 'x_T' && base !== 'value') continue
    const suffix = number === undefined ? '' : `_${number}`
    const variable = emitter.names.take(
      base === 'x_T' ? `${title}${suffix}` : `${title}_value${suffix}`,
    )
    const given = emitter.get(value)
    const scaled = base === 'x_T' && timesteps.scale !== undefined && given.isNoise
    starts.push(`${variable} = ${given.code}${scaled ? ` * ${timesteps.scale}` : ''}`)
    const { known: _, isNoise: __, ...facts } = given
    const ref: Ref = { ...facts, code: variable }
    const [each, done, next] =
      base === 'x_T' ? ['x_t', 'x_0', 'x_prev'] : ['value', 'value', 'value']
    emitter.set(valueId(wire(step.id, each + suffix)), ref)
    emitter.set(valueId(wire(step.end, done + suffix)), ref)
    passes.push([variable, step.next[next + suffix]])
  }
  const level = {
    isTime: true,
    single: true,
    ...(timesteps.schedule && { schedule: timesteps.schedule }),
  }
  emitter.set(valueId(wire(step.id, 't')), { code: t, ...level })
  emitter.set(valueId(wire(step.id, 't_prev')), { code: s, ...level })
  emitter.set(valueId(wire(step.id, 'index')), { code: index, scalar: true })
  const isLast = `float(${index} == len(${timesteps.code}) - 1)`
  emitter.set(valueId(wire(step.id, 'last')), { code: isLast, scalar: true })
  const trajectories = step.outputs.filter((slot) => splitMany(slot)[0] === 'trajectory')
  const frames = trajectories.map((slot) => {
    const [, number] = splitMany(slot)
    const of = passes[number === undefined ? 0 : number - 1][0]
    const variable = emitter.names.take(`${of}_frames`)
    emitter.set(valueId(wire(step.end, slot)), { code: variable, list: true })
    starts.push(`${variable} = [${of}]`)
    return `${variable}.append(${of})`
  })
  const list = timesteps.known as Timesteps | undefined
  const inside: Place = { ...insideOf(place, index), count: list?.t.length }
  writeBody(emitter, step, inside, passes)
  place.lines.push(
    ...starts,
    ...inside.before,
    `for ${index}, (${t}, ${s}) in enumerate(${timesteps.code}):`,
    ...indent([...inside.lines, ...frames]),
    ...inside.after,
  )
}

/** A loop that repeats its body a number of times. */
function writeRepeat(emitter: Emitter, step: LoopStep, place: Place) {
  const title = titleName(emitter.loopTitle(step))
  const index = emitter.names.take('i')
  if (step.next.again !== undefined) throw emitter.error(step.end, torchMessages.loop())
  const passes: [string, ValueId | undefined][] = []
  for (const [slot, value] of Object.entries(step.inputs)) {
    const [base, number] = splitMany(slot)
    if (base !== 'value') continue
    const given = emitter.get(value)
    const variable = emitter.names.take(number === undefined ? title : `${title}_${number}`)
    place.lines.push(`${variable} = ${given.code}`)
    const { known: _, ...facts } = given
    for (const node of [step.id, step.end])
      emitter.set(valueId(wire(node, slot)), { ...facts, code: variable })
    passes.push([variable, step.next[slot]])
  }
  emitter.set(valueId(wire(step.id, 'index')), { code: index, scalar: true })
  emitter.set(valueId(wire(step.id, 't')), {
    code: `Levels(${index}, math.nan, math.nan)`,
    time: index,
    isTime: true,
    single: true,
  })
  const inside = insideOf(place, index)
  writeBody(emitter, step, inside, passes)
  const until = step.inputs.until === undefined ? undefined : emitter.get(step.inputs.until)
  const count = until ? `int(${until.code}.t) + 1` : String(step.params.start.times)
  const loop = `for ${index} in range(${count}):`
  place.lines.push(...inside.before, loop, ...indent(inside.lines), ...inside.after)
}

/** A loop over numbers, whose values it collects. */
function writeForEach(emitter: Emitter, step: LoopStep, place: Place) {
  const title = titleName(emitter.loopTitle(step))
  const index = emitter.names.take('i')
  // Every iteration draws the same random numbers.
  const inside: Place = { ...insideOf(place, index), path: place.path }
  const refuse = () => emitter.error(step.id, torchMessages.loop())
  const lists: string[] = []
  const set = (slot: string, ref: Ref) => emitter.set(valueId(wire(step.id, slot)), ref)
  set('index', { code: index, scalar: true })
  let header: string
  if (step.inputs.timesteps === undefined) {
    const elements = parseElements(step.params.start.list as string)
    if (elements.some(({ number }) => number === undefined)) throw refuse()
    const number = emitter.names.take('number')
    set('number', { code: number, scalar: true })
    set('t', {
      code: `Levels(${number}, math.nan, math.nan)`,
      time: number,
      isTime: true,
      single: true,
    })
    if (step.each.includes('t_prev') || step.each.includes('text')) throw refuse()
    header = `for ${index}, ${number} in enumerate(${pyNumbers(elements.map((each) => each.number!))}):`
  } else {
    const list = emitter.get(step.inputs.timesteps)
    const [t, s] = [emitter.names.take('t'), emitter.names.take('t_prev')]
    const facts = { isTime: true, single: true, ...(list.schedule && { schedule: list.schedule }) }
    set('t', { code: t, ...facts })
    set('t_prev', { code: s, ...facts })
    set('number', { code: `${t}.t`, scalar: true })
    header = `for ${index}, (${t}, ${s}) in enumerate(${list.code}):`
  }
  emitter.writeSteps(step.body, inside)
  for (const [slot, value] of Object.entries(step.next)) {
    const [base, at] = splitMany(slot)
    const variable = emitter.names.take(`${title}_${base}${at === undefined ? '' : `_${at}`}`)
    const done = base === 'number' ? 'history' : base === 'samples' ? 'frames' : undefined
    if (done === undefined) throw refuse()
    lists.push(`${variable} = []`)
    inside.lines.push(`${variable}.append(${emitter.get(value).code})`)
    emitter.set(valueId(wire(step.end, at === undefined ? done : `${done}_${at}`)), {
      code: variable,
      list: true,
    })
  }
  place.lines.push(...lists, ...inside.before, header, ...indent(inside.lines), ...inside.after)
}
