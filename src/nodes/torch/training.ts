// The training zone as a loop of Python, with its optimizer, averages and checkpoints.
import { splitMany, valueId } from '../../engine/base/ids.ts'
import type { Dataset, Ema, Model, Optimizer, ScheduleValue } from '../../engine/base/values.ts'
import { wire } from '../../engine/plan/graph.ts'
import type { LoopStep, Step } from '../../engine/plan/steps.ts'
import { torchMessages } from '../messages/torch.ts'
import type { Emitter, Place } from './emit.ts'
import { indent, insideOf, writeBody } from './loops.ts'
import { toSnake } from './names.ts'
import { averageDecay, learningRateCode, optimizerCode } from './optimizers.ts'
import { breakLine, pyNumber, pyString } from './python.ts'
import type { Ref } from './types.ts'

/** Nodes that compute each item of a batch on its own, so that processes can share the batch. */
const PER_ITEM = new Set(
  `RandomTimesteps GaussianNoise ForwardNoise LabelDropout Predict Target Loss Mix ConvertPrediction Timestep
  ConvertTimestep InputPerturbation SpaceToDepth DepthToSpace CrossEntropy`
    .split(/\s+/)
    .map((name) => `diffusion/${name}`),
)

const isPerItem = (step: Step): boolean =>
  step.kind === 'observe' || (step.kind === 'run' && PER_ITEM.has(step.op))

interface StartParams {
  steps: number
  batch_size: number
  gradient_accumulation_steps: number
  shuffle: boolean
  drop_last: boolean
  pairs: boolean
  seed: number
}

export function writeTraining(emitter: Emitter, step: LoopStep, place: Place) {
  const refuse = (reason: string, node = step.id): never => {
    throw emitter.error(node, reason)
  }
  const slots = Object.keys(step.inputs)
  const several = slots.filter((slot) => ['model', 'loss'].includes(splitMany(slot)[0])).length > 1
  if (several || Object.keys(step.next).some((slot) => splitMany(slot)[0] === 'loss' && slot !== 'loss'))
    refuse(torchMessages.severalModels())
  for (const slot of ['losses', 'again'])
    if (step.next[slot] !== undefined) refuse(torchMessages.trainingInput({ slot }), step.end)
  if (slots.some((slot) => splitMany(slot)[0] === 'value')) refuse(torchMessages.carriedValues())
  const params = step.params.start as unknown as StartParams
  const known = <T>(slot: string): T =>
    (emitter.known.get(step.inputs[slot] ?? '') ?? refuse(torchMessages.notKnown({ slot }))) as T
  const title = toSnake(emitter.loopTitle(step))
  const model = emitter.get(step.inputs.model)
  const network = emitter.names.take(`parallel_${model.trained ?? model.code}`)
  const optimizer = emitter.names.take('optimizer')
  const losses = emitter.names.take('losses')
  const steps = emitter.names.take('steps')
  const { config } = known<Optimizer>('optimizer')
  const configs = step.inputs.ema === undefined ? [] : known<Ema>('ema').configs
  const averages = configs.map(() => emitter.names.take('ema'))
  const inner = known<Model>('model')
  const start = emitter.networks.startFile(
    inner.children.model ?? inner,
    model.code,
    findSchedule(emitter, step.body),
    emitter.known.get(step.inputs.dataset) as Dataset | undefined,
  )
  const trained = model.trained ?? model.code
  const count = params.gradient_accumulation_steps
  const update = count > 1 ? `${'step'} // ${count}` : 'step'
  const every = count > 1 ? `, ${count}` : ''
  const checkpoint = checkpointName(emitter, step) ?? title.replaceAll('_', '-')
  const path = `out / ${pyString(`${checkpoint}.zip`)}`
  const averageList = `[${averages.join(', ')}]`
  const inside: Place = { ...insideOf(place, 'step'), trains: true }
  const data = writeData(emitter, step, params, { inside, perItem: step.body.every(isPerItem) })
  setEach(emitter, step, { ...model, code: model.wrap?.(network) ?? network }, averages[0])
  writeBody(emitter, step, inside, [])
  const loss = emitter.get(step.next.loss)
  const total = count > 1 ? `(${steps} // ${count})` : steps
  const isPart = loss.shared !== undefined
  const updates = [
    ...(config.clip_norm > 0
      ? [`torch.nn.utils.clip_grad_norm_(${trained}.parameters(), ${pyNumber(config.clip_norm)})`]
      : []),
    `for group in ${optimizer}.param_groups:`,
    `    group["lr"] = ${learningRateCode(config, update, total)}`,
    `${optimizer}.step()`,
    `${optimizer}.zero_grad()`,
    ...configs.map((ema, i) =>
      `update_average(${averages[i]}, ${trained}, ${averageDecay(ema, update)})`,
    ),
  ]
  const save = `save_checkpoint(${path}, ${pyString(start)}, ${trained}, ${averageList}, ${optimizer}, ${losses}${every})`
  place.lines.push(
    ...averages.map((name) => `${name} = copy.deepcopy(${trained})`),
    breakLine(`${optimizer} = ${optimizerCode(config, trained)}`),
    `${losses} = load_checkpoint(${path}, ${trained}, ${averageList}, ${optimizer})`,
    `${network} = parallel(${trained})`,
    `${steps} = args.steps or ${params.steps}`,
    ...data.before,
    ...inside.before,
    'torch.set_grad_enabled(True)',
    `for step in progress(range(len(${losses}), ${steps}), ${losses}):`,
    ...indent([
      ...data.lines,
      'with torch.autocast(device.type, torch.bfloat16, enabled=args.bf16):',
      ...indent(inside.lines),
      `${loss.code}.backward()`,
      `${losses}.append(${isPart ? `mean_over_processes(${loss.code})` : `${loss.code}.detach()`})`,
      ...(count > 1
        ? [
            `if (step + 1) % ${count} == 0:`,
            ...indent([
              `for weight in ${trained}.parameters():`,
              `    weight.grad /= ${count}`,
              ...updates,
            ]),
          ]
        : updates),
      `if (step + 1) % args.save_every == 0 or step + 1 == ${steps}:`,
      ...indent([breakLine(save)]),
    ]),
    'torch.set_grad_enabled(False)',
    '',
  )
  setDone(emitter, step, model, averages, losses)
}

/** Batches of all data sets, as lines in the loop and before it. */
function writeData(
  emitter: Emitter,
  step: LoopStep,
  params: StartParams,
  { inside, perItem }: { inside: Place; perItem: boolean },
) {
  const { batch_size: size, seed, drop_last, shuffle } = params
  const before: string[] = []
  const lines: string[] = []
  const share = perItem && drop_last ? size : undefined
  if (share !== undefined) {
    before.push(
      `mine = share(${share})`,
    )
  } else before.push('# Each process computes the full batch: its items depend on each other.')
  const slots = Object.keys(step.inputs).filter((slot) => splitMany(slot)[0] === 'dataset')
  for (const [i, slot] of slots.entries()) {
    const data = emitter.get(step.inputs[slot])
    const suffix = slot.slice('dataset'.length)
    if (step.each.includes(`tokens${suffix}`))
      throw emitter.error(step.id, torchMessages.trainingInput({ slot: 'tokens' }))
    const items = emitter.names.take(`chosen${suffix}`)
    const order = [
      `len(${data.code})`,
      'step',
      String(size),
      pyNumber(seed),
      ...(i > 0 && !params.pairs ? [String(i)] : []),
      ...(drop_last ? [] : ['drop_last=False']),
      ...(shuffle ? [] : ['shuffle=False']),
    ]
    lines.push(`${items} = batch_items(${order.join(', ')})${share === undefined ? '' : '[mine]'}`)
    for (const [name, code] of [
      ['x_0', data.code],
      ['labels', data.labels],
    ] as const) {
      if (!step.each.includes(name + suffix) || code === undefined) continue
      const variable = emitter.names.take(name + suffix)
      lines.push(`${variable} = ${code}[${items}].to(device)`)
      emitter.set(valueId(wire(step.id, name + suffix)), {
        code: variable,
        ...(data.space && { space: data.space }),
        ...(share !== undefined && { shared: share }),
      })
    }
  }
  emitter.set(valueId(wire(step.id, 'step')), { code: inside.path.at(-1)!, scalar: true })
  return { before, lines }
}

function setEach(emitter: Emitter, step: LoopStep, network: Ref, average: string | undefined) {
  for (const slot of step.each) {
    if (slot === 'record') throw emitter.error(step.id, torchMessages.trainingInput({ slot }))
    if (slot === 'model') emitter.set(valueId(wire(step.id, slot)), network)
    if (slot === 'ema')
      emitter.set(valueId(wire(step.id, slot)), {
        ...network,
        code: network.wrap?.(average ?? network.code) ?? average ?? network.code,
      })
  }
}

function setDone(
  emitter: Emitter,
  step: LoopStep,
  model: Ref,
  averages: readonly string[],
  losses: string,
) {
  const wrap = (code: string) => model.wrap?.(code) ?? code
  const trained = model.trained ?? model.code
  const done: Record<string, Ref> = {
    model: { ...model, code: wrap(trained), trained, isTrained: true },
    ema: { ...model, code: wrap(averages[0] ?? trained), trained: averages[0] ?? trained, isTrained: true },
    history: { code: losses, list: true },
    training: { ...model, code: trained, averages: averages.map(wrap) },
  }
  for (const slot of step.outputs) {
    if (!done[slot]) throw emitter.error(step.end, torchMessages.trainingInput({ slot }))
    emitter.set(valueId(wire(step.end, slot)), done[slot])
  }
}

/** The schedule that nodes of the training read, if it is known. */
function findSchedule(emitter: Emitter, body: readonly Step[]) {
  for (const step of body) {
    const value = step.kind === 'run' ? step.inputs.schedule : undefined
    const known = value === undefined ? undefined : emitter.known.get(value)
    if (known) return (known as ScheduleValue).schedule
  }
  return undefined
}

/** The name of the checkpoint that a node saves of this training. */
function checkpointName(emitter: Emitter, { end }: LoopStep): string | undefined {
  const saves = [...emitter.nodes.values()].find(
    ({ op, inputs }) =>
      op === 'diffusion/SaveCheckpoint' &&
      Object.values(inputs).some((source) => emitter.isFrom(source, end)),
  )
  return saves && String(saves.params.name)
}

