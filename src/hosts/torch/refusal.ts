// Why nodes have no Python.
import type { MessageText } from '../../engine/base/catalogue.ts'
import { MessageError } from '../../engine/base/errors.ts'
import { torchMessages } from '../../messages/torch.ts'
import type { Ref, RefOf } from './refs.ts'

/** Why a node cannot be exported. */
export type NoneReason = 'unsupported' | 'tokens' | 'likelihood'

const reasons: Record<NoneReason, () => MessageText> = {
  unsupported: torchMessages.unsupported,
  tokens: torchMessages.tokens,
  likelihood: torchMessages.likelihood,
}

/** The reason why a node is refused; without one, it is a node of a developer. */
export const refusalReason = (reason: NoneReason | undefined): MessageText =>
  reason ? reasons[reason]() : torchMessages.own()

/** Refuses the node or loop that is being written. */
export function refuse(reason = torchMessages.unsupported()): never {
  throw new MessageError(reason)
}

/** The reference as one of a kind. Refuses the node or loop for any other. */
export function expectKind<K extends Ref['kind']>(ref: Ref, kind: K): RefOf<K> {
  const isKind = (other: Ref): other is RefOf<K> => other.kind === kind
  return isKind(ref) ? ref : refuse()
}
