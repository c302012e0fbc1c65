// Loops of Python for zones.
import { splitMany, type ValueId } from '../../engine/base/ids.ts'
import type { Timesteps } from '../../engine/process/values.ts'
import type { LoopStep } from '../../engine/plan/steps.ts'
import { torchMessages } from '../../messages/torch.ts'
import { indentLines } from '../program/planWriter.ts'
import { titleName } from './names.ts'
import { parseElements } from '../../nodes/loops/elements.ts'
import { pyNumbers } from './python.ts'
import { batchLike, singleTime, type Ref } from './refs.ts'
import { expectKind, refuse } from './refusal.ts'
import type { Place, TorchWriter } from './writer.ts'

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

export const indent = (lines: readonly string[]): string[] => indentLines(lines, 4)

/** Writes the body, and the values that it passes on, which must be assigned together. */
export function writeBody(
  writer: TorchWriter,
  step: LoopStep,
  inside: Place,
  passes: readonly [variable: string, next: ValueId | undefined][],
) {
  const last = step.body.at(-1)
  writer.writeSteps(step.body, inside)
  const pairs = passes.flatMap(([variable, next]) =>
    next === undefined ? [] : [[variable, writer.get(next).code] as const],
  )
  const own = pairs.filter(([variable, code]) => variable !== code)
  // The last statement assigns directly, if nothing else reads its result.
  const [only] = own
  const line = inside.lines.at(-1)
  const isLast = last?.kind === 'run' && writer.readers.get(passes[0]?.[1] ?? '') === 1
  if (own.length === 1 && isLast && line?.startsWith(`${only[1]} = `)) {
    inside.lines[inside.lines.length - 1] = only[0] + line.slice(only[1].length)
    return
  }
  if (own.length > 0)
    inside.lines.push(
      `${own.map(([variable]) => variable).join(', ')} = ${own.map(([, code]) => code).join(', ')}`,
    )
}

/** A time that is the number of an iteration, which has no levels. */
const timeAlone = (time: string): Ref => ({
  ...singleTime(),
  code: `Levels(${time}, math.nan, math.nan)`,
  time,
})

/** A sampling loop: `x_T` moves along the transitions of a list. */
export function writeSampling(writer: TorchWriter, step: LoopStep, place: Place) {
  const title = titleName(writer.loopTitle(step))
  const timesteps = expectKind(writer.get(step.inputs.timesteps), 'transitions')
  const index = writer.names.take('i')
  const [t, s] = [writer.names.take('t'), writer.names.take('t_prev')]
  const passes: [string, ValueId | undefined][] = []
  const starts: string[] = []
  for (const [slot, value] of Object.entries(step.inputs)) {
    const [base, number] = splitMany(slot)
    if (base !== 'x_T' && base !== 'value') continue
    const suffix = number === undefined ? '' : `_${number}`
    const variable = writer.names.take(
      base === 'x_T' ? `${title}${suffix}` : `${title}_value${suffix}`,
    )
    const given = writer.get(value)
    const isNoise = given.kind === 'noise'
    const scaled = base === 'x_T' && isNoise && timesteps.scale !== undefined
    starts.push(`${variable} = ${given.code}${scaled ? ` * ${timesteps.scale}` : ''}`)
    const ref: Ref = { ...(isNoise ? batchLike(given) : given), code: variable }
    const [each, done, next] =
      base === 'x_T' ? ['x_t', 'x_0', 'x_prev'] : ['value', 'value', 'value']
    writer.set(step.id, each + suffix, ref)
    writer.set(step.end, done + suffix, ref)
    passes.push([variable, step.next[next + suffix]])
  }
  const level = singleTime(timesteps.schedule)
  writer.set(step.id, 't', { ...level, code: t })
  writer.set(step.id, 't_prev', { ...level, code: s })
  writer.set(step.id, 'index', { kind: 'scalar', code: index })
  const isLast = `float(${index} == len(${timesteps.code}) - 1)`
  writer.set(step.id, 'last', { kind: 'scalar', code: isLast })
  const trajectories = step.outputs.filter((slot) => splitMany(slot)[0] === 'trajectory')
  const frames = trajectories.map((slot) => {
    const [, number] = splitMany(slot)
    const of = passes[number === undefined ? 0 : number - 1][0]
    const variable = writer.names.take(`${of}_frames`)
    writer.set(step.end, slot, { kind: 'list', code: variable })
    starts.push(`${variable} = [${of}]`)
    return `${variable}.append(${of})`
  })
  const list = writer.known.get(step.inputs.timesteps) as Timesteps | undefined
  const inside: Place = { ...insideOf(place, index), count: list?.t.length }
  writeBody(writer, step, inside, passes)
  place.lines.push(
    ...starts,
    ...inside.before,
    `for ${index}, (${t}, ${s}) in enumerate(${timesteps.code}):`,
    ...indent([...inside.lines, ...frames]),
    ...inside.after,
  )
}

/** A loop that repeats its body a number of times. */
export function writeRepeat(writer: TorchWriter, step: LoopStep, place: Place) {
  const title = titleName(writer.loopTitle(step))
  const index = writer.names.take('i')
  if (step.next.again !== undefined) throw writer.error(step.end, torchMessages.loop())
  const passes: [string, ValueId | undefined][] = []
  for (const [slot, value] of Object.entries(step.inputs)) {
    const [base, number] = splitMany(slot)
    if (base !== 'value') continue
    const given = writer.get(value)
    const variable = writer.names.take(number === undefined ? title : `${title}_${number}`)
    place.lines.push(`${variable} = ${given.code}`)
    for (const node of [step.id, step.end]) writer.set(node, slot, { ...given, code: variable })
    passes.push([variable, step.next[slot]])
  }
  writer.set(step.id, 'index', { kind: 'scalar', code: index })
  writer.set(step.id, 't', timeAlone(index))
  const inside = insideOf(place, index)
  writeBody(writer, step, inside, passes)
  const until = step.inputs.until === undefined ? undefined : writer.get(step.inputs.until)
  const count = until ? `int(${until.code}.t) + 1` : String(step.params.start.times)
  const loop = `for ${index} in range(${count}):`
  place.lines.push(...inside.before, loop, ...indent(inside.lines), ...inside.after)
}

/** A loop over numbers, whose values it collects. */
export function writeForEach(writer: TorchWriter, step: LoopStep, place: Place) {
  const title = titleName(writer.loopTitle(step))
  const index = writer.names.take('i')
  // Every iteration draws the same random numbers.
  const inside: Place = { ...insideOf(place, index), path: place.path }
  const lists: string[] = []
  const set = (slot: string, ref: Ref) => writer.set(step.id, slot, ref)
  set('index', { kind: 'scalar', code: index })
  let header: string
  if (step.inputs.timesteps === undefined) {
    const elements = parseElements(step.params.start.list as string)
    const numbers = elements.map((each) => each.number ?? refuse(torchMessages.loop()))
    const number = writer.names.take('number')
    set('number', { kind: 'scalar', code: number })
    set('t', timeAlone(number))
    if (step.each.includes('t_prev') || step.each.includes('text')) refuse(torchMessages.loop())
    header = `for ${index}, ${number} in enumerate(${pyNumbers(numbers)}):`
  } else {
    const list = expectKind(writer.get(step.inputs.timesteps), 'transitions')
    const [t, s] = [writer.names.take('t'), writer.names.take('t_prev')]
    set('t', { ...singleTime(list.schedule), code: t })
    set('t_prev', { ...singleTime(list.schedule), code: s })
    set('number', { kind: 'scalar', code: `${t}.t` })
    header = `for ${index}, (${t}, ${s}) in enumerate(${list.code}):`
  }
  writer.writeSteps(step.body, inside)
  for (const [slot, value] of Object.entries(step.next)) {
    const [base, at] = splitMany(slot)
    const variable = writer.names.take(`${title}_${base}${at === undefined ? '' : `_${at}`}`)
    const done = base === 'number' ? 'history' : base === 'samples' ? 'frames' : undefined
    if (done === undefined) refuse(torchMessages.loop())
    lists.push(`${variable} = []`)
    inside.lines.push(`${variable}.append(${writer.get(value).code})`)
    const list = at === undefined ? done : `${done}_${at}`
    writer.set(step.end, list, { kind: 'list', code: variable })
  }
  place.lines.push(...lists, ...inside.before, header, ...indent(inside.lines), ...inside.after)
}
