// Why nodes have no Python.
import { torchMessages } from '../messages/torch.ts'
import type { NoneReason } from './types.ts'

const reasons: Record<NoneReason, () => string> = {
  unsupported: torchMessages.unsupported,
  tokens: torchMessages.tokens,
  likelihood: torchMessages.likelihood,
}

/** The reason why a node is refused; without one, it is a node of a developer. */
export const refusalReason = (reason: NoneReason | undefined): string =>
  reason ? reasons[reason]() : torchMessages.own()
