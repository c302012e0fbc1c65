// Why nodes have no Python.
import type { MessageText } from '../../engine/base/catalogue.ts'
import { torchMessages } from '../messages/torch.ts'
import type { NoneReason } from './types.ts'

const reasons: Record<NoneReason, () => MessageText> = {
  unsupported: torchMessages.unsupported,
  tokens: torchMessages.tokens,
  likelihood: torchMessages.likelihood,
}

/** The reason why a node is refused; without one, it is a node of a developer. */
export const refusalReason = (reason: NoneReason | undefined): MessageText =>
  reason ? reasons[reason]() : torchMessages.own()
