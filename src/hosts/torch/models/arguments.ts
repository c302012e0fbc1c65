// Arguments of `forward` beside x, and what stands for those that are left out.
import type { ConditionSpec } from '../../../engine/models/condition.ts'

type Kind = ConditionSpec['kind']

/** Names by kind, in the order of the arguments. */
const names = {
  values: 'values',
  vectors: 'vectors',
  labels: 'classes',
  tokens: 'tokens',
  channels: 'channels',
} as const satisfies Record<Kind, string>

const order = Object.keys(names) as Kind[]

/** Parameters of `forward` after x. Kinds with a value for "none" may be left out. */
export function parameters(specs: readonly ConditionSpec[], isTimed = true): string[] {
  const kinds = order.filter((kind) => specs.some((spec) => spec.kind === kind))
  const isRequired = (kind: Kind) => kind === 'values' || kind === 'vectors'
  return [
    ...(isTimed ? ['t'] : []),
    ...kinds.map((kind) => (isRequired(kind) ? names[kind] : `${names[kind]}=None`)),
  ]
}

/** Lines that fill in arguments that were left out. */
export const defaults = (specs: readonly ConditionSpec[]): string[] =>
  order.flatMap((kind) =>
    specs.flatMap((spec) => {
      const lines = spec.kind === kind ? noValue(spec).map((line) => `    ${line}`) : []
      return lines.length > 0 ? [`if ${names[kind]} is None:`, ...lines] : []
    }),
  )

/** Lines that set the value for "none". */
export function noValue(spec: ConditionSpec): string[] {
  switch (spec.kind) {
    case 'labels': {
      const shape = (spec.perItem ?? 1) > 1 ? `(len(x), ${spec.perItem})` : '(len(x),)'
      return [`classes = torch.full(${shape}, -1, device=x.device)`]
    }
    case 'tokens':
      return [`tokens = x.new_zeros(len(x), 1, ${spec.width})`]
    case 'channels':
      return [`channels = x.new_zeros(len(x), ${spec.count}, *x.shape[2:])`]
    case 'values':
    case 'vectors':
      return []
  }
}
