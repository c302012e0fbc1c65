// The training zone as a loop of Python, with its optimizer, averages and checkpoints.
import { outerId, splitMany } from '../../engine/base/ids.ts'
import type { EmaConfig } from '../../engine/training/ema.ts'
import type { OptimizerConfig } from '../../engine/training/optimizers.ts'
import type { Dataset } from '../../engine/datasets/dataset.ts'
import type { Ema, Optimizer } from '../../engine/training/values.ts'
import type { Model } from '../../engine/models/model.ts'
import type { ScheduleValue } from '../../engine/process/values.ts'
import type { LoopStep, Step } from '../../engine/plan/steps.ts'
import { torchMessages } from '../../messages/torch.ts'
import { titleName } from './names.ts'
import { indent, insideOf, writeBody } from './loops.ts'
import { averageDecay, learningRateCode, optimizerCode } from './optimizers.ts'
import { breakLine, pyCall, pyNumber, pyOption, pyString } from './python.ts'
import type { Facts, Ref, RefOf } from './refs.ts'
import { expectKind, refuse } from './refusal.ts'
import type { Place, TorchWriter } from './writer.ts'

/** Nodes that compute each item of a batch on its own, so that processes can share the batch. */
const PER_ITEM = new Set(
  `RandomTimesteps GaussianNoise ForwardNoise LabelDropout Predict Target Loss Mix ConvertPrediction Timestep
  ConvertTimestep InputPerturbation SpaceToDepth DepthToSpace CrossEntropy`
    .split(/\s+/)
    .map((name) => `diffusion/${name}`),
)

const isPerItem = (step: Step): boolean =>
  step.kind === 'observe' || (step.kind === 'run' && PER_ITEM.has(step.op))

type StartParams = {
  steps: number
  batch_size: number
  gradient_accumulation_steps: number
  shuffle: boolean
  drop_last: boolean
  pairs: boolean
  seed: number
}

/** A model of a training, with the variables of its optimizer and averages. */
interface Learner {
  /** The number of its slots: '' for the first, '_2', ... */
  suffix: string
  model: RefOf<'model'>
  /** The variable of the network without wrappers. */
  trained: string
  /** The variable of the network as the loop calls it. */
  network: string
  optimizer: string
  config: OptimizerConfig
  averages: readonly string[]
  emas: readonly EmaConfig[]
  /** The slot of its loss, and the variable of the losses of all steps. */
  loss: string
  losses: string
  /** Its checkpoint, and the file with its configuration. */
  path: string
  start: string
}

export function writeTraining(writer: TorchWriter, step: LoopStep, place: Place) {
  refuseTraining(writer, step)
  const params = step.params.start as StartParams
  const learners = listLearners(writer, step)
  const [first] = learners
  const { drops } = writer.networks
  const steps = writer.names.take('steps')
  const count = params.gradient_accumulation_steps
  const update = count > 1 ? `step // ${count}` : 'step'
  const total = count > 1 ? `(${steps} // ${count})` : steps
  const inside: Place = { ...insideOf(place, 'step'), trains: true }
  const data = writeData(writer, step, params)
  for (const learner of learners) setEach(writer, step, learner)
  writeBody(writer, step, inside, [])
  const updates = learners.flatMap((learner) => updateCode(learner, update, total, count))
  place.lines.push(
    ...learners.flatMap((learner) => beginCode(learner, drops)),
    `${steps} = args.steps or ${params.steps}`,
    ...data.before,
    ...inside.before,
    'torch.set_grad_enabled(True)',
    `for step in progress(range(len(${first.losses}), ${steps}), ${first.losses}):`,
    ...indent([
      // Dropout draws from the generator of PyTorch.
      ...(drops ? ['torch.manual_seed(step)'] : []),
      ...data.lines,
      'with torch.autocast(device.type, torch.bfloat16, enabled=args.bf16):',
      ...indent(inside.lines),
      ...backwardCode(writer, step, learners),
      ...(count > 1 ? [`if (step + 1) % ${count} == 0:`, ...indent(updates)] : updates),
      `if (step + 1) % args.save_every == 0 or step + 1 == ${steps}:`,
      ...indent([breakLine(saveCode(learners, count))]),
    ]),
    'torch.set_grad_enabled(False)',
    ...(drops ? learners.map(({ trained }) => `${trained}.eval()`) : []),
    ...inside.after,
    '',
  )
  for (const learner of learners) setDone(writer, step, learner)
}

/** Throws for what the loop below does not do. */
function refuseTraining(writer: TorchWriter, step: LoopStep) {
  const { next, params, end } = step
  const slot = ['losses', 'again'].find((name) => next[name] !== undefined)
  if (slot !== undefined) throw writer.error(end, torchMessages.trainingInput({ slot }))
  if (Object.keys(step.inputs).some((slot) => splitMany(slot)[0] === 'value'))
    refuse(torchMessages.carriedValues())
  if (params.end.updates === 'in_turn') throw writer.error(end, torchMessages.inTurn())
  if (step.each.includes('record')) refuse(torchMessages.trainingInput({ slot: 'record' }))
  if (step.inputs.training !== undefined) refuse(torchMessages.loadTraining())
}

function listLearners(writer: TorchWriter, step: LoopStep): Learner[] {
  const known = <T>(slot: string): T => {
    const value = writer.known.get(step.inputs[slot] ?? '')
    return (value ?? refuse(torchMessages.notKnown({ slot }))) as T
  }
  const title = titleName(writer.loopTitle(step))
  const name = checkpointName(writer, step) ?? title.replaceAll('_', '-')
  const file = writer.files.result(`${name}.zip`)
  const schedule = findSchedule(writer, step.body)
  const dataset = writer.known.get(step.inputs.dataset) as Dataset | undefined
  const losses = new Map<string, string>()
  return Object.keys(step.inputs)
    .filter((slot) => splitMany(slot)[0] === 'model')
    .map((slot): Learner => {
      const suffix = slot.slice('model'.length)
      const model = expectKind(writer.get(step.inputs[slot]), 'model')
      const trained = model.trained ?? model.code
      const optimizerSlot = step.inputs[`optimizer${suffix}`] ? `optimizer${suffix}` : 'optimizer'
      const emas = step.inputs[`ema${suffix}`] ? known<Ema>(`ema${suffix}`).configs : []
      const loss = step.next[`loss${suffix}`] ? `loss${suffix}` : 'loss'
      if (!losses.has(loss)) losses.set(loss, writer.names.take('losses'))
      const value = known<Model>(slot)
      const inner = value.children.model ?? value
      return {
        suffix,
        model,
        trained,
        network: writer.names.take(`parallel_${trained}`),
        optimizer: writer.names.take('optimizer'),
        config: known<Optimizer>(optimizerSlot).config,
        averages: emas.map(() => writer.names.take('ema')),
        emas,
        loss,
        losses: losses.get(loss)!,
        path: `out / ${pyString(file)}`,
        start: pyString(writer.networks.startFile(inner, schedule, dataset)),
      }
    })
}

/** The optimizer, averages and state of a model, before the loop. */
const beginCode = (learner: Learner, drops: boolean): string[] => {
  const { suffix, trained, averages, optimizer, config, losses, network, path } = learner
  return [
    ...averages.map((name) => `${name} = copy.deepcopy(${trained})${drops ? '.eval()' : ''}`),
    breakLine(`${optimizer} = ${optimizerCode(config, trained)}`),
    breakLine(
      `${losses} = load_checkpoint(${path}, ${trained}, [${averages.join(', ')}], ${optimizer}${suffix && `, "training${suffix}"`})`,
    ),
    `${network} = parallel(${trained})`,
  ]
}

/** The gradients: each loss has those of the models that it trains. */
function backwardCode(writer: TorchWriter, step: LoopStep, learners: readonly Learner[]): string[] {
  const slots = [...new Set(learners.map(({ loss }) => loss))]
  const several = slots.length > 1
  return slots.flatMap((slot, i) => {
    const own = learners.filter(({ loss }) => loss === slot)
    const loss = writer.get(step.next[slot])
    const weights = own.map(({ trained }) => `*${trained}.parameters()`).join(', ')
    const keeps = i < slots.length - 1 ? ', retain_graph=True' : ''
    const seen =
      loss.shared !== undefined ? `mean_over_processes(${loss.code})` : `${loss.code}.detach()`
    return [
      several ? `${loss.code}.backward(inputs=[${weights}]${keeps})` : `${loss.code}.backward()`,
      `${own[0].losses}.append(${seen})`,
    ]
  })
}

/** A step of the optimizer of a model, and of its averages. */
function updateCode(learner: Learner, update: string, total: string, count: number): string[] {
  const { trained, config, optimizer, emas, averages } = learner
  return [
    ...(count > 1 ? [`for weight in ${trained}.parameters():`, `    weight.grad /= ${count}`] : []),
    ...(config.clip_norm > 0
      ? [`torch.nn.utils.clip_grad_norm_(${trained}.parameters(), ${pyNumber(config.clip_norm)})`]
      : []),
    `for group in ${optimizer}.param_groups:`,
    `    group["lr"] = ${learningRateCode(config, update, total)}`,
    `${optimizer}.step()`,
    `${optimizer}.zero_grad()`,
    ...emas.map(
      (ema, i) => `update_average(${averages[i]}, ${trained}, ${averageDecay(ema, update)})`,
    ),
  ]
}

/** Writes all models of a training into one file, so that their states belong together. */
function saveCode([first, ...others]: readonly Learner[], count: number): string {
  const state = ({ trained, averages, optimizer, losses }: Learner) =>
    `${trained}, [${averages.join(', ')}], ${optimizer}, ${losses}`
  const rest = others.map((learner) => `(${state(learner)})`).join(', ')
  return pyCall(
    'save_checkpoint',
    `${first.path}, ${first.start}, ${state(first)}`,
    rest === '' ? undefined : `others=[${rest}]`,
    pyOption('accumulate', count, 1),
  )
}

/** Batches of all data sets, as lines in the loop and before it. */
function writeData(writer: TorchWriter, step: LoopStep, params: StartParams) {
  const { batch_size: size, seed, drop_last, shuffle } = params
  const before: string[] = []
  const lines: string[] = []
  const share = drop_last && step.body.every(isPerItem) ? size : undefined
  if (share !== undefined) {
    before.push(`mine = share(${share})`)
  } else before.push('# Each process computes the full batch: its items depend on each other.')
  const slots = Object.keys(step.inputs).filter((slot) => splitMany(slot)[0] === 'dataset')
  for (const [i, slot] of slots.entries()) {
    const data = expectKind(writer.get(step.inputs[slot]), 'dataset')
    const suffix = slot.slice('dataset'.length)
    if (step.each.includes(`tokens${suffix}`))
      refuse(torchMessages.trainingInput({ slot: 'tokens' }))
    const items = writer.names.take(`chosen${suffix}`)
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
    const choose = (name: string, source: string | undefined, facts: Facts) => {
      if (!step.each.includes(name + suffix) || source === undefined) return
      const code = writer.names.take(name + suffix)
      lines.push(`${code} = ${source}[${items}].to(device)`)
      writer.set(step.id, name + suffix, { ...facts, code, shared: share })
    }
    choose('x_0', data.code, { kind: 'batch', space: data.space })
    choose('labels', data.labels, { kind: 'labels' })
  }
  writer.set(step.id, 'step', { kind: 'scalar', code: 'step' })
  return { before, lines }
}

function setEach(writer: TorchWriter, step: LoopStep, learner: Learner) {
  const { suffix, model, network, averages, trained } = learner
  const wrap = (code: string) => model.wrap?.(code) ?? code
  const set = (slot: string, code: string) => {
    if (step.each.includes(slot)) writer.set(step.id, slot, { ...model, code })
  }
  set(`model${suffix}`, wrap(network))
  set(`ema${suffix}`, wrap(averages[0] ?? trained))
}

function setDone(writer: TorchWriter, step: LoopStep, learner: Learner) {
  const { suffix, model, trained, averages, losses } = learner
  const wrap = (code: string) => model.wrap?.(code) ?? code
  const best = averages[0] ?? trained
  const done: Record<string, Ref> = {
    [`model${suffix}`]: { ...model, code: wrap(trained), trained },
    [`ema${suffix}`]: { ...model, code: wrap(best), trained: best },
    [`history${suffix}`]: { kind: 'list', code: losses },
    ...(suffix === '' && {
      training: { kind: 'training', code: trained, averages: averages.map(wrap) },
    }),
  }
  for (const [slot, ref] of Object.entries(done)) writer.set(step.end, slot, ref)
}

/** The schedule that nodes of the training read, if it is known. */
function findSchedule(writer: TorchWriter, body: readonly Step[]) {
  for (const step of body) {
    const value = step.kind === 'run' ? step.inputs.schedule : undefined
    const known = value === undefined ? undefined : writer.known.get(value)
    if (known) return (known as ScheduleValue).schedule
  }
  return undefined
}

/** The name of the checkpoint that a node saves of this training. */
function checkpointName(writer: TorchWriter, { end }: LoopStep): string | undefined {
  const saves = [...writer.nodes.values()].find(
    ({ op, inputs }) =>
      op === 'diffusion/SaveCheckpoint' &&
      Object.values(inputs).some((source) => outerId(source.node) === outerId(end)),
  )
  return saves && (String(saves.params.name) || 'model')
}
