// Division of a filter gradient into tiles of channels.
import type { FunctionName } from './wasmFunctions.ts'

/** Some channels of x. */
export interface ChannelRange {
  first: number
  count: number
}

type ChannelTile = [name: FunctionName, i: number, ins: number, o: number, outs: number]

/**
 * Covers the channels by tiles of 4x8, and by smaller ones for the rest; `outs` is a multiple of
 * four.
 */
export function tileChannels({ first, count }: ChannelRange, outs: number): ChannelTile[] {
  const [fullIns, fullOuts] = [count - (count % 4), outs - (outs % 8)]
  const tiles: ChannelTile[] = [
    ['filter4x8', first, fullIns, 0, fullOuts],
    ['filter4x4', first, fullIns, fullOuts, outs - fullOuts],
    ['filter1x8', first + fullIns, count - fullIns, 0, fullOuts],
    ['filter1x4', first + fullIns, count - fullIns, fullOuts, outs - fullOuts],
  ]
  return tiles.filter(([, , ins, , outs]) => ins * outs > 0)
}

/** The most channels of x in a job. */
const MAX_CHANNELS_PER_JOB = 32

/**
 * Returns the channels of x in a job: fewer if there would be less than a few jobs for every
 * thread.
 */
export function channelsPerJob(ins: number, places: number, threads: number): number {
  if (threads === 1) return MAX_CHANNELS_PER_JOB
  const jobsPerPlace = Math.ceil((6 * threads) / places)
  const channels = Math.max(4, 4 * Math.ceil(ins / 4 / jobsPerPlace))
  return Math.min(MAX_CHANNELS_PER_JOB, channels)
}
