// Checks of the levels of networks for images, each at half the resolution of the one before.
import { NodeError } from '../../engine/messages/fault.ts'
import { evaluateMessages } from '../../messages/evaluate.ts'

const MOST_CHANNELS = 4096

/** Checks that the images can be halved between levels. */
export function checkLevels(
  { height, width }: { height: number; width: number },
  widths: number[],
) {
  if (widths.length === 0) {
    throw new NodeError({
      param: 'block_out_channels',
      message: evaluateMessages.noLevels(),
      cure: evaluateMessages.writeLevels(),
    })
  }
  const wide = widths.find((width) => width > MOST_CHANNELS)
  if (wide !== undefined) {
    throw new NodeError({
      param: 'block_out_channels',
      message: evaluateMessages.levelChannels({ channels: wide, most: MOST_CHANNELS }),
      cure: evaluateMessages.fewerChannels(),
    })
  }
  let halvings = 0
  while ((height >> halvings) % 2 === 0 && (width >> halvings) % 2 === 0) halvings++
  if (widths.length <= halvings + 1) return
  throw new NodeError({
    param: 'block_out_channels',
    message: evaluateMessages.halvings({
      levels: widths.length,
      halvings: widths.length - 1,
      height,
      width,
      possible: halvings,
    }),
    cure: evaluateMessages.fewerLevels({ most: halvings + 1 }),
  })
}

/** Checks that the groups of norms divide the channels of every level. */
export function checkGroups(widths: number[], groups: number) {
  const uneven = widths.find((width) => width % groups)
  if (uneven === undefined) return
  throw new NodeError({
    param: 'norm_num_groups',
    message: evaluateMessages.groups({ channels: uneven, groups }),
    cure: evaluateMessages.fitGroups(),
  })
}
