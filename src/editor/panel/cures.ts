// One-click cures of faults: the edits that the text of a cure asks for, as far as they are unique.
import type { Fault } from '../../engine/messages/fault.ts'
import { valueAsText } from '../../engine/base/quote.ts'
import { idPath, outerId, parentId } from '../../engine/base/ids.ts'
import { planMessages } from '../../engine/messages/plan.ts'
import type { Param } from '../../engine/plan/op.ts'
import { problemWith } from '../../engine/plan/params.ts'
import { isDiffusionNode, type DiffusionNode } from '../../litegraph/diffusionNode.ts'
import { parseAccepts } from '../../workflow/slots.ts'
import type { BackupServices } from '../backup/services.ts'
import { addFiles, addStoredFile } from '../drops/files.ts'
import { byType } from '../graph/declarations.ts'
import { acceptsType } from '../graph/nodeSearch.ts'
import { addNode } from '../subgraph/addNode.ts'
import { texts } from '../texts/texts.ts'

interface Cure {
  label: string
  run: () => void
}

/** Returns the cures of a fault, the best first. None for a node on another level of the graph. */
export function findCures(services: BackupServices, fault: Fault): Cure[] {
  if (fault.messages?.message?.id === planMessages.nothingToRun.id) return addObserver(services)
  const { stage } = services
  const id = outerId(fault.node)
  if (!id || fault.node !== id || stage.within() !== parentId(id)) return []
  const node = stage.node(idPath(id).at(-1) ?? '')
  if (!node || !isDiffusionNode(node)) return []
  const settings = findSettings(fault, node).map((each) => ({
    label: texts.cures.set(each.map(({ param, text }) => ({ param, value: text }))),
    run: () =>
      services.workspace.editNodes(() =>
        each.forEach(({ param, value }) => node.setProperty(param, value)),
      ),
  }))
  return [
    ...settings,
    ...connectInputs(services, fault, node),
    ...chooseFile(services, fault, node),
  ]
}

// ---- params

interface Setting {
  param: string
  /** Value as the cure writes it. */
  text: string
  value: unknown
}

/** `Set beta_min to 0.1 and beta_d to 19.9`: a name, or "it" for the param of the fault. */
const SETTING =
  /(?:^|\s)(?:set|and) `?(\w+)`? to `?(-?\d+(?:\.\d+)?(?:e-?\d+)?|[a-z_]\w*)`?(?!\w)/gi

/**
 * Returns the alternatives of a cure that set params of the node to valid values. An invalid param
 * can at least be set to its default.
 */
export function findSettings(
  { cure, param: faulty }: Pick<Fault, 'cure' | 'param'>,
  node: Pick<DiffusionNode, 'properties' | 'diffusion'>,
): Setting[][] {
  const { params } = node.diffusion.declaration
  const named = cure.split(/,? or (?=set |connect |choose )/i).flatMap((part) => {
    const found = [...part.matchAll(SETTING)].map(([, name, text]): Setting | undefined => {
      const param = name === 'it' ? (faulty ?? '') : name
      const spec = Object.hasOwn(params, param) ? params[param] : undefined
      const value = spec && parseValue(spec, text)
      const isValid = spec && problemWith(value, spec) === undefined
      return isValid && value !== node.properties[param] ? { param, text, value } : undefined
    })
    const valid = found.filter((each) => each !== undefined)
    return valid.length > 0 && valid.length === found.length ? [valid] : []
  })
  const spec = faulty !== undefined && Object.hasOwn(params, faulty) ? params[faulty] : undefined
  if (!spec || named.length > 0) return named
  if (problemWith(node.properties[faulty ?? ''], spec) === undefined) return []
  const value: unknown = structuredClone(spec.default)
  return [[{ param: faulty ?? '', text: valueAsText(value), value }]]
}

function parseValue({ kind }: Param, text: string): unknown {
  if (kind === 'number' || kind === 'seed') return Number(text)
  return kind === 'choice' ? text : undefined
}

// ---- wires

/** Types of nodes that are added for an input without a source in the graph, by its first type. */
const SOURCES: Readonly<Record<string, string>> = {
  schedule: 'diffusion/NoiseSchedule',
  dataset: 'diffusion/Points',
  model: 'diffusion/MLP',
  optimizer: 'diffusion/Optimizer',
  noise: 'diffusion/GaussianNoise',
  timesteps: 'diffusion/Timesteps',
  timestep: 'diffusion/RandomTimesteps',
  prediction: 'diffusion/Predict',
  loss: 'diffusion/Loss',
  labels: 'diffusion/Labels',
}

/** Distance to the left of the node at which its source is added. */
const LEFT = 260

/** Connects the free inputs that a fault is about, or that its cure names. */
function connectInputs(services: BackupServices, fault: Fault, node: DiffusionNode): Cure[] {
  const named = [...fault.cure.matchAll(/\bconnect `?(\w+)`?/gi)].map(([, name]) => name)
  const names = new Set([...(fault.slot === undefined ? [] : [fault.slot]), ...named])
  return [...names].flatMap((name) => {
    const slot = node.inputs.findIndex((input) => input.name === name && input.link == null)
    return slot < 0 ? [] : connectInput(services, node, slot)
  })
}

function connectInput(services: BackupServices, node: DiffusionNode, slot: number): Cure[] {
  const { workspace } = services
  const { name, type } = node.inputs[slot]
  const accepts = parseAccepts(String(type))
  const source = findSource(services, node, slot)
  if (source)
    return [
      {
        label: texts.cures.connect(name, source.node.getTitle()),
        run: () => void workspace.editNodes(() => source.node.connect(source.slot, node, slot)),
      },
    ]
  const added = accepts === 'any' ? undefined : byType.get(SOURCES[accepts[0]] ?? '')
  if (!added) return []
  const at = [node.pos[0] - LEFT, node.pos[1]] as const
  return [
    {
      label: texts.cures.add(added.title),
      run: () =>
        addNode(services, added.type, [at[0], at[1]], { wire: { node, side: 'input', slot } }),
    },
  ]
}

/** The nearest output that fits an input and does not depend on its node; equal names first. */
function findSource({ stage }: BackupServices, node: DiffusionNode, slot: number) {
  const { name, type } = node.inputs[slot]
  const accepts = parseAccepts(String(type))
  if (accepts === 'any') return undefined
  const dependent = findDependent(node)
  const [x, y] = node.getConnectionPos(true, slot)
  const distance = (other: DiffusionNode, output: number) => {
    const [left, top] = other.getConnectionPos(false, output)
    return Math.hypot(left - x, top - y)
  }
  return stage
    .nodes()
    .filter(isDiffusionNode)
    .filter((other) => !dependent.has(String(other.id)))
    .flatMap((other) =>
      other.outputs.flatMap((output, i) =>
        output.type !== '*' && acceptsType(accepts, String(output.type))
          ? [{ node: other, slot: i, far: distance(other, i), isNamed: output.name === name }]
          : [],
      ),
    )
    .sort((a, b) => Number(b.isNamed) - Number(a.isNamed) || a.far - b.far)[0]
}

/** Ids of a node and of all nodes that depend on it. */
function findDependent(node: DiffusionNode): ReadonlySet<string> {
  const links = Object.values(node.graph?.links ?? {})
  const found = new Set([String(node.id)])
  // Grows during the iteration.
  for (const id of found)
    for (const { origin_id, target_id } of links)
      if (String(origin_id) === id) found.add(String(target_id))
  return found
}

// ---- files

function chooseFile(services: BackupServices, { param }: Fault, node: DiffusionNode): Cure[] {
  const kind = node.diffusion.declaration.params[param ?? '']?.kind
  const { cures } = texts
  if (kind === 'dataset')
    return [{ label: cures.importDataset, run: () => void addFiles(services, {}, node) }]
  if (kind !== 'checkpoint' || param === undefined) return []
  const add = async () => {
    const added = await addStoredFile(services, 'checkpoint')
    if (added) services.workspace.setParam(node, param, added)
  }
  return [{ label: cures.addCheckpoint, run: () => void add() }]
}

// ---- observers

const POINTS = ['diffusion/Points', 'diffusion/StoredPoints', 'diffusion/PointTable']

/** Type of the node that shows a value of a type. */
function observerType(type: string, hasPoints: boolean): string {
  if (['samples', 'noise', 'dataset', 'prediction'].includes(type))
    return hasPoints ? 'diffusion/Scatter' : 'diffusion/Preview'
  if (type === 'schedule') return 'diffusion/ScheduleChart'
  return type === 'history' ? 'diffusion/Chart' : 'diffusion/Inspect'
}

/** Shows the output of the selected node, or else the free one that is farthest to the right. */
function addObserver(services: BackupServices): Cure[] {
  const { stage } = services
  const nodes = stage.nodes().filter(isDiffusionNode)
  const outputs = (of: readonly DiffusionNode[]) =>
    of.flatMap((node) =>
      node.outputs.flatMap(({ type, links }, slot) =>
        type === 'loop' || links?.length ? [] : [{ node, slot, type: String(type) }],
      ),
    )
  const byPosition = nodes.toSorted((a, b) => b.pos[0] - a.pos[0])
  const [shown] = [...outputs(stage.selection().filter(isDiffusionNode)), ...outputs(byPosition)]
  if (!shown) return []
  const hasPoints = nodes.some(({ type }) => POINTS.includes(type))
  const observer = byType.get(observerType(shown.type, hasPoints))
  if (!observer) return []
  const { node, slot } = shown
  return [
    {
      label: texts.cures.add(observer.title),
      run: () =>
        addNode(services, observer.type, [node.pos[0] + node.size[0] + 60, node.pos[1]], {
          wire: { node, side: 'output', slot },
        }),
    },
  ]
}
